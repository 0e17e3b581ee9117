"""The cast is data by hand; these hold what the seed and the pages rely on."""

from __future__ import annotations

from collections import Counter

import pytest

from marketplace.demo.cast import CUSTOMERS, STAFF, VENDORS, CastVendor, vendor
from marketplace.demo.categories import BY_SLUG, TREE, walk
from marketplace.demo.parts import SHARED_GTINS, gtin_check_digit, in_store_gtin

# EU and EEA countries, Switzerland and the United Kingdom: where the provider lets a European platform transfer to.
TRANSFER_COUNTRIES = frozenset(
    {
        "AT",
        "BE",
        "BG",
        "CH",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FR",
        "GB",
        "GR",
        "HR",
        "HU",
        "IE",
        "IS",
        "IT",
        "LI",
        "LT",
        "LU",
        "LV",
        "MT",
        "NL",
        "NO",
        "PL",
        "PT",
        "RO",
        "SE",
        "SI",
        "SK",
    }
)
PRODUCTS = [product for one in VENDORS for product in one.products]


def test_twelve_vendors_of_twelve_countries_of_which_ten_are_active() -> None:
    assert len(VENDORS) == len({one.slug for one in VENDORS}) == 12
    assert len({one.country for one in VENDORS}) == 12
    assert {one.country for one in VENDORS} <= TRANSFER_COUNTRIES
    assert Counter(one.state for one in VENDORS) == {"active": 10, "onboarding": 1, "applied": 1}


def test_there_are_enough_products_and_no_title_repeats() -> None:
    assert len(PRODUCTS) >= 165
    assert len({product.title for product in PRODUCTS}) == len(PRODUCTS)
    assert len({product.description for product in PRODUCTS}) == len(PRODUCTS)


@pytest.mark.parametrize("one", VENDORS, ids=lambda one: one.slug)
def test_a_vendor_is_complete(one: CastVendor) -> None:
    assert one.email.endswith(".example")
    assert one.story.count(".") >= 2
    assert all(len(color) == 7 and int(color[1:], 16) >= 0 for color in one.palette)
    assert one.shipping_minor > 0
    assert one.handling_days > 0
    assert one.free_shipping_from_minor is None or one.free_shipping_from_minor > one.shipping_minor
    skus = [variant.sku for product in one.products for variant in product.variants]
    assert len(skus) == len(set(skus))


def test_every_product_hangs_on_a_leaf_and_every_leaf_holds_one() -> None:
    used = {product.category for product in PRODUCTS}
    assert used == {node.slug for node in BY_SLUG.values() if node.is_leaf}


def test_every_product_says_what_it_is() -> None:
    for product in PRODUCTS:
        assert {"material", "origin", "weight_grams"} <= set(product.attributes), product.title
        weight = product.attributes["weight_grams"]
        assert isinstance(weight, int), product.title
        assert weight > 0, product.title
        assert len(product.description) >= 80, product.title


def test_variants_differ_in_their_options_and_have_a_price() -> None:
    for product in PRODUCTS:
        assert 1 <= len(product.variants) <= 6, product.title
        choices = [tuple(sorted(variant.options.items())) for variant in product.variants]
        assert len(choices) == len(set(choices)), product.title
        assert len({tuple(sorted(variant.options)) for variant in product.variants}) == 1, product.title
        for variant in product.variants:
            assert variant.price_minor > 0
            assert variant.stock >= 0
            assert variant.compare_at_minor is None or variant.compare_at_minor > variant.price_minor


def test_gtins_are_valid_and_repeat_only_where_two_vendors_compete() -> None:
    sellers: dict[str, list[str]] = {}
    for one in VENDORS:
        for product in one.products:
            for variant in product.variants:
                assert len(variant.gtin) == 13
                assert variant.gtin.isdigit()
                assert 20 <= int(variant.gtin[:2]) <= 29
                assert gtin_check_digit(variant.gtin[:12]) == variant.gtin[12]
                sellers.setdefault(variant.gtin, []).append(one.slug)
    shared = {gtin for gtin, slugs in sellers.items() if len(slugs) > 1}
    assert shared == set(SHARED_GTINS.values())
    assert len(shared) == 10
    assert all(len(sellers[gtin]) == len(set(sellers[gtin])) == 2 for gtin in shared)


def test_competing_offers_are_active_and_ask_different_prices() -> None:
    for gtin in SHARED_GTINS.values():
        offers = [
            (one.state, variant.price_minor, product.category, product.brand)
            for one in VENDORS
            for product in one.products
            for variant in product.variants
            if variant.gtin == gtin
        ]
        assert {state for state, *_ in offers} == {"active"}
        assert len({price for _, price, *_ in offers}) == 2
        assert len({(category, brand) for _, _, category, brand in offers}) == 1


def test_the_check_digit_is_gs1s() -> None:
    # The worked example of the GS1 General Specifications.
    assert gtin_check_digit("629104150021") == "3"
    with pytest.raises(ValueError, match="in-store range"):
        in_store_gtin(4000, 1)


def test_the_cast_has_its_hard_cases() -> None:
    assert max(len(product.title) for product in PRODUCTS) > 100
    assert sum(product.picture is None for product in PRODUCTS) == 1
    assert any(product.is_sold_out and len(product.variants) == 1 for product in PRODUCTS)
    assert any(
        any(variant.stock == 0 for variant in product.variants) and not product.is_sold_out for product in PRODUCTS
    )
    assert any(0 < variant.stock <= 3 for product in PRODUCTS for variant in product.variants)
    assert {product.condition for product in PRODUCTS} == {"new", "refurbished"}


def test_people_are_named_once_and_reachable_nowhere_real() -> None:
    assert len(CUSTOMERS) == len({customer.email for customer in CUSTOMERS}) == 24
    assert all(customer.email.endswith(".example") for customer in CUSTOMERS)
    assert {person.role for person in STAFF} == {"administrator", "accountant", "controller", "support"}
    assert all(person.email.endswith(".example") for person in STAFF)


def test_the_tree_has_unique_slugs_and_two_or_three_levels() -> None:
    slugs = [node.slug for node, _ in walk()]
    assert len(slugs) == len(set(slugs)) == len(BY_SLUG)
    assert "other" in BY_SLUG
    depth = {node.slug: 1 for node in TREE}
    for node, parent in walk():
        if parent is not None:
            depth[node.slug] = depth[parent.slug] + 1
    assert set(depth.values()) == {1, 2, 3}


def test_a_vendor_is_found_by_its_slug() -> None:
    assert vendor("olivar").name == "Olivar del Soto"
    with pytest.raises(KeyError):
        vendor("nobody")
