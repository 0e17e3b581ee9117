"""Posting: the only way into the books."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q

from billing.ledger.entries import EntryDraft, Line
from billing.ledger.models import AccountCode, JournalEntry, LedgerAccount, Posting
from billing.ledger.periods import in_open_months
from kit import clock
from kit.errors import Conflict, SoukError

PER_VENDOR = frozenset(code.value for code in AccountCode if code.label.endswith("/v"))

AccountKey = tuple[str, UUID | None, str]


class EntryRefused(SoukError):
    """The entry breaks a rule of double entry; nothing was posted."""

    code = "entry_refused"


class NotBalanced(EntryRefused):
    code = "entry_not_balanced"


class NothingToPost(EntryRefused):
    """Fewer than two postings, or a posting of zero."""

    code = "entry_empty"


class WrongAccount(EntryRefused):
    """No such account, a vendor where none belongs, or none where one must be named."""

    code = "entry_wrong_account"


class WrongCurrency(EntryRefused):
    code = "entry_wrong_currency"


class EntryDiffers(Conflict):
    """This fact is in the books already, with other postings."""

    code = "entry_differs"


def post(
    *,
    source_key: str,
    kind: str,
    lines: Sequence[Line],
    currency: str,
    occurred_at: datetime,
    reference_id: UUID | None = None,
    description: str = "",
    reverses: JournalEntry | None = None,
) -> JournalEntry:
    """Enter one fact in the books, once.

    `lines` are in minor units of `currency`, debits positive, and must sum to zero. Posting the same key with the
    same lines again, also at the same moment elsewhere, gives the entry that is there. Raises EntryDiffers when it is
    there with other lines, and NotBalanced, NothingToPost, WrongAccount or WrongCurrency when the lines are no entry.
    """
    draft = EntryDraft(
        source_key=source_key,
        kind=kind,
        lines=tuple(lines),
        currency=currency,
        occurred_at=occurred_at,
        reference_id=reference_id,
        description=description,
        reverses_id=reverses.id if reverses else None,
    )
    return post_all([draft])[0]


@transaction.atomic
def post_all(drafts: Iterable[EntryDraft]) -> list[JournalEntry]:
    """Enter many facts in the books in a fixed number of statements; all or none. Rules and errors as in `post`.

    Who posts several entries in one transaction does it by one call, so that the vendors' accounts are locked in one
    order. Facts of a closed month are entered on the first open day (`billing.ledger.periods`), and say so; dates that
    people choose are checked by `periods.require_open` first.
    """
    wanted: dict[str, EntryDraft] = {}
    order: list[str] = []
    for draft in in_open_months(drafts):
        _check(draft)
        twin = wanted.setdefault(draft.source_key, draft)
        if _signature(twin) != _signature(draft):
            raise EntryDiffers(f"{draft.source_key} is given twice, with different postings.")
        order.append(draft.source_key)
    if not wanted:
        return []

    accounts = _accounts({key for draft in wanted.values() for key in _account_keys(draft)})
    _lock(accounts)
    entries, new = _enter(wanted)
    Posting.objects.bulk_create(
        Posting(
            entry=entries[key],
            account_id=accounts[(str(line.code), line.vendor_id, draft.currency)],
            amount_minor=line.amount_minor,
            currency=draft.currency,
            vendor_id=line.vendor_id,
        )
        for key, draft in wanted.items()
        if key in new
        for line in draft.lines
    )
    _compare([(entries[key], draft) for key, draft in wanted.items() if key not in new])
    return [entries[key] for key in order]


def reverse(*, entry: JournalEntry, reason: str, occurred_at: datetime | None = None) -> JournalEntry:
    """Undo an entry by its mirror image; both stay, with the `reason`. Done twice, it gives the same reversal."""
    if not reason.strip():
        raise EntryRefused("Say why the entry is reversed.", field="reason")
    postings = Posting.objects.filter(entry=entry).select_related("account").order_by("id")
    lines = [Line(posting.account.code, -posting.amount_minor, posting.vendor_id) for posting in postings]
    return post(
        source_key=f"reversal:{entry.source_key}",
        kind="reversal",
        lines=lines,
        currency=postings[0].currency,
        occurred_at=occurred_at or clock.now(),
        reference_id=entry.reference_id,
        description=reason.strip()[:250],
        reverses=entry,
    )


def _check(draft: EntryDraft) -> None:
    name = draft.source_key
    currency = draft.currency
    if len(currency) != 3 or not currency.isascii() or not currency.isalpha() or not currency.isupper():
        raise WrongCurrency(f"{name}: {currency!r} is not a currency code.")
    if len(draft.lines) < 2:
        raise NothingToPost(f"{name}: an entry has at least two postings.")
    for line in draft.lines:
        if not isinstance(line.amount_minor, int) or isinstance(line.amount_minor, bool):
            raise TypeError(f"{name}: amount_minor must be an int, not {type(line.amount_minor).__name__}")
        if not line.amount_minor:
            raise NothingToPost(f"{name}: a posting of zero to {line.code}.")
        if line.code not in AccountCode.values:
            raise WrongAccount(f"{name}: there is no account {line.code}.")
        if (line.code in PER_VENDOR) != (line.vendor_id is not None):
            wrong = "needs a vendor" if line.code in PER_VENDOR else "is kept without a vendor"
            raise WrongAccount(f"{name}: account {line.code} {wrong}.")
    off = sum(line.amount_minor for line in draft.lines)
    if off:
        raise NotBalanced(f"{name}: debits and credits differ by {off} (minor units of {currency}).")


def _account_keys(draft: EntryDraft) -> list[AccountKey]:
    return [(str(line.code), line.vendor_id, draft.currency) for line in draft.lines]


def _accounts(keys: set[AccountKey]) -> dict[AccountKey, UUID]:
    """The ids of the accounts, made where they are missing; somebody else making them at the same time does no harm."""
    found = _find_accounts(keys)
    missing = keys - found.keys()
    if missing:
        # In one order, or two posters making the same accounts could wait for each other for ever.
        ordered = sorted(missing, key=lambda key: (key[0], str(key[1]), key[2]))
        LedgerAccount.objects.bulk_create(
            (LedgerAccount(code=code, vendor_id=vendor_id, currency=currency) for code, vendor_id, currency in ordered),
            ignore_conflicts=True,
        )
        found |= _find_accounts(missing)
    return found


def _find_accounts(keys: set[AccountKey]) -> dict[AccountKey, UUID]:
    rows = LedgerAccount.objects.filter(
        Q(vendor_id__isnull=True) | Q(vendor_id__in={key[1] for key in keys if key[1]}),
        code__in={key[0] for key in keys},
        currency__in={key[2] for key in keys},
    ).values_list("code", "vendor_id", "currency", "id")
    return {(code, vendor_id, currency): id for code, vendor_id, currency, id in rows}


def _lock(accounts: dict[AccountKey, UUID]) -> None:
    """Let one poster at a time touch a vendor's accounts, in id order, until the transaction ends.

    By advisory locks: nobody has the right to update an account, so nobody can lock its row. The platform's own
    accounts are not locked, since no decision hangs on their balance and every sale of every vendor would queue for
    them.
    """
    ids = sorted(account_id for (_, vendor_id, _), account_id in accounts.items() if vendor_id)
    if ids:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended('ledger account ' || id, 0))"
                " FROM unnest(%s::text[]) AS id",
                [[str(id) for id in ids]],
            )


def _enter(wanted: dict[str, EntryDraft]) -> tuple[dict[str, JournalEntry], set[str]]:
    """The entry of every key, and the keys that are new.

    A key that another transaction has entered, but not committed, is waited for; then it is there, or ours to enter.
    """
    now = clock.now()
    made = {
        key: JournalEntry(
            source_key=key,
            kind=draft.kind,
            description=draft.description,
            reference_id=draft.reference_id,
            reverses_id=draft.reverses_id,
            postings_count=len(draft.lines),
            occurred_at=draft.occurred_at,
            posted_at=now,
        )
        for key, draft in sorted(wanted.items())
    }
    JournalEntry.objects.bulk_create(made.values(), ignore_conflicts=True)
    entries = {entry.source_key: entry for entry in JournalEntry.objects.filter(source_key__in=made)}
    return entries, {key for key, entry in entries.items() if entry.id == made[key].id}


def _compare(existing: list[tuple[JournalEntry, EntryDraft]]) -> None:
    found: dict[UUID, Counter[tuple[str, UUID | None, str, int]]] = {entry.id: Counter() for entry, _ in existing}
    rows = Posting.objects.filter(entry_id__in=found).values_list(
        "entry_id", "account__code", "vendor_id", "currency", "amount_minor"
    )
    for entry_id, code, vendor_id, currency, amount in rows:
        found[entry_id][code, vendor_id, currency, amount] += 1
    for entry, draft in existing:
        if found[entry.id] != _signature(draft):
            raise EntryDiffers(f"{draft.source_key} is in the books already, with other postings.")


def _signature(draft: EntryDraft) -> Counter[tuple[str, UUID | None, str, int]]:
    return Counter((str(line.code), line.vendor_id, draft.currency, line.amount_minor) for line in draft.lines)
