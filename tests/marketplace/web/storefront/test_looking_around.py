"""Looking around: every page answers, says what it should, and asks the database little."""

import pytest

from marketplace.catalog.models import Listing, Offer, VendorCard
from marketplace.catalog.queries import vendor_card

pytestmark = pytest.mark.django_db
# Eight, and the two by which the test takes on the marketplace's database role and lays it down.
PAGE_QUERIES = 8 + 2


@pytest.fixture
def kitchen(db):
    from taxonomy.models import Category

    return Category.objects.create(slug="kitchen", name="Kitchen", path="kitchen")


def test_the_start_page_shows_what_is_new_and_who_sells(shopper, put_on_shelf, kitchen, django_assert_max_num_queries):
    put_on_shelf("lindqvist")
    VendorCard.objects.update(listing_count=1, story="Weaves in Uppsala.")
    with django_assert_max_num_queries(PAGE_QUERIES):
        page = shopper.get("/")
    assert page.status_code == 200
    text = page.content.decode()
    assert "Thing of Lindqvist" in text
    assert "49.00 EUR" in text
    assert "Weaves in Uppsala." in text
    assert 'href="/c/kitchen/"' in text


def test_the_start_page_of_an_empty_market_says_so(shopper):
    page = shopper.get("/")
    assert page.status_code == 200
    assert "The market opens soon" in page.content.decode()


def test_a_category_lists_what_is_in_it_and_below(shopper, put_on_shelf, kitchen, django_assert_max_num_queries):
    from taxonomy.models import Category

    mugs = Category.objects.create(slug="mugs", name="Mugs", path="kitchen/mugs", depth=1, parent=kitchen)
    mug, lamp = put_on_shelf("lindqvist"), put_on_shelf("moreau")
    Listing.objects.filter(id=mug.listing.id).update(category=mugs, category_path="kitchen/mugs")
    with django_assert_max_num_queries(PAGE_QUERIES):
        page = shopper.get("/c/kitchen/")
    text = page.content.decode()
    assert mug.listing.title in text
    assert lamp.listing.title not in text
    assert 'href="/c/kitchen/mugs/"' in text
    assert shopper.get("/c/nothing/").status_code == 404


def test_filters_narrow_and_show_themselves_as_chips(shopper, put_on_shelf, kitchen):
    cheap, dear = put_on_shelf("lindqvist", price_minor=1900), put_on_shelf("moreau", price_minor=19000)
    Listing.objects.update(category=kitchen, category_path="kitchen")
    text = shopper.get("/c/kitchen/?price=10000-25000").content.decode()
    assert dear.listing.title in text
    assert cheap.listing.title not in text
    assert 'class="chip chip--active" href="?"' in text
    text = shopper.get("/c/kitchen/?vendor=lindqvist&stock=1&sort=price").content.decode()
    assert cheap.listing.title in text
    assert dear.listing.title not in text
    text = shopper.get("/c/kitchen/?price=50000-").content.decode()
    assert "Nothing fits all of this" in text


@pytest.mark.parametrize(
    "address",
    [
        "?price=a-b",
        "?price=-",
        "?sort=;drop",
        "?brand=%00",
        "?vendor=nobody",
        "?stock=yes",
        "?price=9999999999-1",
    ],
)
def test_an_odd_address_never_breaks_a_list(shopper, put_on_shelf, kitchen, address):
    put_on_shelf("lindqvist")
    Listing.objects.update(category=kitchen, category_path="kitchen")
    assert shopper.get(f"/c/kitchen/{address}").status_code == 200


@pytest.mark.parametrize("path", ["/c/kitchen/", "/new/", "/search/", "/vendors/", "/v/lindqvist/"])
def test_a_damaged_page_link_leads_to_the_first_page(shopper, put_on_shelf, kitchen, path):
    put_on_shelf("lindqvist")
    Listing.objects.update(category=kitchen, category_path="kitchen")
    page = shopper.get(f"{path}?sort=price&cursor=x&q=lamp")
    assert page.status_code == 400
    assert f'href="{path}?sort=price&amp;q=lamp">Go to the first page</a>' in page.content.decode()


def test_an_address_for_forms_says_so_when_it_is_opened_as_a_page(shopper):
    page = shopper.get("/cart/add/")
    assert (page.status_code, page["Allow"]) == (405, "POST")
    assert "This address only takes forms" in page.content.decode()
    page = shopper.post("/new/")
    assert (page.status_code, page["Allow"]) == (405, "GET, HEAD")
    assert "This address is only for reading" in page.content.decode()
    answer = shopper.post("/api/v1/storefront/listings")
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")


