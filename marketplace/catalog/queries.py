"""What the pages of the catalogue show. One denormalized row per listing, keyset pages, no COUNT(*)."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models import Count, QuerySet

from kit.errors import SoukError
from kit.pagination import Page, keyset_page
from marketplace.catalog.models import Listing, ListingVariant, Offer, VendorCard
from taxonomy import queries as taxonomy
from taxonomy.queries import Node
from tenants.isolation.doors import in_shop
from tenants.shop.catalog.models import Product, ProductImport
from tenants.vendors.models import Vendor

# What a card in a list shows; the long columns stay where they are.
CARD = (
    *(
        "id",
        "slug",
        "title",
        "brand",
        "category_path",
        "pictures",
        "price_minor",
        "compare_at_minor",
        "price_max_minor",
    ),
    *("currency", "best_vendor_slug", "best_vendor_name", "best_handling_days", "offer_count", "vendor_count"),
    *("in_stock", "sold_recently", "first_published_at", "rating_count", "rating_sum"),
)
SORTS = {
    "newest": ("-first_published_at", "-id"),
    "trending": ("-sold_recently", "-first_published_at", "-id"),
    "price": ("price_minor", "id"),
    "-price": ("-price_minor", "-id"),
}
PAGE = 24
VARIETY = 8  # how many times more is looked at than shown where vendors shall take turns
FACET_CANDIDATES = 5_000
FACET_SECONDS = 60
FACET_VALUES = 12


class NotListed(SoukError):
    """There is no such page in the catalogue, or not any more."""

    code = "not_found"


@dataclass(frozen=True, slots=True)
class Filters:
    """What a visitor narrows a list by. Prices in minor units, both ends included; vendors by slug."""

    price_from: int | None = None
    price_to: int | None = None
    in_stock: bool = False
    brands: tuple[str, ...] = ()
    vendors: tuple[str, ...] = ()


EVERYTHING = Filters()


@dataclass(frozen=True, slots=True)
class FacetValue:
    value: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Facets:
    """What the list could be narrowed by, counted over at most FACET_CANDIDATES listings, at most a minute ago."""

    brands: list[FacetValue] = field(default_factory=list)
    vendors: list[FacetValue] = field(default_factory=list)
    price_low: int = 0
    price_high: int = 0
    in_stock: int = 0
    is_capped: bool = False


@dataclass(frozen=True, slots=True)
class Home:
    newest: list[Listing]
    trending: list[Listing]
    vendors: list[VendorCard]
    roots: list[Node]


@dataclass(frozen=True, slots=True)
class CategoryPage:
    category: Node
    breadcrumbs: list[Node]
    page: Page[Listing]
    facets: Facets


@dataclass(frozen=True, slots=True)
class VendorPage:
    vendor: VendorCard
    page: Page[Listing]
    facets: Facets


@dataclass(frozen=True, slots=True)
class OfferLine:
    """An offer with the card of the vendor that makes it."""

    offer: Offer
    vendor: VendorCard


@dataclass(frozen=True, slots=True)
class VariantChoice:
    """A variant of a listing with its offers, the one in the buy box first: cheapest in stock, else cheapest."""

    variant: ListingVariant
    offers: list[OfferLine]


@dataclass(frozen=True, slots=True)
class ListingPage:
    listing: Listing
    breadcrumbs: list[Node]
    variants: list[VariantChoice]
    related: list[Listing]


def cards() -> QuerySet[Listing]:
    """Visible listings with what a card shows."""
    return Listing.objects.filter(is_visible=True).only(*CARD)


def newest(limit: int = 12) -> list[Listing]:
    return list(cards().order_by(*SORTS["newest"])[:limit])


def trending(limit: int = 12) -> list[Listing]:
    """What sold most in the last 30 days; the newest where nothing did."""
    return list(cards().order_by(*SORTS["trending"])[:limit])


def varied(listings: Sequence[Listing], limit: int, *, each: int = 2) -> list[Listing]:
    """The first `limit` of them in their order, at most `each` of one vendor as long as others are to be had."""
    counted: dict[str, int] = {}
    first: list[Listing] = []
    rest: list[Listing] = []
    for listing in listings:
        vendor = listing.best_vendor_slug
        counted[vendor] = counted.get(vendor, 0) + 1
        (first if counted[vendor] <= each else rest).append(listing)
    return [*first, *rest][:limit]


def shop_windows(vendor_ids: Sequence[UUID], *, each: int = 3) -> dict[UUID, list[str]]:
    """A few pictures (paths) from each vendor's shelves. One statement, a few rows a vendor, whatever they sell."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT vendor.id, seen.path
              FROM unnest(%s::uuid[]) AS vendor(id)
             CROSS JOIN LATERAL (
                   SELECT DISTINCT shelf.path
                     FROM (SELECT l.pictures -> 0 ->> 'path' AS path
                             FROM listings_offer o JOIN listings_listing l ON l.id = o.listing_id
                            WHERE o.vendor_id = vendor.id AND o.is_visible AND l.is_visible
                            ORDER BY o.listing_id LIMIT %s) shelf
                    WHERE shelf.path IS NOT NULL LIMIT %s) seen
            """,
            [list(vendor_ids), each * 5, each],
        )
        rows: list[tuple[UUID, str]] = cursor.fetchall()
    found: dict[UUID, list[str]] = {}
    for vendor_id, path in rows:
        found.setdefault(vendor_id, []).append(path)
    return found


def home(*, rail: int = 12, vendors: int = 8) -> Home:
    """The front page. Three statements. A vendor that has just filled its shelves does not fill the rails as well."""
    selling = VendorCard.objects.filter(is_selling=True, listing_count__gt=0)
    return Home(
        newest=varied(newest(rail * VARIETY), rail),
        trending=varied(trending(rail * VARIETY), rail),
        vendors=list(selling.order_by("-listing_count", "vendor_id")[:vendors]),
        roots=taxonomy.tree().roots,
    )


def category_page(
    path: str, *, filters: Filters = EVERYTHING, sort: str = "newest", cursor: str | None = None, size: int = PAGE
) -> CategoryPage:
    """The listings of a category and all below it. Raises NotListed, and InvalidInput for a cursor not ours."""
    within = in_category(path)
    tree = taxonomy.tree()
    return CategoryPage(
        category=tree.by_path[path],
        breadcrumbs=tree.breadcrumbs(path),
        page=listing_list(within, filters=filters, sort=sort, cursor=cursor, size=size),
        facets=category_facets(path),
    )


def in_category(path: str) -> QuerySet[Listing]:
    """Visible listings of a category and all below it; all there are for "". Raises NotListed."""
    if not path:
        return cards()
    node = taxonomy.tree().by_path.get(path)
    if node is None:
        raise NotListed("There is no such category.")
    return cards().filter(category_id__in=[each.id for each in node.walk()])


def category_facets(path: str) -> Facets:
    """What a category's list could be narrowed by; for "" what all could be. Raises NotListed."""
    return facets_of(in_category(path), f"category:{path}" if path else "search:::")


