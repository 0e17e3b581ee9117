"""Reading plans, subscriptions and invoices, for vendors and for the office."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Prefetch, QuerySet

from billing.subscriptions.models import (
    InvoiceStatus,
    Plan,
    PlanPrice,
    Status,
    SubscriptionInvoice,
    VendorSubscription,
)
from billing.subscriptions.standing import ENDED, STANDINGS, Standing, best, entitles, grace_ends_at
from kit import clock
from kit.pagination import Page, keyset_page


@dataclass(frozen=True, slots=True)
class Banner:
    """What a vendor should know of its plan before it opens the page; `kind` is a tone of the design system."""

    kind: str
    title: str
    text: str


def offered_plans() -> "QuerySet[Plan]":
    """The plans to choose from, the cheapest first, each with its current prices as `current_prices`. Two queries."""
    return with_prices(Plan.objects.filter(retired_at=None))


def with_prices(plans: "QuerySet[Plan]") -> "QuerySet[Plan]":
    current = PlanPrice.objects.filter(retired_at=None).order_by("interval")
    return plans.order_by("position", "id").prefetch_related(Prefetch("prices", current, to_attr="current_prices"))


def subscription_of(vendor_id: UUID) -> VendorSubscription | None:
    """The vendor's subscription to show: the one that counts, else the newest that is not over, else the last. One query."""
    mine = list(
        VendorSubscription.objects.filter(vendor_id=vendor_id)
        .select_related("price__plan")
        .order_by("-begun_at", "-id")
    )
    found = best(mine, clock.now())
    return found or next((one for one in mine if one.status not in ENDED), mine[0] if mine else None)


def live_subscription(vendor_id: UUID) -> VendorSubscription | None:
    """The subscription that goes on, paid or not: to be changed rather than bought a second time."""
    found = subscription_of(vendor_id)
    return found if found and found.status not in ENDED else None


def second_subscriptions(vendor_id: UUID) -> list[VendorSubscription]:
    """Those that go on beside the one to keep: which gives its plan, and was begun first. One query."""
    now = clock.now()
    going = VendorSubscription.objects.filter(vendor_id=vendor_id).exclude(status__in=ENDED)
    ranked = sorted(
        going.select_related("price__plan"),
        key=lambda one: (not entitles(one, now), one.begun_at, one.provider_subscription_id),
    )
    return ranked[1:]


def invoices_page(
    *, vendor_id: UUID | None = None, status: str = "", cursor: str | None = None, size: int = 20
) -> Page[SubscriptionInvoice]:
    """Invoices that were sent, newest first, of one vendor when given. Raises InvalidInput on a bad cursor."""
    rows = SubscriptionInvoice.objects.exclude(status=InvoiceStatus.DRAFT)
    if vendor_id:
        rows = rows.filter(vendor_id=vendor_id)
    if status:
        rows = rows.filter(status=status)
    return keyset_page(rows, order=("-created_at", "-id"), cursor=cursor, size=size)


def invoice_of(vendor_id: UUID, invoice_id: UUID) -> SubscriptionInvoice | None:
    """An invoice of this vendor's that was sent."""
    sent = SubscriptionInvoice.objects.exclude(status=InvoiceStatus.DRAFT)
    return sent.filter(vendor_id=vendor_id, id=invoice_id).first()


def plans_page(*, cursor: str | None = None, size: int = 20) -> Page[Plan]:
    """All plans, the cheapest first, each with its current prices. Raises InvalidInput on a bad cursor."""
    return keyset_page(with_prices(Plan.objects.all()), order=("position", "id"), cursor=cursor, size=size)


def subscribers_by_plan() -> dict[UUID, int]:
    """How many subscriptions to each plan go on. One query."""
    going = VendorSubscription.objects.exclude(status__in=ENDED).order_by()
    return dict(going.values_list("price__plan_id").annotate(count=Count("id")))


def subscriptions_of(vendor_ids: Sequence[UUID]) -> dict[UUID, VendorSubscription]:
    """The newest subscription of each of these vendors that goes on. One query."""
    rows = VendorSubscription.objects.filter(vendor_id__in=list(vendor_ids)).exclude(status__in=ENDED)
    return {row.vendor_id: row for row in rows.select_related("price__plan").order_by("begun_at", "id")}


def banner_for(subscription: VendorSubscription | None, now: datetime) -> Banner | None:
    """What to say above the portal's pages; None when all is well."""
    if subscription is None:
        return None
    plan = subscription.price.plan.name
    if subscription.status == Status.TRIALING and subscription.trial_end:
        return Banner("info", "Your trial goes on", f"You try {plan} until {_day(subscription.trial_end)}.")
    ends = grace_ends_at(subscription)
    if subscription.status == Status.PAST_DUE and ends and now < ends:
        return Banner(
            "warn",
            "Your payment failed",
            f"You keep {plan} until {_day(ends)}. Pay the open invoice, or use another card, to stay on it.",
        )
    if (STANDINGS[subscription.status] is Standing.NONE and subscription.status not in ENDED) or (
        subscription.status == Status.PAST_DUE
    ):
        return Banner(
            "bad",
            f"Your plan {plan} has lapsed",
            "Your shop is on Start now. Nothing was deleted, and orders go on; products beyond the limit are not on sale.",
        )
    if subscription.cancels_at and subscription.status not in ENDED:
        return Banner("info", f"Your plan {plan} ends", f"It ends on {_day(subscription.cancels_at)}.")
    return None


def _day(at: datetime) -> str:
    return f"{at.day} {at:%B %Y}"
