"""How a shop says it ships: profiles, zones and rates, written whole, and places to fetch parcels."""

from dataclasses import replace
from datetime import time

import pytest

from kit import clock
from kit.errors import InvalidInput
from kit.ids import uuid7
from outbox.models import Fact
from tenants.isolation.doors import in_shop
from tenants.shop.catalog.models import Product
from tenants.shop.inventory.models import Warehouse
from tenants.shop.inventory.warehouses import retire_warehouse
from tenants.shop.shipping import actions
from tenants.shop.shipping.actions import DefaultProfile, NoSuchPart, StaleProfile, set_flat_shipping
from tenants.shop.shipping.drafts import InvalidShipping, ProfileDraft, RateDraft, ZoneDraft, draft_of
from tenants.shop.shipping.models import ProductProfile, ShippingProfile, ShippingRate
from tenants.shop.shipping.queries import has_said_how, profile_of, shipping_terms
from tenants.shop.shipping.terms import Departures, Item, methods_for

pytestmark = pytest.mark.django_db
POST = RateDraft("Post", 490, "DHL", up_to_grams=2000)
VAN = RateDraft("Van", 4900, over_grams=2000, transit_min_days=2, transit_max_days=6)
HOME = ZoneDraft("Home", ["DE", "at", "DE"], [POST, VAN])


@pytest.fixture
def shop(make_vendor):
    vendor = make_vendor("lindqvist")
    with in_shop(vendor):
        yield vendor


def test_a_shop_that_never_said_ships_nothing(shop):
    terms = shipping_terms()
    assert (terms.profiles, terms.cheapest, terms.handling_days, has_said_how()) == ((), None, 2, False)


def test_one_price_for_everything_is_a_profile_with_one_rate_that_keeps_its_id(shop):
    set_flat_shipping(flat_minor=590, free_from_minor=8000, countries=["se", "DE", "DE"])
    before = ShippingRate.objects.get().id
    set_flat_shipping(flat_minor=690, handling_days=4, transit_days=5)
    (profile,) = shipping_terms().profiles
    rate = profile.zones[0].rates[0]
    assert (rate.id, rate.price_minor, rate.free_from_minor, rate.transit_max_days) == (before, 690, None, 5)
    assert (profile.handling_days, profile.zones[0].countries) == (4, ())
    assert list(Fact.objects.values_list("name", "vendor_id")) == [("shop.profile_changed", shop.id)] * 2


def test_a_profile_is_written_whole_and_what_is_named_keeps_its_id(shop):
    profile = actions.add_profile(draft=ProfileDraft("Everything", 1, [HOME]), by=None)
    assert profile.is_default
    draft = draft_of(profile)
    (home,) = draft.zones
    assert (home.countries, [rate.name for rate in home.rates]) == (["AT", "DE"], ["Post", "Van"])
    post, van = home.rates
    rest = ZoneDraft("Rest", [], [RateDraft("Abroad", 1490)])
    changed = replace(home, name="Near", rates=[replace(van, price_minor=3900)])
    actions.save_profile(profile, draft=replace(draft, zones=[rest, changed]), version=1, by=None)
    after = draft_of(profile)
    assert [zone.name for zone in after.zones] == ["Rest", "Near"]
    assert (after.zones[1].id, after.zones[1].rates) == (home.id, [replace(van, price_minor=3900)])
    assert not ShippingRate.objects.filter(id=post.id).exists()
    with pytest.raises(StaleProfile):
        actions.save_profile(profile, draft=draft, version=1, by=None)


def test_zones_may_trade_their_countries(shop):
    profile = actions.add_profile(draft=ProfileDraft("All", 1, [HOME, ZoneDraft("Rest", [], [POST])]), by=None)
    first, second = draft_of(profile).zones
    traded = [replace(first, countries=second.countries), replace(second, countries=first.countries)]
    actions.save_profile(profile, draft=ProfileDraft("All", 1, traded), by=None)
    assert [zone.countries for zone in draft_of(profile).zones] == [[], ["AT", "DE"]]


def test_another_zone_may_take_the_place_of_that_for_everywhere_else(shop):
    profile = set_flat_shipping(flat_minor=490)
    rest = ZoneDraft("Rest", [], [POST])
    actions.save_profile(profile, draft=ProfileDraft("Standard", zones=[rest]), by=None)
    assert [zone.name for zone in profile.zones.all()] == ["Rest"]


def test_a_zone_and_a_rate_by_themselves(shop):
    profile = actions.add_profile(draft=ProfileDraft("All"), by=None)
    actions.put_zone(profile, zone=ZoneDraft("Home", ["DE"]), by=None)
    (zone,) = draft_of(profile).zones
    assert not has_said_how()
    actions.put_rate(profile, zone_id=zone.id, rate=POST, by=None)
    (rate,) = draft_of(profile).zones[0].rates
    actions.put_rate(profile, zone_id=zone.id, rate=replace(rate, price_minor=1), by=None)
    actions.put_zone(profile, zone=ZoneDraft("Near", ["AT"], id=zone.id), by=None)
    assert draft_of(profile).zones == [ZoneDraft("Near", ["AT"], [replace(rate, price_minor=1)], zone.id)]
    with pytest.raises(NoSuchPart):
        actions.put_rate(profile, zone_id=zone.id, rate=replace(rate, id=uuid7()), by=None)
    actions.remove_rate(profile, rate_id=rate.id, by=None)
    actions.remove_zone(profile, zone_id=zone.id, by=None)
    assert draft_of(profile).zones == []


