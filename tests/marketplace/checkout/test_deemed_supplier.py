"""Small consignments from outside the Union are sold by the platform: it owes the VAT, and does not pay it to the vendor."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db.models import Sum
from hypothesis import given
from hypothesis import strategies as st

from billing.ledger.actions import post_all
from billing.ledger.models import Posting
from billing.payments.actions import refund_answered
from billing.payments.actions.refunds import owed_entry
from billing.payments.actions.shares import Rest
from billing.payments.models import PaymentShare, Refund
from billing.prepaid.actions import give_back_due
from billing.reconciliation.balances import match_balances
from billing.statements.figures import figures_of, ties
from kit import clock
from kit.ids import uuid7
from marketplace.carts.actions import add_to_cart, ensure_cart, new_token
from marketplace.checkout.actions import place_order, start_payment
from marketplace.invoices.actions import issue_credit_notes, issue_invoice
from marketplace.invoices.filing import html_of
from marketplace.returns.actions import Actor, ask
from marketplace.returns.amounts import Left
from marketplace.returns.policy import set_policy
from marketplace.returns.preview import Ask, Item, _sums
from marketplace.returns.queries import facts_of, preview_of
from taxonomy.treatment import Buyer, Case, Seller, treat
from tests.marketplace.checkout.test_gift_cards import cart_of, sell
from tests.marketplace.checkout.test_gift_cards import order as place
from tests.support.office import pay

pytestmark = pytest.mark.usefixtures("everything_ten_percent")


def held(code, vendor=None):
    rows = Posting.objects.filter(account__code=code, account__vendor_id=vendor.id if vendor else None)
    return rows.aggregate(sum=Sum("amount_minor"))["sum"] or 0


def give_back(part, **asked):
    """Staff give something back, the provider accepts it, and it is entered in the books."""
    asks = [Ask(part.id, **asked)]
    shown = preview_of(part.order_id, asks, kind="refund")
    staff = Actor("staff", uuid7(), "staff:administrator")
    ask(order_id=part.order_id, asks=asks, kind="refund", reason="Broken", by=staff, digest=shown.digest)
    made = Refund.objects.latest("id")
    post_all([owed_entry(made, occurred_at=clock.now())])
    return refund_answered(refund_id=made.id, state="succeeded", provider_refund_id=f"re_{made.id}")


@pytest.fixture
def sold(put_on_shelf, make_vendor, address):
    """Three watches at 40.00 from Bern to Amsterdam."""
    watch = put_on_shelf("bern", price_minor=4000, shipping_minor=500, vendor=make_vendor("bern", country="CH"))
    cart = ensure_cart(user=None, token=new_token(), country="NL")
    add_to_cart(cart=cart, offer_id=watch.offer.id, quantity=3)
    order = place_order(cart=cart, version=cart.version, email="ada@vermeer.example", ship_to=address)
    pay(order, "ch_1")
    return order.vendor_orders.get(), watch


def test_the_value_without_vat_and_who_buys_decide():
    swiss = Seller("CH")
    assert treat(Case(swiss, Buyer(), "NL", 15_000, "EUR")).liable == "platform"
    assert treat(Case(swiss, Buyer(), "NL", 15_001, "EUR")).rule == "import"
    assert treat(Case(swiss, Buyer("NL004495445B01", "NL"), "NL", 100, "EUR")).rule == "import"
    assert treat(Case(swiss, Buyer(), "NL", 100, "JPY")).rule == "import"
    assert treat(Case(swiss, Buyer(), "CH", 100, "EUR")).liable == "vendor"


def test_the_vat_is_kept_from_the_vendor_entered_apart_and_given_back_to_the_cent(sold):
    part, watch = sold
    [line] = part.lines.all()
    assert (line.tax_liable, line.tax_rule, line.tax_minor) == ("platform", "deemed_supplier", 2083)
    # 120.00 and 5.00 with 21 % in them, commission of ten percent of the goods without it.
    assert (part.total_minor, part.tax_minor, part.platform_tax_minor, part.commission_minor) == (
        12500,
        2170,
        2170,
        992,
    )
    share = PaymentShare.objects.get()
    assert (share.sales_tax_minor, share.net_minor) == (2170, part.earnings_minor) == (2170, 12500 - 2170 - 992)
    vendor = watch.vendor
    assert (held("2000", vendor), held("2210"), held("4000"), held("2200")) == (-share.net_minor, -2170, -992, 0)

    first = give_back(part, units={line.id: 1})
    assert (first.amount_minor, first.sales_tax_minor, first.net_minor) == (4000, 694, 4000 - 694 - 331)
    assert (held("2210"), held("4000")) == (-2170 + 694, -992 + 331)
    assert match_balances(None, Counter()).findings[:-1] == []  # the last one: nobody asked the provider

    span = {"currency": "EUR", "since": clock.now() - timedelta(days=1), "until": clock.now() + timedelta(days=1)}
    month = figures_of(vendor.id, **span)
    assert (month.sums["sales"], month.sums["sales_tax"], month.sums["refunds"]) == (12500, -2170 + 694, -4000)
    assert month.closing_minor == share.net_minor - first.net_minor
    assert ties(month, vendor.id, currency="EUR", until=span["until"]) == []

    give_back(part, everything=True)
    assert (held("2210"), held("4000"), held("2000", vendor), held("2100")) == (0, 0, 0, -12500)
    share.refresh_from_db()
    assert (share.refunded_sales_tax_minor, share.left_minor) == (2170, 0)
    assert match_balances(None, Counter()).findings[:-1] == []


def test_where_gift_cards_pay_all_the_vat_is_entered_as_ever(put_on_shelf, make_vendor, address):
    watch = put_on_shelf("bern", price_minor=4000, shipping_minor=500, vendor=make_vendor("bern", country="CH"))
    _, code = sell(20_000, "ch_card")
    order = place(cart_of(watch, cards=[code]), address)
    assert start_payment(order=order, success_url="/paid", cancel_url="/stopped") == "/paid"
    share, part = PaymentShare.objects.get(), order.vendor_orders.get()
    assert (share.prepaid_minor, share.sales_tax_minor) == (4500, 781)
    assert (held("2210"), held("2000", watch.vendor)) == (-781, -share.net_minor)

    shown = preview_of(order.id, [Ask(part.id, everything=True)], kind="refund")
    staff = Actor("staff", uuid7(), "staff:administrator")
    ask(
        order_id=order.id,
        asks=[Ask(part.id, everything=True)],
        kind="refund",
        reason="Broken",
        by=staff,
        digest=shown.digest,
    )
    assert give_back_due() == 1
    assert (held("2210"), held("2000", watch.vendor), held("2120")) == (0, 0, -20_000)


def test_what_is_free_at_our_cost_stays_sold_with_its_vat(sold):
    """All that the customer paid is given back; what we added for the shipping is not, nor is the VAT in that."""
    part, _ = sold
    [facts] = facts_of(part.order_id)
    free = replace(facts, shipping=Left(None, 1, 0, 87, 0, subsidy=500))
    assert (free.left, free.whole, free.sales_tax_left) == (12_000, 12_500, 2170)
    goods = Item("goods", free.lines[0].id, "Watches", 3, 12_000, 0, 2083, 992, 0)
    assert _sums(free, (goods,), ()).sales_tax_minor == 2083
    shipping = Item("shipping", None, "Shipping", 1, 0, 500, 87, 0, 0)
    assert _sums(free, (goods, shipping), ()).sales_tax_minor == 2170


def test_commission_that_is_kept_keeps_no_vat_of_the_sale(sold):
    part, watch = sold
    set_policy(
        commission="kept",
        kept_after_days=None,
        customer_cancels="never",
        limits={"staff:administrator": None},
        reason="Costs",
        by=uuid7(),
    )
    made = give_back(part, everything=True)
    assert (made.sales_tax_minor, made.net_minor, made.commission_minor) == (2170, 12500 - 2170, 0)
    assert (held("2210"), held("4000"), held("2000", watch.vendor)) == (0, -992, 992)


def test_its_invoice_is_the_platforms_with_a_series_of_its_own(sold):
    part, _ = sold
    [invoice] = issue_invoice(vendor_order_id=part.id)
    assert (invoice.issuer, invoice.number, invoice.series.vendor_id) == (
        "platform",
        f"DS-I-{invoice.issued_at.year}-000001",
        None,
    )
    assert (invoice.data["issuer"]["name"], invoice.data["sold_by"]) == ("Souk Marketplace GmbH", "Bern")
    assert "Goods of Bern, supplied to you by us" in html_of(invoice)
    made = give_back(part, everything=True)
    [note] = issue_credit_notes(refund_id=made.id)
    assert (note.number, note.tax_minor) == (f"DS-C-{note.issued_at.year}-000001", 2170)


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(0, 10**9), st.data())
def test_what_is_within_an_amount_sums_to_it_and_all_takes_all(net, commission, tax, data):
    left = Rest(net + commission + tax, 0, commission, sales_tax=tax)
    amount = data.draw(st.integers(0, left.whole))
    part = left.within(amount)
    assert sum(part) == amount
    assert all(0 <= one <= of for one, of in zip(part, (net, commission, tax), strict=True))
    assert left.within(left.whole) == (net, commission, tax)
