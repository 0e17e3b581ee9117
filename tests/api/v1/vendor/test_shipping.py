"""Shipping by vendor API: profiles whole, places to pick up, and what a parcel would cost."""

from tenants.isolation.doors import in_shop
from tenants.shop.catalog.models import Product
from tenants.shop.inventory.models import Warehouse
from tests.factories.shop import shelf

PATH = "/api/v1/vendor/shipping"
POST = {"name": "Post", "price_minor": 490, "up_to_grams": 2000}
VAN = {"name": "Van", "price_minor": 4900, "over_grams": 2000}


def test_a_profile_is_written_whole_and_keeps_what_is_named(lindqvist):
    (default,) = lindqvist.get(f"{PATH}/profiles").json()["items"]
    assert (default["is_default"], default["zones"][0]["countries"]) == (True, [])
    made = lindqvist.post(f"{PATH}/profiles", {"name": "Bulky", "zones": [{"name": "Home", "countries": ["SE"]}]})
    assert (made.status_code, made["Location"]) == (201, f"{PATH}/profiles/{made.json()['id']}")
    zone = made.json()["zones"][0]
    changed = {"name": "Bulky", "handling_days": 5, "version": 1, "zones": [{**zone, "rates": [POST, VAN]}]}
    answer = lindqvist.put(made["Location"], changed).json()
    assert (answer["version"], answer["zones"][0]["id"]) == (2, zone["id"])
    assert [rate["name"] for rate in answer["zones"][0]["rates"]] == ["Post", "Van"]
    assert lindqvist.put(made["Location"], changed).json()["code"] == "stale_profile"
    wrong = {"name": "Bulky", "zones": [{"name": "Home", "rates": [{**POST, "over_grams": 2000}]}]}
    (error,) = lindqvist.put(made["Location"], wrong).json()["errors"]
    assert error["field"] == "zones.0.rates.0.up_to_grams"
    assert lindqvist.delete(f"{PATH}/profiles/{default['id']}").json()["code"] == "default_profile"
    assert lindqvist.delete(made["Location"]).status_code == 204
    assert lindqvist.get(made["Location"]).status_code == 404


def test_a_parcel_is_tried_at_its_borders(lindqvist):
    (default,) = lindqvist.get(f"{PATH}/profiles").json()["items"]
    zones = [{"name": "Home", "countries": ["SE"], "rates": [POST, VAN]}]
    lindqvist.put(f"{PATH}/profiles/{default['id']}", {"name": "Usual", "zones": zones})

    def tried(grams, country="SE"):
        answer = lindqvist.post(f"{PATH}/previews", {"country": country, "grams": grams, "pieces": 3}).json()
        return answer["refusal"], [(each["name"], each["price_minor"]) for each in answer["methods"]]

    assert tried(2000) == ("", [("Post", 490)])
    assert tried(2001) == ("", [("Van", 4900)])
    assert tried(1, "DE") == ("country", [])


def test_picking_up_and_products_that_go_otherwise(lindqvist, make_vendor):
    vendor = lindqvist_vendor()
    with in_shop(vendor):
        table = shelf("Table", sku="T", stock=1).product_id
        place = Warehouse.objects.get()
    url = f"{PATH}/pickups/{place.id}"
    assert lindqvist.put(url, {"hours": "Friday"}).json()["errors"][0]["field"] == "hours"
    with in_shop(vendor):
        Warehouse.objects.update(street="Sand 1", city="Visby", postal_code="621 56", country="SE")
    assert lindqvist.put(url, {"hours": "Friday"}).json()["is_offered"] is True
    (listed,) = lindqvist.get(f"{PATH}/pickups").json()["items"]
    assert (listed["hours"], listed["price_minor"]) == ("Friday", 0)
    assert lindqvist.delete(url).status_code == 204
    bulky = lindqvist.post(f"{PATH}/profiles", {"name": "Bulky"}).json()["id"]
    own = f"/api/v1/vendor/products/{table}/shipping"
    assert lindqvist.put(own, {"profile_id": bulky}).json() == {"profile_id": bulky}
    assert lindqvist.get(own).json() == {"profile_id": bulky}
    missing = lindqvist.put(own, {"profile_id": str(table)})
    assert (missing.status_code, missing.json()["errors"][0]["field"]) == (422, "profile_id")
    assert lindqvist.put(own, {"profile_id": None}).json() == {"profile_id": None}
    with in_shop(vendor):
        assert Product.objects.count() == 1


def lindqvist_vendor():
    from tenants.vendors.models import Vendor

    return Vendor.objects.get(slug="lindqvist")
