"""Finding things by API: lists, filters, search, listings, vendors."""

from typing import Any

import pytest

from marketplace.catalog.metrics import PRODUCT_VIEWS
from marketplace.catalog.models import Listing, ListingVariant, Offer, VendorCard
from tests.api.v1.storefront.conftest import ROLE

pytestmark = pytest.mark.django_db


@pytest.fixture
def kitchen(db: None) -> Any:
    from taxonomy.models import Category

    return Category.objects.create(slug="kitchen", name="Kitchen", path="kitchen")


@pytest.fixture
def mugs(kitchen: Any) -> Any:
    from taxonomy.models import Category

    return Category.objects.create(slug="mugs", name="Mugs", path="kitchen/mugs", depth=1, parent=kitchen)


def slugs(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [item["slug"] for item in answer.json()["items"]]


def test_categories_come_as_a_tree(app, mugs):
    assert app.get("categories").json() == {
        "items": [
            {
                "path": "kitchen",
                "slug": "kitchen",
                "name": "Kitchen",
                "children": [{"path": "kitchen/mugs", "slug": "mugs", "name": "Mugs", "children": []}],
            }
        ]
    }


def test_a_list_has_what_a_card_shows_in_few_queries(app, put_on_shelf, mugs, django_assert_max_num_queries):
    mug = put_on_shelf("lindqvist", price_minor=1900)
    picture = {"path": "pictures/x/abc", "alt": "", "width": 1280, "height": 960}
    Listing.objects.update(category=mugs, category_path="kitchen/mugs", brand="Korpi", pictures=[picture])
    Listing.objects.update(best_vendor_slug="lindqvist", best_vendor_name="Lindqvist", price_max_minor=1900)
    Listing.objects.update(offer_count=1, vendor_count=1)
    with django_assert_max_num_queries(ROLE + 3):
        found = app.get("listings").json()
    published = found["items"][0].pop("published_at")
    assert published.endswith("Z")
    assert found == {
        "items": [
            {
                "id": str(mug.listing.id),
                "slug": "thing-lindqvist",
                "url": "http://localhost:8000/p/thing-lindqvist/",
                "title": "Thing of Lindqvist",
                "brand": "Korpi",
                "category": "kitchen/mugs",
                "picture": {
                    "small_url": "http://localhost:8000/media/pictures/x/abc-320.webp",
                    "medium_url": "http://localhost:8000/media/pictures/x/abc-640.webp",
                    "large_url": "http://localhost:8000/media/pictures/x/abc-1280.webp",
                    "alt": "Thing of Lindqvist",
                    "width": 1280,
                    "height": 960,
                },
                "price_minor": 1900,
                "compare_at_minor": None,
                "price_max_minor": 1900,
                "currency": "EUR",
                "in_stock": True,
                "best_vendor": {"slug": "lindqvist", "name": "Lindqvist"},
                "handling_days": 2,
                "offer_count": 1,
                "vendor_count": 1,
                "rating": None,
                "review_count": 0,
            }
        ],
        "next_cursor": None,
        "previous_cursor": None,
    }


def test_lists_narrow_as_the_category_page_does(app, put_on_shelf, kitchen, mugs):
    mug, lamp = put_on_shelf("lindqvist", price_minor=1900), put_on_shelf("moreau", price_minor=19000)
    Listing.objects.filter(id=mug.listing.id).update(category=mugs, category_path="kitchen/mugs", brand="Korpi")
    Listing.objects.filter(id=lamp.listing.id).update(category=kitchen, category_path="kitchen", in_stock=False)
    of_mug, of_lamp = ["thing-lindqvist"], ["thing-moreau"]
    assert slugs(app.get("listings?category=kitchen&sort=price")) == of_mug + of_lamp
    assert slugs(app.get("listings?sort=-price")) == of_lamp + of_mug
    assert slugs(app.get("listings?category=kitchen/mugs")) == of_mug
    assert slugs(app.get("listings?category=mugs")) == of_mug
    assert slugs(app.get("listings?brand=Korpi&brand=Other")) == of_mug
    assert slugs(app.get("listings?vendor=moreau")) == of_lamp
    assert slugs(app.get("listings?vendor=moreau&vendor=lindqvist&sort=price")) == of_mug + of_lamp
    assert slugs(app.get("listings?vendor=nobody")) == []
    assert slugs(app.get("listings?price_min=1900&price_max=1900")) == of_mug
    assert slugs(app.get("listings?price_min=1901")) == of_lamp
    assert slugs(app.get("listings?in_stock=true")) == of_mug
    gone = app.get("listings?category=nothing")
    assert (gone.status_code, gone.json()["code"]) == (404, "not_found")


def test_lists_come_a_page_at_a_time(app, put_on_shelf):
    for number in range(3):
        put_on_shelf(f"shop-{number}", price_minor=1000 + number)
    first = app.get("listings?sort=price&limit=2")
    assert slugs(first) == ["thing-shop-0", "thing-shop-1"]
    second = app.get(f"listings?sort=price&limit=2&cursor={first.json()['next_cursor']}")
    assert slugs(second) == ["thing-shop-2"]
    assert second.json()["next_cursor"] is None
    assert slugs(app.get(f"listings?sort=price&limit=2&cursor={second.json()['previous_cursor']}")) == slugs(first)


@pytest.mark.parametrize(
    "query",
    [
        *(
            "limit=0",
            "limit=101",
            "limit=x",
            "sort=best",
            "price_min=-1",
            "price_max=9999999999999999999",
            "price_min=1.5",
        ),
        *("in_stock=perhaps", "cursor=nonsense", "brand=%00", f"brand={'x' * 101}", f"category={'x' * 251}"),
        "&".join(f"vendor=v{number}" for number in range(21)),
    ],
)
def test_what_a_list_cannot_be_asked_for_is_refused(app, query):
    for path in ("listings", "search"):
        answer = app.get(f"{path}?{query}")
        assert (answer.status_code, answer.json()["errors"][0]["field"].split(".")[0]) == (422, query.split("=")[0])


def test_a_listing_has_its_variants_and_every_vendors_offers(
    app, put_on_shelf, mugs, make_vendor, django_assert_max_num_queries
):
    mug = put_on_shelf("lindqvist", price_minor=1900, shipping_minor=490, free_from_minor=5000, ships_to=("DE", "SE"))
    other = put_on_shelf("moreau", price_minor=1700, stock=0)
    Offer.objects.filter(id=other.offer.id).update(
        listing=mug.listing, listing_variant=mug.offer.listing_variant, available=0, condition="used"
    )
    ListingVariant.objects.update(gtin="", options={"size": "M"})
    Listing.objects.filter(id=mug.listing.id).update(
        category=mugs, category_path="kitchen/mugs", description="Holds tea.", attributes={"weight_grams": 310}
    )
    seen = PRODUCT_VIEWS.labels("api")._value.get()
    with django_assert_max_num_queries(ROLE + 5):
        found = app.get("listings/thing-lindqvist").json()
    assert PRODUCT_VIEWS.labels("api")._value.get() == seen + 1
    assert found["categories"] == [
        {"path": "kitchen", "name": "Kitchen"},
        {"path": "kitchen/mugs", "name": "Mugs"},
    ]
    assert (found["description"], found["attributes"]) == ("Holds tea.", {"weight_grams": 310})
    variant = str(mug.offer.listing_variant_id)
    assert found["buy_box"] == {"variant_id": variant, "offer_id": str(mug.offer.id)}
    shipping = {"price_minor": 490, "free_from_minor": 5000, "currency": "EUR", "handling_days": 2, "transit_days": 3}
    assert found["variants"] == [
        {
            "id": variant,
            "gtin": None,
            "options": {"size": "M"},
            "offers": [
                {
                    "id": str(mug.offer.id),
                    "vendor": {"slug": "lindqvist", "name": "Lindqvist"},
                    "condition": "new",
                    "price_minor": 1900,
                    "compare_at_minor": None,
                    "currency": "EUR",
                    "available": 10,
                    "ships_on": None,
                    "shipping": {**shipping, "countries": ["DE", "SE"]},
                },
                {
                    "id": str(other.offer.id),
                    "vendor": {"slug": "moreau", "name": "Moreau"},
                    "condition": "used",
                    "price_minor": 1700,
                    "compare_at_minor": None,
                    "currency": "EUR",
                    "available": 0,
                    "ships_on": None,
                    "shipping": {**shipping, "free_from_minor": None, "countries": []},
                },
            ],
        }
    ]


def test_a_listing_that_is_not_offered_is_not_there(app, put_on_shelf):
    put_on_shelf("lindqvist")
    Listing.objects.update(is_visible=False)
    for slug in ("thing-lindqvist", "nothing"):
        answer = app.get(f"listings/{slug}")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    Listing.objects.update(is_visible=True)
    Offer.objects.update(is_visible=False)
    assert app.get("listings/thing-lindqvist").json()["buy_box"] is None


def test_what_is_known_is_not_sent_again(app, put_on_shelf):
    put_on_shelf("lindqvist", price_minor=1900)
    for path in ("listings", "listings/thing-lindqvist", "categories", "vendors/lindqvist"):
        tag = app.get(path)["ETag"]
        assert app.get(path, If_None_Match=tag).status_code == 304
    tag = app.get("listings")["ETag"]
    Listing.objects.update(price_minor=2000)
    assert app.get("listings", If_None_Match=tag).status_code == 200


def test_search_finds_words_and_what_is_spelled_alike(app, put_on_shelf, django_assert_max_num_queries):
    from django.contrib.postgres.search import SearchVector

    put_on_shelf("lindqvist")
    Listing.objects.update(title="Stoneware mug", brand="Korpi")
    Listing.objects.update(search=SearchVector("title", config="public.souk"))
    # Four of them say how long words may be looked for, and read no table.
    with django_assert_max_num_queries(ROLE + 6 + 4):
        found = app.get("search?q=mug").json()
    assert (found["query"], found["is_fuzzy"]) == ("mug", False)
    assert [item["title"] for item in found["items"]] == ["Stoneware mug"]
    assert found["facets"] == {
        "brands": [{"value": "Korpi", "label": "Korpi", "count": 1}],
        "vendors": [{"value": "lindqvist", "label": "Lindqvist", "count": 1}],
        "price_low_minor": 4900,
        "price_high_minor": 4900,
        "in_stock": 1,
        "is_capped": False,
    }
    fuzzy = app.get("search?q=stonewear").json()
    assert (fuzzy["is_fuzzy"], len(fuzzy["items"])) == (True, 1)
    assert app.get("search?q=mug&price_min=5000").json()["items"] == []
    assert slugs(app.get("search?q=mug&vendor=lindqvist&sort=price")) == ["thing-lindqvist"]
    assert slugs(app.get("search?q=")) == ["thing-lindqvist"]
    assert slugs(app.get("search?q=anything+else+altogether")) == []


def test_suggestions_name_what_they_lead_to(app, put_on_shelf, mugs):
    put_on_shelf("mugshot")
    assert app.get("suggestions?q=mug").json() == {
        "items": [
            {"kind": "category", "label": "Mugs", "value": "kitchen/mugs"},
            {"kind": "vendor", "label": "Mugshot", "value": "mugshot"},
        ]
    }
    assert app.get("suggestions").json() == {"items": []}


def test_facets_are_of_a_category_or_a_shop(app, put_on_shelf, mugs):
    mug = put_on_shelf("lindqvist", price_minor=1900)
    put_on_shelf("moreau", price_minor=19000)
    Listing.objects.filter(id=mug.listing.id).update(category=mugs, category_path="kitchen/mugs", brand="Korpi")
    everything = app.get("facets").json()
    assert (everything["price_low_minor"], everything["price_high_minor"]) == (1900, 19000)
    of_mugs = app.get("facets?category=kitchen").json()
    assert of_mugs["brands"] == [{"value": "Korpi", "label": "Korpi", "count": 1}]
    assert of_mugs["vendors"] == [{"value": "lindqvist", "label": "Lindqvist", "count": 1}]
    assert app.get("facets?vendor=moreau").json()["price_low_minor"] == 19000
    assert app.get("facets?vendor=moreau&category=mugs").json()["in_stock"] == 0
    assert app.get("facets?vendor=nobody").status_code == 404
    assert app.get("facets?category=nothing").status_code == 404


def test_vendors_and_what_they_sell_at_their_own_prices(app, put_on_shelf, django_assert_max_num_queries):
    lamp = put_on_shelf("lindqvist", price_minor=4900)
    cheaper = put_on_shelf("moreau", price_minor=4500, shipping_minor=0)
    Offer.objects.filter(id=cheaper.offer.id).update(listing=lamp.listing, listing_variant=lamp.offer.listing_variant)
    Listing.objects.filter(id=lamp.listing.id).update(price_minor=4500, best_vendor_slug="moreau")
    VendorCard.objects.filter(slug="moreau").update(logo="logos/x/y.webp", city="Lyon")
    assert slugs(app.get("vendors")) == ["lindqvist", "moreau"]
    moreau = app.get("vendors/moreau").json()
    assert (moreau["city"], moreau["logo_url"]) == ("Lyon", "http://localhost:8000/media/logos/x/y.webp")
    assert moreau["shipping"]["price_minor"] == 0
    with django_assert_max_num_queries(ROLE + 4):
        own = app.get("vendors/lindqvist/listings").json()["items"]
    assert [(item["price_minor"], item["best_vendor"]["slug"]) for item in own] == [(4900, "lindqvist")]
    assert slugs(app.get("vendors/lindqvist/listings?in_stock=true&sort=price")) == ["thing-lindqvist"]
    VendorCard.objects.update(is_selling=False)
    assert app.get("vendors/moreau").status_code == 404
    assert app.get("vendors/moreau/listings").status_code == 404


def test_countries_are_those_sold_to(app):
    items = app.get("countries").json()["items"]
    assert len(items) == 32
    assert {"code": "DE", "name": "Germany"} in items


def test_a_shop_front_has_no_api_of_its_own(settings, put_on_shelf):
    from tests.api.conftest import Program

    put_on_shelf("lindqvist")
    answer = Program(settings, "http://lindqvist.localhost:8000").get("/api/v1/storefront/listings")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