def vendor_card(slug: str) -> VendorCard:
    """A vendor that sells here. Raises NotListed."""
    card = VendorCard.objects.filter(slug=slug, is_selling=True).first()
    if card is None:
        raise NotListed("There is no such shop.")
    return card


def was_listed(slug: str) -> bool:
    """Whether something is, or once was, at this address."""
    return Listing.objects.filter(slug=slug).exists()


def vendor_of_hidden(slug: str) -> UUID | None:
    """Whose words a listing shows that nobody offers at the moment; None for one that is not there."""
    return Listing.objects.filter(slug=slug, is_visible=False).values_list("content_vendor_id", flat=True).first()


def vendor_page(
    slug: str,
    *,
    category: str = "",
    filters: Filters = EVERYTHING,
    sort: str = "newest",
    cursor: str | None = None,
    size: int = PAGE,
) -> VendorPage:
    """One vendor's shop: its listings at its own prices. Raises NotListed."""
    card = vendor_card(slug)
    page = vendor_listings(card, category=category, filters=filters, sort=sort, cursor=cursor, size=size)
    return VendorPage(vendor=card, page=page, facets=vendor_facets(card, category=category))


def vendor_listings(
    card: VendorCard,
    *,
    category: str = "",
    filters: Filters = EVERYTHING,
    sort: str = "newest",
    cursor: str | None = None,
    size: int = PAGE,
) -> Page[Listing]:
    """The same list alone. Two statements."""
    page = listing_list(_at(card, category), filters=filters, sort=sort, cursor=cursor, size=size)
    at_vendor(page.rows, card)
    return page


