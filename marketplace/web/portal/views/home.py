"""What must I do today, how are sales, where is my money."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.timesince import timesince

from billing.stripe.checklists import checklist
from billing.subscriptions.queries import banner_for, subscription_of
from kit import clock
from kit.links import absolute_url
from kit.money import Money
from marketplace.orders import queries
from marketplace.orders.models import Fulfillment
from marketplace.web.portal.context import counts_of
from marketplace.web.portal.flow import money_flow
from marketplace.web.portal.roles import ANYBODY, may, shows
from marketplace.web.portal.views.onboarding import shown_items
from marketplace.web.usage import usage_of
from tenants.shop.catalog.models import ProductState
from tenants.shop.catalog.queries import product_counts
from tenants.shop.inventory.queries import LOW, low_stock
from tenants.shop.shipping.queries import has_said_how
from tenants.vendors.entitlements import allowed_to
from tenants.vendors.models import Vendor, VendorState
from tenants.vendors.vacation import away_words

DAYS = 14
LOW_SHOWN = 6
STEPS = (
    (Fulfillment.NEW, "to accept", "bell"),
    (Fulfillment.ACCEPTED, "to pack", "package-open"),
    (Fulfillment.PACKED, "to ship", "truck"),
)


@shows(*ANYBODY, visits=True)
def home(request: HttpRequest) -> HttpResponse:
    vendor: Vendor = request.vendor  # type: ignore[attr-defined]
    allowed = may(request.member)  # type: ignore[attr-defined]
    products = product_counts()
    low = low_stock(LOW_SHOWN + 1)
    plan = allowed_to(vendor.id)
    context: dict[str, Any] = {
        "today": timezone.localtime(clock.now()),
        "first_name": str(request.member.name).split(" ")[0],  # type: ignore[attr-defined]
        "todo": _todo(request, products, len(low)),
        "low": [{"variant": variant, "left": variant.available} for variant in low[:LOW_SHOWN]],  # type: ignore[attr-defined]
        **_checklist(request, products),
        "state": vendor.state,
        "away": away_words(vendor.away_until) if vendor.is_away(clock.now()) else "",
        "plan": plan,
        "plan_url": absolute_url("market", f"/sell/{vendor.slug}/plan/"),
        "usage": usage_of(vendor.id, plan, products=sum(products.values()) - products.get(ProductState.ARCHIVED, 0)),
        "banner": banner_for(subscription_of(vendor.id), clock.now()),
    }
    if allowed.see_money:
        context["flow"] = money_flow(vendor.id)
        context["sales"] = _sales(vendor)
    return render(request, "portal/home.html", context)


def _todo(request: HttpRequest, products: dict[str, int], low: int) -> list[dict[str, str]]:
    """What waits for somebody, the most urgent first; only what this member may look at."""
    allowed = may(request.member)  # type: ignore[attr-defined]
    items = []
    if allowed.see_orders:
        waiting = queries.waiting_since(request.vendor.id)  # type: ignore[attr-defined]
        for state, what, icon in STEPS:
            count, oldest = waiting.get(state, (0, None))
            if count and oldest:
                items.append(
                    _item(
                        icon,
                        f"{count} order{'s' if count > 1 else ''} {what}",
                        f"The oldest was paid {timesince(oldest, clock.now(), depth=1)} ago",
                        f"{reverse('portal:orders')}?state={state}",
                    )
                )
    troubled = counts_of(request).imports
    if troubled:
        items.append(
            _item(
                "triangle-alert",
                f"{troubled} import{'s' if troubled > 1 else ''} left rows out",
                "See which rows, and why",
                reverse("portal:imports"),
            )
        )
    if low:
        shown = f"{low} variant{'s' if low > 1 else ''}" if low <= LOW_SHOWN else f"More than {LOW_SHOWN} variants"
        items.append(
            _item("boxes", f"{shown} low in stock", f"{LOW} left or fewer", f"{reverse('portal:stock')}?low=1")
        )
    drafts = products.get(ProductState.DRAFT, 0)
    if drafts:
        items.append(
            _item(
                "square-pen",
                f"{drafts} draft{'s' if drafts > 1 else ''} to finish",
                "Customers do not see them yet",
                f"{reverse('portal:products')}?state=draft",
            )
        )
    return items


def _item(icon: str, title: str, note: str, url: str) -> dict[str, str]:
    return {"icon": icon, "title": title, "note": note, "url": url}


def _checklist(request: HttpRequest, products: dict[str, int]) -> dict[str, Any]:
    """The vendor's checklist while something of it is open, whose turn each is; and, before it sells, what is wise to do."""
    vendor: Vendor = request.vendor  # type: ignore[attr-defined]
    found = checklist(vendor)
    is_closed = vendor.selling_cleared_at is None or vendor.payouts_cleared_at is None
    return {
        "checklist": shown_items(request, found) if found.open or is_closed else [],
        "is_selling_open": vendor.selling_cleared_at is not None,
        "is_payout_open": vendor.payouts_cleared_at is not None,
        "hints": _hints(products) if vendor.state == VendorState.ONBOARDING else [],
    }


def _hints(products: dict[str, int]) -> list[dict[str, Any]]:
    return [
        {
            "title": "Add your first products",
            "note": "One by one, or many at once from a CSV file.",
            "url": reverse("portal:new_product"),
            "action": "Add a product",
            "done": bool(products),
        },
        {
            "title": "Say how you ship",
            "note": "What a parcel costs, how soon it leaves, and where to.",
            "url": reverse("portal:shipping"),
            "action": "Set up shipping",
            "done": has_said_how(),
        },
    ]


def _sales(vendor: Vendor) -> dict[str, Any]:
    """Sales so far today against the same hours a week ago, and day by day."""
    now = clock.now()
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    week = timedelta(days=7)
    orders, gross = queries.sales_between(vendor.id, midnight, now)
    orders_before, gross_before = queries.sales_between(vendor.id, midnight - week, now - week)
    last = midnight.date()
    days = queries.vendor_sales_by_day(vendor.id, first=last - timedelta(days=DAYS - 1), last=last)
    return {
        "today": Money(gross, settings.CURRENCY),
        "delta": _delta(gross, gross_before),
        "orders": orders,
        "orders_delta": _delta(orders, orders_before),
        "weekday": f"on last {midnight:%A} by now",
        # Nothing then: there is no percentage of it.
        "note": "" if gross_before else f"nothing last {midnight:%A} by now",
        "orders_note": "" if orders_before else f"none last {midnight:%A} by now",
        "days": [(f"{day.day} {day:%b}", amount) for day, amount in days],
        "any": any(amount for _, amount in days),
        "period": f"{days[0][0]:%-d %B} to {days[-1][0]:%-d %B}",
        "currency": settings.CURRENCY,
    }


def _delta(now: int, before: int) -> int | None:
    return round(100 * (now - before) / before) if before else None
