"""Reading the books. A balance is a fold over postings; debits are positive, so what we owe is negative."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from uuid import UUID

from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import TruncDate

from billing.ledger.models import AccountCode, JournalEntry, LedgerAccount, Posting
from kit.pagination import Page, keyset_page


@dataclass(frozen=True, slots=True)
class Balance:
    """What an account holds, in minor units of `currency`; positive is a debit balance."""

    account_id: UUID
    code: str
    vendor_id: UUID | None
    currency: str
    amount_minor: int

    @property
    def name(self) -> str:
        return AccountCode(self.code).label.removesuffix("/v")


@dataclass(frozen=True, slots=True)
class TrialLine:
    """All accounts of one code together, in one currency. `balance_minor` is debits less credits."""

    code: str
    currency: str
    debits_minor: int
    credits_minor: int

    @property
    def balance_minor(self) -> int:
        return self.debits_minor - self.credits_minor

    @property
    def name(self) -> str:
        return AccountCode(self.code).label.removesuffix("/v")


@dataclass(frozen=True)
class Trial:
    """The trial balance of a currency: its balances sum to zero, or the books are broken."""

    currency: str
    lines: list[TrialLine]

    @property
    def debits_minor(self) -> int:
        return sum(line.debits_minor for line in self.lines)

    @property
    def credits_minor(self) -> int:
        return sum(line.credits_minor for line in self.lines)

    @property
    def balance_minor(self) -> int:
        return self.debits_minor - self.credits_minor


@dataclass(frozen=True, slots=True)
class Step:
    """A posting with what the account held once it was entered."""

    posting: Posting
    balance_minor: int


@dataclass(frozen=True, slots=True)
class AccountPage:
    """ "Explain this balance": the postings of one page, newest first, from `opening_minor` to `closing_minor`."""

    account: LedgerAccount
    opening_minor: int
    closing_minor: int
    steps: list[Step]
    next_cursor: str | None
    previous_cursor: str | None


def balance(code: str, *, currency: str, vendor_id: UUID | None = None) -> int:
    """What one account holds, in minor units; zero when it was never used. One query."""
    held = Posting.objects.filter(account__code=code, account__currency=currency, account__vendor_id=vendor_id)
    return held.aggregate(held=Sum("amount_minor"))["held"] or 0


def total_of(code: str, *, currency: str) -> int:
    """What all accounts of a code hold together, every vendor's included."""
    held = Posting.objects.filter(account__code=code, account__currency=currency)
    return held.aggregate(held=Sum("amount_minor"))["held"] or 0


def balances(*, code: str | None = None, vendor_id: UUID | None = None) -> list[Balance]:
    """Every account that was used, of one code or one vendor when given, by code and vendor. One query."""
    chosen = Q()
    if code:
        chosen &= Q(account__code=code)
    if vendor_id:
        chosen &= Q(account__vendor_id=vendor_id)
    rows = (
        Posting.objects.filter(chosen)
        .values("account_id", "account__code", "account__vendor_id", "account__currency")
        .annotate(held=Sum("amount_minor"))
        .order_by("account__code", "account__vendor_id", "account__currency")
        .values_list("account_id", "account__code", "account__vendor_id", "account__currency", "held")
    )
    return [Balance(*row) for row in rows]


def vendor_balances(vendor_ids: Sequence[UUID], *, code: str, currency: str) -> dict[UUID, int]:
    """What each vendor's account of a code holds; zero where it was never used. One query."""
    rows = (
        Posting.objects.filter(account__code=code, account__currency=currency, account__vendor_id__in=vendor_ids)
        .values("account__vendor_id")
        .annotate(held=Sum("amount_minor"))
        .values_list("account__vendor_id", "held")
    )
    held = {vendor_id: amount for vendor_id, amount in rows if vendor_id}
    return dict.fromkeys(vendor_ids, 0) | held


def balances_of_vendors(vendor_ids: Sequence[UUID], *, codes: Sequence[str], currency: str) -> list[Balance]:
    """These vendors' accounts of these codes, those that were used. One query."""
    rows = (
        Posting.objects.filter(account__code__in=codes, account__currency=currency, account__vendor_id__in=vendor_ids)
        .values("account_id", "account__code", "account__vendor_id", "account__currency")
        .annotate(held=Sum("amount_minor"))
        .order_by("account__vendor_id", "account__code")
        .values_list("account_id", "account__code", "account__vendor_id", "account__currency", "held")
    )
    return [Balance(*row) for row in rows]


def trial_balance(*, until: datetime | None = None) -> list[TrialLine]:
    """Debits and credits of each code and currency, of entries that occurred before `until` (all, when not given).

    In each currency the balances sum to zero. One query.
    """
    postings = Posting.objects.all() if until is None else Posting.objects.filter(entry__occurred_at__lt=until)
    rows = (
        postings.values("account__code", "currency")
        .annotate(
            debits=Sum("amount_minor", filter=Q(amount_minor__gt=0), default=0),
            credits=Sum(-F("amount_minor"), filter=Q(amount_minor__lt=0), default=0),
        )
        .order_by("currency", "account__code")
        .values_list("account__code", "currency", "debits", "credits")
    )
    return [TrialLine(*row) for row in rows]


def trials(*, until: datetime | None = None) -> list[Trial]:
    """The trial balance of every currency, `until` as in `trial_balance`. One query."""
    lines = trial_balance(until=until)
    return [Trial(currency, list(part)) for currency, part in groupby(lines, lambda line: line.currency)]


