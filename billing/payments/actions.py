"""Money in: create a payment, open sessions for it one at a time, capture it once, give money back.

Locks: whoever holds an order's lock takes the payment's after it, never the other way (see `capture`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from uuid import UUID

from django.db import transaction

from billing.ledger import entries
from billing.ledger.actions import post_all
from billing.ledger.entries import Earmark
from billing.payments.models import (
    AttemptState,
    Payment,
    PaymentAttempt,
    PaymentShare,
    PaymentState,
    Refund,
    RefundState,
)
from billing.payments.provider import (
    DEFAULT,
    KeyTaken,
    ProviderRefused,
    SessionLine,
    SessionRequest,
    SessionResult,
    provider,
)
from kit import clock
from kit.errors import Conflict, InvalidInput
from kit.money import Money, split_largest_remainder
from outbox.actions import announce
from outbox.doorbell import ring

OPEN_STATES = (AttemptState.OPENING, AttemptState.OPEN)
CLOSED = "The time to pay for this order is over. Put the items into your cart again."


class SharesDoNotAddUp(InvalidInput):
    """The vendors' parts do not sum to what the customer pays."""

    code = "shares_do_not_add_up"


class AlreadyPaid(Conflict):
    code = "already_paid"


class PaymentClosed(Conflict):
    """The time to pay is over, or the order was canceled."""

    code = "payment_closed"


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


@dataclass(frozen=True, slots=True)
class ShareInput:
    """A vendor's part: `gross_minor` of the payment, of which `commission_minor` stays with the platform.

    `commission_tax_minor` of the commission is the VAT that the platform owes on it.
    `category_paths`: of what is sold, opaque here; hold rules may name them.
    """

    vendor_id: UUID
    reference_id: UUID
    gross_minor: int
    commission_minor: int
    commission_tax_minor: int = 0
    category_paths: Sequence[str] = ()


@transaction.atomic
def create_payment(
    *,
    reference_id: UUID,
    reference_number: str,
    customer_email: str,
    amount: Money,
    shares: Sequence[ShareInput],
) -> Payment:
    """A payment of `amount` for the order `reference_id`, one share a vendor order.

    Raises SharesDoNotAddUp unless the shares sum to the amount; IntegrityError when the order has a payment already.
    """
    total = sum(share.gross_minor for share in shares)
    if total != amount.amount_minor:
        raise SharesDoNotAddUp(
            f"The vendors' parts sum to {Money(total, amount.currency)}, but the customer pays {amount}."
        )
    payment = Payment.objects.create(
        reference_id=reference_id,
        reference_number=reference_number,
        customer_email=customer_email,
        amount_minor=amount.amount_minor,
        currency=amount.currency,
    )
    PaymentShare.objects.bulk_create(
        [
            PaymentShare(
                payment=payment,
                vendor_id=share.vendor_id,
                reference_id=share.reference_id,
                gross_minor=share.gross_minor,
                commission_minor=share.commission_minor,
                commission_tax_minor=share.commission_tax_minor,
                net_minor=share.gross_minor - share.commission_minor,
                category_paths=sorted(set(share.category_paths)),
                currency=amount.currency,
            )
            for share in shares
        ]
    )
    return payment


def start(
    *, payment_id: UUID, lines: Sequence[SessionLine], success_url: str, cancel_url: str, by: str = DEFAULT
) -> str:
    """Where to send the customer to pay: the open session's address, or a new one's. Not inside a transaction.

    A session that was being opened when its process died is asked for again under its own key, so that there is never a
    second one. `by` names the provider of a new session; one that is open goes on with its own. Raises AlreadyPaid,
    PaymentClosed, ProviderUnavailable, ProviderRefused.
    """
    attempt = _current_attempt(payment_id, by)
    if attempt.state == AttemptState.OPEN:
        return attempt.url
    if sum(line.amount_minor for line in lines) != attempt.payment.amount_minor:
        raise SharesDoNotAddUp("The lines do not sum to what is paid.")
    try:
        result = provider(attempt.provider).open_session(_request(attempt, lines, success_url, cancel_url))
    except KeyTaken:
        raise
    except ProviderRefused:
        # Nothing was opened under this key: an outage outlasted what the attempt asked for, say. Ask anew, once.
        abandon_attempt(attempt_id=attempt.id)
        attempt = open_attempt(payment_id=payment_id, by=by)
        result = provider(attempt.provider).open_session(_request(attempt, lines, success_url, cancel_url))
    return record_session(attempt_id=attempt.id, result=result).url


