"""Accepting, packing, shipping and delivering through the pages, and what they say on the way."""

import re

import pytest

from kit.money import Money
from marketplace.fulfillment.models import Parcel
from marketplace.orders.models import Fulfillment, VendorOrder


@pytest.fixture
def sold(paid, desk_of):
    """(the owner of Lindqvist at the portal, Lindqvist's part of a paid order)."""
    order, lamp, _ = paid()
    return desk_of(lamp.vendor), order.vendor_orders.get(vendor_slug="lindqvist")


def test_an_order_goes_from_new_to_delivered_by_buttons(sold):
    desk, part = sold
    page = desk.text(f"/orders/{part.id}/")
    assert "Ada Vermeer" in page
    assert "Prinsengracht 1" in page
    assert "3 × 49.00 EUR" in page
    assert "Accept and pack" in page
    answer = desk.post(f"/orders/{part.id}/acceptance/")
    assert (answer.status_code, answer["Location"]) == (302, f"/orders/{part.id}/")
    desk.post(f"/orders/{part.id}/parcels/")
    parcel = Parcel.objects.get()
    desk.post(f"/parcels/{parcel.id}/shipment/", {"carrier": "PostNord", "tracking_number": "SE 1", "tracking_url": ""})
    assert "PostNord" in desk.text(f"/orders/{part.id}/")
    again = desk.post(f"/parcels/{parcel.id}/shipment/", {"carrier": "DHL"}, follow=True).content.decode()
    assert "Parcel 1 was shipped before, and the customer told: PostNord SE 1." in again
    assert "gets an e-mail" not in again
    refused = desk.post(f"/parcels/{parcel.id}/tracking/", {"carrier": "DHL", "tracking_url": "no link"})
    assert refused.status_code == 422
    assert "Paste the whole tracking link; it begins with https://." in refused.content.decode()
    corrected = desk.post(f"/parcels/{parcel.id}/tracking/", {"carrier": "DHL", "tracking_number": "7"}, follow=True)
    assert "The customer gets an e-mail when something changed." in corrected.content.decode()
    assert "Parcel 1, before: PostNord SE 1, by Owner Lindqvist" in corrected.content.decode()
    desk.post(f"/parcels/{parcel.id}/delivery/")
    part.refresh_from_db()
    assert part.fulfillment == Fulfillment.DELIVERED
    page = desk.text(f"/orders/{part.id}/")
    assert "Parcel 1 with PostNord, by Owner Lindqvist" in page
    assert "Mark as delivered" not in page
    assert "Pack a parcel" not in page


def test_an_order_is_packed_in_parts(sold):
    desk, part = sold
    line = part.lines.get()
    answer = desk.post(f"/orders/{part.id}/parcels/", {f"line-{line.id}": "2"})
    assert answer.status_code == 302
    assert list(Parcel.objects.get().lines.values_list("quantity", flat=True)) == [2]
    assert 'max="1"' in desk.text(f"/orders/{part.id}/")
    answer = desk.post(f"/orders/{part.id}/parcels/", {f"line-{line.id}": "2"})
    assert answer.status_code == 409
    assert "At most 1 of this item are left to pack." in answer.content.decode()


@pytest.mark.parametrize("count", ["-1", "two", "1e3", "９", "999999999999999999999"])
def test_odd_quantities_pack_nothing(sold, count):
    desk, part = sold
    line = part.lines.get()
    answer = desk.post(f"/orders/{part.id}/parcels/", {f"line-{line.id}": count})
    assert answer.status_code in (302, 409)
    if count == "-1":
        assert "Give how many to pack: 0 or more of each item." in answer.content.decode()
    assert sum(parcel.lines.get().quantity for parcel in Parcel.objects.all()) <= 3
    if count != "９":
        assert not Parcel.objects.exists()


def test_a_tracking_link_that_runs_scripts_is_refused_at_its_field(sold):
    desk, part = sold
    desk.post(f"/orders/{part.id}/parcels/")
    parcel = Parcel.objects.get()
    answer = desk.post(
        f"/parcels/{parcel.id}/shipment/",
        {"carrier": "DHL", "tracking_number": "", "tracking_url": "javascript:alert(1)"},
    )
    assert answer.status_code == 422
    assert "Paste the whole tracking link; it begins with https://." in answer.content.decode()
    parcel.refresh_from_db()
    assert parcel.shipped_at is None
    assert desk.post(f"/parcels/{parcel.id}/shipment/", {"carrier": ""}).status_code == 422


def test_what_cannot_be_done_now_says_why(sold):
    desk, part = sold
    desk.post(f"/orders/{part.id}/parcels/")
    answer = desk.post(f"/orders/{part.id}/acceptance/")
    assert answer.status_code == 409
    assert f"Order {part.number} is packed; only a new order can be accepted." in answer.content.decode()
    answer = desk.post(f"/parcels/{Parcel.objects.get().id}/delivery/")
    assert answer.status_code == 409
    assert "Parcel 1 has not been shipped yet." in answer.content.decode()