def vendor_facets(card: VendorCard, *, category: str = "") -> Facets:
    return facets_of(_at(card, category), f"vendor:{card.slug}:{category}")


def _at(card: VendorCard, category: str) -> QuerySet[Listing]:
    within = offered_by(cards(), [card.vendor_id])
    return within.filter(category_id__in=taxonomy.subtree_ids(category)) if category else within


def vendors(*, cursor: str | None = None, size: int = PAGE) -> Page[VendorCard]:
    """Who sells here, by name."""
    return keyset_page(
        VendorCard.objects.filter(is_selling=True), order=("name", "vendor_id"), cursor=cursor, size=size
    )


def listing_page(slug: str, *, related: int = 8) -> ListingPage:
    """Everything a listing's page shows. Four statements. Raises NotListed when nobody offers it."""
    listing = Listing.objects.defer("search").filter(slug=slug, is_visible=True).first()
    if listing is None:
        raise NotListed("This is not offered here any more.")
    others = cards().exclude(id=listing.id).order_by(*SORTS["newest"])
    others = others.filter(category_id=listing.category_id) if listing.category_id else others
    return ListingPage(
        listing=listing,
        breadcrumbs=taxonomy.tree().breadcrumbs(listing.category_path) if listing.category_path else [],
        variants=variant_choices(listing),
        related=list(others[:related]),
    )


def of_vendor(page: ListingPage, vendor_id: UUID) -> ListingPage:
    """The same page as one vendor has it: its offers, and nothing that is not its own."""
    variants = []
    for choice in page.variants:
        if lines := [line for line in choice.offers if line.offer.vendor_id == vendor_id]:
            variants.append(VariantChoice(choice.variant, lines))
    return replace(page, variants=variants, related=[])


def variant_choices(listing: Listing) -> list[VariantChoice]:
    """The listing's variants that somebody offers, in their order. Two statements."""
    offers = list(Offer.objects.filter(listing=listing, is_visible=True).select_related("listing_variant"))
    found = VendorCard.objects.in_bulk({offer.vendor_id for offer in offers})
    lines: dict[UUID, list[OfferLine]] = {}
    for offer in offers:
        if found[offer.vendor_id].away_words():
            offer.available = 0  # nobody can have it before the vendor is back
    offers.sort(key=lambda o: (o.available == 0, o.price_minor, found[o.vendor_id].handling_days, o.id))
    for offer in offers:
        lines.setdefault(offer.listing_variant_id, []).append(OfferLine(offer, found[offer.vendor_id]))
    variants = {offer.listing_variant_id: offer.listing_variant for offer in offers}.values()
    return [VariantChoice(each, lines[each.id]) for each in sorted(variants, key=lambda each: (each.position, each.id))]


def more_from(card: VendorCard, *, beside: UUID | None = None, limit: int = 6) -> list[Listing]:
    """Other listings of a vendor at its own prices, the newest first. Two statements."""
    others = (
        offered_by(cards(), [card.vendor_id]).exclude(id=beside) if beside else offered_by(cards(), [card.vendor_id])
    )
    found = list(others.order_by(*SORTS["newest"])[:limit])
    at_vendor(found, card)
    return found


