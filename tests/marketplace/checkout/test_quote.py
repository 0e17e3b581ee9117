"""The quote: totals are sums of parts, whatever comes in."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.commissions.engine import CommissionTerms, NoRule, Rule, VendorTerms
from billing.commissions.vat import Treatment
from kit.money import CurrencyMismatch
from marketplace.checkout.quote import QuoteLine, quote
from marketplace.promotions.discounts import Split, Terms
from taxonomy.tax import UnknownCountry, tax_included
from tests.support.shipping import flat

ON = date(2026, 11, 1)
A, B = UUID(int=1), UUID(int=2)
TEN_PERCENT = CommissionTerms([Rule(uuid4(), 1, 1000, "All")], {A: VendorTerms(), B: VendorTerms()})
TERMS = flat(490)


def line(vendor: UUID = A, price: int = 1190, quantity: int = 1, currency: str = "EUR") -> QuoteLine:
    return QuoteLine(uuid4(), vendor, price, quantity, currency, "standard", "home")


def test_prices_contain_the_destinations_vat_and_commission_is_taken_without_it():
    found = quote([line(quantity=2)], shipping={A: TERMS}, country="DE", on=ON, commissions=TEN_PERCENT)
    part = found.vendors[0]
    assert (part.goods_minor, part.shipping_minor, part.total_minor) == (2380, 490, 2870)
    assert part.lines[0].tax_rate == Decimal("0.19")
    assert part.lines[0].tax_minor == 380
    assert part.shipping_tax_minor == 78
    assert part.tax_minor == 458
    assert part.commission_minor == 200


def test_commission_may_be_on_shipping_and_is_taxed_apart():
    taxed = VendorTerms(vat=Treatment(Decimal("0.24"), "VAT of EE"))
    terms = CommissionTerms([Rule(uuid4(), 1, 1000, "All", on_shipping=True)], {A: taxed})
    part = quote([line(), line()], shipping={A: TERMS}, country="DE", on=ON, commissions=terms).vendors[0]
    # Of 20.00 for the goods and 4.12 for shipping, each line's half; VAT comes on top.
    assert sum(each.commission_minor - each.commission_tax_minor for each in part.lines) == 242
    assert (part.commission_minor, part.commission_tax_minor, part.commission_vat.reason) == (300, 58, "VAT of EE")
    assert part.lines[0].commission_facts == {
        "category": "home",
        "tags": [],
        "plan": "",
        "volume_minor": 0,
        "shipping_minor": 245,
        "shipping_tax_minor": 39,
        "vat_rate": "0.24",
    }


def test_the_price_stays_and_the_tax_varies_with_the_country():
    german = quote([line()], shipping={A: TERMS}, country="DE", on=ON, commissions=TEN_PERCENT)
    swedish = quote([line()], shipping={A: TERMS}, country="SE", on=ON, commissions=TEN_PERCENT)
    assert german.total_minor == swedish.total_minor == 1680
    assert german.tax_minor < swedish.tax_minor


def test_shipping_is_free_from_the_vendors_own_amount_on():
    terms = flat(490, 2000, ())
    below = quote([line(price=1999)], shipping={A: terms}, country="DE", on=ON, commissions=TEN_PERCENT)
    reached = quote([line(price=2000)], shipping={A: terms}, country="DE", on=ON, commissions=TEN_PERCENT)
    assert (below.shipping_minor, below.vendors[0].free_shipping_missing_minor) == (490, 1)
    assert (reached.shipping_minor, reached.vendors[0].free_shipping_missing_minor) == (0, 0)


def test_a_vendor_that_does_not_ship_there_is_named():
    terms = flat(490, None, ("FR",))
    found = quote([line(A), line(B)], shipping={A: terms, B: TERMS}, country="DE", on=ON, commissions=TEN_PERCENT)
    assert found.blocked_vendors == [A]


def test_what_cannot_be_told_is_refused_never_guessed():
    with pytest.raises(UnknownCountry):
        quote([line()], shipping={A: TERMS}, country="XX", on=ON, commissions=TEN_PERCENT)
    with pytest.raises(NoRule):
        quote([line()], shipping={A: TERMS}, country="DE", on=ON, commissions=replace(TEN_PERCENT, rules=[]))
    with pytest.raises(CurrencyMismatch):
        quote([line(), line(currency="SEK")], shipping={A: TERMS}, country="DE", on=ON, commissions=TEN_PERCENT)


lines = st.lists(
    st.builds(
        line,
        vendor=st.sampled_from([A, B]),
        price=st.integers(1, 10_000_000),
        quantity=st.integers(1, 99),
    ),
    min_size=1,
    max_size=12,
)


@given(lines, st.sampled_from(["DE", "SE", "FR", "CH", "GB", "HU"]))
def test_every_total_is_the_sum_of_its_parts(goods, country):
    found = quote(goods, shipping={A: TERMS, B: TERMS}, country=country, on=ON, commissions=TEN_PERCENT)
    assert found.total_minor == sum(part.total_minor for part in found.vendors)
    assert found.total_minor == found.goods_minor + found.shipping_minor
    assert found.tax_minor == sum(part.tax_minor for part in found.vendors)
    for part in found.vendors:
        assert part.goods_minor == sum(each.total_minor for each in part.lines)
        assert part.tax_minor == sum(each.tax_minor for each in part.lines) + part.shipping_tax_minor
        assert all(each.tax_minor == tax_included(each.total_minor, each.tax_rate) for each in part.lines)
        assert 0 <= part.commission_minor <= part.goods_minor - part.tax_minor + part.shipping_tax_minor


@given(lines)
def test_the_order_of_lines_does_not_matter(goods):
    forward = quote(goods, shipping={A: TERMS, B: TERMS}, country="DE", on=ON, commissions=TEN_PERCENT)
    backward = quote(goods[::-1], shipping={A: TERMS, B: TERMS}, country="DE", on=ON, commissions=TEN_PERCENT)
    assert (forward.total_minor, forward.tax_minor) == (backward.total_minor, backward.tax_minor)
    assert {part.vendor_id: part.commission_minor for part in forward.vendors} == {
        part.vendor_id: part.commission_minor for part in backward.vendors
    }


def promotion(kind="percentage", **said):
    return Terms(**{"id": uuid4(), "name": "Autumn", "kind": kind, "rate_bps": 1000, **said})


def test_a_vendors_discount_lowers_vat_and_commission_and_the_platforms_neither():
    goods = [line(price=11900)]
    plain, theirs, ours = (
        quote(goods, shipping={A: TERMS}, country="DE", on=ON, commissions=TEN_PERCENT, promotions=each).vendors[0]
        for each in ([], [promotion()], [promotion(platform_share_bps=10_000)])
    )
    # 119.00 with 19 % in it; commission 10 % of 100.00. Ten percent off is 11.90.
    assert (plain.goods_minor, plain.lines[0].tax_minor, plain.commission_minor) == (11900, 1900, 1000)
    assert (theirs.goods_minor, theirs.lines[0].tax_minor, theirs.commission_minor) == (10710, 1710, 900)
    assert (ours.goods_minor, ours.lines[0].tax_minor, ours.commission_minor) == (10710, 1900, 1000)
    assert (theirs.subsidy_minor, ours.subsidy_minor) == (0, 1190)
    # What a vendor has left of it: the same as without a discount where the platform bears that.
    earnings = [part.total_minor + part.subsidy_minor - part.commission_minor for part in (plain, theirs, ours)]
    assert earnings == [11390, 10300, 11390]


def test_no_coupon_makes_shipping_dearer_and_free_shipping_is_borne_like_any_discount():
    terms = flat(490, 2000)
    coupon = promotion(rate_bps=5000)
    found = quote(
        [line(price=2000)], shipping={A: terms}, country="DE", on=ON, commissions=TEN_PERCENT, promotions=[coupon]
    )
    assert (found.goods_minor, found.shipping_minor, found.discount_minor) == (1000, 0, 1000)
    free = promotion("free_shipping", vendor_id=A, platform_share_bps=5000)
    part = quote(
        [line()], shipping={A: TERMS}, country="DE", on=ON, commissions=TEN_PERCENT, promotions=[free]
    ).vendors[0]
    assert (part.shipping_minor, part.shipping_discount, part.shipping_tax_minor) == (0, Split(245, 245), 39)


coupons = st.lists(
    st.builds(
        promotion,
        kind=st.sampled_from(["percentage", "fixed", "free_shipping", "buy_get"]),
        rate_bps=st.integers(1, 10_000),
        amount_minor=st.integers(1, 20_000_000),
        buy_quantity=st.integers(1, 3),
        get_quantity=st.integers(1, 3),
        vendor_id=st.sampled_from([None, A, B]),
        platform_share_bps=st.sampled_from([0, 3333, 10_000]),
        priority=st.integers(-1, 1),
        is_exclusive=st.booleans(),
    ),
    max_size=5,
)


@given(lines, coupons, st.sampled_from(["JPY", "EUR", "KWD"]), st.sampled_from(["DE", "SE", "CH"]))
def test_with_any_coupons_every_total_is_the_sum_of_its_parts_and_none_is_below_zero(goods, offered, currency, country):
    goods = [replace(each, currency=currency) for each in goods]
    costs = {A: TERMS, B: flat(0)}
    asked = {"shipping": costs, "country": country, "on": ON, "commissions": TEN_PERCENT, "currency": currency}
    found, plain = quote(goods, **asked, promotions=offered), quote(goods, **asked)
    assert found.total_minor == found.goods_minor + found.shipping_minor == plain.total_minor - found.discount_minor
    for part, before in zip(found.vendors, plain.vendors, strict=True):
        assert part.goods_minor == sum(each.total_minor for each in part.lines)
        assert part.goods_discount == sum((each.discount for each in part.lines), Split())
        assert part.tax_minor == sum(each.tax_minor for each in part.lines) + part.shipping_tax_minor
        for each in part.lines:
            assert 0 <= each.total_minor == each.list_minor - each.discount.whole
            assert each.tax_minor == tax_included(each.total_minor + each.discount.platform, each.tax_rate)
        assert 0 <= part.shipping_minor <= before.shipping_minor
        assert 0 <= part.commission_minor <= part.total_minor + part.subsidy_minor
        if not part.discount.vendor:
            # The platform bears all of it: the vendor earns, and owes, as without.
            assert (part.tax_minor, part.commission_minor) == (before.tax_minor, before.commission_minor)
            assert part.total_minor + part.subsidy_minor == before.total_minor
    backward = quote(goods[::-1], **asked, promotions=offered[::-1])
    assert {part.vendor_id: (part.total_minor, part.tax_minor, part.discount) for part in found.vendors} == {
        part.vendor_id: (part.total_minor, part.tax_minor, part.discount) for part in backward.vendors
    }
