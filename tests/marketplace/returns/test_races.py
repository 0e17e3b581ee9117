"""Two people at the same line at the same moment, on real connections."""

import pytest
from django.db.models import Sum

from billing.payments.models import Payment, PaymentShare
from kit.ids import uuid7
from marketplace.fulfillment.actions import WrongMoment, accept
from marketplace.returns.actions import Actor, NumbersChanged, ask
from marketplace.returns.models import RefundItem
from marketplace.returns.preview import Ask, CannotCancel
from marketplace.returns.queries import preview_of
from tenants.isolation.doors import bind_vendor, in_shop
from tenants.shop.inventory.models import StockLevel
from tests.billing.stripe.test_races import at_once


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

    canceled, accepted = at_once(cancel, take_on)
    assert isinstance(canceled, CannotCancel) != isinstance(accepted, WrongMoment), (canceled, accepted)
    with in_shop(bought.soap.vendor):
        level = StockLevel.objects.get()
    won = bought.soaps.fulfillment
    assert (level.allocated, won) == ((2, "accepted") if isinstance(canceled, CannotCancel) else (0, "canceled"))
