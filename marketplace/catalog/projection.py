"""From the shops into the unified catalogue: set-based, repeatable, safe to run for many vendors at once.

One vendor's projection runs at a time (an advisory lock), and re-reads the shop once it has that lock, so the last
one to run has seen the truth. Listings are shared: they are locked in id order before anything is computed from
their offers. Lock order: vendor, GTIN stripes, listings.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5
from zlib import crc32

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q

from kit import clock
from marketplace.catalog import statements
from marketplace.catalog.models import ListingVariant, Offer, VendorCard
from tenants.isolation.doors import in_shop
from tenants.shop.catalog.gtin import canonical, is_gtin
from tenants.shop.catalog.models import Product
from tenants.shop.shipping.queries import shipping_terms
from tenants.shop.shipping.terms import ShippingTerms, as_json
from tenants.vendors.models import Vendor

BATCH = 500
# Nobody needs to know more than that there is plenty; and a wholesaler's shelf does not change its page at every sale.
MOST_SHOWN = 99
SALES_COUNT_FOR = timedelta(days=30)
GTIN_STRIPES = 64
GTIN_SPACE = UUID("5f0d8f0e-6c55-5a5c-9f4e-8f6f2c6b7a10")


def project_products(vendor: Vendor, product_ids: Iterable[UUID]) -> None:
    """Bring offers and listings in line with these products of the vendor's shop, gone ones included."""
    for batch in _batches(product_ids):
        with transaction.atomic():
            _Projection(vendor.id).products(batch)


def project_stock(vendor: Vendor, variant_ids: Iterable[UUID]) -> None:
    """Bring availability of these variants, and what depends on it, in line with the vendor's stock."""
    for batch in _batches(variant_ids):
        with transaction.atomic():
            _Projection(vendor.id).stock(batch)


def project_vendor_card(vendor: Vendor) -> None:
    """Bring what the marketplace shows of the vendor in line with the vendor and its shop.

    A vendor that begins or ends to sell has its whole shop projected; one that changed its name has it renamed on
    its listings.
    """
    with transaction.atomic():
        projection = _Projection(vendor.id)
        before = VendorCard.objects.filter(vendor_id=vendor.id).first()
        after = projection.card()
        if before and before.is_selling == after.is_selling and _shown(before) != _shown(after):
            listings = Offer.objects.filter(vendor_id=vendor.id, is_visible=True).order_by().values_list("listing_id")
            for batch in _batches(row[0] for row in listings.distinct()):
                projection.lock_listings(batch)
                projection.update_buy_boxes(batch)
    if before is None or before.is_selling != after.is_selling:
        project_shop(vendor)


def follow_vacations() -> int:
    """Have buy boxes pass by vendors whose vacation has begun, and come back to those whose has ended; gives how many.

    What is looked at one by one asks the clock itself; this is for lists.
    """
    now = clock.now()
    begun = Q(away_from__lte=now) & (Q(away_until=None) | Q(away_until__gt=now))
    crossed = VendorCard.objects.filter(away_from__isnull=False).filter(
        (begun & Q(was_away=False)) | (~begun & Q(was_away=True))
    )
    vendors = Vendor.objects.in_bulk(list(crossed.order_by("vendor_id").values_list("vendor_id", flat=True)))
    for vendor in vendors.values():
        project_vendor_card(vendor)
    return len(vendors)


def project_shop(vendor: Vendor) -> None:
    """Project every product the shop has, and every one it once had."""
    ids = set(Offer.objects.filter(vendor_id=vendor.id).order_by().values_list("product_id", flat=True).distinct())
    if vendor.is_reachable:
        with in_shop(vendor):
            ids |= set(Product.objects.order_by().values_list("id", flat=True))
    project_products(vendor, ids)


def listing_id_of(vendor_id: UUID, product_id: UUID) -> UUID:
    """The page a product has to itself, unless its GTIN is on another's."""
    return uuid5(vendor_id, f"listing:{product_id}")


def shipping_shown(terms: ShippingTerms) -> dict[str, Any]:
    """What a card says of a shop's terms: all of them, and what is told where nobody knows yet what goes where."""
    cheapest = terms.cheapest
    return {
        "shipping": as_json(terms),
        "shipping_flat_minor": cheapest.price_minor if cheapest else 0,
        "shipping_free_from_minor": cheapest.free_from_minor if cheapest else None,
        "handling_days": terms.handling_days,
        "transit_days": cheapest.transit_max_days if cheapest else 3,
        "ships_to": terms.countries,
    }


