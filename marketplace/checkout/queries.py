"""From a cart to its quote, reading public projections only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Sum

from billing.commissions.queries import commission_terms
from kit import clock
from kit.money import Money
from marketplace.carts.models import Cart, CartLine
from marketplace.carts.queries import CartContents, contents
from marketplace.checkout.quote import Quote, QuoteLine, VendorQuote, quote
from marketplace.checkout.taxing import taxing_of
from marketplace.orders.models import OrderLine, StockHold
from marketplace.promotions.discounts import Terms
from taxonomy.models import TaxCategory
from taxonomy.tax import COUNTRY_NAMES
from tenants.shop.shipping.terms import PICKUP


def quote_line(line: CartLine, *, key: UUID | None = None, price_minor: int | None = None) -> QuoteLine:
    """A cart line as the quote takes it; `price_minor` overrides the projected price."""
    category = line.offer.listing.category
    return QuoteLine(
        key=key or line.id,
        vendor_id=line.offer.vendor_id,
        unit_price_minor=line.offer.price_minor if price_minor is None else price_minor,
        quantity=line.quantity,
        currency=line.offer.currency,
        tax_category=category.tax_category if category else TaxCategory.STANDARD,
        category_path=line.offer.listing.category_path,
        tags=frozenset(line.offer.tags),
        weight_grams=line.offer.weight_grams,
        shipping_profile_id=line.offer.shipping_profile_id,
        ships_on=line.offer.ships_later(line.quantity),
        product_id=line.offer.product_id,
        article=line.offer_id,
    )


def cart_to_order(cart: Cart) -> CartContents:
    """The cart's contents as its customer may order them: what an unpaid order from this cart holds is theirs to have."""
    found = contents(cart)
    if all(line.offer.available >= line.quantity for line in found.lines):
        return found
    held = dict(
        OrderLine.objects.filter(vendor_order__order__cart_id=cart.id, vendor_order__order__stock_hold=StockHold.HELD)
        .values_list("variant_id")
        .annotate(Sum("quantity"))
    )
    for line in found.lines:
        line.offer.available += held.get(line.offer_id, 0)
    return found


def quote_cart(
    found: CartContents,
    *,
    prices: Mapping[UUID, int] | None = None,
    chosen: Mapping[UUID, str] | None = None,
    promotions: Sequence[Terms] = (),
) -> Quote:
    """What the cart costs now, by its country. Lines that cannot be bought any more count nothing.

    `prices` are newer ones by cart line, in minor units: a shop told them before the catalogue has heard. `chosen` are
    shipping methods by vendor, before those that the cart keeps. `promotions` are those that may be used
    (`checkout.discounts`).
    """
    lines = [line for line in found.lines if is_buyable(line)]
    newer = prices or {}
    asked = [quote_line(line, price_minor=newer.get(line.id)) for line in lines]
    return quote(
        asked,
        shipping={vendor_id: card.terms for vendor_id, card in found.vendors.items()},
        country=found.cart.country,
        on=clock.today(),
        commissions=commission_terms({line.vendor_id for line in asked}, on=clock.today()),
        chosen={**found.cart.methods, **(chosen or {})},
        now=clock.now(),
        promotions=promotions,
        taxing=taxing_of(found),
    )


def is_all_fetched(found: CartContents, chosen: Mapping[UUID, str] | None = None) -> bool:
    """Whether the customer picks up every parcel: then nothing is sent to where they live."""
    kept = {**found.cart.methods, **(chosen or {})}
    vendors = {line.offer.vendor_id for line in found.lines}
    return bool(vendors) and all(kept.get(vendor_id, "").startswith(PICKUP) for vendor_id in vendors)


def cannot_ship(part: VendorQuote, name: str, country: str) -> str:
    """Why a vendor's parcel does not get to a country, or what is left to choose; empty when it does."""
    if part.ships:
        return ""
    there, offered = COUNTRY_NAMES.get(country, country), part.shipment.offered
    why = f"{name} does not ship to {there}"
    if offered.refusal == "load":
        weight = f"{offered.load.grams / 1000:.3f}".rstrip("0").rstrip(".")
        size = f"{weight} kg" if offered.load.grams else f"{offered.load.pieces} pieces"
        why = f"{name} does not ship a parcel like this ({size}) to {there}"
    return f"{why}; you can pick it up." if offered.methods else f"{why}."


def is_buyable(line: CartLine) -> bool:
    return line.offer.is_visible and not line.away and line.offer.available >= line.quantity


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a line cannot be ordered as it is: a stable code, and words for the customer."""

    code: str
    words: str


def problem_with(line: CartLine) -> Problem | None:
    """What must be known about a line before ordering; None when all is well."""
    if not line.offer.is_visible:
        return Problem("not_for_sale", "No longer for sale.")
    if line.away:
        return Problem("vendor_away", line.away)
    if line.offer.available == 0:
        return Problem("sold_out", "Sold out.")
    if line.offer.available < line.quantity:
        return Problem("too_few", f"Only {line.offer.available} left.")
    return None


@dataclass(frozen=True, slots=True)
class Change:
    """What is otherwise than when a line was put in: a stable code, and words for the customer."""

    line_id: UUID
    code: str
    words: str


def changes_of(found: CartContents) -> list[Change]:
    """What changed since the customer put things in, or last said that they had seen it: prices, and what cannot be had."""
    changes = []
    for line in found.lines:
        title, now, before = line.offer.listing.title, line.offer.price_minor, line.price_seen_minor
        if problem := problem_with(line):
            changes.append(Change(line.id, problem.code, f"{title}: {problem.words[:1].lower()}{problem.words[1:]}"))
        elif now != before:
            code, word = ("price_rose", "more") if now > before else ("price_fell", "less")
            prices = f"{Money(now, line.offer.currency)} instead of {Money(before, line.offer.currency)}"
            changes.append(Change(line.id, code, f"{title} costs {word}: {prices}."))
    return changes


def problem_of(line: CartLine) -> str:
    """The same in words; empty when all is well."""
    found = problem_with(line)
    return found.words if found else ""
