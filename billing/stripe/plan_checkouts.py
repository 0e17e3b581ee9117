"""The page on which a vendor subscribes: opened once however often it is asked for, and what came of it.

Everything here is network: not inside a transaction. Raises ProviderUnavailable, ProviderRefused.
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from billing.payments.provider import KeyTaken, ProviderRefused
from billing.stripe.client import named_errors, stripe_client
from billing.stripe.models import ConnectedAccount
from billing.stripe.subscriptions import account_of, offered, sync_subscription, tax_rates_of
from billing.subscriptions.checkouts import AlreadySubscribed, begin_checkout, close_checkout, record_page
from billing.subscriptions.models import CheckoutState, PlanCheckout, PlanPrice, VendorSubscription
from billing.subscriptions.queries import live_subscription
from kit import clock
from kit.errors import Conflict
from tenants.vendors.models import Vendor, VendorState

INTEGRATION = "souk-plans-HRBEYWQA"
# One to close a page that asks for something else, one that is refused, and one that opens.
ROUNDS = 3


def open_checkout(vendor: Vendor, price: PlanPrice, *, success_url: str, cancel_url: str) -> str:
    """Where to send a vendor to subscribe: the page under way, or a new one once that one is closed at the provider.

    Raises AlreadySubscribed, Conflict for a vendor that is not let in or a price that is not offered.
    """
    if vendor.state not in (VendorState.ONBOARDING, VendorState.ACTIVE):
        raise Conflict("A plan can be chosen once the shop's application is approved.")
    if price.retired_at or price.plan.retired_at:
        raise Conflict("This price is not offered any more. Choose another.")
    if live_subscription(vendor.id):
        raise AlreadySubscribed("You have a plan already. Switch it instead.")
    account, price = account_of(vendor), offered(price)
    had_one = VendorSubscription.objects.filter(vendor_id=vendor.id).exists()
    trial_days = 0 if had_one else price.trial_days  # one trial for each vendor
    tax_rates = tax_rates_of(vendor)
    refused: ProviderRefused | None = None
    for _ in range(ROUNDS):
        checkout = begin_checkout(vendor_id=vendor.id, price=price, trial_days=trial_days, tax_rates=tax_rates)
        wanted = (checkout.price_id, checkout.trial_days, checkout.tax_rates) == (price.id, trial_days, tax_rates)
        try:
            if wanted and checkout.expires_at > clock.now():
                return _opened(checkout, account, success_url, cancel_url).url
            _give_up(checkout, account, success_url, cancel_url)
        except KeyTaken:
            raise
        except ProviderRefused as error:
            if refused:
                raise
            refused = error  # an outage outlasted what the page asked for, say: ask anew, once
    raise refused or Conflict("Your page to pay could not be opened just now. Try again in a moment.")


def take_checkout(session_id: str, *, vendor_id: UUID) -> bool:
    """Back from the page: fetch what was subscribed; False while nothing was, or for another vendor's page."""
    checkout = PlanCheckout.objects.filter(provider_session_id=session_id, vendor_id=vendor_id).first()
    return checkout is not None and settle_checkout(checkout)


def settle_checkout(checkout: PlanCheckout) -> bool:
    """Ask the provider what came of an open page; says whether something was subscribed on it."""
    with named_errors("reading what was subscribed"):
        session: Any = stripe_client().v1.checkout.sessions.retrieve(checkout.provider_session_id)
    subscribed = bool(session.subscription) and sync_subscription(session.subscription) is not None
    if session.status != "open":
        close_checkout(checkout_id=checkout.id)
    return subscribed


def _opened(checkout: PlanCheckout, account: ConnectedAccount, success_url: str, cancel_url: str) -> PlanCheckout:
    """The checkout with its page, asked for again under its own key if it may be there; closed when that is refused."""
    if checkout.state == CheckoutState.OPEN:
        return checkout
    data: dict[str, Any] = {
        "metadata": {"vendor": str(checkout.vendor_id)},
        "default_tax_rates": checkout.tax_rates,
        "trial_settings": {"end_behavior": {"missing_payment_method": "pause"}},
    }
    if checkout.trial_days:
        data["trial_period_days"] = checkout.trial_days
    params: Any = {
        "mode": "subscription",
        "ui_mode": "hosted_page",
        "customer_account": account.account_id,
        "client_reference_id": str(checkout.vendor_id),
        "line_items": [{"price": checkout.price.provider_price_id, "quantity": 1}],
        "subscription_data": data,
        "integration_identifier": INTEGRATION,
        "expires_at": int(checkout.expires_at.timestamp()),
        "success_url": success_url,
        "cancel_url": cancel_url,
    }
    try:
        with named_errors("opening the page to subscribe"):
            session = stripe_client().v1.checkout.sessions.create(params, options={"idempotency_key": checkout.key})
    except KeyTaken:
        # A page stands under this key that asked for something else; it ends by itself, and is not ours to repeat.
        raise
    except ProviderRefused:
        close_checkout(checkout_id=checkout.id)
        raise
    return record_page(
        checkout_id=checkout.id,
        session_id=session.id,
        url=str(session.url),
        expires_at=datetime.fromtimestamp(session.expires_at, UTC),
    )


def _give_up(checkout: PlanCheckout, account: ConnectedAccount, success_url: str, cancel_url: str) -> None:
    """Close a page for good, at the provider first; what was paid on it meanwhile is taken. Raises Conflict."""
    if checkout.state == CheckoutState.OPENING:
        if checkout.expires_at <= clock.now():
            close_checkout(checkout_id=checkout.id)
            return
        # Another click is opening it, or its process died: the same request tells us which page it is.
        checkout = _opened(checkout, account, success_url, cancel_url)
    try:
        with named_errors("closing a page"):
            stripe_client().v1.checkout.sessions.expire(checkout.provider_session_id)
    except ProviderRefused:
        if not settle_checkout(checkout) and PlanCheckout.objects.get(id=checkout.id).state == CheckoutState.OPEN:
            raise
        return
    close_checkout(checkout_id=checkout.id)
