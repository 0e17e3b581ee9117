"""What the catalogue's pages show, and how many statements that takes."""

import pytest
from django.core.cache import cache
from django.db import connection

from kit.errors import InvalidInput
from marketplace.catalog import queries
from marketplace.catalog.models import Listing
from marketplace.catalog.projection import project_products
from marketplace.catalog.queries import Filters, NotListed
from taxonomy.models import Category
from tenants.isolation.doors import in_shop
from tenants.shop.catalog.models import Variant
from tests.factories.shop import shelf

pytestmark = pytest.mark.django_db
GTIN = "4006381333931"


@pytest.fixture
def market(two_vendors):
    """Two vendors; mugs and bowls in a tree of three categories; one mug that both offer."""
    cache.clear()
    kitchen = Category.objects.create(slug="kitchen", name="Kitchen", path="kitchen")
    mugs = Category.objects.create(slug="mugs", name="Mugs", path="kitchen/mugs", depth=1, parent=kitchen)
    bowls = Category.objects.create(slug="bowls", name="Bowls", path="kitchen/bowls", depth=1, parent=kitchen)
    lindqvist, moreau = two_vendors
    with in_shop(lindqvist):
        made = [
            shelf("Blue mug", category_id=mugs.id, price_minor=1000, gtin=GTIN, brand="Lind"),
            shelf("Red mug", category_id=mugs.id, price_minor=2000, stock=0, brand="Lind"),
            shelf("Bowl", category_id=bowls.id, price_minor=3000, brand="Other"),
        ]
    project_products(lindqvist, [variant.product_id for variant in made])
    with in_shop(moreau):
        both = shelf("Tasse bleue", category_id=mugs.id, price_minor=1200, gtin=GTIN)
    project_products(moreau, [both.product_id])
    yield two_vendors
    cache.clear()


def titles(page):
    return [listing.title for listing in page.rows]


def test_home_shows_the_newest_and_those_who_sell(market, django_assert_num_queries):
    queries.home()
    with django_assert_num_queries(3):
        home = queries.home()
    assert [listing.title for listing in home.newest] == ["Bowl", "Red mug", "Blue mug"]
    assert [card.slug for card in home.vendors] == ["lindqvist", "moreau"]
    assert [node.path for node in home.roots] == ["kitchen"]


def test_what_sells_is_trending(market):
    Listing.objects.filter(title="Red mug").update(sold_recently=3)
    assert [listing.title for listing in queries.trending(2)] == ["Red mug", "Bowl"]


def test_a_category_shows_all_below_it(market, django_assert_max_num_queries):
    with django_assert_max_num_queries(5):
        found = queries.category_page("kitchen")
    assert titles(found.page) == ["Bowl", "Red mug", "Blue mug"]
    assert [node.slug for node in found.category.children] == ["bowls", "mugs"]
    mugs = queries.category_page("kitchen/mugs", sort="price")
    assert titles(mugs.page) == ["Blue mug", "Red mug"]
    assert [node.name for node in mugs.breadcrumbs] == ["Kitchen", "Mugs"]
    with django_assert_max_num_queries(1):
        queries.category_page("kitchen")
    with pytest.raises(NotListed):
        queries.category_page("garden")


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(price_from=1001), ["Bowl", "Red mug"]),
        (Filters(price_to=2000), ["Red mug", "Blue mug"]),
        (Filters(in_stock=True), ["Bowl", "Blue mug"]),
        (Filters(brands=("Other",)), ["Bowl"]),
        (Filters(vendors=("moreau",)), ["Blue mug"]),
        (Filters(vendors=("moreau", "lindqvist")), ["Bowl", "Red mug", "Blue mug"]),
        (Filters(vendors=("nobody",)), []),
        (Filters(in_stock=True, price_from=1000, brands=("Lind",)), ["Blue mug"]),
    ],
)
def test_a_list_is_narrowed(market, filters, expected):
    assert titles(queries.category_page("kitchen", filters=filters).page) == expected


