"""Many vendors at once, with real commits."""

import pytest

from marketplace.catalog.models import Listing, ListingVariant, Offer
from marketplace.catalog.projection import project_products, project_stock
from tenants.isolation.doors import in_shop
from tenants.shop.catalog.models import Variant
from tenants.shop.inventory.actions import adjust_stock
from tests.factories.shop import shelf
from tests.support.at_once import together

pytestmark = pytest.mark.django_db(transaction=True)
GTINS = ["4006381333931", "4006381333948", "4006381333955", "4006381333962", "4006381333979"]


def test_vendors_publishing_the_same_gtins_at_once_make_one_page_each(make_vendor):
    vendors = [make_vendor(slug) for slug in ("lindqvist", "moreau", "okafor", "santos")]
    products = {}
    for n, vendor in enumerate(vendors):
        with in_shop(vendor):
            order = GTINS if n % 2 else GTINS[::-1]
            products[vendor.slug] = [
                shelf(f"Thing {gtin}", gtin=gtin, price_minor=1000 + n, stock=3).product_id for gtin in order
            ]
    together(*[lambda vendor=vendor: project_products(vendor, products[vendor.slug]) for vendor in vendors])
    assert set(ListingVariant.objects.values_list("gtin", flat=True)) == {"0" + gtin for gtin in GTINS}
    assert Offer.objects.count() == 20
    visible = Listing.objects.filter(is_visible=True)
    assert set(visible.values_list("offer_count", "vendor_count", "price_minor", "best_vendor_slug")) == {
        (4, 4, 1000, "lindqvist")
    }
    assert visible.count() == 5


def test_price_and_stock_changes_at_once_leave_the_last_truth(make_vendor):
    vendors = [make_vendor(slug) for slug in ("lindqvist", "moreau", "okafor")]
    variants = {}
    for vendor in vendors:
        with in_shop(vendor):
            variants[vendor.slug] = shelf("Mug", gtin=GTINS[0], price_minor=5000, stock=9)
        project_products(vendor, [variants[vendor.slug].product_id])

    def reprice(vendor, price):
        variant = variants[vendor.slug]
        with in_shop(vendor):
            Variant.objects.filter(id=variant.id).update(price_minor=price)
        project_products(vendor, [variant.product_id])

    def count(vendor, units):
        variant = variants[vendor.slug]
        with in_shop(vendor):
            adjust_stock(variant, units)
        project_stock(vendor, [variant.id])

    together(
        *[lambda v=vendor, n=n: reprice(v, 1000 + n) for n, vendor in enumerate(vendors)],
        *[lambda v=vendor, n=n: count(v, n) for n, vendor in enumerate(vendors)],
    )
    listing = Listing.objects.get(is_visible=True)
    assert (listing.price_minor, listing.best_vendor_slug, listing.in_stock) == (1001, "moreau", True)
    assert dict(Offer.objects.values_list("vendor_id", "available")) == {v.id: n for n, v in enumerate(vendors)}
