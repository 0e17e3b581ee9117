"""What orders take of gift cards and store credit, and what goes back to them."""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F

from billing.ledger.actions import post_all
from billing.ledger.entries import ShareOfSale, besides_sale
from billing.payments.actions import (
    AlreadyPaid,
    PaymentClosed,
    capture,
    lock_after_order,
    lock_payment,
    refund_answered,
)
from billing.payments.actions.refunds import owed_entry
from billing.payments.actions.sessions import CLOSED
from billing.payments.models import Payment, PaymentState, Refund, RefundState
from billing.prepaid.books import prepaid_sale_of, refund_entry_of
from billing.prepaid.means import Means
from billing.prepaid.models import (
    GiftCard,
    MovementKind,
    Prepaid,
    PrepaidKind,
    PrepaidMovement,
    Tender,
    TenderState,
)
from kit import clock
from kit.errors import Conflict
from kit.faults import point
from kit.money import split_largest_remainder

KEPT = "kept:"
# What comes back to a gift card can be used for so long at least.
GOOD_AGAIN = timedelta(days=365)
HELD = point("prepaid.held")


class LessLeft(Conflict):
    """There is less to pay with than was shown."""

    code = "prepaid_less_left"


def lock_balances(ids: Collection[UUID]) -> dict[UUID, Prepaid]:
    """These balances, locked in the order of their ids. Inside a transaction."""
    return {row.id: row for row in Prepaid.objects.select_for_update().filter(id__in=ids).order_by("id")}


def hold(*, payment: Payment, means: Means) -> list[Tender]:
    """Keep what a payment takes of each source for it, until it is paid or given up. Inside a transaction.

    Raises LessLeft; whoever locked the balances before they were spread never sees that.
    """
    balances = lock_balances([part.source.prepaid_id for part in means.parts])
    for part in means.parts:
        balance = balances[part.source.prepaid_id]
        if balance.free_minor < part.amount_minor:
            raise LessLeft("There is less left to pay with than a moment ago. Look at it once more.")
        balance.held_minor += part.amount_minor
        balance.save(update_fields=["held_minor"])
    HELD()
    return Tender.objects.bulk_create(
        Tender(payment=payment, prepaid_id=part.source.prepaid_id, amount_minor=part.amount_minor)
        for part in means.parts
    )


def use(payment: Payment) -> None:
    """A payment is paid: what was held for it is taken. Inside a transaction, with the payment locked.

    What was given back before, because the order was closed, stays where it is: such a payment is refunded in full.
    """
    tenders = list(payment.tenders.filter(state=TenderState.HELD).order_by("prepaid_id"))
    balances = lock_balances([tender.prepaid_id for tender in tenders])
    now = clock.now()
    for tender in tenders:
        balance = balances[tender.prepaid_id]
        balance.held_minor -= tender.amount_minor
        balance.balance_minor -= tender.amount_minor
        balance.save(update_fields=["held_minor", "balance_minor"])
        tender.state, tender.closed_at = TenderState.USED, now
        tender.save(update_fields=["state", "closed_at"])
    PrepaidMovement.objects.bulk_create(
        PrepaidMovement(
            prepaid_id=tender.prepaid_id,
            kind=MovementKind.USED,
            key=f"used:{tender.id}",
            amount_minor=-tender.amount_minor,
            payment_id=payment.id,
            number=payment.reference_number,
            at=now,
        )
        for tender in tenders
    )


def release(order_ids: Collection[UUID]) -> None:
    """Orders will not be paid: what was held for them can be paid with again. Inside a transaction."""
    held = Tender.objects.filter(payment__reference_id__in=order_ids, state=TenderState.HELD).order_by(
        "prepaid_id", "id"
    )
    tenders = list(held)
    balances = lock_balances([tender.prepaid_id for tender in tenders])
    for tender in tenders:
        balance = balances[tender.prepaid_id]
        balance.held_minor -= tender.amount_minor
        balance.save(update_fields=["held_minor"])
        tender.state, tender.closed_at = TenderState.RELEASED, clock.now()
        tender.save(update_fields=["state", "closed_at"])


@transaction.atomic
def pay_covered(*, payment_id: UUID) -> Payment:
    """Pay what needs no provider: all of it is prepaid, or it costs nothing. Announces `payment.captured`.

    Raises AlreadyPaid, PaymentClosed; and ValueError where something is to be charged.
    """
    payment = lock_after_order(payment_id)
    if payment.charged_minor:
        raise ValueError(f"{payment.reference_number} is to be charged")
    if payment.state == PaymentState.PAID:
        raise AlreadyPaid("This order is paid already.")
    if payment.state != PaymentState.PENDING:
        raise PaymentClosed(CLOSED)
    capture(payment=payment, attempt=None)
    at = payment.paid_at or clock.now()
    drafts = prepaid_sale_of(payment, occurred_at=at)
    for share in payment.shares.order_by("id"):
        sold = ShareOfSale(
            *(share.vendor_id, share.reference_id, share.charged_minor, share.commission_minor),
            *(share.commission_tax_minor, share.subsidy_minor, share.sales_tax_minor),
        )
        drafts += besides_sale(sold, currency=payment.currency, occurred_at=at)
    post_all(drafts)
    return payment


