"""What a vendor does with a paid order, as the vendor's own role."""

from datetime import timedelta

import pytest

from kit.errors import InvalidInput
from kit.ids import uuid7
from marketplace.carts.actions import add_to_cart, ensure_cart, new_token
from marketplace.checkout.actions import place_order
from marketplace.fulfillment.actions import WrongMoment, accept, correct_tracking, deliver, pack, ship
from marketplace.fulfillment.models import Parcel
from marketplace.orders.actions import mark_paid
from marketplace.orders.models import Fulfillment, OrderEvent, VendorOrder
from notifications.models import Mail
from outbox.models import Fact
from tenants.isolation.doors import bind_vendor, in_shop
from tenants.shop.inventory.models import StockLevel

pytestmark = pytest.mark.usefixtures("everything_ten_percent")


@pytest.fixture
def paid(put_on_shelf, address):
    """A paid order of three lamps at Lindqvist and one soap at Moreau."""
    lamp, soap = put_on_shelf("lindqvist"), put_on_shelf("moreau")
    cart = ensure_cart(user=None, token=new_token(), country="NL")
    add_to_cart(cart=cart, offer_id=lamp.offer.id, quantity=3)
    add_to_cart(cart=cart, offer_id=soap.offer.id)
    order = place_order(cart=cart, version=cart.version, email="ada@vermeer.example", ship_to=address)
    mark_paid(order.id)
    return order, lamp, soap


def test_a_vendor_accepts_packs_ships_and_delivers(paid):
    order, lamp, _ = paid
    part = order.vendor_orders.get(vendor_slug="lindqvist")
    with bind_vendor(lamp.vendor):
        accept(vendor_order_id=part.id, by=None)
        accept(vendor_order_id=part.id, by=None)
        parcel = pack(vendor_order_id=part.id, by=None)
        ship(parcel_id=parcel.id, carrier="PostNord", tracking_number="SE1", by=None)
        ship(parcel_id=parcel.id, carrier="PostNord", tracking_number="SE1", by=None)
        deliver(parcel_id=parcel.id, by=None)
    part.refresh_from_db()
    assert part.fulfillment == Fulfillment.DELIVERED
    assert part.accepted_at <= part.packed_at <= part.shipped_at <= part.delivered_at
    with in_shop(lamp.vendor):
        level = StockLevel.objects.get()
        assert (level.on_hand, level.allocated, level.reserved) == (7, 0, 0)
    names = OrderEvent.objects.filter(vendor_order=part).order_by("at", "id").values_list("name", flat=True)
    assert list(names) == ["accepted", "packed", "shipped", "delivered"]
    told = Fact.objects.filter(vendor_id=lamp.vendor.id, name__startswith="shop.").exclude(
        name__in=["shop.products_changed", "shop.stock_changed"]
    )
    assert list(told.order_by("id").values_list("name", flat=True)) == [
        "shop.order_accepted",
        "shop.parcel_packed",
        "shop.parcel_shipped",
        "shop.parcel_delivered",
    ]


def test_the_other_vendors_part_cannot_be_touched_or_seen(paid):
    order, lamp, _ = paid
    foreign = order.vendor_orders.get(vendor_slug="moreau")
    with bind_vendor(lamp.vendor):
        assert VendorOrder.objects.count() == 1
        with pytest.raises(VendorOrder.DoesNotExist):
            accept(vendor_order_id=foreign.id, by=None)
        with pytest.raises(Parcel.DoesNotExist):
            ship(parcel_id=foreign.id, carrier="", tracking_number="", by=None)
    foreign.refresh_from_db()
    assert foreign.fulfillment == Fulfillment.NEW


def test_an_order_ships_in_parts_and_is_shipped_when_all_have_left(paid):
    order, lamp, _ = paid
    part = order.vendor_orders.get(vendor_slug="lindqvist")
    line = part.lines.get()
    with in_shop(lamp.vendor):
        first = pack(vendor_order_id=part.id, by=None, quantities={line.id: 1})
        ship(parcel_id=first.id, carrier="DHL", tracking_number="1", by=None)
        assert VendorOrder.objects.get(id=part.id).fulfillment == Fulfillment.ACCEPTED
        with pytest.raises(InvalidInput, match="At most 2"):
            pack(vendor_order_id=part.id, by=None, quantities={line.id: 3})
        second = pack(vendor_order_id=part.id, by=None)
        assert VendorOrder.objects.get(id=part.id).fulfillment == Fulfillment.PACKED
        ship(parcel_id=second.id, carrier="DHL", tracking_number="2", by=None)
        assert VendorOrder.objects.get(id=part.id).fulfillment == Fulfillment.SHIPPED
        deliver(parcel_id=first.id, by=None)
        assert VendorOrder.objects.get(id=part.id).fulfillment == Fulfillment.SHIPPED
        deliver(parcel_id=second.id, by=None)
    assert VendorOrder.objects.get(id=part.id).fulfillment == Fulfillment.DELIVERED
    with in_shop(lamp.vendor):
        assert StockLevel.objects.get().on_hand == 7


