"""Reading the books. A balance is a fold over postings; debits are positive, so what we owe is negative."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import groupby
from uuid import UUID

from django.db import connection
from django.db.models import Count, F, Q, QuerySet, Sum
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


@dataclass(frozen=True, slots=True)
class KindSum:
    """What entries of one kind did to an account; `credits_minor` is positive."""

    kind: str
    debits_minor: int
    credits_minor: int
    postings_count: int

    @property
    def moved_minor(self) -> int:
        return self.debits_minor - self.credits_minor

    @property
    def words(self) -> str:
        return self.kind.replace("_", " ").capitalize()


# Of each chosen account the newest checkpoint, and the postings after it: an index-only scan of a few hundred rows.
FOLD = """
SELECT a.id, a.code, a.vendor_id, a.currency,
       coalesce(kept.debits_minor, 0) + coalesce(rest.debits, 0)::bigint,
       coalesce(kept.credits_minor, 0) + coalesce(rest.credits, 0)::bigint
FROM ledger_ledgeraccount a
LEFT JOIN LATERAL (
    SELECT through_id, debits_minor, credits_minor FROM ledger_checkpoint
    WHERE account_id = a.id ORDER BY through_id DESC LIMIT 1
) kept ON true
LEFT JOIN LATERAL (
    SELECT sum(amount_minor) FILTER (WHERE amount_minor > 0) AS debits,
           -sum(amount_minor) FILTER (WHERE amount_minor < 0) AS credits
    FROM ledger_posting
    WHERE account_id = a.id AND id > coalesce(kept.through_id, '00000000-0000-0000-0000-000000000000')
) rest ON true
WHERE (kept.through_id IS NOT NULL OR rest.debits IS NOT NULL OR rest.credits IS NOT NULL)
"""


@dataclass(frozen=True, slots=True)
class _Fold:
    account_id: UUID
    code: str
    vendor_id: UUID | None
    currency: str
    debits_minor: int
    credits_minor: int

    @property
    def held_minor(self) -> int:
        return self.debits_minor - self.credits_minor


def _folds(
    *,
    codes: Sequence[str] | None = None,
    currency: str | None = None,
    vendor_ids: Sequence[UUID] | None = None,
    account_ids: Sequence[UUID] | None = None,
) -> list[_Fold]:
    """What was ever posted to these accounts (all, when nothing is given), by code and vendor. One query."""
    sql, given = FOLD, []
    for column, values in (
        ("a.code", None if codes is None else [str(code) for code in codes]),
        ("a.currency", None if currency is None else [currency]),
        ("a.vendor_id", None if vendor_ids is None else list(vendor_ids)),
        ("a.id", None if account_ids is None else list(account_ids)),
    ):
        if values is not None:
            sql += f" AND {column} = ANY(%s)"
            given.append(values)
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} ORDER BY a.code, a.vendor_id, a.currency", given)
        return [_Fold(*row) for row in cursor.fetchall()]


def balance(code: str, *, currency: str, vendor_id: UUID | None = None) -> int:
    """What one account holds, in minor units; zero when it was never used. One query."""
    chosen = _folds(codes=[code], currency=currency, vendor_ids=None if vendor_id is None else [vendor_id])
    return sum(fold.held_minor for fold in chosen if fold.vendor_id == vendor_id)


def total_of(code: str, *, currency: str) -> int:
    """What all accounts of a code hold together, every vendor's included."""
    return sum(fold.held_minor for fold in _folds(codes=[code], currency=currency))


def balances(*, code: str | None = None, vendor_id: UUID | None = None) -> list[Balance]:
    """Every account that was used, of one code or one vendor when given, by code and vendor. One query."""
    return [
        _as_balance(fold)
        for fold in _folds(codes=[code] if code else None, vendor_ids=[vendor_id] if vendor_id else None)
    ]


def vendor_balances(vendor_ids: Sequence[UUID], *, code: str, currency: str) -> dict[UUID, int]:
    """What each vendor's account of a code holds; zero where it was never used. One query."""
    folds = _folds(codes=[code], currency=currency, vendor_ids=vendor_ids)
    return dict.fromkeys(vendor_ids, 0) | {fold.vendor_id: fold.held_minor for fold in folds if fold.vendor_id}


