"""From shops to the unified catalogue."""

import pytest

from marketplace.catalog.models import Listing, ListingVariant, Offer, VendorCard
from marketplace.catalog.projection import (
    listing_id_of,
    project_products,
    project_shop,
    project_stock,
    project_vendor_card,
)
from taxonomy.models import Category
from tenants.isolation.doors import in_shop
from tenants.shop.catalog.models import Picture, Product, Variant
from tenants.shop.inventory.actions import StockRequest, adjust_stock, allocate, reserve
from tenants.shop.shipping.actions import set_flat_shipping
from tenants.vendors.models import VendorState
from tests.factories.shop import shelf

pytestmark = pytest.mark.django_db

GTIN = "4006381333931"
OTHER_GTIN = "4006381333948"


def put(vendor, title="Stoneware mug", **fields):
    """A product on the vendor's shelf, projected; gives its variant."""
    with in_shop(vendor):
        variant = shelf(title, **fields)
    project_products(vendor, [variant.product_id])
    return variant


def change(vendor, variant, *, product=None, **fields):
    with in_shop(vendor):
        Variant.objects.filter(id=variant.id).update(**fields) if fields else None
        if product:
            Product.objects.filter(id=variant.product_id).update(**product)
    project_products(vendor, [variant.product_id])


def listing_of(variant):
    return Listing.objects.get(offers__id=variant.id)


def test_a_published_product_becomes_a_listing_with_an_offer(make_vendor):
    vendor = make_vendor("lindqvist", country="SE")
    category = Category.objects.create(slug="mugs", name="Mugs & Cups", path="kitchen/mugs", depth=1)
    variant = put(
        vendor,
        description="Thrown in Gustavsberg.",
        brand="Lindqvist",
        category_id=category.id,
        attributes={"Material": "stoneware"},
        stock=7,
        sku="MUG-1",
    )
    listing = Listing.objects.get()
    assert listing.id == listing_id_of(vendor.id, variant.product_id)
    assert listing.slug == f"stoneware-mug-{listing.id.hex[-10:]}"
    assert (listing.title, listing.brand, listing.category, listing.category_path) == (
        "Stoneware mug",
        "Lindqvist",
        category,
        "kitchen/mugs",
    )
    assert listing.attributes == {"Material": "stoneware"}
    assert (listing.price_minor, listing.price_max_minor, listing.currency) == (1800, 1800, "EUR")
    assert (listing.best_vendor_slug, listing.best_vendor_name) == ("lindqvist", "Lindqvist")
    assert (listing.offer_count, listing.vendor_count) == (1, 1)
    assert listing.is_visible
    assert listing.in_stock
    offer = Offer.objects.get()
    assert (offer.id, offer.vendor_id, offer.sku, offer.available) == (variant.id, vendor.id, "MUG-1", 7)
    card = VendorCard.objects.get()
    assert (card.slug, card.country, card.is_selling, card.listing_count) == ("lindqvist", "SE", True, 1)


def test_projecting_again_writes_nothing(make_vendor, django_assert_max_num_queries):
    vendor = make_vendor("lindqvist")
    variants = [put(vendor, f"Thing {n}", gtin=GTIN if n == 0 else "") for n in range(5)]
    rows = list(Listing.objects.values()), list(Offer.objects.values()), list(ListingVariant.objects.values())
    with django_assert_max_num_queries(22):
        project_products(vendor, [variant.product_id for variant in variants])
    assert (list(Listing.objects.values()), list(Offer.objects.values()), list(ListingVariant.objects.values())) == rows


def test_drafts_and_archived_products_are_not_shown(make_vendor):
    vendor = make_vendor("lindqvist")
    put(vendor, state="draft")
    assert not Listing.objects.exists()
    variant = put(vendor)
    change(vendor, variant, product={"state": "archived"})
    assert not Offer.objects.filter(is_visible=True).exists()
    listing = listing_of(variant)
    assert (listing.is_visible, listing.in_stock, listing.offer_count, listing.price_minor) == (False, False, 0, 1800)
    assert VendorCard.objects.get().listing_count == 0
    change(vendor, variant, product={"state": "published"})
    assert listing_of(variant).is_visible


