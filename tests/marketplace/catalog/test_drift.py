"""The catalogue proves that it says what the shops say."""

import pytest
from django.core.management import CommandError, call_command

from marketplace.catalog.drift import drift, repair
from marketplace.catalog.models import Listing, Offer, VendorCard
from marketplace.catalog.projection import project_products, project_vendor_card
from tenants.isolation.doors import in_shop
from tenants.shop.catalog.models import Product, Variant
from tenants.shop.inventory.actions import receive_stock
from tenants.shop.shipping.actions import set_flat_shipping
from tests.factories.shop import shelf

pytestmark = pytest.mark.django_db


@pytest.fixture
def vendor(make_vendor):
    vendor = make_vendor("lindqvist")
    with in_shop(vendor):
        products = [shelf(f"Thing {n}").product_id for n in range(3)]
        shelf("Draft", state="draft")
    project_products(vendor, products)
    return vendor


def kinds(vendor):
    return sorted({(found.kind, found.what) for found in drift(vendor)})


def test_what_was_projected_agrees(vendor):
    assert drift(vendor) == []
    call_command("catalogue", "drift")


def test_every_kind_of_difference_is_named_and_mended(vendor):
    with in_shop(vendor):
        first, second, third = Variant.objects.order_by("product__title").exclude(product__title="Draft")
        Variant.objects.filter(id=first.id).update(price_minor=999, compare_at_minor=1999)
        receive_stock(second, 5)
        Variant.objects.filter(id=second.id).update(weight_grams=700)
        Product.objects.filter(id=second.product_id).update(title="Renamed")
        Product.objects.filter(id=third.product_id).update(state="archived")
        Product.objects.filter(title="Draft").update(state="published")
        set_flat_shipping(flat_minor=100)
    vendor.name = "New name"
    vendor.save()
    Listing.objects.filter(offers__id=second.id).update(price_minor=1)
    assert kinds(vendor) == [
        ("listing", "says otherwise than its product"),
        ("listing", "shows another offer than its best"),
        ("offer", "differs in price, price to compare with"),
        ("offer", "differs in stock, weight or how it is shipped"),
        ("offer", "is missing"),
        ("offer", "is shown and is not for sale"),
        ("vendor", "differs in how it ships"),
        ("vendor", "differs in name"),
    ]
    with pytest.raises(CommandError, match="8 differences in 1 shops"):
        call_command("catalogue", "drift", vendor="lindqvist")
    repair(vendor)
    assert drift(vendor) == []
    call_command("catalogue", "repair")


def test_a_vendor_that_does_not_sell_shows_nothing(vendor):
    vendor.state = "suspended"
    vendor.save()
    assert ("vendor", "differs in whether it sells") in kinds(vendor)
    assert len([found for found in drift(vendor) if found.what == "is shown and is not for sale"]) == 3
    project_vendor_card(vendor)
    assert drift(vendor) == []
    assert not Offer.objects.filter(is_visible=True).exists()


def test_a_missing_card_is_noticed(vendor):
    VendorCard.objects.all().delete()
    assert ("vendor", "has no card") in kinds(vendor)


def test_an_unknown_vendor_is_an_error():
    with pytest.raises(CommandError, match="no vendor “nobody”"):
        call_command("catalogue", "drift", vendor="nobody")