def balances_of_vendors(vendor_ids: Sequence[UUID], *, codes: Sequence[str], currency: str) -> list[Balance]:
    """These vendors' accounts of these codes, those that were used, by vendor and code. One query."""
    folds = _folds(codes=codes, currency=currency, vendor_ids=vendor_ids)
    return [_as_balance(fold) for fold in sorted(folds, key=lambda fold: (str(fold.vendor_id), fold.code))]


def _as_balance(fold: _Fold) -> Balance:
    return Balance(fold.account_id, fold.code, fold.vendor_id, fold.currency, fold.held_minor)


def trial_balance(*, until: datetime | None = None) -> list[TrialLine]:
    """Debits and credits of each code and currency, of entries that occurred before `until` (all, when not given).

    In each currency the balances sum to zero. One query.
    """
    if until is None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT code, currency, sum(debits)::bigint, sum(credits)::bigint"
                f" FROM ({FOLD}) AS fold (id, code, vendor_id, currency, debits, credits)"
                " GROUP BY code, currency ORDER BY currency, code"
            )
            return [TrialLine(*row) for row in cursor.fetchall()]
    rows = (
        Posting.objects.filter(entry__occurred_at__lt=until)
        .values("account__code", "currency")
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
    folds = _folds(account_ids=account_ids)
    return dict.fromkeys(account_ids, 0) | {fold.account_id: fold.held_minor for fold in folds}


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
    """The kinds of entries there are, by name: the index is asked for the next one, again and again."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE kinds AS ((SELECT kind FROM ledger_journalentry ORDER BY kind LIMIT 1)"
            " UNION ALL SELECT (SELECT e.kind FROM ledger_journalentry e WHERE e.kind > kinds.kind"
            " ORDER BY e.kind LIMIT 1) FROM kinds WHERE kinds.kind IS NOT NULL)"
            " SELECT kind FROM kinds WHERE kind IS NOT NULL"
        )
        return [kind for (kind,) in cursor.fetchall()]


def moved(codes: Sequence[str], *, currency: str, since: datetime, until: datetime) -> dict[str, int]:
    """By how much the accounts of each code changed between two instants; zero where they did not. One query."""
    rows = Posting.objects.filter(
        account__code__in=codes, currency=currency, entry__occurred_at__gte=since, entry__occurred_at__lt=until
    )
    sums = rows.order_by().values_list("account__code").annotate(Sum("amount_minor"))
    return dict.fromkeys(map(str, codes), 0) | dict(sums)


def sold(*, currency: str, since: datetime, until: datetime) -> int:
    """What customers paid to vendors between two instants, by the books: what sales credited to them. One query."""
    rows = Posting.objects.filter(
        account__code=AccountCode.VENDOR_PAYABLE,
        currency=currency,
        entry__kind="sale",
        entry__occurred_at__gte=since,
        entry__occurred_at__lt=until,
    )
    return -(rows.aggregate(sold=Sum("amount_minor"))["sold"] or 0)


def moved_by_day(code: str, *, currency: str, since: datetime) -> dict[date, int]:
    """By how much the accounts of a code changed on each day (UTC); days without a change are left out. One query."""
    rows = Posting.objects.filter(account__code=code, currency=currency, entry__occurred_at__gte=since)
    day = TruncDate("entry__occurred_at", tzinfo=UTC)
    days = rows.annotate(day=day).values("day").annotate(moved=Sum("amount_minor"))
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


@dataclass(frozen=True, slots=True)
class PeriodPage:
    """An account over a period: what it held before, what it holds after, and a page of what happened between."""

    opening_minor: int
    closing_minor: int
    steps: list[Step]
    next_cursor: str | None
    previous_cursor: str | None


def period_to_vendor(
    account: LedgerAccount, *, since: datetime, until: datetime, cursor: str | None = None, size: int = 50
) -> PeriodPage:
    """What happened on a vendor's account from `since` until before `until`, newest first, with the vendor's rights.

    Opening, every running balance and closing are those of the whole account, so that periods join without a gap.
    Four queries at most. Raises InvalidInput on a bad cursor.
    """
    mine = Posting.objects.filter(account=account)
    inside = mine.filter(entry__occurred_at__gte=since, entry__occurred_at__lt=until)
    opening = mine.filter(entry__occurred_at__lt=since).aggregate(held=Sum("amount_minor", default=0))["held"]
    closing = opening + inside.aggregate(held=Sum("amount_minor", default=0))["held"]
    shown = inside.select_related("entry").only("account", "amount_minor", "currency", *VENDOR_READS)
    page = keyset_page(shown, order=("-id",), cursor=cursor, size=size)
    steps: list[Step] = []
    if page.rows:
        held = opening + inside.filter(id__lte=page.rows[0].id).aggregate(held=Sum("amount_minor"))["held"]
        for posting in page.rows:
            steps.append(Step(posting, held))
            held -= posting.amount_minor
    return PeriodPage(opening, closing, steps, page.next_cursor, page.previous_cursor)


def explain_by_kind(
    account: LedgerAccount, *, since: datetime, until: datetime | None = None
) -> tuple[int, list[KindSum], int]:
    """How entries of each kind moved the account between two instants: what it held before, the kinds, what it held then.

    By when entries occurred; by kind's name. Two queries.
    """
    later = Q(entry__occurred_at__gte=until) if until else Q(pk__in=[])
    rows = Posting.objects.filter(account=account, entry__occurred_at__gte=since).order_by().values("entry__kind")
    sums = rows.annotate(
        debits=Sum("amount_minor", filter=Q(amount_minor__gt=0) & ~later, default=0),
        credits=Sum(-F("amount_minor"), filter=Q(amount_minor__lt=0) & ~later, default=0),
        counted=Count("id", filter=~later),
        moved_later=Sum("amount_minor", filter=later, default=0),
    )
    told = list(sums.order_by("entry__kind").values_list("entry__kind", "debits", "credits", "counted", "moved_later"))
    closing = held_by([account.id])[account.id] - sum(moved for *_, moved in told)
    kinds = [KindSum(kind, debits, credits, counted) for kind, debits, credits, counted, _ in told if counted]
    return closing - sum(each.moved_minor for each in kinds), kinds, closing


def postings_of_kind(
    account: LedgerAccount,
    kind: str,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    cursor: str | None = None,
    size: int = 50,
) -> Page[Posting]:
    """The account's postings by entries of a kind, newest first, each with its entry. Raises InvalidInput on a bad cursor."""
    chosen = Q(account=account, entry__kind=kind)
    if since:
        chosen &= Q(entry__occurred_at__gte=since)
    if until:
        chosen &= Q(entry__occurred_at__lt=until)
    return keyset_page(Posting.objects.filter(chosen).select_related("entry"), order=("-id",), cursor=cursor, size=size)


def _explain(account: LedgerAccount, postings: QuerySet[Posting], cursor: str | None, size: int) -> AccountPage:
    page = keyset_page(postings.filter(account=account), order=("-id",), cursor=cursor, size=size)
    if not page.rows:
        return AccountPage(account, 0, 0, [], page.next_cursor, page.previous_cursor)
    closing = _held_through(account.id, page.rows[0].id)
    steps, held = [], closing
    for posting in page.rows:
        steps.append(Step(posting, held))
        held -= posting.amount_minor
    return AccountPage(account, held, closing, steps, page.next_cursor, page.previous_cursor)


def _held_through(account_id: UUID, posting_id: UUID) -> int:
    """What an account held once a posting was entered: the last checkpoint before it, and what came between."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH kept AS (
                SELECT through_id, debits_minor - credits_minor AS held FROM ledger_checkpoint
                WHERE account_id = %(account)s AND through_id <= %(posting)s ORDER BY through_id DESC LIMIT 1
            )
            SELECT coalesce((SELECT held FROM kept), 0) + coalesce(sum(amount_minor), 0)
            FROM ledger_posting
            WHERE account_id = %(account)s AND id <= %(posting)s
              AND id > coalesce((SELECT through_id FROM kept), '00000000-0000-0000-0000-000000000000')
            """,
            {"account": account_id, "posting": posting_id},
        )
        return int(cursor.fetchone()[0])
