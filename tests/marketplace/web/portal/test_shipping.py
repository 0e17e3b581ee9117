"""The portal's pages of shipping: what is written there is what customers are offered."""

import pytest

from tenants.isolation.doors import in_shop
from tenants.shop.catalog.models import Product
from tenants.shop.inventory.models import Warehouse
from tenants.shop.shipping.models import ShippingProfile, ShippingRate, ShippingZone
from tenants.shop.shipping.queries import profile_of, shipping_terms
from tests.factories.shop import shelf

RATE = {
    "name": "Parcel",
    "carrier": "DHL",
    "price_minor": "6.90",
    "free_from_minor": "80",
    "transit_min_days": "1",
    "transit_max_days": "2",
    "over_grams": "2",
    "up_to_grams": "31,5",
}


@pytest.fixture
def default(desk):
    with in_shop(desk.vendor):
        return ShippingProfile.objects.get()


def test_zones_and_rates_are_added_and_a_parcel_tells_what_it_would_cost(desk, default):
    answer = desk.post(f"/shipping/profiles/{default.id}/zones/", {"name": "Near", "countries": ["DE", "AT"]})
    with in_shop(desk.vendor):
        zone = ShippingZone.objects.get(name="Near")
    assert answer["Location"] == f"/shipping/zones/{zone.id}/"
    assert desk.post(f"/shipping/zones/{zone.id}/rates/", RATE).status_code == 302
    letter = {
        "name": "Letter",
        "price_minor": "2",
        "transit_min_days": "1",
        "transit_max_days": "4",
        "up_to_grams": "2",
    }
    desk.post(f"/shipping/zones/{zone.id}/rates/", letter)
    page = desk.text("/shipping/")
    for words in ("Near", "Austria, Germany", "over 2 up to 31.5 kg", "free from 80.00 EUR", "All other countries"):
        assert words in page
    assert "Letter" in (light := desk.text("/shipping/?country=DE&weight=2"))
    assert "Parcel" not in light.split("What this parcel would cost")[-1].split("</table>")[0]
    heavy = desk.text("/shipping/?country=AT&weight=2.001&goods=80&pieces=3").split("What this parcel would cost")[-1]
    assert ("Free" in heavy, "chosen unless the customer says otherwise" in heavy) == (True, True)
    assert "No rate to Germany takes such a parcel." in desk.text("/shipping/?country=DE&weight=31.501")
    assert "4.90 EUR" in desk.text("/shipping/?country=FR&weight=99")


def test_a_mistake_is_said_at_its_field_and_nothing_is_lost(desk, default):
    with in_shop(desk.vendor):
        zone = ShippingZone.objects.get()
    wrong = desk.post(f"/shipping/zones/{zone.id}/rates/", RATE | {"up_to_grams": "1", "price_minor": "6.901"})
    assert wrong.status_code == 422
    assert "has more than 2 decimals" in wrong.content.decode()
    wrong = desk.post(f"/shipping/zones/{zone.id}/rates/", RATE | {"up_to_grams": "1"}).content.decode()
    assert "This ends before it begins: nothing would go by it." in wrong
    assert 'value="6.90"' in wrong
    twice = desk.post(f"/shipping/profiles/{default.id}/zones/", {"name": "Rest"})
    assert "“Everywhere” is for all other countries already" in twice.content.decode()
    with in_shop(desk.vendor):
        assert (ShippingZone.objects.count(), ShippingRate.objects.count()) == (1, 1)


def test_rates_zones_and_profiles_are_changed_and_removed(desk, default):
    with in_shop(desk.vendor):
        rate = ShippingRate.objects.get()
    assert 'value="4.90"' in desk.text(f"/shipping/rates/{rate.id}/")
    desk.post(f"/shipping/rates/{rate.id}/", RATE | {"over_grams": ""})
    desk.post(f"/shipping/zones/{rate.zone_id}/", {"name": "Home", "countries": ["DE"]})
    desk.post(f"/shipping/profiles/{default.id}/", {"name": "Usual", "handling_days": "0"})
    with in_shop(desk.vendor):
        (usual,) = shipping_terms().profiles
    assert (usual.name, usual.handling_days, usual.zones[0].countries) == ("Usual", 0, ("DE",))
    assert (usual.zones[0].rates[0].id, usual.zones[0].rates[0].up_to_grams) == (rate.id, 31500)
    refused = desk.post(f"/shipping/profiles/{default.id}/removal/", follow=True).content.decode()
    assert "it cannot be removed" in refused
    desk.post(f"/shipping/rates/{rate.id}/removal/")
    desk.post(f"/shipping/zones/{rate.zone_id}/removal/")
    assert desk.get(f"/shipping/rates/{rate.id}/").status_code == 404
    assert "It goes nowhere yet." in desk.text("/shipping/")


def test_a_product_goes_by_another_profile(desk, default):
    with in_shop(desk.vendor):
        table = shelf("Table", sku="T", stock=1).product_id
    assert "Shipped by" not in desk.text(f"/products/{table}/")
    made = desk.post("/shipping/profiles/", {"name": "Bulky", "handling_days": "5"})
    with in_shop(desk.vendor):
        bulky = ShippingProfile.objects.get(name="Bulky")
    assert made["Location"] == f"/shipping/profiles/{bulky.id}/"
    assert "Shipped by" in desk.text(f"/products/{table}/")
    desk.post(f"/products/{table}/shipping/", {"profile": str(bulky.id)})
    with in_shop(desk.vendor):
        assert profile_of(table) == bulky.id
    assert "1 product goes by this" in desk.text(f"/shipping/profiles/{bulky.id}/")
    desk.post(f"/shipping/profiles/{bulky.id}/removal/")
    with in_shop(desk.vendor):
        assert (profile_of(table), Product.objects.count()) == (None, 1)


def test_customers_may_pick_up_at_a_warehouse(desk):
    with in_shop(desk.vendor):
        place = Warehouse.objects.create(name="Workshop")
    url = f"/shipping/pickups/{place.id}/"
    given = {"hours": "Friday, 10 to 18", "price_minor": "0"}
    assert "Say first where this warehouse is" in desk.post(url, given).content.decode()
    with in_shop(desk.vendor):
        Warehouse.objects.update(street="Sand 1", city="Hamburg", postal_code="20095", country="DE")
    assert desk.post(url, given).status_code == 302
    assert "Friday, 10 to 18" in desk.text("/shipping/")
    assert "Pick up in Hamburg" in desk.text("/shipping/?country=DE&weight=1")
    desk.post(f"{url}removal/")
    assert "not offered" in desk.text("/shipping/")


def test_whoever_only_looks_changes_nothing(desk, desk_of, default):
    viewer = desk_of(desk.vendor, "viewer")
    page = viewer.text("/shipping/")
    assert ("Try a parcel" in page, "One price for everything" in page) == (True, False)
    assert viewer.post(f"/shipping/profiles/{default.id}/zones/", {"name": "Near"}).status_code == 403
