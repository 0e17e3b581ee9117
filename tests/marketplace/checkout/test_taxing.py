"""Quotes and orders with and without VAT: what is taken off, what is frozen, and that parts make the whole."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.exemptions import ExemptionOver, end_exemption, grant_exemption
from accounts.signup import register_person
from billing.commissions.engine import CommissionTerms, Rule, VendorTerms
from kit import clock
from kit.errors import InvalidInput
from kit.ids import uuid7
from marketplace.carts.actions import add_to_cart, ensure_cart, new_token
from marketplace.catalog.models import VendorCard
from marketplace.checkout.actions import place_order
from marketplace.checkout.quote import QuoteLine, quote
from marketplace.checkout.taxing import Taxing
from marketplace.invoices.actions import issue_invoice
from marketplace.orders.models import VendorOrder
from taxonomy.tax import tax_included
from taxonomy.treatment import Buyer, Seller
from tests.support.shipping import flat

ON = date(2026, 11, 1)
A, B = UUID(int=1), UUID(int=2)
TEN_PERCENT = CommissionTerms([Rule(uuid4(), 1, 1000, "All")], {A: VendorTerms(), B: VendorTerms()})
SELLERS = {A: Seller("DE", vat_id="DE136695976"), B: Seller("NL", vat_id="NL004495445B01")}
DUTCH = Buyer("NL004495445B01", "NL")


def line(vendor=A, price=1190, quantity=1, currency="EUR", category="standard", key=None):
    return QuoteLine(key or uuid4(), vendor, price, quantity, currency, category, "home")


def quoted(lines, country="NL", buyer=DUTCH, sellers=SELLERS, currency="EUR"):
    return quote(
        lines,
        shipping={A: flat(490), B: flat(490)},
        country=country,
        on=ON,
        commissions=TEN_PERCENT,
        currency=currency,
        taxing=Taxing(sellers, buyer),
    )


def test_across_a_border_a_company_pays_the_price_without_vat_and_at_home_with_it():
    found = quoted([line(A), line(B)])
    german, dutch = found.vendors
    assert (german.taxed.rule, german.goods_minor, german.shipping_minor, german.tax_minor) == (
        "reverse_charge",
        1000,
        412,
        0,
    )
    assert (german.lines[0].unit_price_minor, german.lines[0].tax_rate, german.commission_minor) == (1000, 0, 100)
    assert (dutch.taxed.rule, dutch.total_minor, dutch.lines[0].tax_rate_key) == (
        "domestic",
        1680,
        "NL:standard:2012-10-01",
    )
    assert found.total_minor == 1412 + 1680
    assert german.shipment.offered.methods[0].price_minor == 412


def test_a_small_business_and_an_export_charge_none_and_exempt_goods_say_so():
    small = quoted([line()], buyer=Buyer(), sellers={A: Seller("DE", is_small_business=True)}).vendors[0]
    assert (small.taxed.rule, small.total_minor, small.tax_minor) == ("small_business", 1680, 0)
    export = quoted([line()], country="CH", buyer=Buyer()).vendors[0]
    assert (export.taxed.rule, export.total_minor, export.tax_minor) == ("export", 1412, 0)
    exempt = quoted([line(category="exempt")], country="DE", buyer=Buyer()).vendors[0].lines[0]
    assert (exempt.tax_minor, exempt.tax_rate_key, exempt.tax_reason) == (
        0,
        "DE:exempt",
        "Exempt goods: VAT of Germany",
    )


goods = st.lists(
    st.builds(
        line,
        vendor=st.sampled_from([A, B]),
        price=st.integers(0, 10_000_000),
        quantity=st.integers(1, 99),
        category=st.sampled_from(["standard", "books", "food", "reduced", "super_reduced", "zero", "exempt"]),
    ),
    min_size=1,
    max_size=8,
)
buyers = st.sampled_from([Buyer(), DUTCH, Buyer("DE136695976", "DE"), Buyer(exemption="Certificate 7")])
sellers = st.sampled_from(
    [SELLERS, {A: Seller("CH"), B: Seller("DE", is_small_business=True)}, {A: Seller("US"), B: Seller("IT")}]
)


@given(goods, buyers, sellers, st.sampled_from(["DE", "NL", "CH", "IE"]), st.sampled_from(["JPY", "EUR", "KWD"]))
def test_tax_of_parts_is_the_tax_of_the_whole_whoever_buys_of_whom(lines, buyer, whom, country, currency):
    lines = [replace(each, currency=currency) for each in lines]
    found = quoted(lines, country, buyer, whom, currency)
    for part in found.vendors:
        own = {each.key: each for each in lines if each.vendor_id == part.vendor_id}
        assert part.tax_minor == sum(each.tax_minor for each in part.lines) + part.shipping_tax_minor
        assert part.total_minor == sum(each.total_minor for each in part.lines) + part.shipping_minor
        for each in part.lines:
            assert each.tax_minor == tax_included(each.total_minor, each.tax_rate)
            assert 0 <= each.unit_price_minor <= own[each.key].unit_price_minor
            if not part.taxed.is_charged:
                assert (each.tax_minor, part.shipping_tax_minor) == (0, 0)
            if not part.taxed.taken_off:
                assert each.unit_price_minor == own[each.key].unit_price_minor
    backward = quoted(lines[::-1], country, buyer, whom, currency)
    assert {each.key: each for part in backward.vendors for each in part.lines} == {
        each.key: each for part in found.vendors for each in part.lines
    }
    assert (backward.total_minor, backward.tax_minor) == (found.total_minor, found.tax_minor)


# --- Placed --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def lamp(put_on_shelf, everything_ten_percent, make_vendor):
    return put_on_shelf(
        "lindqvist", price_minor=11900, vendor=make_vendor("lindqvist", country="DE", vat_id="DE136695976")
    )


def ordered(lamp, address, *, user=None, **company):
    VendorCard.objects.filter(vendor_id=lamp.vendor.id).update(vat_id=lamp.vendor.vat_id)
    cart = ensure_cart(user=user, token=new_token(), country="NL")
    add_to_cart(cart=cart, offer_id=lamp.offer.id, quantity=1)
    return place_order(
        cart=cart, version=cart.version, email="ada@vermeer.example", ship_to=address, user=user, **company
    )


def test_a_company_orders_without_vat_and_why_is_frozen_and_stands_on_its_invoice(lamp, address):
    order = ordered(lamp, address, company=" Vermeer  BV", vat_id="nl 4495445 b01")
    assert (order.company, order.vat_id, order.vat_id_checked["by"]) == ("Vermeer BV", "NL004495445B01", "form")
    part = order.vendor_orders.get()
    [bought] = part.lines.all()
    assert (bought.unit_price_minor, bought.tax_minor, bought.tax_rule, bought.tax_liable) == (
        10000,
        0,
        "reverse_charge",
        "vendor",
    )
    assert (part.shipping_minor, part.tax_minor, part.platform_tax_minor) == (412, 0, 0)
    VendorOrder.objects.filter(id=part.id).update(paid_at=clock.now())
    [invoice] = issue_invoice(vendor_order_id=part.id)
    assert (invoice.data["recipient"]["company"], invoice.data["recipient"]["vat_id"]) == (
        "Vermeer BV",
        "NL004495445B01",
    )
    [tax] = invoice.data["taxes"]
    assert (tax["rate"], tax["tax_minor"], tax["reason"]) == ("0 %", 0, bought.tax_reason)
    assert "Steuerschuldnerschaft" in tax["reason"]
    with pytest.raises(InvalidInput) as refused:
        ordered(lamp, address, vat_id="NL004495445B01")
    assert refused.value.field == "company"


def test_an_exempt_customer_pays_no_vat_for_as_long_as_the_document_is_valid(lamp, address):
    ada = register_person(email="ada@vermeer.example", name="Ada", password="a long good one")
    today, days = clock.today(), timedelta(days=30)
    granted = {"user": ada, "country": "NL", "document": "Certificate 7 of 2026", "by": uuid7()}
    with pytest.raises(InvalidInput, match="over already"):
        grant_exemption(**granted, valid_from=today - days, valid_until=today - timedelta(days=1))
    later = grant_exemption(**granted, valid_from=today + days, valid_until=today + 2 * days)
    exemption = grant_exemption(**granted, valid_from=today, valid_until=today)
    free = ordered(lamp, address, user=ada).vendor_orders.get()
    assert (free.total_minor, free.tax_minor, free.lines.get().tax_rule) == (10412, 0, "exempt_customer")
    assert "Certificate 7 of 2026" in free.lines.get().tax_reason
    end_exemption(exemption_id=exemption.id, by=uuid7())
    with pytest.raises(ExemptionOver):
        end_exemption(exemption_id=exemption.id, by=uuid7())
    assert later.ended_at is None
    charged = ordered(lamp, address, user=ada).vendor_orders.get()
    assert (charged.total_minor, charged.lines.get().tax_rule) == (2 * 11900 + 490, "distance")


def test_a_register_is_asked_after_the_order_and_one_that_is_away_changes_nothing(lamp, address, monkeypatch):
    from marketplace.checkout import events
    from outbox.tasks import deliver
    from taxonomy.vat_ids import Answer, RegisterUnavailable

    class Away:
        def ask(self, vat_id):
            raise RegisterUnavailable("away")

    class Knows:
        def ask(self, vat_id):
            return Answer(vat_id.startswith("DE"), "STICHTING")

    company = {"company": "Vermeer BV", "vat_id": "NL004495445B01"}
    for asked, by, valid in ((None, "form", None), (Away(), "form", None), (Knows(), "register", False)):
        monkeypatch.setattr(events, "register", lambda asked=asked: asked)
        order = ordered(lamp, address, **company)
        deliver()
        order.refresh_from_db()
        assert (order.vat_id_checked["by"], order.vat_id_checked.get("valid")) == (by, valid)
        assert order.vendor_orders.get().lines.get().tax_rule == "reverse_charge"