def _current_attempt(payment_id: UUID, by: str) -> PaymentAttempt:
    """The attempt to go on with. One whose time is over is settled with the provider first."""
    attempt = open_attempt(payment_id=payment_id, by=by)
    if attempt.expires_at > clock.now():
        return attempt
    if attempt.state == AttemptState.OPEN:
        provider(attempt.provider).settle(attempt.provider_session_id)
        attempt = open_attempt(payment_id=payment_id, by=by)
    if attempt.expires_at <= clock.now():
        raise PaymentClosed(CLOSED)
    return attempt


def _request(
    attempt: PaymentAttempt, lines: Sequence[SessionLine], success_url: str, cancel_url: str
) -> SessionRequest:
    payment = attempt.payment
    return SessionRequest(
        payment_id=payment.id,
        reference_id=payment.reference_id,
        reference_number=payment.reference_number,
        attempt=attempt.number,
        customer_email=payment.customer_email,
        currency=payment.currency,
        lines=lines,
        expires_at=attempt.expires_at,
        success_url=success_url,
        cancel_url=cancel_url,
    )


def settle(*, payment_id: UUID) -> str:
    """Ask the provider about the sessions under way and bring the payment up to its answer; gives the payment's state.

    For the page that a customer comes back to, which may be there before any webhook. Not inside a transaction. Raises
    ProviderUnavailable, ProviderRefused.
    """
    under_way = PaymentAttempt.objects.filter(payment_id=payment_id, state=AttemptState.OPEN)
    for name, session_id in list(under_way.values_list("provider", "provider_session_id")):
        provider(name).settle(session_id)
    return str(Payment.objects.values_list("state", flat=True).get(id=payment_id))


@transaction.atomic
def open_attempt(*, payment_id: UUID, by: str = DEFAULT) -> PaymentAttempt:
    """The attempt under way, or a new one (`opening`: the provider has yet to be asked).

    Raises AlreadyPaid, or PaymentClosed when the payment expired or was canceled.
    """
    payment = lock_payment(payment_id)
    if payment.state in (PaymentState.PAID, PaymentState.PROCESSING):
        raise AlreadyPaid("This order is paid already.")
    if payment.state != PaymentState.PENDING:
        raise PaymentClosed(CLOSED)
    open_one = payment.attempts.filter(state__in=OPEN_STATES).first()
    if open_one is not None:
        open_one.payment = payment
        return open_one
    last = payment.attempts.order_by("-number").values_list("number", flat=True).first() or 0
    lasts = provider(by).session_lasts
    return PaymentAttempt.objects.create(
        payment=payment,
        number=last + 1,
        provider=by,
        # Whole seconds, as the provider keeps it: a repeated request must be the same to the letter.
        expires_at=clock.now().replace(microsecond=0) + lasts,
    )


@transaction.atomic
def record_session(*, attempt_id: UUID, result: SessionResult) -> PaymentAttempt:
    """Note the session that the provider opened for an attempt. Told twice, it stays as it is."""
    attempt = PaymentAttempt.objects.select_for_update(of=("self",)).get(id=attempt_id)
    if attempt.state == AttemptState.OPENING:
        attempt.state = AttemptState.OPEN
        attempt.provider_session_id = result.session_id
        attempt.url = result.url
        attempt.expires_at = result.expires_at
        attempt.save(update_fields=["state", "provider_session_id", "url", "expires_at"])
    return attempt


@transaction.atomic
def abandon_attempt(*, attempt_id: UUID) -> None:
    """The provider refused to open a session for this attempt, so that none exists: make room for the next one."""
    PaymentAttempt.objects.filter(id=attempt_id, state=AttemptState.OPENING).update(
        state=AttemptState.EXPIRED, closed_at=clock.now()
    )


def lock_payment(payment_id: UUID) -> Payment:
    return Payment.objects.select_for_update().get(id=payment_id)


def lock_after_order(payment_id: UUID) -> Payment:
    """Lock a payment for a change that its order takes part in, the order first. Inside a transaction.

    Billing cannot lock what it does not know: the fact `payment.reported` gives the order's keeper the word, inside
    this transaction and before the payment's own lock.
    """
    reference_id = Payment.objects.values_list("reference_id", flat=True).get(id=payment_id)
    announce("payment.reported", payload={"payment": str(payment_id), "order": str(reference_id)})
    return lock_payment(payment_id)