def test_variants_and_products_that_are_gone_disappear(make_vendor):
    vendor = make_vendor("lindqvist")
    variant = put(vendor, stock=0)
    with in_shop(vendor):
        second = Variant.objects.create(product_id=variant.product_id, sku="L", price_minor=2500, options={"Size": "L"})
    project_products(vendor, [variant.product_id])
    assert listing_of(variant).price_max_minor == 2500
    assert list(ListingVariant.objects.values_list("options", flat=True).order_by("id")) != []
    with in_shop(vendor):
        second.delete()
    project_products(vendor, [variant.product_id])
    assert not Offer.objects.get(sku="L").is_visible
    with in_shop(vendor):
        Product.objects.all().delete()
    project_products(vendor, [variant.product_id])
    assert not Offer.objects.filter(is_visible=True).exists()


def test_vendors_with_the_same_gtin_share_a_page_and_the_cheapest_in_stock_is_shown(two_vendors):
    lindqvist, moreau = two_vendors
    first = put(lindqvist, gtin=GTIN, price_minor=2000, brand="Tasse")
    second = put(moreau, "Tasse en grès", gtin="0" + GTIN, price_minor=1900)
    listing = Listing.objects.get()
    assert listing_of(first) == listing_of(second) == listing
    assert (listing.title, listing.best_vendor_slug, listing.price_minor) == ("Stoneware mug", "moreau", 1900)
    assert (listing.offer_count, listing.vendor_count, listing.price_max_minor) == (2, 2, 2000)
    assert ListingVariant.objects.count() == 1
    with in_shop(moreau):
        adjust_stock(second, 0)
    project_stock(moreau, [second.id])
    listing.refresh_from_db()
    assert (listing.best_vendor_slug, listing.price_minor, listing.in_stock) == ("lindqvist", 2000, True)


def test_what_is_no_gtin_ties_nothing_together(two_vendors):
    lindqvist, moreau = two_vendors
    put(lindqvist, gtin="4006381333932")
    put(moreau, gtin="4006381333932")
    assert Listing.objects.count() == 2


def test_when_the_first_vendor_withdraws_the_page_speaks_with_another_product(two_vendors):
    lindqvist, moreau = two_vendors
    first = put(lindqvist, gtin=GTIN)
    with in_shop(moreau):
        second = shelf("Tasse en grès", gtin=GTIN)
        Picture.objects.create(product=second.product, path="pictures/x/y", width=10, height=20, alt="Tasse")
    project_products(moreau, [second.product_id])
    assert Listing.objects.get().pictures == []
    change(lindqvist, first, product={"state": "archived"})
    listing = Listing.objects.get()
    assert (listing.title, listing.content_vendor_id, listing.offer_count) == ("Tasse en grès", moreau.id, 1)
    assert listing.pictures == [{"path": "pictures/x/y", "alt": "Tasse", "width": 10, "height": 20}]
    change(lindqvist, first, product={"state": "published", "title": "Mug again"})
    listing.refresh_from_db()
    assert (listing.title, listing.offer_count) == ("Tasse en grès", 2)


def test_only_the_page_owner_changes_its_words(two_vendors):
    lindqvist, moreau = two_vendors
    first = put(lindqvist, gtin=GTIN)
    second = put(moreau, "Tasse", gtin=GTIN)
    change(moreau, second, product={"title": "Another"}, options={"Taille": "M"})
    assert Listing.objects.get().title == "Stoneware mug"
    assert ListingVariant.objects.get().options == {}
    change(lindqvist, first, product={"title": "Better mug"}, options={"Size": "M"})
    assert Listing.objects.get().title == "Better mug"
    assert ListingVariant.objects.get().options == {"Size": "M"}
    assert Listing.objects.get().slug.startswith("stoneware-mug-")


def test_a_product_that_gets_a_gtin_moves_to_the_page_that_has_it(two_vendors):
    lindqvist, moreau = two_vendors
    put(lindqvist, gtin=GTIN)
    second = put(moreau, "Tasse")
    alone = listing_of(second)
    change(moreau, second, gtin=GTIN)
    assert listing_of(second) != alone
    alone.refresh_from_db()
    assert (alone.is_visible, alone.variants.count()) == (False, 0)
    change(moreau, second, gtin=OTHER_GTIN)
    assert listing_of(second) == alone
    assert set(ListingVariant.objects.values_list("gtin", flat=True)) == {"0" + GTIN, "0" + OTHER_GTIN}


def test_variants_found_on_two_pages_are_offered_on_both(two_vendors):
    lindqvist, moreau = two_vendors
    one, other = put(lindqvist, "Mug S", gtin=GTIN), put(lindqvist, "Mug L", gtin=OTHER_GTIN)
    both = put(moreau, "Tasse", gtin=GTIN)
    with in_shop(moreau):
        large = Variant.objects.create(product_id=both.product_id, sku="L", gtin=OTHER_GTIN, price_minor=900)
    project_products(moreau, [both.product_id])
    assert listing_of(both) == listing_of(one)
    assert listing_of(large) == listing_of(other)
    assert listing_of(other).vendor_count == 2


