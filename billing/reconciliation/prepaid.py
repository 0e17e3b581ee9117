"""Gift cards and store credit: what should be in the books of them, and their sums against the books.

The look-ups are not those of the poster, so that a mistake there shows.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db.models import F, Sum
from django.db.models.functions import Coalesce

from billing.ledger import entries
from billing.ledger.entries import Earmark, EntryDraft
from billing.ledger.models import AccountCode
from billing.payments.models import Payment, PaymentShare, Refund
from billing.prepaid.models import MovementKind, Prepaid, PrepaidKind, PrepaidMovement, Tender, TenderState
from billing.reconciliation.findings import AccountKey, Finding, account_name
from kit.among import Among
from kit.money import Money

ACCOUNTS = {
    PrepaidKind.GIFT_CARD: str(AccountCode.GIFT_CARDS),
    PrepaidKind.STORE_CREDIT: str(AccountCode.STORE_CREDIT),
}


def sales_by_prepaid(payments: Sequence[Payment]) -> list[EntryDraft]:
    """What gift cards and credit paid of these payments."""
    ids = [payment.id for payment in payments]
    parts: dict[UUID, list[tuple[UUID, int]]] = defaultdict(list)
    for payment_id, vendor_id, amount in PaymentShare.objects.filter(Among("payment_id", ids)).values_list(
        "payment_id", "vendor_id", "prepaid_minor"
    ):
        parts[payment_id].append((vendor_id, amount))
    sums: Counter[tuple[UUID, str]] = Counter()
    for payment_id, kind, state, amount in Tender.objects.filter(Among("payment_id", ids)).values_list(
        "payment_id", "prepaid__kind", "state", "amount_minor"
    ):
        sums[payment_id, "released" if state == TenderState.RELEASED else kind] += amount
    return [
        entries.prepaid_sale(
            payment_id=payment.id,
            order_id=payment.reference_id,
            parts=parts[payment.id],
            gift_cards_minor=sums[payment.id, PrepaidKind.GIFT_CARD],
            credit_minor=sums[payment.id, PrepaidKind.STORE_CREDIT],
            released_minor=sums[payment.id, "released"],
            currency=payment.currency,
            occurred_at=payment.paid_at or payment.created_at,
        )
        for payment in payments
    ]


def refunds_to_prepaid(refunds: Sequence[Refund]) -> list[EntryDraft]:
    """What of these refunds went to gift cards and credit: once they were made, and by what moved there."""
    sums: Counter[tuple[UUID | None, str]] = Counter()
    moved = PrepaidMovement.objects.filter(Among("refund_id", [refund.id for refund in refunds]))
    for refund_id, kind, amount in moved.values_list("refund_id", "prepaid__kind", "amount_minor"):
        sums[refund_id, kind] += amount
    return [
        entries.refund_to_prepaid(
            refund_id=refund.id,
            mark=Earmark(refund.vendor_id, refund.share.reference_id),
            gift_cards_minor=sums[refund.id, PrepaidKind.GIFT_CARD],
            credit_minor=sums[refund.id, PrepaidKind.STORE_CREDIT],
            currency=refund.currency,
            occurred_at=refund.kept_at or refund.created_at,
        )
        for refund in refunds
        if sums[refund.id, PrepaidKind.GIFT_CARD] or sums[refund.id, PrepaidKind.STORE_CREDIT]
    ]


def prepaid_entries(movements: Sequence[PrepaidMovement]) -> list[EntryDraft]:
    """The entries of movements that have one of their own: what staff credited, and cards that ended."""
    found = []
    for row in movements:
        common: Any = {
            "movement_id": row.id,
            "currency": row.prepaid.currency,
            "reason": row.reason,
            "occurred_at": row.at,
        }
        if row.kind in (MovementKind.GOODWILL, MovementKind.TAKEN_BACK):
            found.append(entries.goodwill(amount_minor=row.amount_minor, **common))
        else:
            card = row.prepaid.gift_card
            found.append(entries.gift_card_ended(card_id=card.id, amount_minor=-row.amount_minor, **common))
    return found


def match_prepaid(sound: Counter[AccountKey]) -> list[Finding]:
    """Balances against the books, against their movements, and what is held of them against the orders that hold it."""
    rows = list(
        Prepaid.objects.order_by()
        .values_list("kind", "currency")
        .annotate(Sum("balance_minor"), Sum("held_minor"))
        .values_list("kind", "currency", "balance_minor__sum", "held_minor__sum")
    )
    holding = Tender.objects.filter(state=TenderState.HELD).order_by()
    holds = Counter(
        {
            (kind, unit): amount
            for kind, unit, amount in holding.values_list("prepaid__kind", "prepaid__currency").annotate(
                sum=Sum("amount_minor")
            )
        }
    )
    should = {(kind, unit): balance for kind, unit, balance, _ in rows}
    findings = []
    for kind, code in ACCOUNTS.items():
        units = {unit for each, unit in should if each == kind}
        units |= {unit for each, _, unit in sound if each == code}
        for unit in sorted(units):
            balance, books = should.get((kind, unit), 0), -sound[code, None, unit]
            if balance != books:
                words = f"{kind.label}: the balances come to {Money(balance, unit)}, the books to {Money(books, unit)}."
                findings.append(_finding("prepaid_balance", f"{kind}:{unit}", words, balance, books, unit, code))
    for each, unit, _, held in rows:
        kind = PrepaidKind(each)
        if held != holds[kind, unit]:
            words = f"{kind.label}: what is held is not what unpaid orders hold."
            findings.append(
                _finding("prepaid_held", f"{kind}:{unit}", words, held, holds[kind, unit], unit, ACCOUNTS[kind])
            )
    return [*findings, *_not_the_sum_of_their_movements()]


def _not_the_sum_of_their_movements() -> Iterable[Finding]:
    moved = Coalesce(Sum("movements__amount_minor"), 0)
    for row in Prepaid.objects.annotate(moved=moved).exclude(balance_minor=F("moved")).order_by("id")[:100]:
        words = f"A {row.get_kind_display().lower()}'s balance is not the sum of what moved it."
        code = ACCOUNTS[PrepaidKind(row.kind)]
        yield _finding("prepaid_movements", str(row.id), words, row.balance_minor, row.moved, row.currency, code)


def _finding(check: str, of: str, words: str, expected: int, found: int, currency: str, code: str) -> Finding:
    return Finding(
        key=f"{check}:{of}",
        check=check,
        explanation=words,
        expected_minor=expected,
        found_minor=found,
        currency=currency,
        account=account_name(code),
    )