def capture(
    *, payment: Payment, attempt: PaymentAttempt, charge_id: str, intent_id: str, fee_minor: int, risk_level: str = ""
) -> bool:
    """Mark a payment as paid and announce `payment.captured`; False when it was paid before. Inside a transaction.

    `payment` is locked (`lock_after_order`) and the provider's figures have been checked against it. A payment that was
    canceled or expired meanwhile is captured all the same, for the money is here, and what its listeners leave of it is
    refunded in full.
    """
    if payment.state == PaymentState.PAID:
        return False
    came_late = payment.state in (PaymentState.CANCELED, PaymentState.EXPIRED)
    now = clock.now()
    payment.state, payment.paid_at = PaymentState.PAID, now
    payment.provider = attempt.provider
    payment.provider_charge_id, payment.provider_intent_id, payment.fee_minor = charge_id, intent_id, fee_minor
    payment.risk_level = risk_level
    payment.save(
        update_fields=[
            "state",
            "paid_at",
            "provider",
            "provider_charge_id",
            "provider_intent_id",
            "fee_minor",
            "risk_level",
        ]
    )
    payment.attempts.filter(id=attempt.id).update(state=AttemptState.PAID, closed_at=now)
    announce("payment.captured", payload=_payload(payment) | {"late": came_late})
    if came_late:
        for share in payment.shares.order_by("id"):
            rest = share.gross_minor - share.refunded_minor
            if rest:
                request_refund(
                    share=share,
                    amount_minor=rest,
                    key=f"late:{share.reference_id}",
                    reason="Paid after the order was closed",
                )
    return True


def mark_processing(*, payment: Payment) -> None:
    """The customer has paid by a method that takes days to say whether the money comes. `payment` is locked."""
    if payment.state == PaymentState.PENDING:
        payment.state = PaymentState.PROCESSING
        payment.save(update_fields=["state"])


def close_attempt(*, payment: Payment, attempt: PaymentAttempt) -> bool:
    """The provider says that the session can no longer be paid: close the attempt, and with it the payment.

    Announces `payment.expired`. `payment` is locked. False when there was nothing to close.
    """
    closed = payment.attempts.filter(id=attempt.id, state__in=OPEN_STATES).update(
        state=AttemptState.EXPIRED, closed_at=clock.now()
    )
    if not closed:
        return False
    if payment.state in (PaymentState.PENDING, PaymentState.PROCESSING):
        payment.state = PaymentState.EXPIRED
        payment.save(update_fields=["state"])
        announce("payment.expired", payload=_payload(payment))
    return True


@transaction.atomic
def end_session(*, reference_id: UUID) -> Payment | None:
    """The time to pay for an order is over: have its session closed at the provider, and let its answer decide.

    Expired announces `payment.expired`; paid at the last moment is paid. With no session to close nobody can pay any
    more, and the payment is canceled here. Gives None when there is no payment.
    """
    payment = Payment.objects.select_for_update().filter(reference_id=reference_id).first()
    if payment is None or payment.state != PaymentState.PENDING:
        return payment
    if payment.attempts.filter(state__in=OPEN_STATES).exists():
        _close_soon(payment)
    else:
        payment.state = PaymentState.CANCELED
        payment.save(update_fields=["state"])
    return payment


@transaction.atomic
def cancel_payment(*, reference_id: UUID) -> Payment | None:
    """The order is canceled, unpaid: no further session is opened, and what is paid all the same goes back in full.

    Gives None when there is no payment. Raises AlreadyPaid: then it is refunds that undo it.
    """
    payment = Payment.objects.select_for_update().filter(reference_id=reference_id).first()
    if payment is None:
        return None
    if payment.state in (PaymentState.PAID, PaymentState.PROCESSING):
        raise AlreadyPaid("This order is paid already; it can be refunded.")
    if payment.state == PaymentState.PENDING:
        payment.state = PaymentState.CANCELED
        payment.save(update_fields=["state"])
        _close_soon(payment)
    return payment


def _close_soon(payment: Payment) -> None:
    """Leave the open session to the sweep that closes sessions, which is called at once.

    One still being opened has no name to close it by yet; the provider ends it at its own time.
    """
    now = clock.now()
    if payment.attempts.filter(state=AttemptState.OPEN, expires_at__gt=now).update(expires_at=now):
        transaction.on_commit(lambda: ring("stripe.expire_sessions"))


