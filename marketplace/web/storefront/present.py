"""From rows of the catalogue, the cart and orders to what the components show."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils.formats import date_format

from kit.money import Money
from marketplace.catalog.models import Listing, Offer, VendorCard
from marketplace.catalog.queries import OfferLine
from marketplace.reviews.models import Review
from marketplace.web import delivery, reviewing
from taxonomy.tax import COUNTRY_NAMES
from tenants.shop.catalog.pictures import picture_url
from tenants.shop.shipping.terms import Method
from tenants.vendors.countries import VENDOR_COUNTRIES

PLENTY = 5  # from so many on, how many are left is nobody's hurry
CONDITIONS = {"new": "New", "refurbished": "Refurbished", "used": "Used"}
COUNTRIES = {**VENDOR_COUNTRIES, **COUNTRY_NAMES}
_UNITS = {"grams": "g", "mm": "mm", "cm": "cm", "ml": "ml", "watts": "W", "hours": "h"}


def product(listing: Listing, *, shop: str = "", reduced: Mapping[UUID, int] | None = None) -> dict[str, Any]:
    """A listing as a card; with `shop`, a vendor's slug, the link opens at that vendor's offer.

    `reduced` are lower prices by listing, of what promotions take off by themselves: then the price before is crossed out.

    Its `flag` says that who would sell it is on vacation, which is not sold out: see `catalog.queries.say_who_is_away`.
    """
    url = reverse("storefront:listing", args=[listing.slug])
    picture = listing.pictures[0] if listing.pictures else None
    price = (reduced or {}).get(listing.id)
    return {
        "id": listing.id,
        "title": listing.title,
        "url": f"{url}?shop={shop}" if shop else url,
        "image_url": picture_url(picture["path"]) if picture else "",
        "image_alt": "",
        "vendor_name": _sellers(listing, shop),
        "amount_minor": listing.price_minor if price is None else price,
        "currency": listing.currency,
        "rating": listing.rating,
        "review_count": listing.rating_count,
        "compare_at_minor": listing.compare_at_minor if price is None else listing.price_minor,
        "from_price": not shop and listing.price_max_minor > listing.price_minor,
        "sold_out": not listing.in_stock,
        "flag": "" if listing.away is None else _away(listing.away),
        "delivery": ready_in(listing.best_handling_days) if listing.in_stock else "",
    }


def _away(card: VendorCard) -> str:
    """On a card there is room for a few words."""
    return f"Away until {date_format(card.away_until, 'j F')}" if card.away_until else "On vacation"


def _sellers(listing: Listing, shop: str) -> str:
    if shop or listing.vendor_count <= 1:
        return listing.best_vendor_name
    others = listing.vendor_count - 1
    return f"{listing.best_vendor_name} and {others} other{'s' if others > 1 else ''}"


def ready_in(days: int) -> str:
    if days <= 0:
        return "Ships today"
    return "Ships tomorrow" if days == 1 else f"Ships in {days} days"


def images(listing: Listing) -> list[dict[str, Any]]:
    return [
        {
            "url": picture_url(picture["path"], 1280),
            "thumb_url": picture_url(picture["path"], 320),
            "alt": picture.get("alt") or listing.title,
        }
        for picture in listing.pictures
    ]


def arrives(handling_days: int, transit_days: int) -> str:
    first, last = handling_days + 1, handling_days + max(transit_days, 1)
    return f"in {first} to {last} days" if last > first else f"in {first} day{'s' if first > 1 else ''}"


def price_note(seen_minor: int, now_minor: int, currency: str) -> str:
    """How a price has changed since the customer saw it; empty when it has not."""
    if now_minor == seen_minor:
        return ""
    word = "more" if now_minor > seen_minor else "less"
    before, now = Money(seen_minor, currency), Money(now_minor, currency)
    return f"Costs {word} than when you put it in: {now} instead of {before}."


def method(found: Method) -> dict[str, Any]:
    """A way for a parcel, as one chooses among them."""
    return {
        "key": found.key,
        "name": found.name,
        "note": found.carrier,
        "when": delivery.promise(found.first_on, found.last_on, is_fetched=found.place is not None),
        "price_minor": found.price_minor,
        "place": delivery.place(found.place.words()) if found.place else None,
    }


def shipping_words(card: VendorCard) -> str:
    """What delivery costs at a vendor, before it is known what goes where."""
    prices = {rate.price_minor for profile in card.terms.profiles for zone in profile.zones for rate in zone.rates}
    if not prices and not card.shipping_flat_minor:
        return "Delivery is not set up yet"
    if len(prices) > 1:
        return f"Delivery from {Money(min(prices), card.currency)}"
    if card.shipping_flat_minor == 0:
        return "Free delivery"
    cost = f"Delivery {Money(card.shipping_flat_minor, card.currency)}"
    if card.shipping_free_from_minor is None:
        return cost
    return f"{cost}, free from {Money(card.shipping_free_from_minor, card.currency)}"


def stock_words(offer: Offer) -> tuple[str, str]:
    """(status word, what it says)."""
    if offer.available == 0:
        return "out_of_stock", "Sold out"
    if later := offer.ships_later():
        return "low_stock", ships_from(later)
    there = offer.available if offer.ships_on is None else offer.on_shelf
    if there < PLENTY:
        return "low_stock", f"Only {there} left" if offer.ships_on is None else f"{there} there now"
    return "in_stock", "In stock"


def ships_from(day: date) -> str:
    return f"Ships from {date_format(day, 'j F Y')}"


def offer(line: OfferLine, reduced: Mapping[UUID, int] | None = None) -> dict[str, Any]:
    """A vendor's offer, as the component `offer` shows it; `reduced` are prices less what is taken off by itself."""
    card, price = line.vendor, line.offer.price_minor
    now = (reduced or {}).get(line.offer.id, price)
    return {
        "id": line.offer.id,
        "vendor_name": card.name,
        "vendor_url": reverse("storefront:vendor", args=[card.slug]),
        "logo_url": logo(card),
        "rating": card.rating,
        "review_count": card.rating_count,
        "amount_minor": now,
        "currency": line.offer.currency,
        "compare_at_minor": line.offer.compare_at_minor if now == price else price,
        "condition": CONDITIONS.get(line.offer.condition, line.offer.condition.capitalize()),
        "delivery": f"{_when(line)}, {_inside(shipping_words(card))}"
        if line.offer.available
        else _inside(card.away_words().rstrip(".")) or "sold out",
        "available": line.offer.available,
    }


