"""Choosing how each parcel goes: with scripts and without, and what the order's pages say of it."""

import re
from uuid import uuid4

import pytest

from marketplace.carts.models import Cart
from marketplace.catalog.models import VendorCard
from marketplace.catalog.projection import shipping_shown
from marketplace.fulfillment.actions import deliver, pack
from marketplace.fulfillment.events import mail_ready, mail_shipped
from marketplace.orders.actions import mark_paid
from marketplace.orders.models import Fulfillment, Order
from notifications.models import Mail
from outbox.models import Fact
from tenants.isolation.doors import in_shop
from tests.support.shipping import EXPRESS, HAMBURG, POST, offering

pytestmark = pytest.mark.usefixtures("everything_ten_percent")


@pytest.fixture
def lamp(shopper, put_on_shelf):
    found = put_on_shelf("lindqvist", price_minor=4900, terms=offering(), weight_grams=900)
    shopper.put_in(found)
    return found


def checked(page: str) -> list[str]:
    return [tag for tag in re.findall(r"<input[^>]*type=\"radio\"[^>]*>", page) if " checked" in tag and "ship-" in tag]


def test_every_way_is_shown_and_the_cheapest_is_chosen(shopper, lamp):
    page = shopper.text("/checkout/")
    assert [POST in tag for tag in checked(page)] == [True]
    for words in (
        "Express",
        "12.00 EUR",
        "Pick up in Hamburg",
        "Sand 1, 20095 Hamburg, Germany",
        "Fri 10 to 18",
        "DHL",
    ):
        assert words in page
    assert "Post, arrives" in shopper.text("/cart/")


def test_a_choice_changes_the_total_and_the_version_it_stands_for(shopper, lamp, details):
    ship = f"ship-{lamp.vendor.id}"
    answer = shopper.htmx("/checkout/delivery/", details(5390) | {ship: EXPRESS}).content.decode()
    assert "Pay 61.00 EUR" in answer
    assert f'name="version" value="{Cart.objects.get().version}"' in answer
    assert [EXPRESS in tag for tag in checked(answer)] == [True]
    shopper.post("/checkout/", details(6100) | {ship: EXPRESS})
    part = Order.objects.get().vendor_orders.get()
    assert (part.shipping_name, part.shipping_minor) == ("Express", 1200)


def test_without_scripts_another_way_is_ordered_only_once_its_total_was_seen(shopper, lamp, details):
    ship = f"ship-{lamp.vendor.id}"
    page = shopper.post("/checkout/", details(5390) | {ship: EXPRESS}, follow=True).content.decode()
    assert "all together it now costs 61.00 EUR" in page
    assert 'value="ada@vermeer.example"' in page
    assert not Order.objects.exists()
    kept = shopper.post("/checkout/delivery/", details(6100) | {ship: POST}, follow=True).content.decode()
    assert "Pay 53.90 EUR" in kept
    assert "Prinsengracht 1" in kept


def test_a_way_that_is_gone_is_said_and_the_cheapest_takes_its_place(shopper, lamp, details):
    ship = f"ship-{lamp.vendor.id}"
    shopper.htmx("/checkout/delivery/", details(5390) | {ship: EXPRESS})
    VendorCard.objects.update(**shipping_shown(offering(express=False)))
    page = shopper.post("/checkout/", details(6100) | {ship: EXPRESS}, follow=True).content.decode()
    assert "Lindqvist does not offer this delivery for your parcel" in page
    assert "The delivery you chose is not offered any more." in page
    assert 'value="ada@vermeer.example"' in page
    assert not Order.objects.exists()
    shopper.post("/checkout/", details(5390) | {ship: POST})
    assert Order.objects.get().shipping_minor == 490
    redirected = shopper.htmx("/checkout/delivery/", details(5390) | {ship: str(uuid4())})
    assert redirected["HX-Redirect"] == "/checkout/"


def test_what_is_picked_up_needs_no_street_and_says_where_on_every_page(shopper, lamp, details):
    ship = f"ship-{lamp.vendor.id}"
    pickup = f"pickup.{HAMBURG.id}"
    shopper.htmx("/checkout/delivery/", details(5390) | {ship: pickup})
    nowhere = {"line1": "", "postal_code": "", "city": ""}
    shopper.post("/checkout/", details(5000) | nowhere | {ship: pickup})
    order = Order.objects.get()
    assert (order.total_minor, order.ship_to["line1"]) == (5000, "")
    mark_paid(order.id)
    page = shopper.text(f"/orders/{order.number}/")
    assert "Pick it up at" in page
    assert "Sand 1, 20095 Hamburg, Germany" in page
    assert "Sent to" not in page
    part = order.vendor_orders.get()
    with in_shop(lamp.vendor):
        parcel = pack(vendor_order_id=part.id, by=None)
        packed = Fact.objects.get(name="shop.parcel_packed")
        mail_ready(packed)
        assert "ready to pick up" in shopper.text(f"/orders/{order.number}/").lower()
        deliver(parcel_id=parcel.id, by=None)
    mail_ready(packed)
    mail_shipped(Fact.objects.get(name="shop.parcel_shipped"))
    part.refresh_from_db()
    assert part.fulfillment == Fulfillment.DELIVERED
    assert "Picked up" in shopper.text(f"/orders/{order.number}/")
    assert list(Mail.objects.filter(template__startswith="parcel").values_list("template", flat=True)) == [
        "parcel_ready"
    ]