def test_pages_lead_on_and_back(shopper, put_on_shelf, kitchen):
    from kit.ids import uuid7

    first = put_on_shelf("lindqvist")
    Listing.objects.bulk_create(
        Listing(
            id=uuid7(),
            slug=f"cup-{n}",
            title=f"Cup {n:02}",
            category=kitchen,
            category_path="kitchen",
            price_minor=1000 + n,
            is_visible=True,
            in_stock=True,
            content_product_id=uuid7(),
            content_vendor_id=first.vendor.id,
        )
        for n in range(30)
    )
    page = shopper.get("/c/kitchen/?sort=price").content.decode()
    assert "Cup 00" in page
    assert "Cup 23" in page
    assert "Cup 24" not in page
    import re

    following = re.search(r'href="(\?[^"]*cursor=[^"]*)" rel="next"', page)[1].replace("&amp;", "&")
    second = shopper.get(f"/c/kitchen/{following}").content.decode()
    assert "Cup 24" in second
    assert "Cup 29" in second
    assert "Cup 23" not in second
    assert 'rel="prev"' in second
    assert 'rel="next"' not in second


def test_search_finds_by_words_and_helps_when_there_is_nothing(shopper, put_on_shelf, kitchen):
    lamp = put_on_shelf("lindqvist")
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE listings_listing SET title = 'Table lamp', search = to_tsvector('public.souk', 'Table lamp')"
        )
    assert "Table lamp" in shopper.get("/search/?q=lamps").content.decode()
    fuzzy = shopper.get("/search/?q=tabel+lmap").content.decode()
    assert "spelled quite like that" in fuzzy or "Nothing found" in fuzzy
    nothing = shopper.get("/search/?q=zzzzqqq").content.decode()
    assert "Nothing found" in nothing
    assert 'href="/c/kitchen/"' in nothing
    assert '<option value="Table lamp">' in shopper.get("/suggest/?q=lam").content.decode()
    assert "&lt;script&gt;" in shopper.get("/search/?q=<script>").content.decode()
    assert lamp.listing.slug


def test_a_listing_shows_what_there_is_to_buy(shopper, put_on_shelf, django_assert_max_num_queries):
    lamp = put_on_shelf("lindqvist", price_minor=8420, stock=3, free_from_minor=9000)
    Listing.objects.update(
        description="Thrown in Leipzig.", attributes={"material": "Stoneware", "weight_grams": 410}, brand="Brennhaus"
    )
    with django_assert_max_num_queries(PAGE_QUERIES):
        page = shopper.get(f"/p/{lamp.listing.slug}/")
    text = page.content.decode()
    assert "84.20 EUR" in text
    assert "Only 3 left" in text
    assert "Delivery 4.90 EUR, free from 90.00 EUR" in text
    assert "Thrown in Leipzig." in text
    assert "<dt>Weight</dt><dd>410 g</dd>" in text
    assert f'name="offer" value="{lamp.offer.id}"' in text


def test_variants_are_links_and_sold_out_ones_say_so(shopper, put_on_shelf):
    from kit.ids import uuid7
    from marketplace.catalog.models import ListingVariant

    oat = put_on_shelf("lindqvist", price_minor=2800)
    oat.offer.listing_variant.options = {"color": "Oat"}
    oat.offer.listing_variant.save()
    rust = ListingVariant.objects.create(id=uuid7(), listing=oat.listing, options={"color": "Rust"}, position=1)
    Offer.objects.create(
        id=uuid7(),
        listing=oat.listing,
        listing_variant=rust,
        vendor_id=oat.vendor.id,
        product_id=oat.offer.product_id,
        sku="rust",
        price_minor=3100,
        currency="EUR",
        available=0,
    )
    text = shopper.get(f"/p/{oat.listing.slug}/").content.decode()
    assert f'href="/p/{oat.listing.slug}/?v={rust.id}"' in text
    assert 'Rust<span class="visually-hidden">, sold out</span>' in text
    text = shopper.get(f"/p/{oat.listing.slug}/?v={rust.id}").content.decode()
    assert "31.00 EUR" in text
    assert "Sold out at the moment" in text
    assert shopper.get(f"/p/{oat.listing.slug}/?v=nonsense").status_code == 200


def test_other_vendors_offers_stand_beside_and_one_can_come_first(shopper, put_on_shelf, make_vendor):
    from kit.ids import uuid7

    soap = put_on_shelf("lindqvist", price_minor=900)
    dearer = put_on_shelf("moreau", price_minor=1100)
    Offer.objects.create(
        id=uuid7(),
        listing=soap.listing,
        listing_variant=soap.offer.listing_variant,
        vendor_id=dearer.vendor.id,
        product_id=uuid7(),
        sku="s",
        price_minor=1100,
        currency="EUR",
        available=4,
    )
    text = shopper.get(f"/p/{soap.listing.slug}/").content.decode()
    assert "1 more offer from 11.00 EUR" in text
    text = shopper.get(f"/p/{soap.listing.slug}/?shop=moreau").content.decode()
    assert "1 more offer from 9.00 EUR" in text
    assert "Sold and sent by Moreau" in text


