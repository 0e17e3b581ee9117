"""What a vendor does to its products, and what is refused, field by field."""

from dataclasses import replace
from uuid import uuid4

import pytest
from django.core.cache import cache

from kit.errors import InvalidInput
from outbox.models import Fact
from taxonomy.models import Category
from tenants.isolation.doors import in_shop
from tenants.shop.catalog.actions import (
    ShippingUnknown,
    StaleProduct,
    VariantInUse,
    archive_product,
    create_product,
    publish_product,
    set_price,
    unpublish_product,
    update_product,
)
from tenants.shop.catalog.drafts import InvalidProduct, ProductDraft, VariantDraft
from tenants.shop.catalog.models import Product, Variant
from tenants.shop.inventory.actions import StockRequest, available_of, reserve
from tenants.shop.shipping.models import ShippingProfile
from tests.support.shipping import say_how

pytestmark = pytest.mark.django_db
SMALL = VariantDraft(price_minor=1800, sku="MUG-S", options={"Size": "S"}, stock=4)
LARGE = VariantDraft(price_minor=2400, sku="MUG-L", options={"Size": "L"}, stock=2, compare_at_minor=2900)
MUG = ProductDraft(title="Stoneware mug", variants=[SMALL, LARGE], brand="Lindqvist", attributes={"Material": "clay"})


@pytest.fixture
def shop(make_vendor):
    cache.clear()
    vendor = make_vendor("lindqvist")
    with in_shop(vendor):
        say_how()
        yield vendor


def test_nothing_is_published_before_the_shop_said_how_it_ships(shop):
    ShippingProfile.objects.all().delete()
    with pytest.raises(ShippingUnknown):
        create_product(draft=MUG, publish=True)
    assert not Product.objects.exists()
    product = create_product(draft=MUG)
    with pytest.raises(ShippingUnknown, match="Say how you ship first"):
        publish_product(product=product)
    assert Product.objects.get().state == "draft"
    say_how(0)
    assert publish_product(product=product).state == "published"
    ShippingProfile.objects.all().delete()
    assert publish_product(product=product).state == "published"
    assert unpublish_product(product=product).state == "draft"


def told():
    return [fact.payload["products"] for fact in Fact.objects.filter(name="shop.products_changed").order_by("id")]


def test_a_product_is_made_with_variants_and_stock_and_told_once(shop):
    category = Category.objects.create(slug="mugs", name="Mugs", path="mugs")
    product = create_product(draft=replace(MUG, category_id=category.id), publish=True)
    assert (product.slug, product.state, product.version) == ("stoneware-mug", "published", 1)
    assert list(product.variants.values_list("sku", "price_minor", "compare_at_minor", "position")) == [
        ("MUG-S", 1800, None, 0),
        ("MUG-L", 2400, 2900, 1),
    ]
    assert sorted(available_of(product.variants.values_list("id", flat=True)).values()) == [2, 4]
    assert told() == [[str(product.id)]]
    assert set(Fact.objects.values_list("name", "vendor_id")) == {("shop.products_changed", shop.id)}


def test_a_product_without_sku_gets_one(shop):
    product = create_product(draft=ProductDraft("Bowl", [VariantDraft(900)]))
    assert len(product.variants.get().sku) == 8


@pytest.mark.parametrize(
    ("field", "draft"),
    [
        ("title", replace(MUG, title="  ")),
        ("title", replace(MUG, title="x" * 251)),
        ("title", replace(MUG, title="nul\0")),
        ("brand", replace(MUG, brand="\ud800")),
        ("description", replace(MUG, description="x" * 20_001)),
        ("category_id", replace(MUG, category_id=uuid4())),
        ("condition", replace(MUG, condition="stolen")),
        ("attributes", replace(MUG, attributes={"a": {"b": 1}})),
        ("attributes", replace(MUG, attributes={"a": float("nan")})),
        ("attributes", replace(MUG, attributes={"a\0": "b"})),
        ("attributes", replace(MUG, attributes={str(n): n for n in range(251)})),
        ("variants", replace(MUG, variants=[])),
        ("variants", replace(MUG, variants=[replace(SMALL, sku=str(n), options={"N": str(n)}) for n in range(101)])),
        ("variants.0.price_minor", replace(MUG, variants=[replace(SMALL, price_minor=0)])),
        ("variants.0.price_minor", replace(MUG, variants=[replace(SMALL, price_minor=-5)])),
        ("variants.0.price_minor", replace(MUG, variants=[replace(SMALL, price_minor=10**8)])),
        ("variants.0.compare_at_minor", replace(MUG, variants=[replace(SMALL, compare_at_minor=1800)])),
        ("variants.0.currency", replace(MUG, variants=[replace(SMALL, currency="USD")])),
        ("variants.0.gtin", replace(MUG, variants=[replace(SMALL, gtin="4006381333932")])),
        ("variants.0.gtin", replace(MUG, variants=[replace(SMALL, gtin="123")])),
        ("variants.0.stock", replace(MUG, variants=[replace(SMALL, stock=-1)])),
        ("variants.0.sku", replace(MUG, variants=[replace(SMALL, sku="x" * 61)])),
        ("variants.0.options", replace(MUG, variants=[replace(SMALL, options={"Size": ""})])),
        ("variants.1.sku", replace(MUG, variants=[SMALL, replace(LARGE, sku="MUG-S")])),
        ("variants.1.options", replace(MUG, variants=[SMALL, replace(LARGE, options={"Size": "S"})])),
        ("variants.1.options", replace(MUG, variants=[SMALL, replace(LARGE, options={"Color": "Red"})])),
    ],
)
def test_what_is_wrong_is_said_at_its_field(shop, field, draft):
    with pytest.raises(InvalidProduct) as refused:
        create_product(draft=draft)
    assert list(refused.value.errors) == [field]
    assert refused.value.field == field
    assert not Product.objects.exists()
    assert told() == []


