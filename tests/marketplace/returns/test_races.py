"""Two people at the same line at the same moment, on real connections."""

from functools import partial

import pytest
from django.db.models import Sum

from billing.payments.models import Payment, PaymentShare
from kit.ids import uuid7
from marketplace.fulfillment.actions import WrongMoment, accept
from marketplace.returns.actions import Actor, NumbersChanged, ask
from marketplace.returns.answering import Found, inspect_return
from marketplace.returns.claims import grant_claim, open_claim
from marketplace.returns.models import RefundItem, RefundRequest, Return
from marketplace.returns.preview import Ask, CannotCancel
from marketplace.returns.queries import preview_of
from tenants.isolation.doors import bind_vendor, in_shop
from tenants.shop.inventory.models import StockLevel
from tests.billing.stripe.test_races import at_once
from tests.support.going_back import CUSTOMER, arrived, asked, check_replay

__all__ = ["arrived"]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_refund_a_line_at_once_one_is_shown_what_is_left_and_a_cancellation_meets_an_acceptance(bought):
    lamps, soaps = bought.lamps, bought.soaps
    line = lamps.lines.get()

    def refund():
        return ask(
            order_id=bought.order.id,
            asks=[Ask(lamps.id, units={line.id: 1})],
            kind="refund",
            reason="Broken",
            by=Actor("staff", uuid7(), "staff:administrator"),
            digest=seen.digest,
        )

    seen = preview_of(bought.order.id, [Ask(lamps.id, units={line.id: 1})], kind="refund")
    results = at_once(refund, refund, refund)
    assert sorted(type(result).__name__ for result in results) == ["NumbersChanged", "NumbersChanged", "RefundRequest"]
    assert all("look at them once more" in str(error) for error in results if isinstance(error, NumbersChanged))
    assert RefundItem.objects.aggregate(Sum("amount_minor"), Sum("units")) == {
        "amount_minor__sum": 3333,
        "units__sum": 1,
    }
    assert PaymentShare.objects.get(reference_id=lamps.id).refunded_minor == 3333
    assert Payment.objects.get().refunded_minor == 3333

    # One person's double click is one request, and both are told of it.
    clicked, again = Actor("staff", uuid7(), "staff:administrator"), [Ask(lamps.id, units={line.id: 1})]
    fresh = preview_of(bought.order.id, again, kind="refund")
    made = at_once(*[lambda: asked_by(bought, clicked, again, fresh)] * 3)
    assert {(result.id, result.state) for result in made} == {(made[0].id, "done")}
    assert PaymentShare.objects.get(reference_id=lamps.id).refunded_minor == 6666

    everything = [Ask(soaps.id, everything=True)]
    shown = preview_of(bought.order.id, everything, kind="cancellation", by_customer=True)

    def cancel():
        return ask(
            order_id=bought.order.id,
            asks=everything,
            kind="cancellation",
            reason="Too late",
            by=Actor("customer", None),
            digest=shown.digest,
        )

    def take_on():
        with bind_vendor(bought.soap.vendor):
            return accept(vendor_order_id=soaps.id, by=None)

    canceled, again, accepted = at_once(cancel, cancel, take_on)
    assert canceled == again or (isinstance(canceled, CannotCancel) and isinstance(again, CannotCancel))
    assert isinstance(canceled, CannotCancel) != isinstance(accepted, WrongMoment), (canceled, accepted)
    with in_shop(bought.soap.vendor):
        level = StockLevel.objects.get()
    won = bought.soaps.fulfillment
    assert (level.allocated, won) == ((2, "accepted") if isinstance(canceled, CannotCancel) else (0, "canceled"))


@pytest.mark.django_db(transaction=True)
def test_a_members_double_click_is_one_request_and_so_is_one_above_the_limit(bought):
    vendor, lamps = bought.lamp.vendor, bought.lamps
    orders = Actor("member", uuid7(), "member:orders")

    def click(asks, seen):
        with bind_vendor(vendor):
            return asked_by(bought, orders, asks, seen, vendor_id=vendor.id)

    for asks, state in (([Ask(lamps.id, goodwill_minor=5)], "due"), ([Ask(lamps.id, everything=True)], "waiting")):
        seen = preview_of(bought.order.id, asks, kind="refund", vendor_id=vendor.id)
        made = at_once(*[partial(click, asks, seen)] * 3)
        assert {(result.id, result.state) for result in made} == {(made[0].id, state)}
        RefundRequest.objects.filter(state="due").update(state="rejected")
    assert RefundRequest.objects.count() == 2


def asked_by(bought, by, asks, seen, vendor_id=None):
    return ask(
        order_id=bought.order.id,
        asks=asks,
        kind="refund",
        reason="Broken",
        by=by,
        digest=seen.digest,
        vendor_id=vendor_id,
    )


@pytest.mark.django_db(transaction=True)
def test_what_is_asked_inspected_and_granted_by_two_at_once_happens_once(arrived):
    """Two tabs ask for two of three lamps; two members inspect; two of the staff grant the claim."""
    line, vendor = arrived.lamps.lines.get(), arrived.lamp.vendor

    asked_for = at_once(partial(asked, arrived, 2, "damaged"), partial(asked, arrived, 2, "does_not_fit"))
    assert sorted(type(result).__name__ for result in asked_for) == ["CannotReturn", "Return"]
    returned = Return.objects.get()
    Return.objects.update(state="received")

    def inspect(member):
        with bind_vendor(vendor):
            return inspect_return(
                return_id=returned.id,
                by=Actor("member", member, "member:owner"),
                found={line.id: Found(ok=2, restock=2)},
            )

    assert {result.state for result in at_once(*[partial(inspect, uuid7()) for _ in range(3)])} == {"inspected"}
    with in_shop(vendor):
        assert StockLevel.objects.get().on_hand == 9

    claim = open_claim(vendor_order_id=arrived.lamps.id, kind="other", words="Help", by=CUSTOMER, order=arrived.order)
    asks = [Ask(arrived.lamps.id, units={line.id: 1})]
    seen = preview_of(arrived.order.id, asks, kind="refund", vendor_id=vendor.id)

    def grant():
        by = Actor("staff", uuid7(), "staff:administrator")
        return grant_claim(claim_id=claim.id, asks=asks, reason="Right", by=by, digest=seen.digest)

    granted = at_once(grant, grant)
    assert sorted(type(result).__name__ for result in granted) == ["RefundRequest", "WrongStep"]
    assert Payment.objects.get().refunded_minor == 3333
    check_replay(arrived.order)
