"""A cart as the API tells it: its lines, and what they cost at each vendor and in all."""

from typing import Any
from uuid import UUID

from api.v1.storefront.shown.catalog import page_of, picture
from marketplace.carts.models import Cart, CartLine
from marketplace.carts.queries import CartContents
from marketplace.catalog.models import VendorCard
from marketplace.checkout.discounts import quoted
from marketplace.checkout.queries import cannot_ship, cart_to_order, changes_of, problem_with
from marketplace.checkout.quote import VendorQuote
from tenants.shop.shipping.terms import Method


def cart(found: Cart) -> dict[str, Any]:
    """The whole cart as it is now. At most seven queries, whatever its size."""
    inside = cart_to_order(found)
    costs, coupons = quoted(inside)
    off = {each.key: each.discount.whole for part in costs.vendors for each in part.lines}
    lines = [line_of(line, inside, off.get(line.id, 0)) for line in inside.lines]
    return {
        "version": found.version,
        "country": found.country,
        "company": found.company,
        "vat_id": found.vat_id,
        "currency": costs.currency,
        "lines": lines,
        "vendors": [_part(part, inside.vendors, found.country) for part in costs.vendors],
        "quantity": sum(line.quantity for line in inside.lines),
        "coupons": [
            {
                "code": coupon.code,
                "name": coupon.name,
                "discount_minor": coupon.amount_minor,
                "problem": {"code": coupon.reason, "detail": coupon.words} if coupon.reason else None,
            }
            for coupon in coupons
        ],
        "discounts": [
            {"name": one.terms.name, "code": one.terms.code, "discount_minor": one.whole.whole}
            for one in costs.discounts.applied
        ],
        "goods_minor": costs.goods_minor,
        "shipping_minor": costs.shipping_minor,
        "discount_minor": costs.discount_minor,
        "tax_minor": costs.tax_minor,
        "total_minor": costs.total_minor,
        "changes": [
            {"line_id": str(change.line_id), "code": change.code, "detail": change.words}
            for change in changes_of(inside)
        ],
        "can_be_ordered": bool(lines) and not costs.blocked_vendors and not any(line["problem"] for line in lines),
    }


def line_of(line: CartLine, inside: CartContents, discount: int) -> dict[str, Any]:
    offer, listing = line.offer, line.offer.listing
    card, problem = inside.vendors[offer.vendor_id], problem_with(line)
    return {
        "id": str(line.id),
        "offer_id": str(offer.id),
        "listing": {"slug": listing.slug, "title": listing.title, "url": page_of(listing.slug)},
        "vendor": {"slug": card.slug, "name": card.name},
        "options": offer.listing_variant.options,
        "condition": offer.condition,
        "picture": picture(listing.pictures[0], listing.title) if listing.pictures else None,
        "quantity": line.quantity,
        "unit_price_minor": offer.price_minor,
        "price_seen_minor": line.price_seen_minor,
        "discount_minor": discount,
        "total_minor": offer.price_minor * line.quantity - discount,
        "currency": offer.currency,
        "available": offer.available,
        "ships_on": offer.ships_later(line.quantity),
        "problem": {"code": problem.code, "detail": problem.words} if problem else None,
    }


def _part(part: VendorQuote, cards: dict[UUID, VendorCard], country: str) -> dict[str, Any]:
    card = cards[part.vendor_id]
    first, last = part.days
    return {
        "vendor": {"slug": card.slug, "name": card.name},
        "goods_minor": part.goods_minor,
        "shipping_minor": part.shipping_minor,
        "discount_minor": part.discount.whole,
        "tax_minor": part.tax_minor,
        "tax_rule": part.taxed.rule,
        "tax_reason": part.taxed.reason,
        "total_minor": part.total_minor,
        "free_shipping_missing_minor": part.free_shipping_missing_minor,
        "ships": part.ships,
        "days": {"first": first, "last": last},
        "shipping": {
            "chosen": part.shipment.chosen.key if part.shipment.chosen else None,
            "is_stale": part.shipment.is_stale,
            "methods": [_method(method) for method in part.shipment.offered.methods],
            "problem": cannot_ship(part, card.name, country),
        },
    }


def _method(method: Method) -> dict[str, Any]:
    return {
        "id": method.key,
        "kind": "pickup" if method.place else "delivery",
        "name": method.name,
        "carrier": method.carrier,
        "price_minor": method.price_minor,
        "first_on": method.first_on,
        "last_on": method.last_on,
        "place": method.place.words() if method.place else None,
    }
