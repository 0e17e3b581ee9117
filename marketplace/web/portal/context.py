"""What every page of the portal shows around its content."""

from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from kit import clock
from kit.links import absolute_url
from marketplace.orders.models import Fulfillment
from marketplace.returns.shown import vendor_waiting
from marketplace.web.portal.roles import May, may
from tenants.shop.catalog.queries import troubled_imports
from tenants.vendors.models import PortalVisit, Vendor

# How long an import that left rows out stays something to look at.
TROUBLE_DAYS = 7
# Pages of a part of something else: a parcel's are its order's.
ALSO = {
    "orders": ("/parcels/",),
    "returns": ("/claims/",),
    "standing": ("/shop/closing/",),
    "products": ("/pictures/", "/documents/"),
}
WAITING = (Fulfillment.NEW, Fulfillment.ACCEPTED, Fulfillment.PACKED)


@dataclass(frozen=True, slots=True)
class Counts:
    """What waits for the vendor: orders by state, returns with claims, customers who wrote, and imports
    with errors."""

    orders: dict[str, int]
    imports: int
    returns: int
    messages: int

    @property
    def waiting(self) -> int:
        return sum(self.orders.get(state, 0) for state in WAITING)


def portal_context(request: HttpRequest) -> dict[str, Any]:
    """Layout variables of `layouts/portal.html`; what costs a query waits until a template asks."""
    member = request.member  # type: ignore[attr-defined]
    if member is None:
        return {}
    vendor: Vendor = request.vendor  # type: ignore[attr-defined]
    visit: PortalVisit | None = request.visit  # type: ignore[attr-defined]
    allowed = may(member)
    return {
        "may": allowed,
        "nav": SimpleLazyObject(lambda: _nav(request, allowed)),
        "vendor": {
            "name": vendor.name,
            "logo_url": logo_url(vendor),
            "shop_url": absolute_url("shop", "/", vendor.slug) if vendor.may_sell else "",
        },
        "person": {
            "name": member.name,
            "email": member.email,
            "role": "Staff, looking in" if visit else member.get_role_display(),
        },
        "suspension": vendor.suspension_reason if vendor.suspended_at else "",
        "payouts_held": vendor.payouts_held_at is not None,
        "visit": visit,
        "visit_minutes": max(ceil((visit.ends_at - clock.now()).total_seconds() / 60), 1) if visit else 0,
        "environment": environment(),
        "home_url": reverse("portal:home"),
        "sign_out_url": reverse("sign_out"),
        "switch_links": [
            {"label": "Your shops", "url": absolute_url("market", "/account/shops/"), "icon": "store"},
            {"label": "Your account", "url": absolute_url("market", "/account/"), "icon": "settings"},
        ],
        "sell_url": sell_url(vendor),
    }


def counts_of(request: HttpRequest) -> Counts:
    """What waits for the vendor, asked once a request."""
    known: Counts | None = getattr(request, "portal_counts", None)
    if known is None:
        vendor: Vendor = request.vendor  # type: ignore[attr-defined]
        since = clock.now() - timedelta(days=TROUBLE_DAYS)
        waiting = vendor_waiting(vendor.id)
        known = Counts(waiting.orders, troubled_imports(since).count(), waiting.returns, waiting.messages)
        request.portal_counts = known  # type: ignore[attr-defined]
    return known


def environment() -> str:
    """Which world this is, when it is not the live one."""
    if settings.PRODUCTION:
        return ""
    return "Demo" if settings.WORLD and settings.WORLD.name == "demo" else "Sandbox"


def logo_url(vendor: Vendor) -> str:
    return default_storage.url(vendor.logo) if vendor.logo else ""


def sell_url(vendor: Vendor) -> str:
    """Where the vendor sets up payouts: this process knows no payment provider, the marketplace does."""
    return absolute_url("market", f"/sell/{vendor.slug}/")


def _nav(request: HttpRequest, allowed: May) -> list[dict[str, Any]]:
    counts = counts_of(request)
    path = request.path
    items = [_item(path, "Home", "home", "house", exact=True)]
    vendor: Vendor = request.vendor  # type: ignore[attr-defined]
    if vendor.selling_cleared_at is None or vendor.payouts_cleared_at is None:
        items.append(_item(path, "Checklist", "onboarding", "clipboard-list"))
    if allowed.see_orders:
        items.append(_item(path, "Orders", "orders", "package", count=counts.waiting))
        items.append(_item(path, "Returns", "returns", "rotate-ccw", count=counts.returns))
        items.append(_item(path, "Refunds", "refunds", "undo-2"))
        items.append(_item(path, "Reviews", "reviews", "star"))
    if allowed.see_orders and request.visit is None:  # type: ignore[attr-defined]
        items.append(_item(path, "Messages", "messages", "message-square", count=counts.messages))
    items += [
        _item(path, "Products", "products", "tag"),
        _item(path, "Stock", "stock", "boxes"),
        _item(path, "Purchases", "purchases", "shopping-bag"),
        _item(path, "Warehouses", "warehouses", "warehouse"),
        _item(path, "Promotions", "promotions", "badge-percent"),
        _item(path, "Waiting rooms", "waiting_rooms", "hourglass"),
        _item(path, "Imports", "imports", "upload", count=counts.imports),
    ]
    if allowed.see_money:
        items.append(_item(path, "Money", "money", "wallet", title="Money"))
    if allowed.see_money or allowed.see_orders:
        items.append(_item(path, "Disputes", "disputes", "shield-alert", title="" if allowed.see_money else "Money"))
    standing = _item(path, "Vacation and closing", "standing", "calendar")
    items += [
        # Its addresses begin like the shop's, and it has a place of its own.
        _item(path, "Shop", "shop", "store", title="Settings", exact=standing["current"]),
        standing,
        _item(path, "Shipping", "shipping", "truck"),
        _item(path, "Team", "team", "users"),
    ]
    return [*items, _item(path, "API keys", "api_keys", "key-round")] if allowed.do_shop else items


def _item(
    path: str, label: str, route: str, icon: str, *, count: int = 0, title: str = "", exact: bool = False
) -> dict[str, Any]:
    url = reverse(f"portal:{route}")
    current = path == url if exact else path.startswith((url, *ALSO.get(route, ())))
    return {"label": label, "url": url, "icon": icon, "count": count, "title": title, "current": current}
