"""Manual bank transfer as a payment provider: the customer is told where to pay, and staff record what came.

Nothing here is network. A session is the attempt itself, and lasts as long as an order waits for its money.
"""

from datetime import timedelta

from django.conf import settings
from django.db import transaction

from billing.payments.actions import close_attempt, lock_after_order
from billing.payments.models import AttemptState, PaymentAttempt
from billing.payments.provider import (
    ProviderBalance,
    ProviderPayment,
    ProviderRefused,
    SessionRequest,
    SessionResult,
)
from kit import clock

NAME = "bank_transfer"


def is_offered() -> bool:
    """Is there an account to pay to?"""
    return bool(settings.BANK_TRANSFER_IBAN)


class BankTransferProvider:
    """The `Provider` named "bank_transfer"."""

    name = NAME

    @property
    def session_lasts(self) -> timedelta:
        return timedelta(days=settings.BANK_TRANSFER_DAYS)

    def open_session(self, request: SessionRequest) -> SessionResult:
        """The order's own page says where to pay. Raises ProviderRefused when bank transfer is not offered."""
        if not is_offered():
            raise ProviderRefused("Paying by bank transfer is not offered at the moment.")
        url = request.cancel_url.partition("?")[0]
        return SessionResult(f"bank:{request.payment_id}:{request.attempt}", url, request.expires_at)

    def expire_session(self, session_id: str) -> None:
        """There is nobody to tell: `settle` closes what is over."""

    def retrieve_session(self, session_id: str) -> ProviderPayment:
        attempt = _attempt(session_id)
        words = {AttemptState.PAID: "paid", AttemptState.EXPIRED: "expired"}
        payment = attempt.payment
        return ProviderPayment(
            session_id=session_id,
            status=words.get(AttemptState(attempt.state), "open"),
            reference_id=str(payment.reference_id),
            payment_id=str(payment.id),
            attempt=attempt.number,
            amount_minor=payment.charged_minor,
            currency=payment.currency,
            intent_id="",
            charge_id=payment.provider_charge_id,
        )

    def settle(self, session_id: str) -> str:
        """Close the session if its time is over; gives the payment's state afterwards."""
        attempt = _attempt(session_id)
        if attempt.state == AttemptState.OPEN and attempt.expires_at <= clock.now():
            with transaction.atomic():
                payment = lock_after_order(attempt.payment_id)
                close_attempt(payment=payment, attempt=attempt)
                return str(payment.state)
        return str(attempt.payment.state)

    def fetch_balances(self) -> list[ProviderBalance]:
        """Our bank tells its balance on its statements only, not to programs."""
        return []


def _attempt(session_id: str) -> PaymentAttempt:
    found = PaymentAttempt.objects.select_related("payment").filter(provider_session_id=session_id).first()
    if found is None:
        raise ProviderRefused("There is no such payment by bank transfer.")
    return found
