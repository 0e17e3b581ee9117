"""A return on its way, and an order held against its events."""

from contextlib import contextmanager
from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image

from billing.payments.models import PaymentShare
from kit import clock
from kit.ids import uuid7
from marketplace.fulfillment.actions import deliver, pack, ship
from marketplace.orders.models import OrderEvent
from marketplace.returns.actions import Actor
from marketplace.returns.answering import (
    Found,
    accept_return,
    inspect_return,
    receive_return,
    refund_return,
    suggested_refund,
)
from marketplace.returns.asking import AskedLine, ask_return, say_sent
from marketplace.returns.queries import facts_of, preview_of
from marketplace.returns.replay import replay
from tenants.isolation.doors import in_shop
from tenants.vendors.models import Member

CUSTOMER = Actor("customer", None)


@contextmanager
def moved(*, days):
    """So many days later."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "offset", lambda: timedelta(days=days))
        yield


ADDRESS = {"name": "Lindqvist", "street": "Kajen 1", "postal_code": "411", "city": "Göteborg", "country": "SE"}


@pytest.fixture
def arrived(bought):
    """Three lamps of Lindqvist's that came today; their owner as an actor."""
    with in_shop(bought.lamp.vendor):
        parcel = pack(vendor_order_id=bought.lamps.id, by=None)
        ship(parcel_id=parcel.id, carrier="DHL", tracking_number="1", by=None)
        deliver(parcel_id=parcel.id, by=None)
    owner = Member.objects.create(
        vendor=bought.lamp.vendor, user_id=uuid7(), name="Liv", email="liv@lindqvist.example", role="owner"
    )
    bought.owner = Actor("member", owner.user_id, "member:owner")
    return bought


def asked(bought, count=2, reason="changed_mind", words="Too bright", photos=(), replace_with=None):
    line = bought.lamps.lines.get()
    return ask_return(
        order=bought.order,
        vendor_order_id=bought.lamps.id,
        lines=[AskedLine(line.id, count, reason, replace_with)],
        words=words,
        by=CUSTOMER,
        photos=photos,
    )


def came_back(bought, *, found=None, restock=2, count=2, **more):
    """Accepted, sent, received and inspected."""
    returned = asked(bought, count, **more)
    line = bought.lamps.lines.get()
    with in_shop(bought.lamp.vendor):
        accept_return(return_id=returned.id, by=bought.owner, send_to=ADDRESS)
        say_sent(return_id=returned.id, carrier="DPD", tracking_number="77", by=CUSTOMER)
        receive_return(return_id=returned.id, by=bought.owner)
        found = {line.id: found or Found(ok=count, restock=restock)}
        return inspect_return(return_id=returned.id, by=bought.owner, found=found, note="One is scratched")


def give_back(bought, returned, **changed):
    [facts] = facts_of(bought.order.id, vendor_id=returned.vendor_id)
    asks = [suggested_refund(returned, facts)]
    shown = preview_of(bought.order.id, asks, kind="refund", vendor_id=returned.vendor_id)
    digest = changed.get("digest", shown.digest)
    with in_shop(bought.lamp.vendor):
        request = refund_return(
            return_id=returned.id, asks=asks, reason="Return", by=changed.get("by", bought.owner), digest=digest
        )
    return shown, request


def photo(color="red", size=(60, 40)):
    out = BytesIO()
    Image.new("RGB", size, color).save(out, "JPEG", exif=b"Exif\0\0secret")
    return BytesIO(out.getvalue())


def check_replay(order):
    """What the events come to is what the tables say, of every part."""
    found = replay(OrderEvent.objects.filter(order_id=order.id).order_by("at", "id"))
    assert found.canceled_at == order.canceled_at
    for part in order.vendor_orders.all():
        rebuilt = found.parts[part.id]
        assert (rebuilt.fulfillment, rebuilt.paid_at, rebuilt.accepted_at, rebuilt.canceled_at) == (
            part.fulfillment,
            part.paid_at,
            part.accepted_at,
            part.canceled_at,
        )
        lines = {str(line.id): (line.quantity, line.canceled_quantity) for line in part.lines.all()}
        assert {line: (count, rebuilt.canceled.get(line, 0)) for line, count in rebuilt.quantities.items()} == lines
        parcels = {
            str(parcel.id): (
                {str(line.order_line_id): line.quantity for line in parcel.lines.all()},
                (parcel.carrier, parcel.tracking_number, parcel.tracking_url),
                parcel.shipped_at,
                parcel.delivered_at,
            )
            for parcel in part.parcels.all()
        }
        assert parcels == {
            key: (each.lines, each.tracking, each.shipped_at, each.delivered_at)
            for key, each in rebuilt.parcels.items()
        }
        assert {key: (each.state, each.lines) for key, each in rebuilt.returns.items()} == {
            str(each.id): (each.state, {str(line.order_line_id): line.quantity for line in each.lines.all()})
            for each in part.returns.all()
        }
        assert rebuilt.claims == {str(claim.id): claim.state for claim in part.claims.all()}
        assert rebuilt.refunded_minor == PaymentShare.objects.get(reference_id=part.id).refunded_minor
