"""Stripe as a payment provider: hosted Checkout Sessions, separate charges and transfers."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings

from billing.payments.provider import (
    ProviderBalance,
    ProviderPayment,
    ProviderRefused,
    SessionLine,
    SessionRequest,
    SessionResult,
)
from billing.stripe.amounts import from_stripe, to_stripe
from billing.stripe.client import named_errors, stripe_client
from billing.stripe.confirm import confirm_session
from billing.stripe.models import ConnectedAccount
from billing.stripe.sessions import fetch_session

# Tells Stripe which integration of ours made a session: a label and eight letters, chosen once.
INTEGRATION = "souk-checkout-QWXKVBNT"
MOST_LINES = 100
SHORTEST_SESSION = timedelta(minutes=30)
MARGIN = timedelta(minutes=2)


class StripeProvider:
    """The `Provider` of `settings.PAYMENT_PROVIDER`."""

    @property
    def session_lasts(self) -> timedelta:
        """As long as stock is held, but no shorter than Stripe takes, counted from when the request reaches it."""
        return max(SHORTEST_SESSION, timedelta(minutes=settings.STOCK_HOLD_MINUTES)) + MARGIN

    def open_session(self, request: SessionRequest) -> SessionResult:
        """Open a hosted Checkout Session, once per `request.key`."""
        whole = SessionLine(f"Order {request.reference_number}", sum(line.amount_minor for line in request.lines))
        lines = request.lines if len(request.lines) <= MOST_LINES else [whole]
        ours = {
            "order": str(request.reference_id),
            "order_number": request.reference_number,
            "payment": str(request.payment_id),
            "attempt": str(request.attempt),
        }
        params: Any = {
            "mode": "payment",
            "ui_mode": "hosted_page",
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {
                        "currency": request.currency.lower(),
                        "unit_amount": to_stripe(line.amount_minor, request.currency),
                        "product_data": {"name": line.name[:250]},
                    },
                }
                for line in lines
            ],
            "client_reference_id": str(request.reference_id),
            "customer_email": request.customer_email,
            "payment_intent_data": {"transfer_group": str(request.reference_id), "metadata": ours},
            "metadata": ours,
            "expires_at": int(request.expires_at.timestamp()),
            "integration_identifier": INTEGRATION,
            "success_url": request.success_url,
            "cancel_url": request.cancel_url,
        }
        with named_errors("opening the payment page"):
            session: Any = stripe_client().v1.checkout.sessions.create(params, options={"idempotency_key": request.key})
        if not session.url:
            raise ProviderRefused("The payment page of this order is closed already.")
        return SessionResult(session.id, session.url, datetime.fromtimestamp(session.expires_at, UTC))

    def expire_session(self, session_id: str) -> None:
        """Close a session; one that is paid or expired is left as it is."""
        if fetch_session(session_id).status != "open":
            return
        with named_errors("closing the payment page"):
            stripe_client().v1.checkout.sessions.expire(session_id)

    def retrieve_session(self, session_id: str) -> ProviderPayment:
        found = fetch_session(session_id)
        return ProviderPayment(
            session_id=found.session_id,
            status=found.status,
            reference_id=found.reference_id,
            payment_id=found.payment_id,
            attempt=found.attempt,
            amount_minor=found.amount_minor,
            currency=found.currency,
            intent_id=found.intent_id,
            charge_id=found.charge_id,
        )

    def settle(self, session_id: str) -> str:
        """Bring our books up to the session; gives the payment's state afterwards, "" when it is none of ours."""
        return confirm_session(session_id)

    def fetch_balances(self) -> list[ProviderBalance]:
        """Pending and available per currency: the platform's, then every connected account's."""
        accounts = ConnectedAccount.objects.exclude(account_id="").order_by("account_id")
        return [
            balance
            for account_id in ["", *accounts.values_list("account_id", flat=True)]
            for balance in fetch_balance(account_id)
        ]


def fetch_balance(account_id: str) -> list[ProviderBalance]:
    """One account's balance, an entry per currency; `account_id` empty for the platform's own."""
    with named_errors("reading a balance"):
        balance: Any = stripe_client().v1.balance.retrieve(options={"stripe_account": account_id} if account_id else {})
    sums: dict[str, list[int]] = {}
    for index, parts in enumerate((balance.pending, balance.available)):
        for part in parts:
            sums.setdefault(part.currency.upper(), [0, 0])[index] += from_stripe(part.amount, part.currency)
    return [ProviderBalance(account_id, currency, *both) for currency, both in sorted(sums.items())]