def give_back(refund: Refund) -> None:
    """A refund was made: what of it was prepaid is back where it came from, and what is given as store credit is there.

    Inside a transaction, with the payment locked. Over several cards in the proportion of what each paid and has not got
    back. Done twice, it is once.
    """
    if refund.kept_at is not None or not refund.kept_with_us_minor:
        return
    tenders = list(Tender.objects.filter(payment_id=refund.payment_id).order_by("prepaid_id"))
    left = [tender.amount_minor - tender.refunded_minor for tender in tenders]
    parts = split_largest_remainder(refund.prepaid_minor, left)
    amounts: dict[UUID, int] = {}
    for tender, part in zip(tenders, parts, strict=True):
        tender.refunded_minor += part
        tender.save(update_fields=["refunded_minor"])
        if part and tender.state == TenderState.USED:
            amounts[tender.prepaid_id] = part
    if refund.credited_minor:
        assert refund.credited_to is not None  # the database says so too
        credit = credit_of(refund.credited_to, refund.currency)
        amounts[credit.id] = amounts.get(credit.id, 0) + refund.credited_minor
    # Cards before balances, as whoever ends one does.
    list(GiftCard.objects.select_for_update(of=("self",)).filter(prepaid_id__in=amounts).order_by("id"))
    balances = lock_balances(amounts)
    refund.kept_at = clock.now()
    refund.save(update_fields=["kept_at"])
    for prepaid_id, amount in amounts.items():
        balances[prepaid_id].balance_minor += amount
        balances[prepaid_id].save(update_fields=["balance_minor"])
    PrepaidMovement.objects.bulk_create(
        PrepaidMovement(
            prepaid_id=prepaid_id,
            kind=MovementKind.REFUNDED,
            key=f"refund:{refund.id}:{prepaid_id}",
            amount_minor=amount,
            payment_id=refund.payment_id,
            refund_id=refund.id,
            number=refund.payment.reference_number,
            reason=refund.reason,
            at=refund.kept_at,
        )
        for prepaid_id, amount in amounts.items()
    )
    again = refund.kept_at.date() + GOOD_AGAIN
    GiftCard.objects.filter(prepaid_id__in=amounts, expires_on__lt=again).update(expires_on=again)
    entry = refund_entry_of(refund)
    post_all([entry] if entry else [])


def give_back_due() -> int:
    """Make every refund of which nothing is to be sent: it goes to gift cards and store credit alone. Gives how many."""
    done = 0
    while _give_back_one():
        done += 1
    return done


@transaction.atomic
def _give_back_one() -> bool:
    due = Refund.objects.filter(
        amount_minor__gt=0,
        amount_minor=F("prepaid_minor") + F("credited_minor"),
        state=RefundState.DUE,
        due_at__lte=clock.now(),
    )
    found = due.order_by("due_at", "id").values_list("id", "payment_id").first()
    if found is None:
        return False
    lock_payment(found[1])
    refund = Refund.objects.select_related("share").get(id=found[0])
    if refund.state != RefundState.DUE:
        return True  # another worker has made it meanwhile
    post_all([owed_entry(refund, occurred_at=clock.now())])
    refund_answered(refund_id=refund.id, state=RefundState.SUCCEEDED, provider_refund_id=f"{KEPT}{refund.id}")
    return True


@transaction.atomic
def credit_refunds(*, order_id: UUID, user_id: UUID, wanted: bool) -> Payment:
    """The customer wants what may go back of an order as store credit, or as it was paid. Holds for refunds from now on."""
    payment = lock_payment(Payment.objects.values_list("id", flat=True).get(reference_id=order_id))
    payment.refunds_to_credit_of = user_id if wanted else None
    payment.save(update_fields=["refunds_to_credit_of"])
    return payment


def credit_of(user_id: UUID, currency: str) -> Prepaid:
    """A customer's store credit, made where there is none yet. Inside a transaction."""
    fresh = Prepaid(kind=PrepaidKind.STORE_CREDIT, user_id=user_id, currency=currency)
    Prepaid.objects.bulk_create([fresh], ignore_conflicts=True)
    return Prepaid.objects.get(kind=PrepaidKind.STORE_CREDIT, user_id=user_id, currency=currency)