def test_what_comes_out_of_turn_is_refused_in_words(paid):
    order, lamp, _ = paid
    part = order.vendor_orders.get(vendor_slug="lindqvist")
    with in_shop(lamp.vendor):
        parcel = pack(vendor_order_id=part.id, by=None)
        with pytest.raises(WrongMoment, match="not been shipped"):
            deliver(parcel_id=parcel.id, by=None)
        with pytest.raises(InvalidInput, match="tracking link"):
            ship(parcel_id=parcel.id, carrier="", tracking_number="", tracking_url="javascript:alert(1)", by=None)
        with pytest.raises(WrongMoment, match="is packed"):
            accept(vendor_order_id=part.id, by=None)


def test_tracking_is_corrected_told_once_for_each_change_and_kept_in_the_history(paid):
    from marketplace.fulfillment.events import mail_corrected, mail_shipped

    order, lamp, _ = paid
    part, mira = order.vendor_orders.get(vendor_slug="lindqvist"), uuid7()
    wrong = {"carrier": "DHL", "tracking_number": "1", "tracking_url": "https://track.example/" + "1" * 270}
    right = {"carrier": "PostNord", "tracking_number": "SE 1", "tracking_url": ""}
    with bind_vendor(lamp.vendor):
        parcel = pack(vendor_order_id=part.id, by=None)
        with pytest.raises(WrongMoment, match="not been shipped"):
            correct_tracking(parcel_id=parcel.id, **right, by=mira)
        ship(parcel_id=parcel.id, **wrong, by=None)
        for _ in range(2):
            correct_tracking(parcel_id=parcel.id, **right, by=mira)
        with pytest.raises(InvalidInput, match="tracking link"):
            correct_tracking(parcel_id=parcel.id, carrier="", tracking_number="", tracking_url="no link", by=mira)
        assert ship(parcel_id=parcel.id, **wrong, by=mira).followed_by == "PostNord SE 1"
    event = OrderEvent.objects.get(vendor_order=part, name="tracking_corrected")
    assert (event.actor_kind, event.actor_id) == ("member", mira)
    assert event.note == f"Parcel 1, before: DHL 1 {wrong['tracking_url']}"[:250]
    (shipped,) = Fact.objects.filter(name="shop.parcel_shipped")
    (corrected,) = Fact.objects.filter(name="shop.parcel_tracking_corrected")
    for fact, tell in ((shipped, mail_shipped), (corrected, mail_corrected), (corrected, mail_corrected)):
        tell(fact)
    mails = Mail.objects.filter(template__startswith="parcel_").order_by("id")
    assert [(mail.template, mail.to) for mail in mails] == [
        ("parcel_shipped", "ada@vermeer.example"),
        ("parcel_tracking_corrected", "ada@vermeer.example"),
    ]
    assert "Lindqvist corrected how your parcel is followed: it is on its way with PostNord." in mails[1].text
    assert "SE 1" in mails[1].text
    with bind_vendor(lamp.vendor):
        deliver(parcel_id=parcel.id, by=None)
        correct_tracking(parcel_id=parcel.id, **wrong, by=mira)
    mail_corrected(Fact.objects.filter(name="shop.parcel_tracking_corrected").latest("id"))
    assert mails.count() == 2


def test_delivery_starts_the_hold_on_the_vendors_money(paid):
    from billing.payments.models import Payment
    from billing.payouts.actions import schedule_transfers
    from billing.payouts.models import Transfer
    from marketplace.fulfillment.events import release_after_delivery

    order, lamp, _ = paid
    schedule_transfers(Payment.objects.get(reference_id=order.id))
    part = order.vendor_orders.get(vendor_slug="lindqvist")
    with in_shop(lamp.vendor):
        parcel = pack(vendor_order_id=part.id, by=None)
        ship(parcel_id=parcel.id, carrier="", tracking_number="", by=None)
        deliver(parcel_id=parcel.id, by=None)
    release_after_delivery(Fact(name="shop.parcel_delivered", payload={"vendor_order": str(part.id)}))
    part.refresh_from_db()
    held = Transfer.objects.get(reference_id=part.id)
    assert held.release_at - part.delivered_at == timedelta(days=7)
