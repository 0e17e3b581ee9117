"""A guest sends something back, from the order's page, and has Souk decide."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image

from marketplace.orders.links import access_token
from marketplace.returns.answering import accept_return
from marketplace.returns.claims import open_claim
from marketplace.returns.models import Claim, Photo, Return
from marketplace.returns.tasks import carry_out_due
from tenants.isolation.doors import in_shop
from tests.support.going_back import ADDRESS, CUSTOMER, arrived, came_back, give_back

__all__ = ["arrived"]


def picture(name="lamp.jpg"):
    out = BytesIO()
    Image.new("RGB", (60, 40), "red").save(out, "JPEG")
    return SimpleUploadedFile(name, out.getvalue(), "image/jpeg")


@pytest.fixture
def guest(shopper, arrived):
    shopper.get(f"/orders/{arrived.order.number}/?key={access_token(arrived.order.id)}")
    return shopper


def statements(guest, path):
    """How many a page asks; that the tests' own server changes roles is not the page's."""
    with CaptureQueriesContext(connection) as asked:
        page = guest.get(path).content.decode()
    return len([each for each in asked if "SESSION AUTHORIZATION" not in each["sql"]]), page


def test_the_order_page_has_twelve_statements_whatever_has_happened(guest, arrived):
    path = f"/orders/{arrived.order.number}/"
    count, page = statements(guest, path)
    assert (count <= 12, "Send something back" in page) == (True, True), count
    give_back(arrived, came_back(arrived))
    carry_out_due()
    open_claim(vendor_order_id=arrived.lamps.id, kind="other", words="More", by=CUSTOMER, order=arrived.order)
    count, page = statements(guest, path)
    assert count <= 12, count
    assert all(word in page for word in ("-R1", "-C1", "Refunded"))


def test_a_guest_asks_with_a_photo_sends_it_and_has_souk_decide(guest, another, arrived):
    order, line = arrived.order, arrived.lamps.lines.get()
    here = f"/orders/{order.number}/returns/new/"
    assert another().get(here).status_code == 404
    page = guest.get(here).content.decode()
    assert "Thing of Lindqvist" in page
    assert "Moreau" not in page  # nothing of it has left
    for asked, wrong in (
        ({}, "Choose what you want to send back."),
        ({f"units-{line.id}": "4", f"reason-{line.id}": "damaged"}, "3 can be sent back"),
        ({f"units-{line.id}": "one"}, "Give a whole number."),
        ({f"units-{line.id}": "1"}, "Say why you send it back."),
        (
            {f"units-{line.id}": "1", f"reason-{line.id}": "damaged", "photos": SimpleUploadedFile("a.jpg", b"<svg>")},
            "damaged",
        ),
    ):
        answer = guest.post(here, asked)
        assert (answer.status_code, wrong in answer.content.decode()) == (422, True), asked
    assert not Return.objects.exists()
    asked = {f"units-{line.id}": "2", f"reason-{line.id}": "damaged", "words": "Cracked <b>glass</b>"}
    answer = guest.post(here, {**asked, "photos": picture()})
    returned = Return.objects.get()
    mine = f"/orders/{order.number}/returns/{returned.id}/"
    assert (answer.status_code, answer["Location"]) == (303, mine)
    page = guest.get(mine).content.decode()
    assert "Cracked &lt;b&gt;glass&lt;/b&gt;" in page
    shown = guest.get(f"/orders/{order.number}/photos/{Photo.objects.get().id}/")
    assert (shown["Content-Type"], shown.content[:4]) == ("image/webp", b"RIFF")
    assert another().get(f"/orders/{order.number}/photos/{Photo.objects.get().id}/").status_code == 404
    assert guest.get(mine + "label.pdf").status_code == 404  # not accepted yet
    with in_shop(arrived.lamp.vendor):
        accept_return(return_id=returned.id, by=arrived.owner, send_to=ADDRESS, prepaid="DHL 1")
    page = guest.get(mine).content.decode()
    assert "Göteborg" in page
    assert "The shop pays the way back." in page
    assert guest.get(mine + "label.pdf").content.startswith(b"%PDF")
    bad = guest.post(mine + "sending/", {"carrier": "DPD", "tracking_url": "javascript:alert(1)"})
    assert (bad.status_code, "begins with https://" in bad.content.decode()) == (422, True)
    assert guest.post(mine + "sending/", {"carrier": "DPD", "tracking_number": "77"}).status_code == 303
    assert guest.post(mine + "withdrawal/").status_code == 422  # on its way
    claims = f"/orders/{order.number}/claims/new/"
    assert "Have Souk decide" in guest.get(mine).content.decode()
    asked = {"part": str(arrived.lamps.id), "return": str(returned.id), "kind": "other"}
    assert guest.post(claims, asked).status_code == 422
    answer = guest.post(claims, {**asked, "words": "They do not look at it", "photos": picture()})
    claim = Claim.objects.get()
    mine = f"/orders/{order.number}/claims/{claim.id}/"
    assert (answer.status_code, answer["Location"], claim.returned) == (303, mine, returned)
    assert guest.post(mine + "messages/", {"text": "Please"}).status_code == 303
    assert "Please" in guest.get(mine).content.decode()
    page = guest.get(f"/orders/{order.number}/").content.decode()
    assert returned.number in page
    assert claim.number in page
    assert guest.post(mine + "withdrawal/").status_code == 303
    assert guest.post(mine + "messages/", {"text": "Please"}).status_code == 422
