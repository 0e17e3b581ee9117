"""A vendor's shop front: its part of the catalogue, its pages, and the marketplace's one cart."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.cache import cache

from kit import clock
from marketplace.carts.models import Cart, CartKey, CartLine
from tenants.vendors.models import CustomDomain, DomainState, ShopText
from tests.marketplace.web.storefront.conftest import MARKET, PASSWORD
from tests.support.browser import Browser

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everything_ten_percent")]
FRONT = "http://lindqvist.localhost:8000"
OWN = "http://shop.lindqvist.example:8000"
PAGE_QUERIES = 8 + 2


@pytest.fixture
def browse(settings: Any) -> Callable[[], Browser]:
    return lambda: Browser(settings)


@pytest.fixture
def own_domain() -> Callable[..., CustomDomain]:
    def prove(vendor: Any, host: str = "shop.lindqvist.example", **fields: Any) -> CustomDomain:
        given = {"state": DomainState.VERIFIED, "verified_at": clock.now(), "added_by": vendor.id, **fields}
        return CustomDomain.objects.create(vendor=vendor, host=host, token="t" * 32, **given)

    return prove


def quantities() -> list[tuple[str, int]]:
    return sorted(CartLine.objects.values_list("offer__sku", "quantity"))


def put_in(browser: Browser, front: str, shelf: Any, quantity: int = 1, *, follow: bool = True) -> Any:
    given = {"offer": str(shelf.offer.id), "quantity": quantity, "next": f"/p/{shelf.listing.slug}/"}
    return browser.post(f"{front}/cart/add/", given, follow=follow)


def counted(page: Any) -> int:
    text = page.content.decode()
    mark = '<span class="count count--accent" aria-hidden="true">'
    return int(text.split(mark, 1)[1].split("<", 1)[0]) if mark in text else 0


def code_for(browser: Browser, front: str, shelf: Any) -> str:
    """The address with a code, as the marketplace sends the browser back with it; not opened yet."""
    away = put_in(browser, front, shelf, follow=False)
    assert away.status_code == 303
    back = browser.get(away["Location"], follow=False)
    assert back.status_code == 302
    return str(back["Location"])


# --- One cart ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("front", [FRONT, OWN])
def test_what_a_guest_puts_in_at_a_shop_front_is_in_the_one_cart(browse, put_on_shelf, own_domain, front) -> None:
    lamp, soap = put_on_shelf("lindqvist"), put_on_shelf("moreau")
    own_domain(lamp.vendor)
    browser = browse()
    page = put_in(browser, front, lamp, 2)
    assert browser.address == f"{front}/p/{lamp.listing.slug}/"
    assert "Thing of Lindqvist is in your cart." in page.content.decode()
    assert counted(page) == 2
    put_in(browser, front, lamp)  # straight in: the browser has a key now
    browser.post(f"{MARKET}/cart/add/", {"offer": str(soap.offer.id), "quantity": 1})
    assert quantities() == [("lindqvist-1", 3), ("moreau-1", 1)]
    assert Cart.objects.count() == 1
    assert counted(browser.get(f"{front}/")) == 4
    cart = browser.get(f"{front}/cart/")
    assert browser.address == f"{MARKET}/cart/"
    assert "4 articles from 2 shops" in cart.content.decode()
    browser.get(f"{front}/checkout/")
    assert browser.address == f"{MARKET}/checkout/"


def test_a_cart_begun_on_the_marketplace_goes_on_at_the_shop_front(browse, put_on_shelf, ada) -> None:
    lamp, soap = put_on_shelf("lindqvist"), put_on_shelf("moreau")
    browser = browse()
    browser.post(f"{MARKET}/cart/add/", {"offer": str(soap.offer.id), "quantity": 2})
    page = browser.get(f"{MARKET}/v/lindqvist/").content.decode()
    assert 'href="/cart/front/?front=lindqvist.localhost"' in page
    front = browser.get(f"{MARKET}/cart/front/?front=lindqvist.localhost")
    assert (browser.address, counted(front)) == (f"{FRONT}/", 2)
    # Signing in makes the guest's cart the customer's; the shop front goes on with it, and still knows nobody.
    browser.post(f"{MARKET}/accounts/login/", {"login": ada.email, "password": PASSWORD})
    page = put_in(browser, FRONT, lamp)
    assert counted(page) == 3
    assert Cart.objects.get().user == ada
    assert "Ada" not in page.content.decode()
    assert ada.email not in page.content.decode()
    browser.post(f"{MARKET}/accounts/logout/")
    assert (counted(browser.get(f"{FRONT}/")), CartKey.objects.count()) == (0, 0)


def test_a_browser_that_lost_the_marketplaces_cookie_keeps_what_it_put_in_at_this_vendor(browse, put_on_shelf) -> None:
    lamp, soap = put_on_shelf("lindqvist"), put_on_shelf("moreau")
    browser = browse()
    browser.post(f"{MARKET}/cart/add/", {"offer": str(soap.offer.id), "quantity": 1})
    put_in(browser, FRONT, lamp, 2)
    browser.client(MARKET).cookies.clear()
    browser.post(f"{MARKET}/cart/add/", {"offer": str(lamp.offer.id), "quantity": 1})
    text = browser.get(f"{FRONT}/cart/").content.decode()
    # Of the lost cart the key opens this vendor's goods alone: the soap is not brought to light.
    assert "2 articles from 1 shop" in text
    assert quantities() == [("lindqvist-1", 2), ("lindqvist-1", 2), ("moreau-1", 1)]
    assert counted(browser.get(f"{FRONT}/")) == 2


def test_a_code_is_good_once_for_one_browser_and_one_host_and_a_minute(
    browse, put_on_shelf, own_domain, move_clock
) -> None:
    lamp, soap = put_on_shelf("lindqvist"), put_on_shelf("moreau")
    own_domain(lamp.vendor)
    victim, thief = browse(), browse()
    address = code_for(victim, FRONT, lamp)
    assert set(parse_qs(urlsplit(address).query)) == {"code"}
    # Another browser, which has a way of its own under way, gets nothing, and the code is used up.
    put_in(thief, FRONT, lamp, follow=False)
    refused = thief.get(address, follow=False)
    assert refused.status_code == 403
    assert "another browser or shop" in refused.content.decode()
    assert victim.get(address, follow=False).status_code == 403
    # Another host of the same vendor, and another vendor's.
    for elsewhere in (OWN, "http://moreau.localhost:8000"):
        address = code_for(victim, FRONT, lamp)
        put_in(victim, elsewhere, soap if "moreau" in elsewhere else lamp, follow=False)
        assert victim.get(address.replace(FRONT, elsewhere), follow=False).status_code == 403
    # Twice; too late.
    address = code_for(victim, FRONT, lamp)
    assert victim.get(address, follow=False).status_code == 302
    assert victim.get(address, follow=False).status_code == 403
    victim.client(FRONT).cookies.pop("souk_cart_key")
    address = code_for(victim, FRONT, lamp)
    move_clock(timedelta(seconds=61))
    late = victim.get(address, follow=False)
    assert (late.status_code, "good for a minute" in late.content.decode()) == (403, True)
    assert CartKey.objects.count() == 1
    assert quantities() == [("lindqvist-1", 1)]


def test_a_key_opens_no_cart_anywhere_else_and_no_other_vendors_goods(browse, put_on_shelf, own_domain) -> None:
    lamp, soap = put_on_shelf("lindqvist"), put_on_shelf("moreau")
    own_domain(lamp.vendor)
    victim, thief = browse(), browse()
    victim.post(f"{MARKET}/cart/add/", {"offer": str(soap.offer.id), "quantity": 1})
    put_in(victim, OWN, lamp)
    key = victim.client(OWN).cookies["souk_cart_key"]
    assert (key["httponly"], key["samesite"], key["domain"]) == (True, "Lax", "")
    assert "souk_cart" not in victim.client(OWN).cookies
    # Whoever serves the vendor's domain reads the key. It counts, and puts that vendor's goods in: nothing else.
    thief.client(OWN).cookies["souk_cart_key"] = key.value
    assert counted(thief.get(f"{OWN}/")) == 2
    put_in(thief, OWN, soap, follow=False)
    assert "Lindqvist does not sell this." in thief.get(f"{OWN}/").content.decode()
    shown = thief.get(f"{OWN}/cart/")
    assert thief.address == f"{MARKET}/cart/"
    assert "Thing of Moreau" not in shown.content.decode()
    for host in (FRONT, "http://moreau.localhost:8000", MARKET):
        thief.client(host).cookies["souk_cart_key"] = key.value
        thief.client(host).cookies["souk_cart"] = key.value
        assert counted(thief.get(f"{host}/")) == 0
    assert quantities() == [("lindqvist-1", 1), ("lindqvist-1", 1), ("moreau-1", 1)]


@pytest.mark.parametrize(
    "query",
    [
        "front=evil.example&state=s",
        "front=localhost&state=s",
        "front=office.localhost&state=s",
        "front=lindqvist.portal.localhost&state=s",
        "front=lindqvist.localhost@evil.example&state=s",
        "front=lindqvist.localhost/../x&state=s",
        "front=&state=s",
    ],
)
def test_nobody_is_sent_to_a_host_that_is_no_vendors(browse, put_on_shelf, query) -> None:
    put_on_shelf("lindqvist")
    browser = browse()
    assert browser.get(f"{MARKET}/cart/front/?{query}", follow=False).status_code == 404
    assert Cart.objects.count() == 0


def test_the_way_to_the_cart_leads_nowhere_else(browse, put_on_shelf) -> None:
    put_on_shelf("lindqvist")
    browser = browse()
    for wanted in ("//evil.example/", "https://evil.example/", "/\\evil.example"):
        browser.get(f"{MARKET}/cart/front/?front=lindqvist.localhost&next={wanted}")
        assert browser.address == f"{FRONT}/"
    framed = browser.get(
        f"{MARKET}/cart/front/?front=lindqvist.localhost&state=s", follow=False, **{"Sec-Fetch-Dest": "iframe"}
    )
    assert framed.status_code == 403


def test_a_script_takes_the_whole_page_along(browse, put_on_shelf) -> None:
    from tests.support.browser import served_by

    lamp = put_on_shelf("lindqvist")
    browser = browse()
    client = browser.client(FRONT)
    with served_by("market"):
        away = client.post("/cart/add/", {"offer": str(lamp.offer.id)}, headers={"HX-Request": "true"})
    browser.get(away["HX-Redirect"])
    assert quantities() == [("lindqvist-1", 1)]
    with served_by("market"):
        added = client.post("/cart/add/", {"offer": str(lamp.offer.id)}, headers={"HX-Request": "true"})
    text = added.content.decode()
    assert 'id="cart-link" hx-swap-oob="true"' in text
    assert counted(added) == 2
    assert 'href="/cart/"' in text


# --- Pages ------------------------------------------------------------------------------------------------------------


def test_a_shop_front_shows_its_own_pages_within_the_budget(
    browse, put_on_shelf, django_assert_max_num_queries
) -> None:
    from kit.ids import uuid7
    from marketplace.catalog.models import Offer

    lamp, soap = put_on_shelf("lindqvist"), put_on_shelf("moreau")
    Offer.objects.create(
        id=uuid7(),
        listing=lamp.listing,
        listing_variant=lamp.offer.listing_variant,
        vendor_id=soap.vendor.id,
        product_id=uuid7(),
        sku="m",
        price_minor=100,
        currency="EUR",
        available=4,
    )
    ShopText.objects.create(vendor=lamp.vendor, kind="returns", text="Send it <b>back</b>.\n\nWithin 30 days.")
    ShopText.objects.create(vendor=soap.vendor, kind="privacy", text="Moreau keeps nothing.")
    browser = browse()
    browser.get(f"{FRONT}/")  # what is read but once a minute
    for path in (
        "/",
        f"/p/{lamp.listing.slug}/",
        "/about/",
        "/policies/returns/",
        "/policies/imprint/",
        "/search/?q=x",
    ):
        # What looks for words says how long it may take, within a transaction of its own: no table is read for that.
        own = 4 if path.startswith("/search/") else 0
        with django_assert_max_num_queries(PAGE_QUERIES + own):
            page = browser.get(f"{FRONT}{path}")
        text = page.content.decode()
        assert page.status_code == 200, path
        assert 'href="/policies/returns/"' in text
        assert 'href="/policies/privacy/"' not in text
        assert 'href="/v/lindqvist/brand.css"' in text
        assert "Moreau" not in text
    text = browser.get(f"{FRONT}/policies/returns/").content.decode()
    assert "<p>Send it &lt;b&gt;back&lt;/b&gt;.</p>" in text
    assert "Lindqvist Ltd" in browser.get(f"{FRONT}/policies/imprint/").content.decode()
    # The neighbor's are not here, what is not written is not there, and the marketplace has none of its own.
    for address in (f"{FRONT}/policies/privacy/", f"{FRONT}/policies/about/", f"{MARKET}/about/"):
        assert browser.get(address).status_code == 404, address
    away = browser.get(f"{FRONT}/p/{soap.listing.slug}/", follow=False)
    assert away["Location"] == f"{MARKET}/p/{soap.listing.slug}/"


# --- Hosts ------------------------------------------------------------------------------------------------------------


def test_only_a_proven_domain_that_is_paid_for_is_served(browse, put_on_shelf, own_domain) -> None:
    lamp = put_on_shelf("lindqvist")
    now = clock.now()
    browser = browse()
    for state, fields, status in (
        (DomainState.VERIFIED, {}, 200),
        (DomainState.VERIFIED, {"failing_since": now}, 200),
        (DomainState.VERIFIED, {"unentitled_at": now - timedelta(days=13)}, 200),
        (DomainState.VERIFIED, {"unentitled_at": now - timedelta(days=15)}, 421),
        (DomainState.VERIFIED, {"removed_at": now}, 421),
        (DomainState.PENDING, {}, 421),
        (DomainState.FAILED, {}, 421),
        (DomainState.LOST, {}, 421),
    ):
        cache.delete("front-of-host:shop.lindqvist.example")
        domain = own_domain(lamp.vendor, state=state, **fields)
        assert browser.get(f"{OWN}/").status_code == status, (state, fields)
        asked = browser.get(f"{MARKET}/internal/certificate?domain=shop.lindqvist.example").status_code
        assert asked == (200 if status == 200 else 404)
        domain.delete()


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("evil.example", 421),
        ("shop.lindqvist.example.evil.example", 421),
        ("shop.lindqvist.example.", 421),
        ("lindqvist.localhost.evil.example", 421),
        ("xlindqvist.localhost", 404),
        ("lindqvist.portal.localhost", 404),
        ("office.localhost", 404),
        ("shop.lindqvist.example/x", 400),
        ("a b", 400),
        ("SHOP.lindqvist.example:99", 200),
    ],
)
def test_a_host_that_only_looks_like_one_of_ours_gets_nothing(client, put_on_shelf, own_domain, host, status) -> None:
    lamp = put_on_shelf("lindqvist")
    own_domain(lamp.vendor)
    page = client.get("/", headers={"Host": host, "X-Forwarded-Host": "lindqvist.localhost"})
    assert page.status_code == status
    assert (lamp.listing.title in page.content.decode()) == (status == 200)
    assert client.get("/api/v1/storefront/listings", headers={"Host": host}).status_code in (status, 404)


def test_a_domain_of_ones_own_signs_nobody_in_and_says_nothing_of_its_neighbors_names(
    browse, put_on_shelf, own_domain, settings
) -> None:
    lamp = put_on_shelf("lindqvist")
    own_domain(lamp.vendor)
    browser = browse()
    away = browser.get(f"{OWN}/accounts/login/", follow=False)
    assert away["Location"] == f"{MARKET}/accounts/login/"
    settings.SECURE_HSTS_SECONDS, settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = 100, True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    page = browser.get(f"{OWN}/", **{"X-Forwarded-Proto": "https"})
    assert page["Strict-Transport-Security"] == "max-age=100"
    assert "form-action 'self' http://localhost:8000" in page["Content-Security-Policy"]