def test_what_is_gone_says_so(shopper, put_on_shelf):
    lamp = put_on_shelf("lindqvist")
    Listing.objects.filter(id=lamp.listing.id).update(is_visible=False)
    assert shopper.get(f"/p/{lamp.listing.slug}/").status_code == 410
    assert shopper.get("/p/never-was/").status_code == 404


def test_a_vendor_has_a_page_and_a_place_in_the_directory(shopper, put_on_shelf, django_assert_max_num_queries):
    lamp = put_on_shelf("lindqvist")
    VendorCard.objects.update(
        tagline="Light from the north", palette=["#ffffff", "#eeeeee", "#222222", "#b4552f", "#ddd"]
    )
    with django_assert_max_num_queries(PAGE_QUERIES):
        page = shopper.get("/v/lindqvist/")
    text = page.content.decode()
    assert "Light from the north" in text
    assert lamp.listing.title in text
    assert 'href="/v/lindqvist/brand.css"' in text
    assert f'href="/p/{lamp.listing.slug}/?shop=lindqvist"' in text
    assert "Lindqvist" in shopper.get("/vendors/").content.decode()
    assert shopper.get("/v/nobody/").status_code == 404


def test_brand_css_holds_colors_and_nothing_else(shopper, put_on_shelf):
    put_on_shelf("lindqvist")
    VendorCard.objects.update(palette=["#efe6d8", "#cdb899", "#3d332b", "#b4552f", "#e3cfb4"])
    css = shopper.get("/v/lindqvist/brand.css")
    assert css["Content-Type"] == "text/css; charset=utf-8"
    assert "--accent: light-dark(#b4552f, " in css.content.decode()
    VendorCard.objects.update(palette=["red; } body { background: url(//evil)", 4, None])
    assert shopper.get("/v/lindqvist/brand.css").content == b""
    assert vendor_card("lindqvist").palette[1] == 4


def test_a_shop_front_shows_that_shop_and_leads_to_the_market_for_the_rest(browser_at, put_on_shelf):
    lamp, soap = put_on_shelf("lindqvist"), put_on_shelf("moreau")
    front = "http://lindqvist.localhost:8000"
    text = browser_at.get(f"{front}/").content.decode()
    assert lamp.listing.title in text
    assert soap.listing.title not in text
    assert 'href="/cart/"' in text
    away = browser_at.get(f"{front}/cart/", follow=False)
    assert (away.status_code, away["Location"]) == (303, "http://localhost:8000/cart/")
    away = browser_at.get(f"{front}/orders/?page=2", follow=False)
    assert (away.status_code, away["Location"]) == (302, "http://localhost:8000/orders/?page=2")
    assert soap.listing.title not in browser_at.get(f"{front}/search/?q=thing").content.decode()
    assert browser_at.get(f"{front}/v/moreau/", follow=False)["Location"] == "http://localhost:8000/v/moreau/"


@pytest.fixture
def browser_at(settings):
    from tests.support.browser import Browser

    return Browser(settings)


def test_public_media_is_served_and_nothing_beside_it(shopper, settings):
    settings.MEDIA_ROOT.mkdir(parents=True)
    (settings.MEDIA_ROOT / "pictures").mkdir()
    (settings.MEDIA_ROOT / "pictures" / "a-320.webp").write_bytes(b"RIFF")
    (settings.MEDIA_ROOT.parent / "secret.webp").write_bytes(b"secret")
    found = shopper.get("/media/pictures/a-320.webp")
    assert b"".join(found.streaming_content) == b"RIFF"
    assert found["Cache-Control"] == "public, max-age=31536000, immutable"
    assert found["Content-Type"] == "image/webp"
    assert "sandbox" in found["Content-Security-Policy"]
    for path in ("../secret.webp", "..%2fsecret.webp", "pictures/b.webp", "pictures", "pictures/a-320.webp.py"):
        assert shopper.get(f"/media/{path}").status_code == 404


def test_vendors_take_turns_in_a_rail_as_long_as_there_are_several():
    from marketplace.catalog.queries import varied

    rows = [Listing(title=f"{vendor}{n}", best_vendor_slug=vendor) for vendor in "ab" for n in range(4)]
    assert [listing.title for listing in varied(rows, 5)] == ["a0", "a1", "b0", "b1", "a2"]
    assert [listing.title for listing in varied(rows[:3], 5)] == ["a0", "a1", "a2"]


def test_a_shop_window_shows_pictures_of_what_is_sold_there(put_on_shelf):
    from marketplace.catalog.queries import shop_windows

    lamp, soap = put_on_shelf("lindqvist"), put_on_shelf("moreau")
    Listing.objects.filter(id=lamp.listing.id).update(pictures=[{"path": "pictures/a"}, {"path": "pictures/b"}])
    assert shop_windows([lamp.vendor.id, soap.vendor.id]) == {lamp.vendor.id: ["pictures/a"]}
    Listing.objects.update(is_visible=False)
    assert shop_windows([lamp.vendor.id]) == {}
