"""Give money back: asked for, answered by the provider, sent again, or paid from our bank."""

from datetime import UTC, date, datetime, time
from uuid import UUID

from django.db import transaction

from billing.ledger import entries
from billing.ledger.actions import post_all
from billing.ledger.entries import Earmark, EntryDraft
from billing.payments.actions.locks import lock_payment
from billing.payments.actions.sessions import PaymentClosed
from billing.payments.actions.shares import left_of, tax_given_back
from billing.payments.models import Payment, PaymentShare, PaymentState, Refund, RefundState
from kit import clock
from kit.errors import Conflict, InvalidInput
from kit.money import Money
from outbox.actions import announce
from outbox.doorbell import ring

# A refund of which nothing goes to the customer has no name at a provider, and this in its place.
NOTHING_SENT = "nothing:"


class RefundTooLarge(InvalidInput):
    """More would be refunded than is left of the share."""

    code = "refund_too_large"


class PaymentDisputed(Conflict):
    """The customer's bank has asked for this payment back: a refund would pay it twice."""

    code = "payment_disputed"


class RefundDiffers(Conflict):
    """A refund of that key exists and is of another amount or share."""

    code = "refund_differs"


class NotOwed(Conflict):
    """This refund did not come back: there is nothing to pay the customer another way."""

    code = "refund_not_owed"


class NotRefused(Conflict):
    """The provider did not refuse this refund: it is under way, done, or came back after it was accepted."""

    code = "refund_not_refused"


@transaction.atomic
def request_refund(
    *,
    share: PaymentShare,
    amount_minor: int,
    key: str,
    reason: str,
    net_minor: int | None = None,
    subsidy_minor: int | None = None,
    sales_tax_minor: int | None = None,
) -> Refund:
    """Promise the customer `amount_minor` (gross) of a share back; the worker sends it. Announces `refund.requested`.

    With it `subsidy_minor` of what the platform added goes back to the platform; left out, it is so much of what is left of
    that as is given back of the gross. `net_minor` of both comes from the vendor's earnings, `sales_tax_minor` is VAT of the
    sale that the platform owes no longer, and the rest is commission given back; left out, they are divided in the proportion
    of what is left of each. Where commission is kept, its part is the vendor's. Commission given back is divided the same way
    into ours and the VAT on it. What was prepaid goes back to where it came from, in the proportion of what is left
    (`Rest.prepaid_in`), and what was charged as store credit where the customer wished that. What the customer paid nothing
    for takes no way to the provider: it is done at once. The same key gives the same refund. Raises RefundTooLarge,
    RefundDiffers, PaymentClosed when the payment is not paid, PaymentDisputed while the customer's bank asks for it or when
    it keeps all of this part.
    """
    payment = lock_payment(share.payment_id)
    share = PaymentShare.objects.select_for_update().get(id=share.id)
    found = Refund.objects.filter(key=key).first()
    if found is not None:
        if (found.share_id, found.amount_minor) != (share.id, amount_minor):
            raise RefundDiffers(f"There is another refund of {Money(found.amount_minor, found.currency)} for this.")
        return found
    if payment.state != PaymentState.PAID:
        raise PaymentClosed("Only what was paid can be refunded.")
    if payment.refunds_blocked_at is not None:
        raise PaymentDisputed(
            "The customer's bank disputes this payment, so it cannot be refunded: a refund would pay the customer twice. "
            "What the bank decides holds."
        )
    left = left_of(share)
    if not left.whole and share.disputed_minor + share.platform_lost_minor:
        raise PaymentDisputed("The customer's bank keeps what was left of this order: a refund would pay it twice.")
    if not 0 <= amount_minor <= left.gross:
        raise RefundTooLarge(
            f"At most {Money(left.gross, share.currency)} of this order can be refunded.", field="amount"
        )
    if subsidy_minor is None:
        subsidy_minor = left.subsidy_with(amount_minor)
    whole = amount_minor + subsidy_minor
    if not 0 <= subsidy_minor <= left.subsidy or not whole:
        raise RefundTooLarge("More of a discount would go back to the marketplace than it paid for this order.")
    parts = left.within(whole)
    if sales_tax_minor is None:
        sales_tax_minor = parts.sales_tax
    if net_minor is None:
        net_minor = parts.net if sales_tax_minor == parts.sales_tax else whole - sales_tax_minor - parts.commission
    if not 0 <= sales_tax_minor <= min(left.sales_tax, whole):
        raise RefundTooLarge("More VAT would be given back than the marketplace owes of this order.")
    if not max(0, whole - sales_tax_minor - left.commission) <= net_minor <= whole - sales_tax_minor:
        raise RefundTooLarge("More commission would be given back than was taken of this order.")
    prepaid_minor = left.prepaid_in(amount_minor)
    refund = Refund.objects.create(
        payment=payment,
        share=share,
        vendor_id=share.vendor_id,
        key=key,
        amount_minor=amount_minor,
        prepaid_minor=prepaid_minor,
        credited_minor=amount_minor - prepaid_minor if payment.refunds_to_credit_of else 0,
        credited_to=payment.refunds_to_credit_of,
        subsidy_minor=subsidy_minor,
        net_minor=net_minor,
        commission_tax_minor=tax_given_back(share, whole - net_minor - sales_tax_minor),
        sales_tax_minor=sales_tax_minor,
        currency=share.currency,
        reason=reason,
    )
    _count_refund(payment, share, refund, sign=1)
    announce("refund.requested", vendor_id=share.vendor_id, payload=_refund_payload(refund))
    if not amount_minor:
        return _done_at_once(refund)
    _ring_for(refund)
    return refund