def test_facets_count_what_is_there(market):
    facets = queries.category_page("kitchen").facets
    assert [(value.value, value.count) for value in facets.brands] == [("Lind", 2), ("Other", 1)]
    assert [(value.value, value.label, value.count) for value in facets.vendors] == [
        ("lindqvist", "Lindqvist", 3),
        ("moreau", "Moreau", 1),
    ]
    assert (facets.price_low, facets.price_high, facets.in_stock, facets.is_capped) == (1000, 3000, 2, False)
    assert queries.category_page("kitchen/mugs").facets.price_high == 2000


def test_an_empty_category_has_empty_facets(market):
    Category.objects.create(slug="garden", name="Garden", path="garden")
    cache.clear()
    found = queries.category_page("garden")
    assert (found.page.rows, found.facets.brands, found.facets.price_low) == ([], [], 0)


@pytest.mark.parametrize("sort", ["newest", "price", "-price", "trending", "nonsense"])
def test_pages_follow_one_another_and_lead_back(market, sort):
    whole = titles(queries.category_page("kitchen", sort=sort).page)
    first = queries.category_page("kitchen", sort=sort, size=2).page
    second = queries.category_page("kitchen", sort=sort, size=2, cursor=first.next_cursor).page
    assert titles(first) + titles(second) == whole
    assert (first.previous_cursor, second.next_cursor) == (None, None)
    assert titles(queries.category_page("kitchen", sort=sort, size=2, cursor=second.previous_cursor).page) == titles(
        first
    )


@pytest.mark.parametrize("cursor", ["x", "e30", "WyJuZXh0Il0", "WyJuZXh0IiwiMSIsIjIiXQ", "' OR 1=1", "é"])
def test_a_cursor_that_is_not_ours_is_refused(market, cursor):
    with pytest.raises(InvalidInput):
        queries.category_page("kitchen", cursor=cursor)


def test_a_listing_shows_the_offers_of_all_vendors(market, django_assert_num_queries):
    slug = Listing.objects.get(title="Blue mug").slug
    queries.listing_page(slug)
    with django_assert_num_queries(4):
        page = queries.listing_page(slug)
    assert [node.name for node in page.breadcrumbs] == ["Kitchen", "Mugs"]
    (choice,) = page.variants
    assert [(line.vendor.slug, line.offer.price_minor) for line in choice.offers] == [
        ("lindqvist", 1000),
        ("moreau", 1200),
    ]
    assert [listing.title for listing in page.related] == ["Red mug"]
    Listing.objects.filter(slug=slug).update(is_visible=False)
    with pytest.raises(NotListed):
        queries.listing_page(slug)


def test_a_listings_first_offer_is_the_one_in_the_buy_box(market):
    lindqvist, _ = market
    with in_shop(lindqvist):
        from tenants.shop.inventory.actions import adjust_stock

        mug = Variant.objects.get(product__title="Blue mug")
        adjust_stock(mug, 0)
    project_products(lindqvist, [mug.product_id])
    page = queries.listing_page(Listing.objects.get(title="Blue mug").slug)
    first = page.variants[0].offers[0]
    assert (first.vendor.slug, first.offer.price_minor) == ("moreau", 1200)
    assert (page.listing.best_vendor_slug, page.listing.price_minor) == ("moreau", 1200)


def test_a_vendors_shop_shows_its_own_prices(market, django_assert_max_num_queries):
    with django_assert_max_num_queries(6):
        found = queries.vendor_page("moreau")
    (mug,) = found.page.rows
    assert (mug.title, mug.price_minor, mug.best_vendor_slug, found.vendor.name) == (
        "Blue mug",
        1200,
        "moreau",
        "Moreau",
    )
    assert titles(queries.vendor_page("lindqvist", category="kitchen/bowls").page) == ["Bowl"]
    for slug in ("nobody", ""):
        with pytest.raises(NotListed):
            queries.vendor_page(slug)
    assert [card.slug for card in queries.vendors().rows] == ["lindqvist", "moreau"]


def test_cards_do_not_fetch_the_long_columns(market):
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        queries.newest()
    sql = captured.captured_queries[0]["sql"]
    assert "description" not in sql
    assert '"search"' not in sql
    assert "COUNT" not in sql