def test_all_that_is_wrong_is_said_at_once(shop):
    with pytest.raises(InvalidProduct) as refused:
        create_product(draft=replace(MUG, title="", variants=[replace(SMALL, price_minor=0, gtin="1")]))
    assert set(refused.value.errors) == {"title", "variants.0.price_minor", "variants.0.gtin"}


def test_a_sku_belongs_to_one_product(shop):
    create_product(draft=MUG)
    with pytest.raises(InvalidProduct, match="taken by another product"):
        create_product(draft=replace(MUG, variants=[replace(SMALL, sku="MUG-L")]))


@pytest.mark.parametrize("gtin", ["96385074", "036000291452", "4006381333931", "10012345678902"])
def test_gtins_of_all_lengths_are_taken(shop, gtin):
    create_product(draft=replace(MUG, variants=[replace(SMALL, gtin=gtin)]))
    assert Variant.objects.get().gtin == gtin


def test_an_update_keeps_variants_by_sku_and_drops_the_rest(shop):
    product = create_product(draft=MUG)
    small = product.variants.get(sku="MUG-S")
    huge = VariantDraft(price_minor=3000, sku="MUG-XL", options={"Size": "XL"}, stock=1)
    changed = replace(MUG, title="Mug", variants=[huge, replace(SMALL, price_minor=1900, stock=None)])
    updated = update_product(product=product, draft=changed, version=1)
    assert (updated.version, updated.title, updated.slug) == (2, "Mug", "stoneware-mug")
    assert list(updated.variants.values_list("sku", "price_minor")) == [("MUG-XL", 3000), ("MUG-S", 1900)]
    assert updated.variants.get(sku="MUG-S").id == small.id
    assert available_of([small.id]) == {small.id: 4}
    with pytest.raises(StaleProduct):
        update_product(product=product, draft=MUG, version=1)


def test_skus_of_a_products_variants_can_be_renamed_by_id(shop):
    product = create_product(draft=MUG)
    small, large = product.variants.all()
    renamed = [replace(SMALL, id=small.id, sku="A"), replace(LARGE, id=large.id, sku="MUG-S")]
    update_product(product=product, draft=replace(MUG, variants=renamed))
    assert dict(product.variants.values_list("id", "sku")) == {small.id: "A", large.id: "MUG-S"}
    other = create_product(draft=replace(MUG, variants=[VariantDraft(100, sku="other")]))
    foreign = replace(SMALL, id=other.variants.get().id)
    with pytest.raises(InvalidProduct, match="another product"):
        update_product(product=product, draft=replace(MUG, variants=[foreign]))


def test_an_ordered_variant_stays_and_promised_stock_too(shop):
    product = create_product(draft=MUG)
    large = product.variants.get(sku="MUG-L")
    reserve([StockRequest(large.id, uuid4(), uuid4(), 2)])
    with pytest.raises(VariantInUse, match="MUG-L"):
        update_product(product=product, draft=replace(MUG, variants=[SMALL]))
    with pytest.raises(InvalidProduct) as refused:
        update_product(product=product, draft=replace(MUG, variants=[SMALL, replace(LARGE, stock=1)]))
    assert refused.value.errors == {"variants.1.stock": "2 units are promised to orders."}


def test_publishing_and_archiving_are_told_and_repeatable(shop):
    product = create_product(draft=MUG)
    first = publish_product(product=product)
    again = publish_product(product=product)
    assert (again.version, again.published_at) == (first.version, first.published_at)
    assert unpublish_product(product=product).state == "draft"
    assert publish_product(product=product).published_at == first.published_at
    assert archive_product(product=product).state == "archived"
    assert len(told()) == 5
    product.variants.all().delete()
    with pytest.raises(InvalidInput, match="Add a variant"):
        publish_product(product=product)


def test_a_price_alone_can_change(shop):
    product = create_product(draft=MUG)
    small = product.variants.get(sku="MUG-S")
    set_price(variant=small, price_minor=1500, compare_at_minor=1800)
    small.refresh_from_db()
    assert (small.price_minor, small.compare_at_minor) == (1500, 1800)
    product.refresh_from_db()
    assert product.version == 2
    with pytest.raises(InvalidProduct):
        set_price(variant=small, price_minor=1500, compare_at_minor=1500)
