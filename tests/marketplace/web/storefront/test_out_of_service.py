"""A shop that is set aside is closed to customers and to its vendor, says so, and comes back."""

import json

import pytest
from django.urls import reverse

from marketplace.catalog.drift import drift
from marketplace.catalog.models import Listing, Offer, VendorCard
from marketplace.catalog.projection import project_shop, project_vendor_card
from marketplace.checkout.actions import place_order
from outbox.tasks import deliver
from tenants.isolation.doors import in_shop
from tenants.isolation.models import Wall
from tenants.isolation.replay import quarantine
from tenants.shop.inventory.actions import SoldOut
from tenants.shop.shipping.actions import set_flat_shipping
from tenants.vendors.actions import set_in_service
from tests.support.browser import Browser


@pytest.fixture
def lamp(put_on_shelf, everything_ten_percent):
    found = put_on_shelf("lindqvist", price_minor=12100)
    with in_shop(found.vendor):
        set_flat_shipping(flat_minor=0)
    project_vendor_card(found.vendor)
    project_shop(found.vendor)
    return found


def test_a_quarantined_shop_is_closed_says_so_and_comes_back(shopper, lamp, address, settings):
    from marketplace.carts.actions import add_to_cart, ensure_cart, new_token

    cart = ensure_cart(user=None, token=new_token(), country="NL")
    add_to_cart(cart=cart, offer_id=lamp.offer.id, quantity=1)
    listing = Listing.objects.get(offers__id=lamp.offer.id)
    pages = [f"/p/{listing.slug}/", reverse("storefront:vendor", args=["lindqvist"], urlconf="config.urls_market")]
    pages[0] = reverse("storefront:listing", args=[listing.slug], urlconf="config.urls_market")
    assert [shopper.get(page).status_code for page in pages] == [200, 200]

    quarantine(Wall.objects.get(vendor_id=lamp.vendor.id), "column “shipped” already exists")
    # At once: who has it in a cart cannot order it.
    with pytest.raises(SoldOut):
        place_order(cart=cart, version=cart.version, email="ada@vermeer.example", ship_to=address)
    deliver()
    assert not Offer.objects.get(id=lamp.offer.id).is_visible
    assert not VendorCard.objects.get(slug="lindqvist").is_selling
    assert drift(lamp.vendor) == []

    browser = Browser(settings)
    told = [shopper.get(page) for page in pages]
    told.append(browser.get("http://lindqvist.localhost:8000/"))
    for answer in told:
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "600")
        assert "Lindqvist is out of service" in answer.content.decode()
        assert "closed for maintenance" in answer.content.decode()
        assert "shipped" not in answer.content.decode()  # the reason is the operator's
    portal = browser.get("http://lindqvist.portal.localhost:8001/orders/")
    assert portal.status_code == 503
    assert "Nothing in it was lost" in portal.content.decode()
    api = browser.get("http://lindqvist.portal.localhost:8001/api/v1/vendor/orders/")
    assert (api.status_code, json.loads(api.content)["code"]) == (503, "out_of_service")

    set_in_service(vendor_id=lamp.vendor.id, in_service=True)
    deliver()
    assert [shopper.get(page).status_code for page in pages] == [200, 200]
    order = place_order(cart=cart, version=cart.version, email="ada@vermeer.example", ship_to=address)
    assert order.vendor_orders.get().vendor_slug == "lindqvist"
