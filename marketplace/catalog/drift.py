"""Proof that the unified catalogue says what the shops say, and its repair.

Compares, for one vendor, every published variant of its shop with its offer, the listings its products speak for
with those products, the buy boxes of its listings with their offers, and its card with itself. Reads only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from kit import clock
from marketplace.catalog import statements
from marketplace.catalog.models import VendorCard
from marketplace.catalog.projection import (
    MOST_SHOWN,
    SALES_COUNT_FOR,
    project_shop,
    project_vendor_card,
    shipping_shown,
)
from tenants.isolation.doors import in_shop
from tenants.shop.shipping.queries import shipping_terms
from tenants.vendors.models import Vendor


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that the catalogue says otherwise than the shop: an offer, a listing, or the vendor's card."""

    kind: str
    id: UUID
    what: str

    def __str__(self) -> str:
        return f"{self.kind} {self.id}: {self.what}"


_OFFERS = f"""
    WITH shop AS (
        SELECT v.id, p.id AS product_id, v.sku, p.condition, p.tags, v.price_minor, v.compare_at_minor, v.currency,
               v.weight_grams, {statements.PROFILE} AS shipping_profile_id,
               {statements.AVAILABLE}::int AS available
          FROM shop_catalog_product p JOIN shop_catalog_variant v ON v.product_id = p.id
          {statements.STOCK}
         WHERE p.state = 'published' AND p.paused_at IS NULL AND %(selling)s
    ), shown AS (
        SELECT * FROM listings_offer WHERE vendor_id = %(vendor)s AND is_visible
    )
    SELECT coalesce(shop.id, shown.id),
           CASE WHEN shown.id IS NULL THEN 'is missing'
                WHEN shop.id IS NULL THEN 'is shown and is not for sale'
                ELSE 'differs in '
                     || concat_ws(', ',
                            CASE WHEN shop.price_minor <> shown.price_minor THEN 'price' END,
                            CASE WHEN shop.compare_at_minor IS DISTINCT FROM shown.compare_at_minor
                                 THEN 'price to compare with' END,
                            CASE WHEN shop.available <> shown.available THEN 'stock' END,
                            CASE WHEN (shop.weight_grams, shop.shipping_profile_id)
                                      IS DISTINCT FROM (shown.weight_grams, shown.shipping_profile_id)
                                 THEN 'weight or how it is shipped' END,
                            CASE WHEN (shop.product_id, shop.sku, shop.condition, shop.tags, shop.currency)
                                      IS DISTINCT FROM
                                      (shown.product_id, shown.sku, shown.condition, shown.tags, shown.currency)
                                 THEN 'SKU, condition, tags, currency or product' END)
           END
      FROM shop FULL JOIN shown ON shown.id = shop.id
     WHERE shop.id IS NULL OR shown.id IS NULL
        OR (shop.product_id, shop.sku, shop.condition, shop.tags, shop.price_minor, shop.compare_at_minor, shop.currency,
            shop.available, shop.weight_grams, shop.shipping_profile_id)
           IS DISTINCT FROM
           (shown.product_id, shown.sku, shown.condition, shown.tags, shown.price_minor, shown.compare_at_minor,
            shown.currency, shown.available, shown.weight_grams, shown.shipping_profile_id)
     ORDER BY 1
"""

_WORDS = """
    SELECT l.id, 'says otherwise than its product'
      FROM (SELECT DISTINCT listing_id FROM listings_offer WHERE vendor_id = %(vendor)s AND is_visible) own
      JOIN listings_listing l ON l.id = own.listing_id
      JOIN shop_catalog_product p ON p.id = l.content_product_id
      LEFT JOIN taxonomy_category c ON c.id = p.category_id
      LEFT JOIN LATERAL (
            SELECT jsonb_agg(jsonb_build_object('path', path, 'alt', alt, 'width', width, 'height', height)
                             ORDER BY position, id) AS list
              FROM shop_catalog_picture WHERE product_id = p.id) pictures ON true
     WHERE l.content_vendor_id = %(vendor)s AND l.is_visible AND p.state = 'published' AND p.paused_at IS NULL
       AND (l.title, l.description, l.brand, l.category_id, l.category_path, l.attributes, l.pictures)
           IS DISTINCT FROM
           (p.title, p.description, p.brand, c.id, coalesce(c.path, ''), p.attributes, coalesce(pictures.list, '[]'))
     ORDER BY 1
"""

_BUY_BOXES = f"""
    SELECT l.id, 'shows another offer than its best'
      FROM listings_listing l JOIN ({statements.BUY_BOX}) b ON b.listing_id = l.id
     WHERE (l.offer_count, l.vendor_count, l.in_stock, l.is_visible)
           IS DISTINCT FROM (b.offers::int, b.vendors::int, b.in_stock, b.offers > 0)
        OR (b.offers > 0
            AND (l.price_minor, l.compare_at_minor, l.price_max_minor, l.best_vendor_slug, l.best_handling_days)
                IS DISTINCT FROM (b.price_minor, b.compare_at_minor, b.highest, b.slug, b.handling_days))
     ORDER BY 1
"""

_LISTINGS = """
    SELECT array_agg(DISTINCT listing_id) FROM listings_offer WHERE vendor_id = %(vendor)s
"""


@transaction.atomic
def drift(vendor: Vendor) -> list[Difference]:
    """Everything about this vendor that the catalogue says otherwise than its shop; empty when they agree."""
    vendor = Vendor.objects.get(id=vendor.id)
    found = [Difference("vendor", vendor.id, what) for what in _card_differences(vendor)]
    (listings,) = _run(_LISTINGS, vendor=vendor.id)[0]
    if vendor.is_reachable:
        now = clock.now()
        limits = {"since": now - SALES_COUNT_FOR, "shown": MOST_SHOWN, "selling": vendor.may_sell}
        with in_shop(vendor):
            found += _differences("offer", _run(_OFFERS, vendor=vendor.id, **limits))
            found += _differences("listing", _run(_WORDS, vendor=vendor.id))
    found += _differences("listing", _run(_BUY_BOXES, listings=listings or []))
    return found


def repair(vendor: Vendor) -> None:
    """Project the vendor and its whole shop anew. Whatever `drift` found is gone then."""
    project_vendor_card(vendor)
    project_shop(vendor)


def _card_differences(vendor: Vendor) -> list[str]:
    card = VendorCard.objects.filter(vendor_id=vendor.id).first()
    if card is None:
        return ["has no card"] if vendor.may_sell else []
    same = (
        "away_from",
        "away_until",
        "away_message",
        "slug",
        "name",
        "country",
        "city",
        "tagline",
        "story",
        "logo",
        "palette",
        "currency",
    )
    found = [f"differs in {name}" for name in same if getattr(card, name) != getattr(vendor, name)]
    if card.is_selling != vendor.may_sell:
        found.append("differs in whether it sells")
    if vendor.is_reachable:
        with in_shop(vendor):
            terms = shipping_terms()
        if any(getattr(card, name) != value for name, value in shipping_shown(terms).items()):
            found.append("differs in how it ships")
    return found


def _differences(kind: str, rows: Sequence[tuple[Any, ...]]) -> list[Difference]:
    return [Difference(kind, id_, what) for id_, what in rows]


def _run(statement: str, **parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()
