"""What keeps a vendor from being closed, said in words, and that nothing slips in while it is."""

import pytest
from django.core.management import CommandError, call_command

from audit.models import AuditEntry
from billing.disputes.models import Dispute, DisputeSlice
from billing.payments.models import Payment
from kit import clock
from marketplace.orders.models import Fulfillment, VendorOrder
from notifications.models import Mail
from outbox.tasks import deliver
from tenants.isolation.models import ExportState, ShopExport, Wall
from tenants.vendors.leaving import (
    CannotLeave,
    NotExported,
    StillOpen,
    begin_closing,
    close_vendor,
    obstacles_to_closing,
    reopen_vendor,
)
from tests.support.office import market_day

__all__ = ["market_day"]
pytestmark = pytest.mark.django_db


def test_everything_that_is_open_is_told(market_day):
    lindqvist, moreau = market_day.lindqvist, market_day.moreau
    assert obstacles_to_closing(lindqvist) == [
        "1 paid order has not arrived",
        "1 payout is on the way to its bank",
    ]
    part = VendorOrder.objects.get(order=market_day.paid, vendor_id=moreau.id)
    held = "14.10 EUR"
    assert obstacles_to_closing(moreau) == [
        "1 order waits for payment",
        "1 paid order has not arrived",
        f"{held} of its earnings are not transferred yet",
        f"its account 2000 Vendor payable is not at zero: {held}",
    ]
    payment = Payment.objects.get(reference_id=market_day.paid.id)
    dispute = Dispute.objects.create(
        provider_dispute_id="dp_1",
        payment=payment,
        amount_minor=1210,
        currency="EUR",
        reference_number=market_day.paid.number,
        state="needs_response",
        reason="fraudulent",
        borne_by="vendor",
        fee_borne_by="vendor",
        opened_at=clock.now(),
    )
    DisputeSlice.objects.create(
        dispute=dispute,
        version=1,
        share_id=payment.shares.get(vendor_id=moreau.id).id,
        vendor_id=moreau.id,
        reference_id=part.id,
        amount_minor=1210,
        net_minor=1089,
        currency="EUR",
    )
    assert "1 dispute is not decided" in obstacles_to_closing(moreau)
    Dispute.objects.update(state="won")
    assert "1 dispute is not decided" not in obstacles_to_closing(moreau)


def test_a_vendor_sells_no_more_while_it_closes_and_is_closed_when_nothing_is_open(market_day, capsys):
    lindqvist = market_day.lindqvist
    with pytest.raises(CommandError) as left:
        call_command("shops", "close", "lindqvist", "--reason", "You asked us to.")
    assert left.value.returncode == 3
    assert capsys.readouterr().err.splitlines() == [
        "open: 1 paid order has not arrived",
        "open: 1 payout is on the way to its bank",
    ]
    lindqvist.refresh_from_db()
    assert (lindqvist.state, lindqvist.may_sell, lindqvist.is_reachable) == ("closing", False, True)
    with pytest.raises(StillOpen):
        close_vendor(vendor=lindqvist, by=None)

    VendorOrder.objects.filter(vendor_id=lindqvist.id).update(fulfillment=Fulfillment.DELIVERED)
    market_day.vendor_payout.state = "paid"
    market_day.vendor_payout.save()
    with pytest.raises(NotExported):
        close_vendor(vendor=lindqvist, by=None)
    ShopExport.objects.create(vendor_id=lindqvist.id, state=ExportState.DONE, asked_at=clock.now())
    wall = Wall.objects.get(vendor_id=lindqvist.id)
    close_vendor(vendor=lindqvist, by=None)
    lindqvist.refresh_from_db()
    wall.refresh_from_db()
    assert (lindqvist.state, lindqvist.schema_name) == ("closed", None)
    assert (wall.state, wall.vendor_id, wall.last_vendor_id) == ("retired", None, lindqvist.id)
    assert (wall.drop_after - wall.retired_at).days == 30
    deliver()
    assert list(
        Mail.objects.filter(vendor_id=lindqvist.id, template__startswith="vendor_clos").values_list("template")
    ) == [
        ("vendor_closing",),
        ("vendor_closed",),
    ]
    acts = AuditEntry.objects.filter(vendor_id=lindqvist.id, action__in=["vendor.closing", "vendor.closed"])
    assert list(acts.order_by("at").values_list("action", flat=True)) == ["vendor.closing", "vendor.closed"]

    with pytest.raises(CannotLeave):
        begin_closing(vendor=lindqvist, by=None, reason="Again.")
    reopened = reopen_vendor(vendor=lindqvist, by=None)
    wall.refresh_from_db()
    assert (reopened.state, reopened.schema_name, wall.state) == ("active", wall.name, "assigned")
    assert wall.drop_after is None