def best_offer(listing_id: UUID | None) -> Offer | None:
    """The offer in the buy box of a listing that comes in one way only; None where the customer has to choose."""
    if listing_id is None:
        return None
    offers = list(Offer.objects.filter(listing_id=listing_id, is_visible=True, listing__is_visible=True))
    if len({offer.listing_variant_id for offer in offers}) != 1:
        return None
    cards = VendorCard.objects.in_bulk({offer.vendor_id for offer in offers})
    away = {vendor_id for vendor_id, card in cards.items() if card.away_words()}
    return min(offers, key=lambda o: (o.available == 0 or o.vendor_id in away, o.price_minor, o.id))


# --- Parts that search uses too -----------------------------------------------------------------------------


def listing_slug_of(product_id: UUID) -> str:
    """The page on which a vendor's product is offered; empty while the catalogue has not taken it up."""
    found = Offer.objects.filter(product_id=product_id, listing__is_visible=True).values_list(
        "listing__slug", flat=True
    )
    return found.first() or ""


def listing_list(
    listings: QuerySet[Listing], *, filters: Filters, sort: str, cursor: str | None, size: int
) -> Page[Listing]:
    """A page of these listings, narrowed and in one of SORTS; an unknown sort means the newest first."""
    order = SORTS.get(sort, SORTS["newest"])
    return keyset_page(narrowed(listings, filters), order=order, cursor=cursor, size=size)


def narrowed(listings: QuerySet[Listing], filters: Filters) -> QuerySet[Listing]:
    if filters.price_from is not None:
        listings = listings.filter(price_minor__gte=filters.price_from)
    if filters.price_to is not None:
        listings = listings.filter(price_minor__lte=filters.price_to)
    if filters.in_stock:
        listings = listings.filter(in_stock=True)
    if filters.brands:
        listings = listings.filter(brand__in=filters.brands)
    if filters.vendors:
        asked = VendorCard.objects.filter(slug__in=filters.vendors).values_list("vendor_id", flat=True)
        listings = offered_by(listings, list(asked))
    return listings


@models.UUIDField.register_lookup
class OneOf(models.Lookup):  # type: ignore[type-arg]
    """`id__one_of=rows`: like `in`, but the rows are read first, and then looked up by index.

    Left to choose, PostgreSQL may walk all listings in order and ask each whether it is one of them, which is slow just
    when they are the oldest.
    """

    lookup_name = "one_of"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        left, left_parameters = self.process_lhs(compiler, connection)
        right, right_parameters = self.process_rhs(compiler, connection)
        return f"{left} = ANY(ARRAY{right})", (*left_parameters, *right_parameters)


def offered_by(listings: QuerySet[Listing], vendor_ids: Sequence[UUID]) -> QuerySet[Listing]:
    """Those of the listings on which one of these vendors has an offer."""
    offers = Offer.objects.filter(vendor_id__in=vendor_ids, is_visible=True).order_by()
    return listings.filter(id__one_of=offers.values("listing_id"))


def at_vendor(listings: Sequence[Listing], card: VendorCard) -> None:
    """Show these listings as this vendor offers them, instead of the buy box. One statement."""
    own: dict[UUID, Offer] = {}
    offers = Offer.objects.filter(vendor_id=card.vendor_id, listing__in=listings, is_visible=True)
    for offer in sorted(offers, key=lambda o: (o.available == 0, o.price_minor, o.id)):
        own.setdefault(offer.listing_id, offer)
    is_away = bool(card.away_words())
    for listing in listings:
        offer = own[listing.id]
        listing.price_minor, listing.compare_at_minor = offer.price_minor, offer.compare_at_minor
        listing.in_stock = offer.available > 0 and not is_away
        listing.away = card if offer.available and is_away else None
        listing.best_vendor_slug, listing.best_vendor_name = card.slug, card.name
        listing.best_handling_days = card.handling_days


