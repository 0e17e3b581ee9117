"""A draft of commission rules, replayed over orders that were really placed; and VAT on commission from cart to books."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction

from billing.commissions import actions, drafts
from billing.commissions.engine import RuleBroken
from billing.commissions.models import CommissionRule, Simulation
from billing.payments.models import PaymentShare
from kit import clock
from marketplace.carts.actions import add_to_cart, ensure_cart, new_token
from marketplace.catalog.drift import drift
from marketplace.catalog.models import Offer
from marketplace.catalog.projection import project_products
from marketplace.checkout.actions import place_order
from marketplace.checkout.simulation import run_simulations
from marketplace.orders.actions import mark_paid
from marketplace.orders.models import Order, OrderLine, VendorOrder
from tenants.isolation.doors import in_shop
from tenants.shop.catalog.actions import update_product
from tenants.shop.catalog.drafts import draft_of


def buy(address, *shelves, quantity=1, is_paid=True):
    cart = ensure_cart(user=None, token=new_token(), country="NL")
    for shelf in shelves:
        add_to_cart(cart=cart, offer_id=shelf.offer.id, quantity=quantity)
    order = place_order(cart=cart, version=cart.version, email="ada@vermeer.example", ship_to=address)
    if is_paid:
        VendorOrder.objects.filter(order=order).update(paid_at=clock.now())
    return order


def replay(draft, **period):
    today = clock.today()
    drafts.simulate(draft_id=draft.id, first_on=period.get("first_on", today), last_on=period.get("last_on", today))
    assert run_simulations() == 1
    return Simulation.objects.latest("id")


@pytest.fixture
def market(put_on_shelf, everything_ten_percent):
    return put_on_shelf("lindqvist", price_minor=12100), put_on_shelf("moreau", price_minor=121, shipping_minor=300)


def test_the_rules_in_force_replayed_make_no_difference(market, address):
    lamp, soap = market
    buy(address, lamp, soap, quantity=3)
    buy(address, soap)
    done = replay(drafts.start_draft(name="As it is"))
    assert (done.state, done.orders_done, done.orders_total) == ("done", 3, 3)
    assert [row["difference_minor"] for row in done.result["vendors"]] == [0, 0]
    assert sum(row["was_minor"] for row in done.result["vendors"]) == 3000 + 30 + 10
    assert (done.result["idle"], done.result["refusals"]) == ([], [])
    [below] = done.result["below_fee"]
    assert (below["price_minor"], below["commission_minor"], below["fee_minor"]) == (121, 10, 27)
    assert done.result["below_fee_lines"] == 2


def test_a_draft_says_what_would_be_different_and_for_whom(market, address):
    lamp, soap = market
    buy(address, lamp, soap)
    buy(address, lamp, is_paid=False)
    draft = drafts.start_draft(name="Dearer")
    new = {"name": "Abroad", "rate_bps": 2000, "conditions": {"country": ["DE"]}, "position": 1}
    drafts.draft_rule(draft_id=draft.id, **new)
    conditions = {"vendor": [str(lamp.vendor.id)], "category": ["home"]}
    drafts.draft_rule(draft_id=draft.id, name="Lamps", rate_bps=1500, conditions=conditions, position=2)
    drafts.draft_rule(draft_id=draft.id, name="Plan", rate_bps=100, conditions={"plan": ["scale"]}, position=3)
    OrderLine.objects.filter(vendor_id=lamp.vendor.id).update(commission_facts={"category": "home/light"})
    done = replay(draft)
    rows = {row["vendor_id"]: row for row in done.result["vendors"]}
    assert rows[str(lamp.vendor.id)]["difference_minor"] == 500
    assert rows[str(soap.vendor.id)]["difference_minor"] == -9
    assert [(idle["name"], idle["kind"]) for idle in done.result["idle"]] == [
        ("Abroad", "never matched"),
        ("Standard", "shadowed in this period"),
    ]
    before = replay(draft, first_on=clock.today() - timedelta(days=9), last_on=clock.today() - timedelta(days=1))
    assert (before.orders_total, before.result["vendors"]) == (0, [])


def test_what_is_frozen_is_never_computed_anew(market, address, everything_ten_percent):
    lamp, _ = market
    order = buy(address, lamp, is_paid=False)
    line = OrderLine.objects.get(vendor_order__order=order)
    frozen = OrderLine.objects.filter(id=line.id).values().get()
    assert (line.commission_minor, line.commission_rule_id, line.commission_rule_version) == (
        *(1000, everything_ten_percent.id, 1),
    )
    assert line.commission_reason == "Standard (version 1): 10 % of 100.00 EUR"
    actions.replace_rule(rule_id=everything_ten_percent.id, rate_bps=9000)
    with transaction.atomic():
        mark_paid(order.id)
    replay(drafts.start_draft(name="Dearer"))
    assert OrderLine.objects.filter(id=line.id).values().get() == frozen
    dearer = OrderLine.objects.get(vendor_order__order=buy(address, lamp, is_paid=False))
    assert (dearer.commission_minor, dearer.commission_rule_version) == (9000, 2)


def test_nothing_is_sold_that_comes_as_far_as_a_broken_rule(market, address, everything_ten_percent):
    CommissionRule.objects.filter(id=everything_ten_percent.id).update(conditions={"moon": ["full"]})
    with pytest.raises(RuleBroken, match="“Standard” cannot be read"):
        buy(address, market[0])
    assert not Order.objects.exists()


def test_vat_on_commission_is_frozen_with_its_reason_and_withheld(
    put_on_shelf, everything_ten_percent, address, settings
):
    settings.PLATFORM_COUNTRY = "DE"
    lamp = put_on_shelf("lindqvist", price_minor=12100)
    soap = put_on_shelf("moreau", price_minor=12100)
    type(soap.vendor).objects.filter(id=soap.vendor.id).update(country="FR", vat_id="FR12345678901")
    order = buy(address, lamp, soap)
    parts = {part.vendor_slug: part for part in order.vendor_orders.all()}
    assert [(p.commission_minor, p.commission_tax_minor) for p in (parts["lindqvist"], parts["moreau"])] == [
        *((1190, 190), (1000, 0)),
    ]
    assert parts["lindqvist"].commission_tax_reason == "VAT of DE, 19 %: platform and vendor are both there"
    assert parts["moreau"].commission_tax_reason.endswith("VAT number FR12345678901")
    line = parts["lindqvist"].lines.get()
    assert (line.commission_minor, line.commission_tax_minor) == (1190, 190)
    share = PaymentShare.objects.get(reference_id=parts["lindqvist"].id)
    assert (share.commission_minor, share.commission_tax_minor, share.net_minor) == (1190, 190, 12590 - 1190)
    done = replay(drafts.start_draft(name="As it is"))
    assert [row["difference_minor"] for row in done.result["vendors"]] == [0, 0]


def test_tags_reach_the_rules_from_the_shop(market, address):
    lamp, soap = market
    with in_shop(lamp.vendor):
        update_product(
            product=lamp.variant.product,
            draft=replace(draft_of(lamp.variant.product), tags=["Second  hand", "used", "USED"]),
        )
    project_products(lamp.vendor, [lamp.variant.product_id])
    assert [each for each in drift(lamp.vendor) if each.kind == "offer"] == []
    Offer.objects.filter(id=lamp.offer.id).update(tags=["used"])
    assert [str(each) for each in drift(lamp.vendor) if each.kind == "offer"] == [
        f"offer {lamp.offer.id}: differs in SKU, condition, tags, currency or product"
    ]
    actions.add_rule(name="Used", rate_bps=100, conditions={"tag": ["used"]}, position=1)
    lines = OrderLine.objects.filter(vendor_order__order=buy(address, lamp, soap))
    assert {line.vendor_id: line.commission_reason for line in lines} == {
        lamp.vendor.id: "Used (version 1): 1 % of 100.00 EUR",
        soap.vendor.id: "Standard (version 1): 10 % of 1.00 EUR",
    }