@transaction.atomic
def request_refund(
    *, share: PaymentShare, amount_minor: int, key: str, reason: str, net_minor: int | None = None
) -> Refund:
    """Promise the customer `amount_minor` (gross) of a share back; the worker sends it. Announces `refund.requested`.

    `net_minor` of it comes from the vendor's earnings and the rest is commission given back; left out, it is divided in
    the proportion of what is left of the two. Where commission is kept, all of it is the vendor's. Commission given back
    is divided the same way into ours and the VAT on it. The same key gives the same refund. Raises RefundTooLarge,
    RefundDiffers, PaymentClosed when the payment is not paid, PaymentDisputed when the customer's bank has it.
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
            "Answer or accept the dispute instead."
        )
    gross_left, commission_left = left_of(share)
    if not 0 < amount_minor <= gross_left:
        raise RefundTooLarge(
            f"At most {Money(gross_left, share.currency)} of this order can be refunded.", field="amount"
        )
    if net_minor is None:
        net_left = max(gross_left - commission_left, 0)
        net_minor = split_largest_remainder(amount_minor, [net_left, gross_left - net_left])[0]
    if not max(0, amount_minor - commission_left) <= net_minor <= amount_minor:
        raise RefundTooLarge("More commission would be given back than was taken of this order.")
    refund = Refund.objects.create(
        payment=payment,
        share=share,
        vendor_id=share.vendor_id,
        key=key,
        amount_minor=amount_minor,
        net_minor=net_minor,
        commission_tax_minor=tax_given_back(share, amount_minor - net_minor),
        currency=share.currency,
        reason=reason,
    )
    _count_refund(payment, share, refund, sign=1)
    announce("refund.requested", vendor_id=share.vendor_id, payload=_refund_payload(refund))
    transaction.on_commit(lambda: ring("stripe.send_refunds"))
    return refund


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
    gross_left, commission_left = left_of(share)
    if refund.amount_minor > gross_left or refund.amount_minor - refund.net_minor > commission_left:
        raise RefundTooLarge(f"Only {Money(gross_left, share.currency)} of this order is left to be refunded.")
    # The provider repeats a refusal under its key.
    refund.state, refund.attempt, refund.error = RefundState.DUE, refund.attempt + 1, ""
    refund.due_at, refund.done_at, refund.is_counted = clock.now(), None, True
    # Nothing of it is in the books yet, and other refunds may have taken of the VAT meanwhile.
    refund.commission_tax_minor = tax_given_back(share, refund.amount_minor - refund.net_minor)
    refund.save(update_fields=["state", "attempt", "error", "due_at", "done_at", "is_counted", "commission_tax_minor"])
    _count_refund(payment, share, refund, sign=1)
    announce("refund.requested", vendor_id=refund.vendor_id, payload=_refund_payload(refund))
    transaction.on_commit(lambda: ring("stripe.send_refunds"))
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
        amount_minor=refund.amount_minor,
        currency=refund.currency,
        reference=reference,
        occurred_at=paid_at,
    )
    post_all([entered])
    announce("refund.paid_by_hand", vendor_id=refund.vendor_id, payload=_refund_payload(refund))
    return refund


def tax_in(commission_minor: int, *, commission_left: int, tax_left: int) -> int:
    """How much VAT is in so much commission given back: in the proportion of what is left, so that all gives back all."""
    if not commission_minor:
        return 0
    return split_largest_remainder(commission_minor, [tax_left, commission_left - tax_left])[0]


def left_of(share: PaymentShare) -> tuple[int, int]:
    """(gross, commission) of a share that was neither given back nor taken by a dispute yet."""
    gone = share.refunded_minor + share.disputed_minor
    commission_gone = gone - share.refunded_net_minor - share.disputed_net_minor
    return share.gross_minor - gone, share.commission_minor - commission_gone


def tax_given_back(share: PaymentShare, commission_minor: int) -> int:
    """How much VAT is in so much of a share's commission, when it is given back or taken by a dispute."""
    _, commission_left = left_of(share)
    gone = share.refunded_commission_tax_minor + share.disputed_commission_tax_minor
    tax_left = share.commission_tax_minor - gone
    return tax_in(commission_minor, commission_left=commission_left, tax_left=tax_left)


def _count_refund(payment: Payment, share: PaymentShare, refund: Refund, *, sign: int) -> None:
    payment.refunded_minor += sign * refund.amount_minor
    payment.save(update_fields=["refunded_minor"])
    share.refunded_minor += sign * refund.amount_minor
    share.refunded_net_minor += sign * refund.net_minor
    share.refunded_commission_tax_minor += sign * refund.commission_tax_minor
    share.save(update_fields=["refunded_minor", "refunded_net_minor", "refunded_commission_tax_minor"])


def _payload(payment: Payment) -> dict[str, str | int]:
    return {
        "payment": str(payment.id),
        "order": str(payment.reference_id),
        "amount_minor": payment.amount_minor,
        "currency": payment.currency,
    }


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
