"""The sessions at the provider in which a payment is paid: one at a time."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from billing.payments.actions.create import SharesDoNotAddUp
from billing.payments.actions.locks import lock_payment, payment_payload
from billing.payments.models import AttemptState, Payment, PaymentAttempt, PaymentState
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
from kit.errors import Conflict
from kit.faults import point
from outbox.actions import announce
from outbox.doorbell import ring

OPEN_STATES = (AttemptState.OPENING, AttemptState.OPEN)
ATTEMPT_OPENED = point("paying.attempt_opened")
SESSION_OPENED = point("paying.session_opened")
CLOSED = "The time to pay for this order is over. Put the items into your cart again."


class AlreadyPaid(Conflict):
    code = "already_paid"


class PaymentClosed(Conflict):
    """The time to pay is over, or the order was canceled."""

    code = "payment_closed"


class OtherWayOpen(Conflict):
    """A page to pay by another way than the one asked for is open."""

    code = "other_way_open"


def start(
    *, payment_id: UUID, lines: Sequence[SessionLine], success_url: str, cancel_url: str, by: str | None = None
) -> str:
    """Where to send the customer to pay: the open session's address, or a new one's. Not inside a transaction.

    A session that was being opened when its process died is asked for again under its own key, so that there is never a
    second one. `by` names the provider that was chosen; None goes on with what is open. Raises AlreadyPaid, PaymentClosed,
    OtherWayOpen, ProviderUnavailable, ProviderRefused.
    """
    attempt = _current_attempt(payment_id, by or DEFAULT)
    if by is not None and attempt.provider != by:
        raise OtherWayOpen(
            "Another way to pay this order was begun. Go on with that one, or order anew to choose another."
        )
    if attempt.state == AttemptState.OPEN:
        return attempt.url
    if sum(line.amount_minor for line in lines) != attempt.payment.charged_minor:
        raise SharesDoNotAddUp("The lines do not sum to what is charged.")
    ATTEMPT_OPENED()
    try:
        result = provider(attempt.provider).open_session(_request(attempt, lines, success_url, cancel_url))
    except KeyTaken:
        raise
    except ProviderRefused:
        # Nothing was opened under this key: an outage outlasted what the attempt asked for, say. Ask anew, once.
        abandon_attempt(attempt_id=attempt.id)
        attempt = open_attempt(payment_id=payment_id, by=attempt.provider)
        result = provider(attempt.provider).open_session(_request(attempt, lines, success_url, cancel_url))
    SESSION_OPENED()
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
        announce("payment.expired", payload=payment_payload(payment))
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