def _when(line: OfferLine) -> str:
    later = line.offer.ships_later()
    return _inside(ships_from(later)) if later else arrives(line.vendor.handling_days, line.vendor.transit_days)


def _inside(words: str) -> str:
    """Words as they stand inside a sentence."""
    return words[:1].lower() + words[1:]


def logo(card: VendorCard) -> str:
    return default_storage.url(card.logo) if card.logo else ""


def vendor(card: VendorCard) -> dict[str, Any]:
    """A vendor's card, as lanes and lists show it."""
    return {
        "name": card.name,
        "url": reverse("storefront:vendor", args=[card.slug]),
        "logo_url": logo(card),
    }


def options(values: Mapping[str, Any]) -> str:
    """A variant's options in one line: "Color: Oat, size: 27 cm"."""
    text = ", ".join(f"{name.replace('_', ' ')}: {value}" for name, value in values.items())
    return text[:1].upper() + text[1:]


def attributes(listing: Listing) -> list[dict[str, str]]:
    """The attributes as a table: a unit in a name ("weight_grams") goes to its value."""
    rows = [{"label": "Brand", "value": listing.brand}] if listing.brand else []
    for name, value in listing.attributes.items():
        if value in (None, "", [], {}):
            continue
        words = str(name).replace("-", "_").split("_")
        unit = _UNITS.get(words[-1].lower(), "") if len(words) > 1 else ""
        label = " ".join(words[:-1] if unit else words)
        shown = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        rows.append({"label": label[:1].upper() + label[1:], "value": f"{shown} {unit}".strip()})
    return rows


def reviews(found: Sequence[Review]) -> list[dict[str, Any]]:
    return reviewing.shown(found, photo_route="storefront:review_photo")


def thumbnail(path: str) -> str:
    return picture_url(path, 320) if path else ""


def trail(nodes: Sequence[Any], last: str = "") -> list[dict[str, str]]:
    """Breadcrumbs from the start page over category nodes to `last`, or to the last node."""
    crumbs = [{"label": "Home", "url": reverse("storefront:home")}]
    crumbs += [{"label": node.name, "url": reverse("storefront:category", args=[node.path])} for node in nodes]
    return [*crumbs, {"label": last, "url": ""}] if last else crumbs