def _ring_for(refund: Refund) -> None:
    sweep = "stripe.send_refunds" if refund.sent_minor else "prepaid.give_back"
    transaction.on_commit(lambda: ring(sweep))


def _done_at_once(refund: Refund) -> Refund:
    """There is nothing to send: only what the platform added goes back to it."""
    post_all([owed_entry(refund, occurred_at=clock.now())])
    return refund_answered(
        refund_id=refund.id, state=RefundState.SUCCEEDED, provider_refund_id=f"{NOTHING_SENT}{refund.id}"
    )


def owed_entry(refund: Refund, *, occurred_at: datetime) -> EntryDraft:
    """That a refund was accepted, for the books."""
    return entries.refund_owed(
        refund_id=refund.id,
        mark=Earmark(refund.vendor_id, refund.share.reference_id),
        amount_minor=refund.amount_minor,
        subsidy_minor=refund.subsidy_minor,
        net_minor=refund.net_minor,
        commission_tax_minor=refund.commission_tax_minor,
        sales_tax_minor=refund.sales_tax_minor,
        currency=refund.currency,
        occurred_at=occurred_at,
    )


@transaction.atomic
def refund_answered(
    *, refund_id: UUID, state: RefundState, provider_refund_id: str = "", error: str = "", moved: bool = True
) -> Refund:
    """Note what the provider says of a refund.

    Announces `refund.accepted`, `refund.succeeded` or `refund.failed` when that is news.

    A failure after money has moved leaves the vendor's part as it is: we owe the customer, and pay another way. One
    where nothing moved (`moved` false) was never a refund, and its amount is the vendor's and the platform's again.
    """
    payment = lock_payment(Refund.objects.values_list("payment_id", flat=True).get(id=refund_id))
    share = PaymentShare.objects.select_for_update().get(refunds=refund_id)
    refund = Refund.objects.select_for_update().get(id=refund_id)
    if refund.state in (state, RefundState.FAILED, RefundState.BY_HAND):
        return refund
    is_news = refund.state in (RefundState.DUE, RefundState.SENT) and moved
    refund.state, refund.error = state, error
    refund.is_counted = moved or state != RefundState.FAILED
    refund.provider_refund_id = provider_refund_id or refund.provider_refund_id
    if state in (RefundState.SUCCEEDED, RefundState.FAILED):
        refund.done_at = clock.now()
    refund.save(update_fields=["state", "is_counted", "provider_refund_id", "error", "done_at"])
    if is_news:
        announce("refund.accepted", vendor_id=refund.vendor_id, payload=_refund_payload(refund))
    if state == RefundState.SUCCEEDED:
        announce("refund.succeeded", vendor_id=refund.vendor_id, payload=_refund_payload(refund))
    if state == RefundState.FAILED:
        if not moved:
            _count_refund(payment, share, refund, sign=-1)
        announce("refund.failed", vendor_id=refund.vendor_id, payload=_refund_payload(refund))
    return refund