def say_who_is_away(listings: Sequence[Listing]) -> None:
    """Of what nobody sells now, find whose vacation is why: the vendor who is back first. Two statements, or none."""
    closed = {listing.id: listing for listing in listings if not listing.in_stock}
    if not closed:
        return
    there = Offer.objects.filter(listing__in=closed, is_visible=True, available__gt=0).order_by("id")
    found = list(there.values_list("listing_id", "vendor_id"))
    cards = VendorCard.objects.in_bulk({vendor_id for _, vendor_id in found}) if found else {}
    away = {vendor_id: card for vendor_id, card in cards.items() if card.away_words()}
    waiting = [(away[vendor_id], closed[listing_id]) for listing_id, vendor_id in found if vendor_id in away]
    for card, listing in sorted(waiting, key=lambda pair: _back(pair[0])):
        if listing.away is None:
            listing.away = card
            listing.best_vendor_slug, listing.best_vendor_name = card.slug, card.name


def _back(card: VendorCard) -> tuple[bool, Any]:
    """To sort by: who has not said when it is back comes last."""
    return card.away_until is None, card.away_until


def facets_of(listings: QuerySet[Listing], name: str) -> Facets:
    """What these listings could be narrowed by; two statements, kept for a minute under `name`."""
    key = "catalogue:facets:" + sha256(name.encode()).hexdigest()
    found: Facets | None = cache.get(key)
    if found is None:
        found = _count_facets(listings)
        cache.set(key, found, FACET_SECONDS)
    return found


def _count_facets(listings: QuerySet[Listing]) -> Facets:
    candidates = listings.order_by().values("id", "brand", "price_minor", "in_stock")[:FACET_CANDIDATES]
    try:
        sql, parameters = candidates.query.sql_with_params()
    except EmptyResultSet:
        return Facets()
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT grouping(brand), brand, count(*), min(price_minor), max(price_minor),
                   count(*) FILTER (WHERE in_stock)
              FROM ({sql}) candidate GROUP BY GROUPING SETS ((brand), ())
             ORDER BY count(*) DESC, brand
            """,
            parameters,
        )
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    whole = next(row for row in rows if row[0])
    brands = [FacetValue(row[1], row[1], row[2]) for row in rows if not row[0] and row[1]][:FACET_VALUES]
    offers = Offer.objects.filter(listing_id__in=candidates.values("id"), is_visible=True).order_by()
    counted = dict(offers.values_list("vendor_id").annotate(Count("listing_id", distinct=True)))
    biggest = sorted(counted, key=lambda vendor: (-counted[vendor], vendor))[:FACET_VALUES]
    names = VendorCard.objects.in_bulk(biggest)
    return Facets(
        brands=brands,
        vendors=[FacetValue(names[v].slug, names[v].name, counted[v]) for v in biggest if v in names],
        price_low=whole[3] or 0,
        price_high=whole[4] or 0,
        in_stock=whole[5],
        is_capped=whole[2] >= FACET_CANDIDATES,
    )


def visible_listings() -> int:
    """How many listings customers can see: a count of them all, for a page that few open."""
    return Listing.objects.filter(is_visible=True).count()


@dataclass(frozen=True)
class ShopOverview:
    """What stands in a vendor's shop: products by state, and its last imports, newest first."""

    products: dict[str, int]
    imports: list[ProductImport]


def shop_overview(vendor: Vendor, *, imports: int = 3) -> ShopOverview:
    """A look into the shop, for the platform: two queries. Raises NoVendor when the vendor has none yet."""
    with in_shop(vendor):
        return ShopOverview(
            dict(Product.objects.order_by().values_list("state").annotate(Count("id"))),
            list(ProductImport.objects.order_by("-created_at", "-id")[:imports]),
        )


def listings_by_category() -> dict[UUID, int]:
    """How many visible listings stand directly in each category; those without any are left out. One query."""
    rows = Listing.objects.filter(is_visible=True, category_id__isnull=False).order_by()
    return dict(rows.values_list("category_id").annotate(Count("id")))


def on_sale_of(vendor_id: UUID, *, most: int = 500) -> list[tuple[str, str]]:
    """[(product's id, title)] of what a vendor sells, in the order of the alphabet. One statement."""
    rows = Offer.objects.filter(vendor_id=vendor_id, is_visible=True).values_list("product_id", "listing__title")
    return [(str(product_id), title) for product_id, title in rows.distinct().order_by("listing__title")[:most]]
