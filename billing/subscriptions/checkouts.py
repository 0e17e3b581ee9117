"""Subscribing: which page of the provider's a vendor is on, so that two clicks are one page and one subscription."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from billing.subscriptions.actions import lock_vendor
from billing.subscriptions.models import CheckoutState, PlanCheckout, PlanPrice
from billing.subscriptions.queries import live_subscription
from kit import clock
from kit.errors import Conflict

# The provider takes half an hour at least: a request that is repeated within the other half is still good.
LASTS = timedelta(hours=1)
UNDER_WAY = (CheckoutState.OPENING, CheckoutState.OPEN)


class AlreadySubscribed(Conflict):
    """The vendor has a subscription that goes on: it is switched, not bought again."""

    code = "already_subscribed"


@transaction.atomic
def begin_checkout(*, vendor_id: UUID, price: PlanPrice, trial_days: int, tax_rates: Sequence[str]) -> PlanCheckout:
    """The page under way, whatever it asks for, or a new one (`opening`: the provider has yet to be asked).

    Raises AlreadySubscribed.
    """
    lock_vendor(vendor_id)
    if live_subscription(vendor_id):
        raise AlreadySubscribed("You have a plan already. Switch it instead.")
    mine = PlanCheckout.objects.filter(vendor_id=vendor_id)
    under_way = mine.filter(state__in=UNDER_WAY).select_related("price").first()
    if under_way is not None:
        return under_way
    return PlanCheckout.objects.create(
        vendor_id=vendor_id,
        number=(mine.order_by("-number").values_list("number", flat=True).first() or 0) + 1,
        price=price,
        trial_days=trial_days,
        tax_rates=list(tax_rates),
        # Whole seconds, as the provider keeps it: a repeated request must be the same to the letter.
        expires_at=clock.now().replace(microsecond=0) + LASTS,
    )


@transaction.atomic
def record_page(*, checkout_id: UUID, session_id: str, url: str, expires_at: datetime) -> PlanCheckout:
    """Note the page that the provider opened. Told twice, it stays as it is."""
    checkout = PlanCheckout.objects.select_for_update(of=("self",)).select_related("price").get(id=checkout_id)
    if checkout.state == CheckoutState.OPENING:
        checkout.state, checkout.provider_session_id = CheckoutState.OPEN, session_id
        checkout.url, checkout.expires_at = url, expires_at
        checkout.save(update_fields=["state", "provider_session_id", "url", "expires_at"])
    return checkout


@transaction.atomic
def close_checkout(*, checkout_id: UUID) -> None:
    """Nothing can be paid on this page any more, or none was opened: make room for the next one."""
    PlanCheckout.objects.filter(id=checkout_id, state__in=UNDER_WAY).update(
        state=CheckoutState.CLOSED, closed_at=clock.now()
    )