@transaction.atomic
def retry_refund(*, refund_id: UUID) -> Refund:
    """Have a refund that the provider refused sent again, and count it again. Announces `refund.requested`.

    Raises NotRefused, PaymentDisputed, or RefundTooLarge when too little is left of its share since.
    """
    payment = lock_payment(Refund.objects.values_list("payment_id", flat=True).get(id=refund_id))
    share = PaymentShare.objects.select_for_update().get(refunds=refund_id)
    refund = Refund.objects.select_for_update().get(id=refund_id)
    if not refund.was_refused:
        raise NotRefused("Only a refund that the provider refused can be sent again.")
    if payment.refunds_blocked_at is not None:
        raise PaymentDisputed("The customer's bank disputes this payment, so it cannot be refunded.")
    left = left_of(share)
    is_too_much = refund.prepaid_minor > left.prepaid or refund.commission_minor > left.commission
    is_too_much = is_too_much or refund.amount_minor - refund.prepaid_minor > left.charged
    if is_too_much or refund.subsidy_minor > left.subsidy or refund.sales_tax_minor > left.sales_tax:
        raise RefundTooLarge(f"Only {Money(left.gross, share.currency)} of this order is left to be refunded.")
    # The provider repeats a refusal under its key.
    refund.state, refund.attempt, refund.error = RefundState.DUE, refund.attempt + 1, ""
    refund.due_at, refund.done_at, refund.is_counted = clock.now(), None, True
    # Nothing of it is in the books yet, and other refunds may have taken of the VAT meanwhile.
    refund.commission_tax_minor = tax_given_back(share, refund.commission_minor)
    refund.save(update_fields=["state", "attempt", "error", "due_at", "done_at", "is_counted", "commission_tax_minor"])
    _count_refund(payment, share, refund, sign=1)
    announce("refund.requested", vendor_id=refund.vendor_id, payload=_refund_payload(refund))
    _ring_for(refund)
    return refund


@transaction.atomic
def pay_by_hand(*, refund_id: UUID, reference: str, paid_on: date) -> Refund:
    """A refund that came back was paid to the customer from our bank, under this reference. Posts it: 2100 to 1100.

    Announces `refund.paid_by_hand`. Raises NotOwed, or InvalidInput for a missing reference or a day to come.
    """
    reference = " ".join(reference.split())
    if not reference or len(reference) > 80:
        raise InvalidInput("Give the bank transfer's reference, in 80 characters at most.", field="reference")
    if paid_on > clock.today():
        raise InvalidInput("That day has not come yet.", field="paid_on")
    lock_payment(Refund.objects.values_list("payment_id", flat=True).get(id=refund_id))
    refund = Refund.objects.select_for_update(of=("self",)).select_related("share").get(id=refund_id)
    if not refund.came_back:
        raise NotOwed("Only a refund that came back is paid another way.")
    if paid_on < refund.created_at.date():
        raise InvalidInput("That was before the refund was promised.", field="paid_on")
    # The books want an instant, banks give a day: its noon, or now where that is still to come.
    paid_at = min(datetime.combine(paid_on, time(12), UTC), clock.now())
    refund.state, refund.by_hand_at, refund.by_hand_reference = RefundState.BY_HAND, paid_at, reference
    refund.save(update_fields=["state", "by_hand_at", "by_hand_reference"])
    entered = entries.refund_by_hand(
        refund_id=refund.id,
        mark=Earmark(refund.vendor_id, refund.share.reference_id),
        amount_minor=refund.sent_minor,
        currency=refund.currency,
        reference=reference,
        occurred_at=paid_at,
    )
    post_all([entered])
    announce("refund.paid_by_hand", vendor_id=refund.vendor_id, payload=_refund_payload(refund))
    return refund


def _count_refund(payment: Payment, share: PaymentShare, refund: Refund, *, sign: int) -> None:
    payment.refunded_minor += sign * refund.amount_minor
    payment.save(update_fields=["refunded_minor"])
    share.refunded_minor += sign * refund.amount_minor
    share.refunded_prepaid_minor += sign * refund.prepaid_minor
    share.refunded_subsidy_minor += sign * refund.subsidy_minor
    share.refunded_net_minor += sign * refund.net_minor
    share.refunded_commission_tax_minor += sign * refund.commission_tax_minor
    share.refunded_sales_tax_minor += sign * refund.sales_tax_minor
    share.save(
        update_fields=[
            *("refunded_minor", "refunded_prepaid_minor", "refunded_subsidy_minor", "refunded_net_minor"),
            *("refunded_commission_tax_minor", "refunded_sales_tax_minor"),
        ]
    )


def _refund_payload(refund: Refund) -> dict[str, str | int]:
    return {
        "refund": str(refund.id),
        "payment": str(refund.payment_id),
        "share": str(refund.share_id),
        "vendor_order": str(refund.share.reference_id),
        "amount_minor": refund.amount_minor,
        "net_minor": refund.net_minor,
        "currency": refund.currency,
    }
