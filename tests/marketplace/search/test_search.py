"""Finding listings by words, whatever is typed."""

import pytest
from django.core.cache import cache
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kit.errors import InvalidInput
from marketplace.catalog.models import Listing
from marketplace.catalog.projection import project_products
from marketplace.catalog.queries import Filters, NotListed
from marketplace.search.queries import Suggestion, search_listings, suggestions
from marketplace.search.synonyms import expanded
from taxonomy.models import Category
from tenants.isolation.doors import in_shop
from tests.factories.shop import shelf

pytestmark = pytest.mark.django_db


@pytest.fixture
def market(two_vendors):
    cache.clear()
    mugs = Category.objects.create(slug="mugs", name="Mugs & Cups", path="kitchen/mugs", depth=1)
    lindqvist, moreau = two_vendors
    with in_shop(lindqvist):
        made = [
            shelf(
                "Stoneware mug", description="Thrown by hand.", category_id=mugs.id, price_minor=1800, brand="Lindqvist"
            ),
            shelf("Crème brûlée dish", attributes={"Material": "porcelain"}, price_minor=900),
            shelf("Rack for mugs", description="Holds six.", price_minor=4500, stock=0),
        ]
    project_products(lindqvist, [variant.product_id for variant in made])
    with in_shop(moreau):
        other = shelf("Enamel cup", category_id=mugs.id, price_minor=1200, gtin="4006381333931")
    project_products(moreau, [other.product_id])
    yield two_vendors
    cache.clear()


def found(q, **options):
    return [listing.title for listing in search_listings(q, **options).page.rows]


def test_the_thing_itself_comes_before_what_is_made_for_it(market):
    assert found("mug") == ["Stoneware mug", "Rack for mugs", "Enamel cup"]


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("stoneware", ["Stoneware mug"]),
        ("STONEWARE MUGS", ["Stoneware mug"]),
        ("creme brulee", ["Crème brûlée dish"]),
        ("porcelain", ["Crème brûlée dish"]),
        ("lindqvist", ["Stoneware mug"]),
        ("4006381333931", ["Enamel cup"]),
        ("mug -rack", ["Stoneware mug", "Enamel cup"]),
        ('"rack for mugs"', ["Rack for mugs"]),
        ("stone ware mug", ["Stoneware mug"]),
    ],
)
def test_words_are_found_wherever_they_stand(market, q, expected):
    assert found(q) == expected


def test_a_misspelled_word_finds_what_is_spelled_alike(market):
    results = search_listings("stonewear")
    assert ([listing.title for listing in results.page.rows], results.is_fuzzy) == (["Stoneware mug"], True)
    assert search_listings("mug").is_fuzzy is False
    assert found("zzzzqqqq") == []


def test_results_are_sorted_and_narrowed(market):
    assert found("mug", sort="price") == ["Enamel cup", "Stoneware mug", "Rack for mugs"]
    assert found("mug", sort="newest") == ["Enamel cup", "Rack for mugs", "Stoneware mug"]
    assert found("mug", filters=Filters(in_stock=True, price_to=1500)) == ["Enamel cup"]
    assert found("mug", category="kitchen/mugs") == ["Stoneware mug", "Enamel cup"]
    assert found("mug", vendor="moreau") == ["Enamel cup"]
    assert found("", vendor="moreau") == ["Enamel cup"]
    assert len(found("")) == 4
    with pytest.raises(NotListed):
        search_listings("mug", vendor="nobody")


def test_pages_by_relevance(market):
    first = search_listings("mug", size=2).page
    second = search_listings("mug", size=2, cursor=first.next_cursor).page
    assert [listing.title for listing in first.rows + second.rows] == ["Stoneware mug", "Rack for mugs", "Enamel cup"]
    assert (first.previous_cursor, second.next_cursor, second.previous_cursor) == (None, None, "0")
    for cursor in ("-1", "x", "99999", "1; DROP TABLE", "²"):
        with pytest.raises(InvalidInput):
            search_listings("mug", cursor=cursor)


def test_facets_belong_to_the_words(market):
    facets = search_listings("mug").facets
    assert [(value.value, value.count) for value in facets.vendors] == [("lindqvist", 2), ("moreau", 1)]
    assert (facets.price_low, facets.price_high, facets.in_stock) == (1200, 4500, 2)


def test_hidden_listings_are_not_found(market):
    Listing.objects.filter(title="Stoneware mug").update(is_visible=False)
    assert "Stoneware mug" not in found("mug")
    assert "Stoneware mug" not in found("stonewear")


def test_few_statements(market, django_assert_max_num_queries):
    # Four of them say how long the others may take, and where that ends.
    with django_assert_max_num_queries(11):
        search_listings("mug")
    with django_assert_max_num_queries(7):
        search_listings("mug")


HOSTILE = [
    "'; DROP TABLE listings_listing; --",
    "\0\0",
    "\ud800",
    "((((",
    "&|!:*<->",
    '"unclosed',
    "a" * 100_000,
    "%s %(x)s %",
    "\\",
    "or or -",
    "x'y\"z",
    "🙂 mug",
]


@pytest.mark.parametrize("q", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_words_only_find_or_do_not(market, q):
    for sort in ("relevance", "price"):
        search_listings(q, sort=sort)
    suggestions(q)


@given(q=st.text(max_size=60))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_can_be_searched_for(market, q):
    search_listings(q)
    suggestions(q)


def test_suggestions_name_categories_vendors_and_listings(market):
    assert suggestions("mu")[:1] == [Suggestion("category", "Mugs & Cups", "kitchen/mugs")]
    assert {each.label for each in suggestions("mu") if each.kind == "listing"} >= {"Stoneware mug", "Rack for mugs"}
    assert suggestions("cups")[0].value == "kitchen/mugs"
    assert Suggestion("vendor", "Lindqvist", "lindqvist") in suggestions("lindq")
    assert suggestions("stone m") == []
    assert [each.label for each in suggestions("stoneware m")] == ["Stoneware mug"]
    assert suggestions("m") == suggestions("") == []


def test_words_that_mean_the_same_are_searched_together():
    assert expanded("laptop case") == "laptop case or notebook case or laptopcase"
    assert expanded("mug") == "mug"
    assert expanded("sofa -red") == "sofa -red"
    assert expanded('"laptop case"') == '"laptop case"'
    assert expanded("laptop sofa rug tv") == "laptop sofa rug tv"