def accounts_page(
    *, code: str = "", vendor_id: UUID | None = None, cursor: str | None = None, size: int = 50
) -> Page[LedgerAccount]:
    """Accounts by code, of one code or one vendor when given. Raises InvalidInput on a bad cursor."""
    chosen = Q()
    if code:
        chosen &= Q(code=code)
    if vendor_id:
        chosen &= Q(vendor_id=vendor_id)
    return keyset_page(LedgerAccount.objects.filter(chosen), order=("code", "id"), cursor=cursor, size=size)


def held_by(account_ids: Sequence[UUID]) -> dict[UUID, int]:
    """What each of these accounts holds, in minor units; zero where nothing was posted. One query."""
    rows = Posting.objects.filter(account__in=account_ids).order_by().values_list("account_id")
    return dict.fromkeys(account_ids, 0) | dict(rows.annotate(held=Sum("amount_minor")))


def entries_of(reference_ids: Sequence[UUID]) -> QuerySet[JournalEntry]:
    """The entries about these references (an order and its vendor orders, say), oldest first, with their postings."""
    return with_postings(JournalEntry.objects.filter(reference_id__in=reference_ids)).order_by("occurred_at", "id")


def with_postings(entries: QuerySet[JournalEntry]) -> QuerySet[JournalEntry]:
    return entries.prefetch_related("postings__account")


def entries_page(
    *,
    kind: str = "",
    search: str = "",
    reference_id: UUID | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    cursor: str | None = None,
    size: int = 50,
) -> Page[JournalEntry]:
    """The journal, newest first, with postings and accounts: three queries.

    `search` is the beginning of a source key ("txn:txn_1"); `since` and `until` (exclusive) are of `occurred_at`.
    Raises InvalidInput on a bad cursor.
    """
    chosen = Q()
    if kind:
        chosen &= Q(kind=kind)
    if search.strip():
        chosen &= Q(source_key__startswith=search.strip())
    if reference_id:
        chosen &= Q(reference_id=reference_id)
    if since:
        chosen &= Q(occurred_at__gte=since)
    if until:
        chosen &= Q(occurred_at__lt=until)
    entries = with_postings(JournalEntry.objects.filter(chosen))
    return keyset_page(entries, order=("-occurred_at", "-id"), cursor=cursor, size=size)


def entry_kinds() -> list[str]:
    """The kinds of entries there are, by name."""
    return list(JournalEntry.objects.order_by("kind").values_list("kind", flat=True).distinct())


def moved(codes: Sequence[str], *, currency: str, since: datetime, until: datetime) -> dict[str, int]:
    """By how much the accounts of each code changed between two instants; zero where they did not. One query."""
    rows = Posting.objects.filter(
        account__code__in=codes, currency=currency, entry__occurred_at__gte=since, entry__occurred_at__lt=until
    )
    sums = rows.order_by().values_list("account__code").annotate(Sum("amount_minor"))
    return dict.fromkeys(map(str, codes), 0) | dict(sums)


def moved_by_day(code: str, *, currency: str, since: datetime) -> dict[date, int]:
    """By how much the accounts of a code changed on each day (UTC); days without a change are left out. One query."""
    rows = Posting.objects.filter(account__code=code, currency=currency, entry__occurred_at__gte=since)
    days = rows.annotate(day=TruncDate("entry__occurred_at")).values("day").annotate(moved=Sum("amount_minor"))
    return dict(days.order_by("day").values_list("day", "moved"))


def explain_balance(account: LedgerAccount, *, cursor: str | None = None, size: int = 50) -> AccountPage:
    """How the account came to hold what it holds: a page of its postings, newest first, each with the running balance.

    Two queries a page. Raises InvalidInput on a bad cursor.
    """
    return _explain(account, Posting.objects.select_related("entry"), cursor, size)


# What the database lets a vendor read of an entry.
VENDOR_READS = [f"entry__{name}" for name in ("kind", "description", "reference_id", "reverses_id", "occurred_at")]


def vendor_account(code: str, *, vendor_id: UUID, currency: str) -> LedgerAccount | None:
    """A vendor's account of a code; None when it was never used."""
    return LedgerAccount.objects.filter(code=code, vendor_id=vendor_id, currency=currency).first()


def explain_to_vendor(account: LedgerAccount, *, cursor: str | None = None, size: int = 50) -> AccountPage:
    """`explain_balance` with the rights of the vendor whose account it is."""
    postings = Posting.objects.select_related("entry").only("account", "amount_minor", "currency", *VENDOR_READS)
    return _explain(account, postings, cursor, size)


def _explain(account: LedgerAccount, postings: QuerySet[Posting], cursor: str | None, size: int) -> AccountPage:
    mine = Posting.objects.filter(account=account)
    page = keyset_page(postings.filter(account=account), order=("-id",), cursor=cursor, size=size)
    if not page.rows:
        return AccountPage(account, 0, 0, [], page.next_cursor, page.previous_cursor)
    closing = mine.filter(id__lte=page.rows[0].id).aggregate(held=Sum("amount_minor"))["held"]
    steps, held = [], closing
    for posting in page.rows:
        steps.append(Step(posting, held))
        held -= posting.amount_minor
    return AccountPage(account, held, closing, steps, page.next_cursor, page.previous_cursor)
