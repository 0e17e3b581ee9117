"""Payment sessions whose time is over: closed at Stripe first, and here when Stripe says that they are."""

from datetime import timedelta

import structlog
from django.db import transaction

from billing.payments.actions import OPEN_STATES, close_attempt, lock_after_order
from billing.payments.models import AttemptState, PaymentAttempt, PaymentState
from billing.payments.provider import ProviderRefused, provider
from kit import clock
from kit.errors import SoukError

log = structlog.get_logger(__name__)
# A session that was being opened may exist without our knowing; it ends at its own time at the latest, give or take.
GRACE = timedelta(minutes=5)


def expire_sessions() -> int:
    """Close the attempts whose time is over; gives how many are settled. Not inside a transaction."""
    due = PaymentAttempt.objects.filter(state__in=OPEN_STATES, expires_at__lte=clock.now()).order_by("expires_at")
    settled = 0
    for attempt in list(due[:500]):
        try:
            settled += _expire(attempt)
        except SoukError as error:
            log.error("attempt_not_settled", attempt=str(attempt.id), cause=str(error))
    return settled


def _expire(attempt: PaymentAttempt) -> bool:
    if attempt.state == AttemptState.OPEN:
        try:
            provider(attempt.provider).expire_session(attempt.provider_session_id)
        except ProviderRefused:
            # Paid or expired between our look and our call: settling tells which.
            log.info("session_not_open", attempt=str(attempt.id))
        return provider(attempt.provider).settle(attempt.provider_session_id) != PaymentState.PENDING
    if attempt.expires_at + GRACE > clock.now():
        return False
    with transaction.atomic():
        payment = lock_after_order(attempt.payment_id)
        return close_attempt(payment=payment, attempt=attempt)
