"""How a shop says it ships."""

import pytest

from kit.errors import InvalidInput
from outbox.models import Fact
from tenants.isolation.doors import in_shop
from tenants.shop.shipping.actions import set_shipping_profile
from tenants.shop.shipping.models import ShippingProfile
from tenants.shop.shipping.queries import shipping_profile

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(make_vendor):
    vendor = make_vendor("lindqvist")
    with in_shop(vendor):
        yield vendor


def test_a_shop_that_never_said_ships_free_within_days(shop):
    profile = shipping_profile()
    assert (profile.flat_minor, profile.handling_days, profile.countries) == (0, 2, [])
    assert not ShippingProfile.objects.exists()


def test_there_is_one_profile_and_a_change_is_told(shop):
    set_shipping_profile(flat_minor=590, free_from_minor=8000, countries=["se", "DE", "DE"])
    set_shipping_profile(flat_minor=690, handling_days=4, transit_days=5)
    profile = ShippingProfile.objects.get()
    assert (profile.flat_minor, profile.free_from_minor, profile.handling_days, profile.transit_days) == (
        690,
        None,
        4,
        5,
    )
    assert list(Fact.objects.values_list("name", "vendor_id")) == [("shop.profile_changed", shop.id)] * 2


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("flat_minor", {"flat_minor": -1}),
        ("flat_minor", {"flat_minor": 100_001}),
        ("free_from_minor", {"free_from_minor": 0}),
        ("handling_days", {"handling_days": 61}),
        ("transit_days", {"transit_days": -1}),
        ("countries", {"countries": ["XX"]}),
        ("currency", {"currency": "USD"}),
        ("name", {"name": " "}),
    ],
)
def test_what_makes_no_sense_is_refused(shop, field, values):
    with pytest.raises(InvalidInput) as refused:
        set_shipping_profile(**{"flat_minor": 500} | values)
    assert refused.value.field == field
    assert not ShippingProfile.objects.exists()
