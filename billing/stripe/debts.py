"""A vendor pays what it owes on Stripe's page: one session at a time, for all that is owed when it opens."""

from typing import Any
from uuid import UUID

import structlog
from django.db import transaction

from billing.payments.provider import ProviderRefused, ProviderUnavailable
from billing.payouts.debts import OPEN_CHECKOUTS, checkout_closed, checkout_opened, checkout_paid, open_checkout
from billing.payouts.models import CheckoutState, DebtCheckout
from billing.stripe.amounts import to_stripe
from billing.stripe.balances import book, mirror
from billing.stripe.client import named_errors, stripe_client
from billing.stripe.sessions import FetchedSession, fetch_session
from kit import clock

log = structlog.get_logger(__name__)
INTEGRATION = "souk-vendor-debt-RKTLWQPA"


def pay_debt(*, vendor_id: UUID, currency: str, by: UUID | None, email: str, success_url: str, cancel_url: str) -> str:
    """Where to send somebody of a vendor to pay what it owes. Network: not inside a transaction.

    Raises NothingOwed, ProviderUnavailable, ProviderRefused.
    """
    checkout = open_checkout(vendor_id=vendor_id, currency=currency, by=by)
    if checkout.expires_at <= clock.now():
        settle_debt_checkout(checkout)
        checkout = open_checkout(vendor_id=vendor_id, currency=currency, by=by)
    if checkout.state == CheckoutState.OPEN:
        return checkout.url
    ours = {"debt_checkout": str(checkout.id), "vendor": str(vendor_id)}
    params: Any = {
        "mode": "payment",
        "ui_mode": "hosted_page",
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": currency.lower(),
                    "unit_amount": to_stripe(checkout.amount_minor, currency),
                    "product_data": {"name": "Amount owed to the marketplace"},
                },
            }
        ],
        "client_reference_id": str(checkout.id),
        "customer_email": email,
        "payment_intent_data": {"transfer_group": str(checkout.id), "metadata": ours},
        "metadata": ours,
        "expires_at": int(checkout.expires_at.timestamp()),
        "integration_identifier": INTEGRATION,
        "success_url": success_url,
        "cancel_url": cancel_url,
    }
    try:
        with named_errors("opening the payment page"):
            session: Any = stripe_client().v1.checkout.sessions.create(
                params, options={"idempotency_key": f"debt:{checkout.id}"}
            )
    except ProviderRefused:
        # Nothing was opened under this key, and nothing will be: earnings need not wait for it.
        checkout_closed(checkout_id=checkout.id)
        raise
    return checkout_opened(checkout_id=checkout.id, session_id=session.id, url=session.url or "").url


def settle_debt_checkouts() -> int:
    """Ask Stripe about the checkouts whose time is over; gives how many are closed. Network: not inside a transaction."""
    due = DebtCheckout.objects.filter(state__in=OPEN_CHECKOUTS, expires_at__lte=clock.now()).order_by("expires_at")
    closed = 0
    for checkout in list(due[:100]):
        try:
            closed += settle_debt_checkout(checkout)
        except (ProviderRefused, ProviderUnavailable) as error:
            log.warning("debt_checkout_not_settled", checkout=str(checkout.id), cause=str(error))
    return closed


def settle_debt_of(vendor_id: UUID) -> None:
    """Ask Stripe about the checkout that a vendor comes back from. Network. Raises ProviderUnavailable, ProviderRefused."""
    for checkout in DebtCheckout.objects.filter(vendor_id=vendor_id, state=CheckoutState.OPEN):
        settle_debt_checkout(checkout)


def settle_debt_checkout(checkout: DebtCheckout) -> bool:
    """Bring a checkout up to what Stripe says of its session; True when that is the end of it."""
    session_id = checkout.provider_session_id or _lost_session(checkout)
    if not session_id:
        checkout_closed(checkout_id=checkout.id)
        return True
    return confirm_debt(fetch_session(session_id)) in (CheckoutState.PAID, CheckoutState.EXPIRED)


def confirm_debt(found: FetchedSession) -> str:
    """Bring the checkout of a session up to it; gives its state, "" when the session pays no debt of ours."""
    try:
        checkout = DebtCheckout.objects.filter(id=UUID(found.debt_checkout)).first()
    except ValueError:
        return ""
    if checkout is None or (found.amount_minor, found.currency) != (checkout.amount_minor, checkout.currency):
        return ""
    if not checkout.provider_session_id:
        checkout_opened(checkout_id=checkout.id, session_id=found.session_id, url=found.url)
    if found.status == "paid":
        assert found.transaction is not None  # fetch_session calls nothing paid without it
        with transaction.atomic():
            checkout_paid(checkout_id=checkout.id, charge_id=found.charge_id)
            book(mirror([found.transaction]))
    elif found.status == "expired":
        checkout_closed(checkout_id=checkout.id)
    return str(DebtCheckout.objects.values_list("state", flat=True).get(id=checkout.id))


def _lost_session(checkout: DebtCheckout) -> str:
    """The session that was opened, its answer lost to us; "" when none was. None can be opened after its time."""
    bounds: Any = {"gte": int(checkout.created_at.timestamp()) - 300, "lte": int(checkout.expires_at.timestamp())}
    with named_errors("finding a payment page"):
        sessions = stripe_client().v1.checkout.sessions.list({"created": bounds, "limit": 100})
        for session in sessions.auto_paging_iter():
            if session.client_reference_id == str(checkout.id):
                return str(session.id)
    return ""