def test_orders_are_accepted_together(paid, desk_of):
    orders = [paid()[0] for _ in range(3)]
    lamp = paid()[1]
    desk = desk_of(lamp.vendor)
    ids = [str(order.vendor_orders.get(vendor_slug="lindqvist").id) for order in orders]
    answer = desk.post("/orders/acceptances/", {"order": ids[:2]}, follow=True)
    assert "2 orders accepted. Next: pack them." in answer.content.decode()
    states = (
        VendorOrder.objects.filter(vendor_slug="lindqvist").order_by("placed_at").values_list("fulfillment", flat=True)
    )
    assert list(states) == ["accepted", "accepted", "new", "new"]
    answer = desk.post("/orders/acceptances/", {}, follow=True)
    assert "Check the orders to accept first." in answer.content.decode()
    assert desk.post("/orders/acceptances/", {"order": "x"}).status_code == 404


def test_the_list_narrows_by_state_and_number(paid, desk_of):
    (first, lamp, _), (second, _, _) = paid(1), paid(2)
    desk = desk_of(lamp.vendor)
    one, two = (order.vendor_orders.get(vendor_slug="lindqvist") for order in (first, second))
    desk.post(f"/orders/{one.id}/acceptance/")
    desk.get("/")  # shows the message that the first was accepted
    page = desk.text("/orders/?state=new")
    assert two.number in page
    assert one.number not in page
    page = desk.text(f"/orders/?q={one.number.lower()}")
    assert one.number in page
    assert two.number not in page
    assert "No orders here" in desk.text("/orders/?q=%25")
    assert desk.get("/orders/?q=%00&state=nonsense").status_code == 200
    damaged = desk.get("/orders/?state=new&cursor=x")
    assert damaged.status_code == 400
    assert 'href="/orders/?state=new">Go to the first page</a>' in damaged.content.decode()
    assert "2 × Thing of Lindqvist" in desk.text("/orders/board/")


def test_a_packing_slip_can_be_taken_as_pdf(sold):
    desk, part = sold
    answer = desk.get(f"/orders/{part.id}/packing-slip.pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert part.number in answer["Content-Disposition"]
    assert answer.content.startswith(b"%PDF-")


def test_a_packing_slip_has_no_prices(sold):
    desk, part = sold
    page = desk.text(f"/orders/{part.id}/packing-slip/")
    assert "Ada Vermeer" in page
    assert "Thing of Lindqvist" in page
    assert "EUR" not in page


def test_an_order_tells_its_money_and_why(sold):
    desk, part = sold
    page = desk.text(f"/orders/{part.id}/")
    earned = part.total_minor - part.commission_minor
    assert f"{earned // 100}.{earned % 100:02} EUR" in page
    assert part.lines.get().commission_reason in page
    assert "Released 7 days after delivery" in page


def test_another_vendors_order_and_parcel_do_not_exist_here(sold, desk_of):
    desk, _part = sold
    foreign = VendorOrder.objects.get(vendor_slug="moreau")
    theirs = desk_of(put_vendor(foreign))
    theirs.post(f"/orders/{foreign.id}/parcels/")
    parcel = Parcel.objects.get()
    for path in (
        f"/orders/{foreign.id}/",
        f"/orders/{foreign.id}/packing-slip/",
        f"/orders/{foreign.id}/packing-slip.pdf",
    ):
        assert desk.get(path).status_code == 404
    for path in (
        f"/orders/{foreign.id}/acceptance/",
        f"/orders/{foreign.id}/parcels/",
        f"/parcels/{parcel.id}/shipment/",
        f"/parcels/{parcel.id}/delivery/",
    ):
        assert desk.post(path, {"carrier": "DHL"}).status_code == 404
    assert desk.post("/orders/acceptances/", {"order": [str(foreign.id)]}).status_code == 404
    assert foreign.number not in desk.text("/orders/")
    parcel.refresh_from_db()
    assert parcel.shipped_at is None


def put_vendor(part):
    from tenants.vendors.models import Vendor

    return Vendor.objects.get(id=part.vendor_id)


def test_an_order_says_what_the_customers_bank_does(sold):
    from tests.support.traders import dispute_of

    desk, part = sold
    dispute = dispute_of(part)
    assert "disputes the payment" in desk.text(f"/orders/{part.id}/")
    dispute.state = "lost"
    dispute.save()
    page = desk.text(f"/orders/{part.id}/")
    assert "of this order back from the bank" in page
    left = Money(part.earnings_minor - dispute.slices.get().net_minor, part.currency)
    assert re.search(rf"Kept by the customer’s bank.*Left</dt>\s*<dd[^>]*>{re.escape(str(left))}<", page, re.S)