# --- One vendor's projection, in one transaction ------------------------------------------------------------


@dataclass(slots=True)
class _Places:
    """Where the variants of some products belong."""

    # variant -> (listing, listing variant)
    offers: dict[UUID, tuple[UUID, UUID]] = field(default_factory=dict)
    # listing variant -> (listing, GTIN, variant)
    variants: dict[UUID, tuple[UUID, str, UUID]] = field(default_factory=dict)
    # product -> the listing that it would make
    homes: dict[UUID, UUID] = field(default_factory=dict)
    # listing -> products that have an offer on it
    products: dict[UUID, set[UUID]] = field(default_factory=dict)


class _Projection:
    """Holds the vendor's lock until the transaction ends."""

    def __init__(self, vendor_id: UUID) -> None:
        self._run(statements.LOCK_VENDOR, vendor=vendor_id)
        # Read under the lock: the caller's copy may be older than a suspension.
        self.vendor = Vendor.objects.get(id=vendor_id)
        self.now = clock.now()

    def products(self, product_ids: Sequence[UUID]) -> None:
        if not VendorCard.objects.filter(vendor_id=self.vendor.id).exists():
            self.card()
        # A shop that is out of service is not entered: its offers go, and it may not fit this code.
        with in_shop(self.vendor) if self.vendor.is_reachable else nullcontext():
            places = self._places(product_ids)
            before = Offer.objects.filter(vendor_id=self.vendor.id, product_id__in=product_ids).order_by()
            touched = set(before.values_list("listing_id", flat=True).distinct()) | set(places.products)
            if not touched:
                return
            owners = self.lock_listings(touched)
            contents = self._contents(places, owners)
            self._write_offers(places, product_ids, owned=[listing for _, listing in contents])
            self._write_listings(contents)
        self.update_buy_boxes(touched)
        self._settle_orphans(touched)
        self._run(statements.DELETE_VARIANTS, listings=sorted(touched))
        self._run(statements.COUNT_LISTINGS, vendor=self.vendor.id)

    def stock(self, variant_ids: Sequence[UUID]) -> None:
        offers = Offer.objects.filter(vendor_id=self.vendor.id, id__in=variant_ids, is_visible=True).order_by()
        touched = set(offers.values_list("listing_id", flat=True).distinct())
        if not touched or not self.vendor.is_reachable:
            return
        self.lock_listings(touched)
        with in_shop(self.vendor):
            changed = self._run(
                statements.UPDATE_STOCK, vendor=self.vendor.id, variants=list(variant_ids), **self._now_and_limits()
            )
        self.update_buy_boxes({listing for (listing,) in changed})

    def card(self) -> VendorCard:
        vendor = self.vendor
        terms = ShippingTerms()
        if vendor.is_reachable:
            with in_shop(vendor):
                terms = shipping_terms()
        shown = {
            "slug": vendor.slug,
            "name": vendor.name,
            "country": vendor.country,
            "city": vendor.city,
            "tagline": vendor.tagline,
            "story": vendor.story,
            "logo": vendor.logo,
            "palette": vendor.palette,
            "vat_id": vendor.vat_id,
            "is_small_business": vendor.is_small_business,
            "is_selling": vendor.may_sell,
            "away_from": vendor.away_from,
            "away_until": vendor.away_until,
            "away_message": vendor.away_message,
            "was_away": vendor.is_away(self.now),
            **shipping_shown(terms),
            "currency": vendor.currency,
            "joined_at": vendor.activated_at or vendor.approved_at or vendor.applied_at,
            "projected_at": self.now,
        }
        return VendorCard.objects.update_or_create(vendor_id=vendor.id, defaults=shown)[0]

    def lock_listings(self, listings: Iterable[UUID]) -> dict[UUID, tuple[UUID, UUID]]:
        """Lock them in id order; gives (vendor, product) whose words each shows. Missing ones are left out."""
        rows = self._run(statements.LOCK_LISTINGS, listings=sorted(listings))
        return {listing: (vendor, product) for listing, vendor, product in rows}

    def update_buy_boxes(self, listings: Iterable[UUID]) -> None:
        if wanted := sorted(listings):
            self._run(statements.UPDATE_BUY_BOXES, listings=wanted, now=self.now)

    def _places(self, product_ids: Sequence[UUID]) -> _Places:
        """Where each published variant belongs: on the page that has its GTIN, else with the rest of its product."""
        places = _Places()
        if not self.vendor.may_sell:
            return places
        products: dict[UUID, list[tuple[UUID, str]]] = {}
        for product, variant, gtin in self._run(
            statements.LIVE_VARIANTS, products=list(product_ids), currency=settings.CURRENCY
        ):
            products.setdefault(product, []).append((variant, canonical(gtin) if is_gtin(gtin) else ""))
        gtins = {gtin for variants in products.values() for _, gtin in variants if gtin}
        if gtins:
            stripes = sorted({crc32(gtin.encode()) % GTIN_STRIPES for gtin in gtins})
            self._run(statements.LOCK_GTINS, stripes=stripes)
        known = dict(ListingVariant.objects.filter(gtin__in=gtins).order_by().values_list("gtin", "listing_id"))
        for product, variants in products.items():
            own = listing_id_of(self.vendor.id, product)
            listed = [known[gtin] for _, gtin in variants if gtin in known]
            home = listed[0] if listed and own not in listed else own
            places.homes[product] = home
            for variant, gtin in variants:
                listing = known.setdefault(gtin, home) if gtin else home
                place = uuid5(GTIN_SPACE, gtin) if gtin else uuid5(self.vendor.id, f"variant:{variant}")
                places.offers[variant] = (listing, place)
                places.variants.setdefault(place, (listing, gtin, variant))
                places.products.setdefault(listing, set()).add(product)
        return places

    def _contents(self, places: _Places, owners: Mapping[UUID, tuple[UUID, UUID]]) -> list[tuple[UUID, UUID]]:
        """(product, listing) for each listing whose words are, or shall be, one of these products'."""
        found: dict[UUID, UUID] = {}
        for listing, products in places.products.items():
            if listing in owners:
                vendor, product = owners[listing]
                if vendor == self.vendor.id and product in products:
                    found[listing] = product
            else:
                found[listing] = next(product for product in sorted(products) if places.homes[product] == listing)
        return [(product, listing) for listing, product in found.items()]

    def _write_offers(self, places: _Places, product_ids: Sequence[UUID], *, owned: list[UUID]) -> None:
        self._run(
            statements.HIDE_OFFERS,
            vendor=self.vendor.id,
            products=list(product_ids),
            variants=list(places.offers),
            now=self.now,
        )
        if not places.offers:
            return
        self._run(
            statements.UPSERT_VARIANTS,
            ids=list(places.variants),
            listings=[listing for listing, _, _ in places.variants.values()],
            gtins=[gtin for _, gtin, _ in places.variants.values()],
            variants=[variant for _, _, variant in places.variants.values()],
            owned=owned,
        )
        self._run(
            statements.UPSERT_OFFERS,
            vendor=self.vendor.id,
            variants=list(places.offers),
            listings=[listing for listing, _ in places.offers.values()],
            listing_variants=[place for _, place in places.offers.values()],
            **self._now_and_limits(),
        )

    def _write_listings(self, contents: Sequence[tuple[UUID, UUID]]) -> None:
        if contents:
            self._run(
                statements.UPSERT_LISTINGS,
                vendor=self.vendor.id,
                products=[product for product, _ in contents],
                listings=[listing for _, listing in contents],
                currency=settings.CURRENCY,
                now=self.now,
            )

    def _settle_orphans(self, listings: Iterable[UUID]) -> None:
        """Give a listing whose product was withdrawn the words of another product that is offered on it."""
        heirs: dict[UUID, list[tuple[UUID, UUID]]] = {}
        for listing, vendor_id, product in self._run(statements.ORPHANS, listings=sorted(listings)):
            heirs.setdefault(vendor_id, []).append((product, listing))
        mine = self.vendor
        for vendor_id, contents in heirs.items():
            self.vendor = Vendor.objects.get(id=vendor_id)
            if not self.vendor.is_reachable:
                continue  # its own projection is on its way, and looks for an heir again
            with in_shop(self.vendor):
                self._write_listings(contents)
        self.vendor = mine

    def _now_and_limits(self) -> dict[str, Any]:
        return {"now": self.now, "since": self.now - SALES_COUNT_FOR, "shown": MOST_SHOWN}

    def _run(self, statement: str, **parameters: Any) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            return cursor.fetchall() if cursor.description else []


def _shown(card: VendorCard) -> tuple[Any, ...]:
    """What listings copy from a card."""
    return card.slug, card.name, card.handling_days, card.was_away


def _batches(ids: Iterable[UUID]) -> Iterator[list[UUID]]:
    ordered = sorted(set(ids))
    for start in range(0, len(ordered), BATCH):
        yield ordered[start : start + BATCH]
