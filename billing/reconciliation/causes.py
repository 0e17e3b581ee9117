"""What an exception is likely about, and the entries that would set the books right."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from billing.ledger.entries import Line
from billing.ledger.models import AccountCode
from billing.reconciliation.models import ReconciliationException
from billing.stripe.models import BalanceTransaction
from kit.money import Money


class Cause(NamedTuple):
    """A class of causes, and what to look at."""

    label: str
    advice: str


CHANGED = Cause("Changed in the database", "Somebody went past the database's own checks: look who had that access.")
DIFFERS = Cause(
    "Entry or source changed",
    "One of the two was changed past our checks: look who had that access. Was it what the entry is made from, put that back "
    "and match again; was it the entry, post the difference from here.",
)
UNEVEN = Cause(
    "Entry changed, and does not balance",
    "No other entry sets that right, for every entry balances: put the posting back to what is expected in the database, as "
    "the last backup has it, and match again.",
)
BROKEN = Cause(
    "Source does not add up",
    "What the entry is made from contradicts itself: put it back as it was (a backup, or the provider, says how), and match "
    "again. The entry stays as it is.",
)
LATE = Cause("Not entered yet", "The worker is behind, or failing: see the jobs. It can be entered from here.")
FOREIGN = Cause("Not ours", "Nothing of ours made this entry: find out who entered it, and reverse it.")
UNKNOWN = Cause("Unknown movement", "Done at the provider and not here: find it there by its id, and say what it was.")
PROVIDER = Cause("Provider's balance", "Movements not fetched yet, or named by another exception: match again first.")
RECORDS = Cause("Our records", "An order, a payment or a transfer was changed by hand: put it back as it was.")
SILENT = Cause("Provider silent", "It did not answer, so nothing was compared. Match again.")

CAUSES = {
    "entry_from_source": DIFFERS,
    "entry_complete": CHANGED,
    "entry_balances": CHANGED,
    "entry_has_source": FOREIGN,
    "source_in_books": LATE,
    "suspense": UNKNOWN,
    "provider_balance": PROVIDER,
    "vendor_balance": PROVIDER,
}
# So little may come of rounding, somewhere.
ROUNDING_MINOR = 100
OFFERED = (AccountCode.PAYOUT_FEES, AccountCode.FX_ROUNDING, AccountCode.STRIPE_PROCESSING, AccountCode.BANK)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A way to set the books right. `name` is what it is asked for by; `lines` what a correction would post.

    `kind`: correction (an entry of these lines), reversal (of the entry), or entry (the missing one is entered).
    """

    name: str
    kind: str
    title: str
    lines: Sequence[Line] = ()
    amount_minor: int = 0


def cause_of(row: ReconciliationException) -> Cause:
    if row.key == "provider:unreachable":
        return SILENT
    if row.check_name == "entry_from_source":
        if row.key.endswith(":rebuild"):
            return BROKEN
        return DIFFERS if _is_even(differences_of_entry(row)) else UNEVEN
    return CAUSES.get(row.check_name, RECORDS)


def suggestions(row: ReconciliationException) -> list[Suggestion]:
    """What would set the books right, the likeliest first; none when the books are not what is wrong."""
    if row.check_name == "entry_has_source":
        return [Suggestion("reverse", "reversal", "Reverse the entry", amount_minor=abs(row.found_minor))]
    if row.check_name == "source_in_books":
        return [Suggestion("enter", "entry", "Enter it now", amount_minor=abs(row.expected_minor))]
    if row.check_name == "entry_from_source":
        return _difference_of_entry(row)
    line = _to_move(row)
    if line is None:
        return []
    return [
        Suggestion(
            name=f"to_{code.value}",
            kind="correction",
            title=f"{Money(abs(line.amount_minor), row.currency)} to {code.value} {code.label.removesuffix('/v')}",
            lines=(line, Line(code.value, -line.amount_minor)),
            amount_minor=abs(line.amount_minor),
        )
        for code in _targets(row)
    ]


def differences_of_entry(row: ReconciliationException) -> list[ReconciliationException]:
    """What differs of the same entry, account by account; one correction sets all of it right. One query, or none."""
    if row.check_name != "entry_from_source" or row.entry_id is None or row.key.endswith(":rebuild"):
        return []
    same = ReconciliationException.objects.filter(
        entry_id=row.entry_id, check_name=row.check_name, currency=row.currency, state=row.state
    )
    return list(same.exclude(key__endswith=":rebuild").order_by("key"))


def _is_even(rows: Sequence[ReconciliationException]) -> bool:
    return bool(rows) and not sum(each.difference_minor for each in rows)


def _difference_of_entry(row: ReconciliationException) -> list[Suggestion]:
    """An entry of what it lacks on each account, where that balances."""
    rows = differences_of_entry(row)
    if not _is_even(rows):
        return []
    lines = [Line(each.account[:4], -each.difference_minor, each.vendor_id) for each in rows]
    moved = sum(line.amount_minor for line in lines if line.amount_minor > 0)
    accounts = ", ".join(dict.fromkeys(each.account for each in rows))
    return [
        Suggestion(
            name="difference",
            kind="correction",
            title=f"Post the difference of the whole entry: {Money(moved, row.currency)} among {accounts}",
            lines=lines,
            amount_minor=moved,
        )
    ]


def _to_move(row: ReconciliationException) -> Line | None:
    """What the account at fault lacks, as a line."""
    if row.check_name == "suspense" and row.found_minor:
        return Line(AccountCode.SUSPENSE.value, -row.found_minor)
    if row.check_name == "provider_balance" and row.currency and row.difference_minor:
        return Line(row.account[:4], -row.difference_minor)
    if row.check_name == "vendor_payable" and row.difference_minor:
        # Both sides say what we owe, which is a credit.
        return Line(AccountCode.VENDOR_PAYABLE.value, row.difference_minor, row.vendor_id)
    return None


def _targets(row: ReconciliationException) -> list[AccountCode]:
    likely = AccountCode.PAYOUT_FEES
    if row.check_name == "suspense":
        movement = BalanceTransaction.objects.filter(transaction_id=row.key.removeprefix("suspense:txn:")).first()
        kind = movement.type if movement else ""
        if kind.startswith("payout") or kind == "topup":
            likely = AccountCode.BANK
        elif "fee" not in kind and abs(row.found_minor) <= ROUNDING_MINOR:
            likely = AccountCode.FX_ROUNDING
    elif abs(row.difference_minor) <= ROUNDING_MINOR:
        likely = AccountCode.FX_ROUNDING
    return [likely, *(code for code in OFFERED if code != likely)]