def test_two_products_of_one_vendor_with_one_new_gtin_share_the_page(make_vendor):
    vendor = make_vendor("lindqvist")
    with in_shop(vendor):
        new, used = shelf("Mug", gtin=GTIN), shelf("Mug, used", gtin=GTIN, condition="used", price_minor=500)
    project_products(vendor, [new.product_id, used.product_id])
    listing = Listing.objects.get()
    assert (listing.title, listing.offer_count, listing.vendor_count) == ("Mug", 2, 1)


def test_a_suspended_vendor_is_out_of_sight_until_it_sells_again(two_vendors):
    lindqvist, moreau = two_vendors
    put(lindqvist, gtin=GTIN, price_minor=100)
    put(lindqvist, "Alone")
    put(moreau, gtin=GTIN)
    lindqvist.state = VendorState.SUSPENDED
    lindqvist.save()
    project_vendor_card(lindqvist)
    assert Listing.objects.filter(is_visible=True).get().best_vendor_slug == "moreau"
    assert not VendorCard.objects.get(slug="lindqvist").is_selling
    lindqvist.state = VendorState.ACTIVE
    lindqvist.save()
    project_vendor_card(lindqvist)
    assert Listing.objects.filter(is_visible=True).count() == 2
    assert Listing.objects.get(vendor_count=2).best_vendor_slug == "lindqvist"


def test_a_product_of_a_vendor_that_does_not_sell_yet_waits(make_vendor):
    vendor = make_vendor("lindqvist", state=VendorState.ONBOARDING)
    put(vendor)
    assert not Offer.objects.exists()
    vendor.state = VendorState.ACTIVE
    vendor.save()
    project_vendor_card(vendor)
    assert Offer.objects.get().is_visible


def test_a_new_name_and_shipping_reach_the_listings(make_vendor):
    vendor = make_vendor("lindqvist")
    put(vendor)
    with in_shop(vendor):
        set_flat_shipping(flat_minor=590, free_from_minor=8000, handling_days=5, countries=["SE", "DE"])
    vendor.name = "Lindqvist & Co"
    vendor.save()
    project_vendor_card(vendor)
    card = VendorCard.objects.get()
    assert (card.shipping_flat_minor, card.shipping_free_from_minor, card.ships_to) == (590, 8000, ["DE", "SE"])
    assert card.terms.profiles[0].zones[0].rates[0].price_minor == 590
    listing = Listing.objects.get()
    assert (listing.best_vendor_name, listing.best_handling_days) == ("Lindqvist & Co", 5)


def test_sales_are_counted_and_availability_is_capped(make_vendor):
    from uuid import uuid4

    vendor = make_vendor("lindqvist")
    variant = put(vendor, stock=500)
    assert Offer.objects.get().available == 99
    order = uuid4()
    with in_shop(vendor):
        reserve([StockRequest(variant.id, order, uuid4(), 450)])
        allocate(order)
    project_stock(vendor, [variant.id])
    assert (Offer.objects.get().available, Listing.objects.get().sold_recently) == (50, 450)


def test_a_category_that_does_not_exist_is_left_out(make_vendor):
    from uuid import uuid4

    put(make_vendor("lindqvist"), category_id=uuid4())
    listing = Listing.objects.get()
    assert (listing.category_id, listing.category_path, listing.is_visible) == (None, "", True)


def test_a_vendor_cannot_take_over_rows_by_choosing_their_ids(two_vendors):
    lindqvist, moreau = two_vendors
    victim = put(lindqvist, gtin=GTIN)
    with in_shop(moreau):
        forged = Product.objects.create(id=victim.product_id, title="Stolen page", slug="x", state="published")
        Variant.objects.create(id=victim.id, product=forged, sku="S", gtin=GTIN, price_minor=1)
        extra = Variant.objects.create(product=forged, sku="T", gtin="", price_minor=1, position=1)
    project_products(moreau, [forged.id])
    listing = listing_of(victim)
    assert (listing.title, listing.content_vendor_id) == ("Stoneware mug", lindqvist.id)
    offer = Offer.objects.get(id=victim.id)
    assert (offer.vendor_id, offer.price_minor) == (lindqvist.id, 1800)
    project_shop(lindqvist)
    assert Offer.objects.get(id=extra.id).vendor_id == moreau.id
    assert Listing.objects.get(id=listing.id).title == "Stoneware mug"
