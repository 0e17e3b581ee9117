"""Is it paid? One function for the webhook and the return page: fetch the session, then bring our books up to it."""

from datetime import UTC, datetime
from uuid import UUID

import structlog
from django.db import transaction

from billing.ledger import entries
from billing.ledger.entries import EntryDraft
from billing.payments.actions import (
    capture,
    close_attempt,
    lock_after_order,
    lock_payment,
    mark_processing,
    record_session,
)
from billing.payments.models import AttemptState, Payment, PaymentAttempt, PaymentState
from billing.payments.provider import SessionResult
from billing.prepaid.books import prepaid_sale_of
from billing.stripe.balances import book, mirror, sale_of
from billing.stripe.debts import confirm_debt
from billing.stripe.sessions import FetchedSession, fetch_session
from kit.errors import SoukError
from kit.faults import point
from kit.money import Money

log = structlog.get_logger(__name__)
FETCHED = point("paid.fetched")
ORDER_LOCKED = point("paid.order_locked")
CAPTURED = point("paid.captured")
BOOKED = point("paid.booked")
SETTLED = point("paid.settled")


class PaymentMismatch(SoukError):
    """What Stripe says was paid is not what we asked for. Nothing is booked as a sale; a person must look."""

    code = "payment_mismatch"


def confirm_session(session_id: str) -> str:
    """Bring the payment of a Checkout Session up to what Stripe says of it; gives the payment's state afterwards.

    Paid: captured once, booked, transfers scheduled, all in one transaction. Expired: the attempt and the payment are
    closed. A vendor's payment of its debt is settled likewise. A session that is none of ours gives "".

    Raises PaymentMismatch, ProviderUnavailable, ProviderRefused.
    """
    found = fetch_session(session_id)
    attempt = _attempt_of(found)
    if attempt is None:
        return confirm_debt(found) if found.debt_checkout else ""
    payment = attempt.payment
    if found.status == "paid":
        _check(found, payment)
        FETCHED()
        with transaction.atomic():
            payment = _paid(found, attempt)
        SETTLED()
    elif found.status == "expired" and attempt.state in (AttemptState.OPENING, AttemptState.OPEN):
        with transaction.atomic():
            payment = lock_after_order(payment.id)
            close_attempt(payment=payment, attempt=attempt)
    elif found.status == "processing":
        with transaction.atomic():
            payment = lock_payment(payment.id)
            mark_processing(payment=payment)
    return str(payment.state)


def _paid(found: FetchedSession, attempt: PaymentAttempt) -> Payment:
    # Read without the lock first: a payment that was captured before needs no word to its order.
    payment = Payment.objects.get(id=attempt.payment_id)
    if payment.state != PaymentState.PAID:
        payment = lock_after_order(payment.id)
        ORDER_LOCKED()
        capture(
            payment=payment,
            attempt=attempt,
            charge_id=found.charge_id,
            intent_id=found.intent_id,
            fee_minor=found.transaction.fee_minor if found.transaction else 0,
            risk_level=found.risk_level,
        )
        CAPTURED()
    if payment.provider_charge_id != found.charge_id:
        raise PaymentMismatch(
            f"Order {payment.reference_number} was paid twice: by {payment.provider_charge_id} and {found.charge_id}."
        )
    assert found.transaction is not None  # fetch_session calls nothing paid without it
    book(mirror([found.transaction]), extra=_besides(payment, found))
    BOOKED()
    return payment


def _besides(payment: Payment, found: FetchedSession) -> list[EntryDraft]:
    assert found.transaction is not None
    at = found.transaction.created_at
    shares = sale_of(payment).shares
    return prepaid_sale_of(payment, occurred_at=at) + [
        draft for share in shares for draft in entries.besides_sale(share, currency=payment.currency, occurred_at=at)
    ]


def _attempt_of(found: FetchedSession) -> PaymentAttempt | None:
    """The attempt of a session: by its id, or, when its answer was lost to a crash, by what we wrote on it."""
    attempts = PaymentAttempt.objects.select_related("payment")
    known = attempts.filter(provider_session_id=found.session_id).first()
    if known is not None or not found.payment_id:
        return known
    try:
        payment_id, reference_id = UUID(found.payment_id), UUID(found.reference_id)
    except ValueError:
        return None
    lost = attempts.filter(
        payment_id=payment_id,
        payment__reference_id=reference_id,
        number=found.attempt,
        provider_session_id="",
    ).first()
    if lost is None:
        return None
    result = SessionResult(found.session_id, found.url, datetime.fromtimestamp(found.expires_at, UTC))
    record_session(attempt_id=lost.id, result=result)
    return attempts.get(id=lost.id)


def _check(found: FetchedSession, payment: Payment) -> None:
    """Raises PaymentMismatch unless amount, currency and references are those we asked for."""
    movement = found.transaction
    assert movement is not None
    wanted = (payment.charged_minor, payment.currency, str(payment.reference_id), str(payment.reference_id))
    said = (found.amount_minor, found.currency, found.reference_id, found.transfer_group)
    booked = (movement.amount_minor, movement.currency)
    if said == wanted and booked == wanted[:2]:
        return
    log.error("payment_mismatch", payment=str(payment.id), session=found.session_id, said=said, wanted=wanted)
    raise PaymentMismatch(
        f"Order {payment.reference_number} is charged {Money(payment.charged_minor, payment.currency)}, but Stripe took "
        f"{Money(movement.amount_minor, movement.currency)} for {found.reference_id or 'no order'}."
    )
