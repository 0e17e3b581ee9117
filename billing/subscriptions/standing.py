"""What a subscription's state means for what the vendor may do: one table, and the days of grace."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import Enum

from billing.subscriptions.models import Status, VendorSubscription

GRACE = timedelta(days=14)


class Standing(Enum):
    """FULL: the plan. GRACE: the plan, for so many days after the payment failed. NONE: what everybody has."""

    FULL = "full"
    GRACE = "grace"
    NONE = "none"


STANDINGS: dict[str, Standing] = {
    Status.TRIALING: Standing.FULL,
    Status.ACTIVE: Standing.FULL,
    Status.PAST_DUE: Standing.GRACE,
    # The provider has given up trying: there is nothing to wait for.
    Status.UNPAID: Standing.NONE,
    Status.CANCELED: Standing.NONE,
    Status.PAUSED: Standing.NONE,
    # Nothing is granted that was never paid.
    Status.INCOMPLETE: Standing.NONE,
    Status.INCOMPLETE_EXPIRED: Standing.NONE,
}
ENDED = (Status.CANCELED, Status.INCOMPLETE_EXPIRED)


def grace_ends_at(subscription: VendorSubscription) -> datetime | None:
    """When the plan is lost unless it is paid; None while nothing is past due."""
    return subscription.past_due_since + GRACE if subscription.past_due_since else None


def entitles(subscription: VendorSubscription, now: datetime) -> bool:
    """Whether the subscription gives its plan now."""
    standing = STANDINGS[subscription.status]
    if standing is Standing.GRACE:
        end = grace_ends_at(subscription)
        return end is None or now < end
    return standing is Standing.FULL


def best(subscriptions: Iterable[VendorSubscription], now: datetime) -> VendorSubscription | None:
    """The one that counts: of those that give their plan now the largest plan, the newest of equal ones; or None."""
    giving = [one for one in subscriptions if entitles(one, now)]
    return max(giving, key=lambda one: (one.price.plan.position, one.begun_at), default=None)
