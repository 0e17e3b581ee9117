"""Each process does its part with its own database role, and no more."""

from contextlib import contextmanager
from io import BytesIO
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import ProgrammingError, connection, transaction

from marketplace.catalog import queries
from marketplace.catalog.drift import drift
from marketplace.catalog.models import Listing, Offer
from marketplace.catalog.projection import project_products, project_stock
from marketplace.search.queries import search_listings, suggestions
from outbox.models import Fact
from taxonomy.models import Category
from tenants.isolation.doors import bind_vendor, in_shop
from tenants.shop.catalog.actions import create_product, publish_product
from tenants.shop.catalog.drafts import ProductDraft, VariantDraft
from tenants.shop.catalog.imports import request_import, run_import
from tenants.shop.catalog.models import Product, Variant
from tenants.shop.inventory.actions import StockRequest, allocate, release, reserve, ship
from tenants.shop.inventory.queries import disagreements
from tenants.shop.shipping.actions import set_flat_shipping
from tenants.shop.shipping.queries import shipping_terms
from tests.factories.shop import shelf

GTIN = "4006381333931"


@contextmanager
def signed_in_as(role):
    """The rest of the transaction's rights are those of a session that logged in as `role`."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL SESSION AUTHORIZATION {role}")
        yield
        cursor.execute("RESET SESSION AUTHORIZATION")


@pytest.mark.django_db
def test_the_store_takes_stock_and_reads_the_rest(make_vendor):
    cache.clear()
    vendor = make_vendor("lindqvist")
    with in_shop(vendor):
        mug = shelf("Stoneware mug", stock=5)
    project_products(vendor, [mug.product_id])
    order, line = uuid4(), uuid4()
    with signed_in_as("store"):
        with in_shop(vendor):
            reserve([StockRequest(mug.id, order, line, 2)])
            assert allocate(order) == []
            release(order)
            ship({line: 2})
            assert shipping_terms().profiles == ()
            assert Variant.objects.get().price_minor == 1800
        assert queries.home().newest[0].title == "Stoneware mug"
        assert len(search_listings("mug").page.rows) == len(search_listings("muug").page.rows) == 1
        assert suggestions("stone")[0].label == "Stoneware mug"
        queries.listing_page(Listing.objects.get().slug)
        queries.vendor_page("lindqvist")
    with pytest.raises(ProgrammingError), signed_in_as("store"), in_shop(vendor):
        Product.objects.update(title="Defaced")
    with pytest.raises(ProgrammingError), signed_in_as("store"):
        Offer.objects.update(price_minor=1)


@pytest.mark.django_db
def test_the_platform_projects_and_compares(two_vendors):
    made = []
    for vendor in two_vendors:
        with in_shop(vendor):
            made.append(shelf("Mug", gtin=GTIN))
    with signed_in_as("platform"):
        for vendor, variant in zip(two_vendors, made, strict=True):
            project_products(vendor, [variant.product_id])
            project_stock(vendor, [variant.id])
            assert drift(vendor) == []
        with in_shop(two_vendors[0]):
            Product.objects.update(state="archived")
        project_products(two_vendors[0], [made[0].product_id])
    assert Listing.objects.get(is_visible=True).content_vendor_id == two_vendors[1].id


@pytest.mark.django_db(transaction=True)
def test_a_vendor_keeps_its_shop_and_tells_of_it_as_itself(two_vendors):
    cache.clear()
    Category.objects.create(slug="mugs", name="Mugs", path="mugs")
    lindqvist, moreau = two_vendors
    with bind_vendor(lindqvist):
        product = create_product(draft=ProductDraft("Mug", [VariantDraft(1800, stock=3)]))
        set_flat_shipping(flat_minor=500)
        publish_product(product=product)
        found = request_import(file=BytesIO(b"sku,title,price,stock,category\nA,Bowl,9,4,Mugs\n"), filename="x.csv")
        assert run_import(found.id) == 1
        assert Product.objects.count() == 2
        assert disagreements() == []
    with bind_vendor(moreau):
        assert Product.objects.count() == 0
        with pytest.raises(ProgrammingError), transaction.atomic():
            Offer.objects.update(price_minor=1)
    assert set(Fact.objects.values_list("vendor_id", flat=True)) == {lindqvist.id}
    assert set(Fact.objects.values_list("name", flat=True)) == {"shop.products_changed", "shop.profile_changed"}
