"""What staff do with the bank's statement: record what came for an order, give back what was too much, pay refunds."""

from datetime import UTC, date, datetime, time
from uuid import UUID

from django.db import transaction
from django.db.models import F, Sum

from audit.actions import record
from billing.bank_transfer import entries
from billing.bank_transfer.models import IncomingPayment
from billing.bank_transfer.provider import NAME
from billing.ledger.actions import post_all
from billing.ledger.entries import EntryDraft, ShareOfSale, besides_sale
from billing.payments.actions import capture, lock_after_order, lock_payment, owed_entry, refund_answered
from billing.payments.models import Payment, PaymentState, Refund, RefundState
from billing.prepaid.books import prepaid_sale_of
from kit import clock
from kit.errors import Conflict, InvalidInput
from kit.money import Money


class NoSuchOrder(InvalidInput):
    """No order of that number waits for a bank transfer."""

    code = "bank_reference_unknown"


class RecordedAlready(Conflict):
    """This line of the bank's statement is recorded."""

    code = "incoming_recorded"


class NothingToGiveBack(Conflict):
    code = "nothing_to_give_back"


class NotToPay(Conflict):
    """This refund does not wait to be paid from our bank."""

    code = "bank_refund_not_due"


@transaction.atomic
def record_incoming(
    *, order_number: str, amount: Money, received_on: date, bank_reference: str, by: UUID, payer: str = ""
) -> IncomingPayment:
    """Money came to our bank for an order. With what came before it may be paid by now: then it is captured.

    Too little leaves it waiting, too much is owed back (`excess_of`). What comes after the time was over is captured
    and refunded, as any provider's. `bank_reference` is the bank's name of the line, once: the same line of the same
    person's is what was recorded before. Raises NoSuchOrder, RecordedAlready, InvalidInput.
    """
    bank_reference = " ".join(bank_reference.split())[:80]
    if not bank_reference:
        raise InvalidInput("Give the bank's reference of this line.", field="bank_reference")
    if received_on > clock.today():
        raise InvalidInput("That day has not come yet.", field="received_on")
    payment = Payment.objects.filter(reference_number=order_number.strip().upper(), attempts__provider=NAME).first()
    if payment is None:
        raise NoSuchOrder("No order of that number is to be paid by bank transfer.", field="order_number")
    if amount.currency != payment.currency or amount.amount_minor <= 0:
        raise InvalidInput(f"Give an amount of {payment.currency}.", field="amount")
    payment = lock_after_order(payment.id)
    incoming = IncomingPayment(
        payment=payment,
        bank_reference=bank_reference,
        payer=payer.strip()[:140],
        amount_minor=amount.amount_minor,
        currency=amount.currency,
        received_on=received_on,
        recorded_by=by,
        recorded_at=clock.now(),
    )
    IncomingPayment.objects.bulk_create([incoming], ignore_conflicts=True)
    recorded = IncomingPayment.objects.filter(bank_reference=bank_reference).get()
    if recorded.id != incoming.id:
        if _line(recorded) == _line(incoming):
            return recorded
        raise RecordedAlready("This line of the statement was recorded before.", field="bank_reference")
    drafts = [receipt(incoming, payment)]
    if payment.state != PaymentState.PAID and received_minor(payment) >= payment.charged_minor:
        attempt = payment.attempts.filter(provider=NAME).latest("number")
        capture(payment=payment, attempt=attempt, charge_id=f"bank:{payment.id}", intent_id="", fee_minor=0)
        drafts += sale_of(payment)
    post_all(drafts)
    _note("bank.received", payment, by, amount=str(amount), bank_reference=bank_reference)
    return incoming


def _line(incoming: IncomingPayment) -> tuple[object, ...]:
    """What tells one line of the statement, as somebody recorded it, from another."""
    money = (incoming.amount_minor, incoming.currency, incoming.received_on)
    return (incoming.payment_id, incoming.payer, *money, incoming.recorded_by)


@transaction.atomic
def give_back(*, incoming_id: UUID, reference: str, by: UUID) -> IncomingPayment:
    """What an order was paid too much, or was paid for nothing, went back to where this line came from.

    Said twice with the same reference, it is once. Raises NothingToGiveBack, InvalidInput without a reference.
    """
    reference = " ".join(reference.split())[:80]
    if not reference:
        raise InvalidInput("Give the reference of your bank transfer.", field="reference")
    lock_payment(IncomingPayment.objects.values_list("payment_id", flat=True).get(id=incoming_id))
    incoming = IncomingPayment.objects.select_for_update(of=("self",)).select_related("payment").get(id=incoming_id)
    if incoming.returned_minor and incoming.returned_reference == reference:
        return incoming
    amount = min(excess_of(incoming.payment), incoming.amount_minor)
    if incoming.returned_minor or amount <= 0:
        raise NothingToGiveBack("Nothing of this is to be given back.")
    incoming.returned_minor, incoming.returned_reference, incoming.returned_at = amount, reference, clock.now()
    incoming.save(update_fields=["returned_minor", "returned_reference", "returned_at"])
    returned = returned_entry(incoming, incoming.payment)
    assert returned is not None
    post_all([returned])
    _note("bank.given_back", incoming.payment, by, amount=str(Money(amount, incoming.currency)), reference=reference)
    return incoming


