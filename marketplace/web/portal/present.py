"""From rows to what the components show."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest

from kit.money import in_percent
from kit.pagination import Page
from marketplace.fulfillment.models import Parcel
from marketplace.orders.models import Fulfillment, OrderEvent, VendorOrder
from marketplace.returns.shown import EVENT_WORDS
from tenants.shop.catalog.pictures import picture_url

# The same state reads differently on both sides of the counter: what a customer calls paid is new to the vendor.
STATUS_LABELS = {"paid": "New", "processing": "Accepted", "ready_to_ship": "Packed"}
EVENTS = {
    "placed": ("Placed", "shopping-bag", ""),
    "paid": ("Paid", "credit-card", "good"),
    "accepted": ("Accepted", "check", "info"),
    "packed": ("Packed", "package", "info"),
    "shipped": ("Shipped", "truck", "info"),
    "tracking_corrected": ("Tracking corrected", "pencil", "info"),
    "delivered": ("Delivered", "package-check", "good"),
    "canceled": ("Canceled", "ban", "bad"),
    "refunded": ("Refunded", "undo-2", "warn"),
}


def pages(request: HttpRequest, page: Page[Any]) -> dict[str, str]:
    """The addresses of a page's neighbors, with everything else of this address kept."""

    def at(cursor: str | None) -> str:
        if cursor is None:
            return ""
        query = request.GET.copy()
        query["cursor"] = cursor
        return f"?{query.urlencode()}"

    return {"previous_url": at(page.previous_cursor), "next_url": at(page.next_cursor)}


def tabs(
    request: HttpRequest, choices: Sequence[tuple[str, str, int | None]], *, name: str = "state"
) -> list[dict[str, Any]]:
    """Tabs that narrow a list by the query word `name`: (value, label, count) each, "" being all."""
    chosen = request.GET.get(name, "")
    known = {value for value, _, _ in choices}
    return [
        {
            "label": label,
            "url": f"?{name}={value}" if value else request.path,
            "count": count,
            "current": value == (chosen if chosen in known else ""),
        }
        for value, label, count in choices
    ]


def thumbnail(path: str) -> str:
    return picture_url(path, 320) if path else ""


def options(values: Mapping[str, Any]) -> str:
    """A variant's options in one line: "Color: Oat, size: 27 cm"."""
    text = ", ".join(f"{name.replace('_', ' ')}: {value}" for name, value in values.items())
    return text[:1].upper() + text[1:]


def pieces(part: VendorOrder) -> str:
    """What is in an order, in one line: the first title, and how many more."""
    lines = list(part.lines.all())
    if not lines:
        return ""
    first = lines[0]
    text = f"{first.quantity} × {first.title}" if first.quantity > 1 else first.title
    return text if len(lines) == 1 else f"{text} and {len(lines) - 1} more"


def timeline(part: VendorOrder, events: Sequence[OrderEvent], names: Mapping[Any, str]) -> list[dict[str, Any]]:
    """An order's history; `names` are members' names by user id."""
    shown = [_event("placed", part.placed_at), _event("paid", part.paid_at)]
    for event in events:
        if event.name in ("placed", "paid"):
            continue
        who = names.get(event.actor_id, "") if event.actor_id else ""
        note = ", ".join(filter(None, [event.note, f"by {who}" if who else ""]))
        shown.append(_event(event.name, event.at, note))
    upcoming = {
        Fulfillment.NEW: ("Accept", "check"),
        Fulfillment.ACCEPTED: ("Pack", "package"),
        Fulfillment.PACKED: ("Hand over", "store") if part.is_fetched else ("Ship", "truck"),
        Fulfillment.SHIPPED: ("Delivery", "house"),
    }.get(Fulfillment(part.fulfillment))
    if upcoming:
        shown.append({"title": upcoming[0], "icon": upcoming[1], "tone": "next", "at": None, "note": ""})
    return shown


def _event(name: str, at: Any, note: str = "") -> dict[str, Any]:
    known = EVENTS.get(name) or EVENT_WORDS.get(name)
    title, icon, tone = known or (name.replace("_", " ").capitalize(), "circle", "")
    return {"title": title, "icon": icon, "tone": tone, "at": at, "note": note}


def parcel_status(parcel: Parcel) -> str:
    if parcel.delivered_at:
        return "delivered"
    return "shipped" if parcel.shipped_at else "packed"


def product_card(
    *, title: str, picture: str, vendor_name: str, amount_minor: int | None, compare_at_minor: int | None, currency: str
) -> dict[str, Any]:
    """A product as customers will see it in a list."""
    return {
        "title": title or "Title",
        "url": "#preview",
        "image_url": picture_url(picture) if picture else "",
        "image_alt": "",
        "vendor_name": vendor_name,
        "amount_minor": amount_minor,
        "compare_at_minor": compare_at_minor,
        "currency": currency,
        "rating": None,
    }


def commission_tax_words(part: VendorOrder) -> str:
    """ "19 %, and why": of the VAT on an order's commission."""
    rate = f"{in_percent(part.commission_tax_rate)} %"
    return f"{rate}, {part.commission_tax_reason}" if part.commission_tax_reason else rate
