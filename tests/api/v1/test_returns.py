"""A return and a claim by API alone: the customer's app asks, the vendor's system answers, inspects and refunds."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from marketplace.orders.links import access_token
from marketplace.returns.models import Photo, Return, ReturnState
from marketplace.returns.tasks import carry_out_due
from tests.api.conftest import MARKET, portal_of
from tests.marketplace.conftest import address, everything_ten_percent, put_on_shelf
from tests.support.api import Held
from tests.support.bought import bought, buy
from tests.support.going_back import ADDRESS, arrived

__all__ = ["address", "arrived", "bought", "buy", "everything_ten_percent", "put_on_shelf"]


@pytest.fixture
def guest(program, arrived):
    """The app of whoever holds the order's token."""
    found = Held(program(MARKET), "storefront")
    found.caller.headers["Souk-Order"] = access_token(arrived.order.id)
    return found


@pytest.fixture
def lindqvist(program, member_token, arrived):
    return Held(program(portal_of(arrived.lamp.vendor), member_token(arrived.lamp.vendor)), "vendor")


@pytest.fixture
def moreau(program, member_token, arrived):
    return Held(program(portal_of(arrived.soap.vendor), member_token(arrived.soap.vendor)), "vendor")


def test_a_return_is_asked_for_answered_inspected_and_refunded_by_programs(guest, lindqvist, moreau, arrived, program):
    line, order = str(arrived.lamps.lines.get().id), f"/api/v1/storefront/orders/{arrived.order.number}"
    [part] = guest.get(f"{order}/returnables").json()
    assert (part["vendor_order_id"], part["lines"][0]["units"]) == (str(arrived.lamps.id), 3)
    assert Held(program(MARKET), "storefront").get(f"{order}/returnables").status_code == 404
    asked = {
        "vendor_order_id": part["vendor_order_id"],
        "lines": [{"line_id": line, "quantity": 4, "reason": "damaged"}],
    }
    refused = guest.post(f"{order}/returns", asked)
    assert (refused.status_code, refused.json()["code"]) == (409, "cannot_return")
    asked["lines"][0] |= {"quantity": 2, "reason": "does_not_fit"}
    made = [guest.post(f"{order}/returns", asked, Idempotency_Key="two-lamps-that-do-not-fit") for _ in range(2)]
    assert [answer.status_code for answer in made] == [201, 201]
    assert made[0].content == made[1].content
    returned = Return.objects.get()
    mine, theirs = f"{order}/returns/{returned.id}", f"/api/v1/vendor/returns/{returned.id}"
    assert made[0]["Location"] == mine
    picture = BytesIO()
    Image.new("RGB", (60, 40), "red").save(picture, "PNG")
    sent = guest.send(f"{mine}/photos", {"photo": SimpleUploadedFile("a.png", picture.getvalue())})
    assert (sent.status_code, sent.json()["photos"]) == (201, [str(Photo.objects.get().id)])
    bad = guest.send(f"{mine}/photos", {"photo": SimpleUploadedFile("a.png", b"<svg>")})
    assert (bad.status_code, bad.json()["code"]) == (422, "invalid_picture")
    assert moreau.get(theirs).status_code == moreau.post(f"{theirs}/receipt").status_code == 404
    assert [row["id"] for row in lindqvist.get("/api/v1/vendor/returns?state=open").json()["items"]] == [
        str(returned.id)
    ]
    early = guest.post(f"{mine}/shipment", {"tracking_number": "1"})
    assert (early.status_code, early.json()["code"]) == (409, "wrong_step")
    assert guest.get(f"{mine}/label").status_code == 404
    accepted = lindqvist.post(f"{theirs}/acceptance", {"send_to": ADDRESS})
    assert (accepted.status_code, accepted.json()["send_to"]) == (200, ADDRESS)
    assert guest.get(f"{mine}/label").content.startswith(b"%PDF")
    assert guest.post(f"{mine}/shipment", {"tracking_number": "1"}).json()["state"] == "sent"
    assert lindqvist.post(f"{theirs}/receipt").json()["state"] == "received"
    found = {"line_id": line, "ok": 2, "restock": 1}
    assert lindqvist.post(f"{theirs}/inspection", {"lines": [{**found, "ok": 1}]}).status_code == 422
    assert lindqvist.post(f"{theirs}/inspection", {"lines": [found]}).json()["lines"][0]["restocked"] == 1
    shown = lindqvist.post(f"{theirs}/refund-previews").json()
    assert shown["amount_minor"] == 6666
    given = {"reason": "Return", "digest": shown["digest"]}
    stale = lindqvist.post(f"{theirs}/refund-requests", {**given, "digest": "0" * 32})
    assert (stale.status_code, stale.json()["code"]) == (409, "preview_changed")
    done = lindqvist.post(f"{theirs}/refund-requests", given)
    assert (done.status_code, done.json()["state"]) == (201, "due")
    assert carry_out_due() == 1
    assert guest.get(mine).json()["state"] == ReturnState.REFUNDED
    assert [each["name"] for each in guest.get(mine).json()["events"]][-1] == "return_refunded"


def test_a_claim_is_opened_and_spoken_about_by_programs(guest, lindqvist, moreau, arrived):
    order = f"/api/v1/storefront/orders/{arrived.order.number}"
    asked = {"vendor_order_id": str(arrived.soaps.id), "kind": "not_received", "words": "Nothing came"}
    early = guest.post(f"{order}/claims", asked)
    assert (early.status_code, early.json()["code"]) == (409, "cannot_claim")
    made = guest.post(f"{order}/claims", {**asked, "vendor_order_id": str(arrived.lamps.id)})
    claim = made.json()["id"]
    assert (made.status_code, made["Location"]) == (201, f"{order}/claims/{claim}")
    theirs = f"/api/v1/vendor/claims/{claim}"
    assert moreau.get(theirs).status_code == 404
    assert lindqvist.post(f"{theirs}/messages", {"text": "It was signed for"}).status_code == 201
    said = guest.get(f"{order}/claims/{claim}").json()["messages"]
    assert [each["author_kind"] for each in said] == ["customer", "member"]
    assert guest.post(f"{order}/claims/{claim}/withdrawal").json()["state"] == "withdrawn"
    closed = lindqvist.post(f"{theirs}/messages", {"text": "Thanks"})
    assert (closed.status_code, closed.json()["code"]) == (409, "claim_closed")
