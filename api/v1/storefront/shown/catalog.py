"""The catalogue as the API tells it: plain dicts, made by hand because lists are long and asked for often."""

from typing import Any

from django.core.files.storage import default_storage
from django.urls import reverse

from api.addresses import absolute
from kit.links import absolute_url
from marketplace.catalog.models import Listing, VendorCard
from marketplace.catalog.queries import Facets, FacetValue, ListingPage, OfferLine, VariantChoice
from marketplace.search.queries import Suggestion
from taxonomy.queries import Node
from tenants.shop.catalog.pictures import picture_url


def category(node: Node) -> dict[str, Any]:
    """A category with all below it."""
    return {
        "path": node.path,
        "slug": node.slug,
        "name": node.name,
        "children": [category(child) for child in node.children],
    }


def listing(row: Listing) -> dict[str, Any]:
    """A listing in a list."""
    return {
        "id": str(row.id),
        "slug": row.slug,
        "url": page_of(row.slug),
        "title": row.title,
        "brand": row.brand,
        "category": row.category_path or None,
        "picture": picture(row.pictures[0], row.title) if row.pictures else None,
        "price_minor": row.price_minor,
        "compare_at_minor": row.compare_at_minor,
        "price_max_minor": row.price_max_minor,
        "currency": row.currency,
        "in_stock": row.in_stock,
        "best_vendor": {"slug": row.best_vendor_slug, "name": row.best_vendor_name},
        "handling_days": row.best_handling_days,
        "offer_count": row.offer_count,
        "vendor_count": row.vendor_count,
        "rating": row.rating,
        "review_count": row.rating_count,
        "published_at": instant(row.first_published_at),
    }


def listing_detail(found: ListingPage) -> dict[str, Any]:
    row = found.listing
    return {
        "id": str(row.id),
        "slug": row.slug,
        "url": page_of(row.slug),
        "title": row.title,
        "description": row.description,
        "brand": row.brand,
        "categories": [{"path": node.path, "name": node.name} for node in found.breadcrumbs],
        "attributes": row.attributes,
        "pictures": [picture(each, row.title) for each in row.pictures],
        "price_minor": row.price_minor,
        "compare_at_minor": row.compare_at_minor,
        "price_max_minor": row.price_max_minor,
        "currency": row.currency,
        "in_stock": row.in_stock,
        "buy_box": _buy_box(found.variants),
        "variants": [_variant(choice) for choice in found.variants],
        "rating": row.rating,
        "review_count": row.rating_count,
        "published_at": instant(row.first_published_at),
    }


def _buy_box(variants: list[VariantChoice]) -> dict[str, Any] | None:
    """What the page offers first: of the first variant in stock, else of the first, its first offer."""
    in_stock = (choice for choice in variants if any(line.offer.available for line in choice.offers))
    chosen = next(in_stock, variants[0] if variants else None)
    if chosen is None:
        return None
    return {"variant_id": str(chosen.variant.id), "offer_id": str(chosen.offers[0].offer.id)}


def _variant(choice: VariantChoice) -> dict[str, Any]:
    return {
        "id": str(choice.variant.id),
        "gtin": choice.variant.gtin or None,
        "options": choice.variant.options,
        "offers": [_offer(line) for line in choice.offers],
    }


def _offer(line: OfferLine) -> dict[str, Any]:
    offer, card = line.offer, line.vendor
    return {
        "id": str(offer.id),
        "vendor": {"slug": card.slug, "name": card.name},
        "condition": offer.condition,
        "price_minor": offer.price_minor,
        "compare_at_minor": offer.compare_at_minor,
        "currency": offer.currency,
        "available": offer.available,
        "ships_on": offer.ships_later(),
        "shipping": shipping(card),
    }


def shipping(card: VendorCard) -> dict[str, Any]:
    """How a vendor ships: what a parcel costs, from what amount on it is free, how long it takes, and where to."""
    return {
        "price_minor": card.shipping_flat_minor,
        "free_from_minor": card.shipping_free_from_minor,
        "currency": card.currency,
        "handling_days": card.handling_days,
        "transit_days": card.transit_days,
        "countries": card.ships_to,
    }


def vendor(card: VendorCard) -> dict[str, Any]:
    return {
        "slug": card.slug,
        "name": card.name,
        "url": absolute_url("market", reverse("storefront:vendor", args=[card.slug])),
        "country": card.country,
        "city": card.city,
        "tagline": card.tagline,
        "story": card.story,
        "logo_url": absolute(default_storage.url(card.logo)) if card.logo else None,
        "listing_count": card.listing_count,
        "rating": card.rating,
        "review_count": card.rating_count,
        "shipping": shipping(card),
        "joined_at": instant(card.joined_at),
    }


def facets(found: Facets) -> dict[str, Any]:
    return {
        "brands": [_facet_value(value) for value in found.brands],
        "vendors": [_facet_value(value) for value in found.vendors],
        "price_low_minor": found.price_low,
        "price_high_minor": found.price_high,
        "in_stock": found.in_stock,
        "is_capped": found.is_capped,
    }


def _facet_value(value: FacetValue) -> dict[str, Any]:
    return {"value": value.value, "label": value.label, "count": value.count}


def suggestion(found: Suggestion) -> dict[str, Any]:
    return {"kind": found.kind, "label": found.label, "value": found.value}


def picture(row: dict[str, Any], title: str) -> dict[str, Any]:
    """A picture in its three widths, 320, 640 and 1280, with the size of the largest."""
    path = row["path"]
    return {
        "small_url": absolute(picture_url(path, 320)),
        "medium_url": absolute(picture_url(path, 640)),
        "large_url": absolute(picture_url(path, 1280)),
        "alt": row.get("alt") or title,
        "width": row.get("width"),
        "height": row.get("height"),
    }


def page_of(slug: str) -> str:
    """The listing's page for people."""
    return absolute_url("market", reverse("storefront:listing", args=[slug]))


def instant(at: Any) -> str | None:
    """RFC 3339 in UTC."""
    return at.isoformat().replace("+00:00", "Z") if at else None