@transaction.atomic
def pay_refund(*, refund_id: UUID, reference: str, by: UUID) -> Refund:
    """A refund of an order that was paid by bank transfer went from our bank to the customer. Raises NotToPay.

    The audit trail keeps our transfer's `reference`.
    """
    reference = " ".join(reference.split())[:80]
    if not reference:
        raise InvalidInput("Give the reference of your bank transfer.", field="reference")
    refund = Refund.objects.select_related("payment", "share").get(id=refund_id)
    lock_payment(refund.payment_id)
    refund.refresh_from_db()
    if refund.payment.provider == NAME and refund.state == RefundState.SUCCEEDED:
        raise NotToPay("This refund is noted as paid already.")
    if refund.payment.provider != NAME or refund.state != RefundState.DUE or not refund.sent_minor:
        raise NotToPay("This refund is not to be paid from our bank.")
    refund = refund_answered(refund_id=refund.id, state=RefundState.SUCCEEDED, provider_refund_id=f"bank:{refund.id}")
    post_all(refund_entries(refund))
    _note("bank.refund_paid", refund.payment, by, refund=str(refund.id), reference=reference)
    return refund


def received_minor(payment: Payment) -> int:
    """What came for a payment and was not given back."""
    sums = payment.incoming.aggregate(held=Sum(F("amount_minor") - F("returned_minor")))
    return int(sums["held"] or 0)


def excess_of(payment: Payment) -> int:
    """What is held for a payment that is not the order's: too much, or all of it when the order was never paid."""
    held = received_minor(payment)
    if payment.state == PaymentState.PAID:
        return held - payment.charged_minor
    return held if payment.state in (PaymentState.EXPIRED, PaymentState.CANCELED) else 0


# --- The entries, for here and for the match ------------------------------------------------------------------------------


def receipt(incoming: IncomingPayment, payment: Payment) -> EntryDraft:
    return entries.received(
        incoming.id,
        amount_minor=incoming.amount_minor,
        currency=incoming.currency,
        order_id=payment.reference_id,
        at=_noon(incoming.received_on, incoming.recorded_at),
    )


def returned_entry(incoming: IncomingPayment, payment: Payment) -> EntryDraft | None:
    """None while nothing of it went back."""
    if not incoming.returned_minor or incoming.returned_at is None:
        return None
    return entries.given_back(
        incoming.id,
        amount_minor=incoming.returned_minor,
        currency=incoming.currency,
        order_id=payment.reference_id,
        at=incoming.returned_at,
    )


def sale_of(payment: Payment) -> list[EntryDraft]:
    """The sale of a captured payment, what else paid it, our part of the discounts, and its commissions."""
    at = payment.paid_at or payment.created_at
    shares = [
        ShareOfSale(
            *(share.vendor_id, share.reference_id, share.charged_minor, share.commission_minor),
            *(share.commission_tax_minor, share.subsidy_minor, share.sales_tax_minor),
        )
        for share in payment.shares.order_by("id")
    ]
    sold = entries.sale(payment.id, order_id=payment.reference_id, shares=shares, currency=payment.currency, at=at)
    return [
        sold,
        *prepaid_sale_of(payment, occurred_at=at),
        *(draft for share in shares for draft in besides_sale(share, currency=payment.currency, occurred_at=at)),
    ]


def refund_entries(refund: Refund) -> list[EntryDraft]:
    """That it is owed, and that it was paid."""
    at = refund.done_at or refund.created_at
    owed = owed_entry(refund, occurred_at=at)
    return [owed, paid_entry(refund)]


def paid_entry(refund: Refund) -> EntryDraft:
    return entries.refund_paid(
        refund.id,
        amount_minor=refund.sent_minor,
        currency=refund.currency,
        reference_id=refund.share.reference_id,
        at=refund.done_at or refund.created_at,
    )


def _noon(day: date, latest: datetime) -> datetime:
    """Banks give a day, the books want an instant: its noon, or when it was recorded, if that was before."""
    return min(datetime.combine(day, time(12), UTC), latest)


def _note(action: str, payment: Payment, by: UUID, **data: str) -> None:
    record(
        action=action,
        subject=f"payment:{payment.id}",
        actor_kind="staff",
        actor_id=by,
        data={"order": payment.reference_number, **data},
    )