@pytest.mark.parametrize(
    ("field", "draft"),
    [
        ("name", ProfileDraft(" ", 1)),
        ("handling_days", ProfileDraft("All", 61)),
        ("zones.0.countries", ProfileDraft("All", 1, [ZoneDraft("Zone", ["XX"])])),
        ("zones.1.countries", ProfileDraft("All", 1, [HOME, ZoneDraft("Again", ["AT", "CH"])])),
        ("zones.1.countries", ProfileDraft("All", 1, [ZoneDraft("Rest"), ZoneDraft("Rest too")])),
        ("zones.0.id", ProfileDraft("All", 1, [ZoneDraft("Zone", id=uuid7())])),
        *(
            (f"zones.0.rates.0.{field}", ProfileDraft("All", 1, [ZoneDraft("Zone", ["DE"], [rate])]))
            for field, rate in [
                ("price_minor", replace(POST, price_minor=-1)),
                ("price_minor", replace(POST, price_minor=100_001)),
                ("free_from_minor", replace(POST, free_from_minor=0)),
                ("up_to_grams", replace(POST, over_grams=2000)),
                ("up_to_grams", replace(POST, up_to_grams=0)),
                ("below_goods_minor", replace(POST, from_goods_minor=500, below_goods_minor=500)),
                ("to_pieces", replace(POST, from_pieces=3, to_pieces=2)),
                ("transit_max_days", replace(POST, transit_min_days=4)),
                ("name", replace(POST, name="")),
                ("carrier", replace(POST, carrier="x" * 61)),
                ("id", replace(POST, id=uuid7())),
            ]
        ),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field(shop, field, draft):
    with pytest.raises(InvalidShipping) as refused:
        actions.add_profile(draft=draft, by=None)
    assert list(refused.value.errors) == [field]
    assert not ShippingProfile.objects.exists()


def test_some_products_go_another_way_until_it_is_removed(shop):
    usual = actions.add_profile(draft=ProfileDraft("Usual", 1, [HOME]), by=None)
    bulky = actions.add_profile(draft=ProfileDraft("Bulky", 5, [HOME]), by=None)
    table = Product.objects.create(title="Table", slug="table")
    actions.ship_by_profile([table.id], profile=bulky)
    assert profile_of(table.id) == bulky.id
    with pytest.raises(InvalidInput):
        actions.ship_by_profile([uuid7()], profile=bulky)
    with pytest.raises(InvalidShipping):
        actions.save_profile(bulky, draft=ProfileDraft("usual"), by=None)
    with pytest.raises(DefaultProfile):
        actions.remove_profile(usual, by=None)
    actions.remove_profile(bulky, by=None)
    assert (profile_of(table.id), ProductProfile.objects.exists()) == (None, False)
    assert Fact.objects.filter(name="shop.products_changed").count() == 2


def test_a_warehouse_may_be_a_place_to_fetch_parcels(shop):
    place = Warehouse.objects.create(name="Workshop", working_days="135", cut_off=time(10))
    with pytest.raises(InvalidInput):  # nobody would find it
        actions.offer_pickup(place, hours="Fri 10 to 18", by=None)
    Warehouse.objects.filter(id=place.id).update(street="Sand 1", postal_code="20095", city="Hamburg", country="DE")
    with pytest.raises(InvalidInput):
        actions.offer_pickup(place, hours=" ", by=None)
    actions.offer_pickup(place, hours="Fri 10 to 18", price_minor=100, by=None)
    terms = shipping_terms()
    assert [(each.id, each.city, each.hours, each.price_minor) for each in terms.places] == [
        (place.id, "Hamburg", "Fri 10 to 18", 100)
    ]
    assert terms.departures == (Departures("135", time(10)),)
    Warehouse.objects.create(name="Other", position=1)
    retire_warehouse(place, by=None)
    assert shipping_terms().places == ()


def test_what_no_form_would_have_taken_stops_nobody(shop):
    profile = set_flat_shipping(flat_minor=490)
    Warehouse.objects.create(name="Odd", working_days="8", street="A 1", city="Oslo", country="NO")
    Warehouse.objects.create(name="Nowhere", time_zone="Nowhere/Land")
    place = Warehouse.objects.create(name="Abroad", street="A 1", city="Toronto", country="NO")
    actions.offer_pickup(place, hours="Always", by=None)
    Warehouse.objects.filter(id=place.id).update(country="CA")
    ShippingProfile.objects.update(handling_days=32767)
    ShippingRate.objects.update(price_minor=2**62, transit_max_days=32767)
    terms = shipping_terms()
    assert (terms.departures, terms.places) == ((Departures(),), ())
    (method,) = methods_for(terms, [Item(100, 1)], country="DE", now=clock.now()).methods
    assert (method.price_minor, profile.version) == (100_000, 1)


def test_the_terms_take_four_statements_however_much_there_is(shop, django_assert_num_queries):
    actions.add_profile(draft=ProfileDraft("Usual", 1, [HOME, ZoneDraft("Rest", [], [POST, VAN])]), by=None)
    actions.add_profile(draft=ProfileDraft("Bulky", 5, [HOME]), by=None)
    with django_assert_num_queries(4):
        terms = shipping_terms()
    assert [profile.name for profile in terms.profiles] == ["Usual", "Bulky"]
    found = methods_for(terms, [Item(100, 1, 2000)], country="AT", now=clock.now())
    assert [(method.name, method.carrier, method.price_minor) for method in found.methods] == [("Post", "DHL", 490)]
