"""A return at the portal: answered, received, inspected, refunded; and the shop's side of a claim."""

import re

from marketplace.returns.claims import open_claim
from marketplace.returns.models import Claim, Photo, RefundRequest, Return, ReturnState
from marketplace.returns.photos import encode_photos
from marketplace.returns.tasks import carry_out_due, file_photos
from tests.support.going_back import ADDRESS, CUSTOMER, arrived, asked, photo

__all__ = ["arrived"]


def test_a_return_is_accepted_inspected_and_refunded_as_its_inspection_found(
    arrived, desk_of, django_assert_max_num_queries
):
    desk, line = desk_of(arrived.lamp.vendor, "manager"), arrived.lamps.lines.get()
    returned = asked(arrived, 2, reason="does_not_fit", photos=encode_photos([photo()]))
    here = f"/returns/{returned.id}/"
    with django_assert_max_num_queries(18):
        assert returned.number in desk.text("/returns/?state=open")
    with django_assert_max_num_queries(24):
        page = desk.text(here)
    assert "Too bright" in page
    picture = f"/returns/photos/{Photo.objects.get().id}/"
    assert desk.get(picture).content[:4] == b"RIFF"
    assert file_photos() == 1
    whole = b"".join(desk.get(f"{picture}?whole=1").streaming_content)
    assert whole[:4] == b"RIFF"
    answer = desk.post(f"{here}answer/", {"answer": "decline", "note": ""})
    assert (answer.status_code, "Say why" in answer.content.decode()) == (422, True)
    answer = desk.post(f"{here}answer/", {"answer": "accept", **ADDRESS, "street": ""})
    assert (answer.status_code, "Say where to send it." in answer.content.decode()) == (422, True)
    for _ in range(2):
        assert desk.post(f"{here}answer/", {"answer": "accept", **ADDRESS, "note": "Welcome"}).status_code == 302
        assert Return.objects.get().state == ReturnState.ACCEPTED
    assert desk.post(f"{here}receipt/").status_code == 302
    found = {f"ok-{line.id}": "1", f"damaged-{line.id}": "1", f"restock-{line.id}": "1"}
    answer = desk.post(f"{here}inspection/", {**found, f"ok-{line.id}": "2", "note": "x"})
    assert (answer.status_code, "you said it of 3" in answer.content.decode()) == (422, True)
    answer = desk.post(f"{here}inspection/", found)
    assert (answer.status_code, "Say what was damaged" in answer.content.decode()) == (422, True)
    assert desk.post(f"{here}inspection/", {**found, "note": "A crack"}).status_code == 302
    refund = f"/orders/{arrived.lamps.id}/refund/"
    assert f"{refund}?return={returned.id}" in desk.text(here)
    page = desk.text(f"{refund}?return={returned.id}")
    assert f'name="units-{line.id}" value="1"' in page
    assert f'value="Return {returned.number}. A crack"' in page
    given = {"kind": "refund", "return": str(returned.id), f"units-{line.id}": "1", "reason": "A crack"}
    page = desk.post(refund, {**given, "step": "preview"}).content.decode()
    digest = re.search(r'name="digest" value="(\w+)"', page)[1]
    for _ in range(2):
        answer = desk.post(refund, {**given, "step": "do", "digest": digest})
        assert (answer.status_code, answer["Location"]) == (302, here)
    assert "Being carried out" in desk.text(here)
    assert carry_out_due() == 1
    assert (Return.objects.get().state, RefundRequest.objects.get().amount_minor) == (ReturnState.REFUNDED, 3333)
    assert "33.33" in desk.text(here)


def test_a_shop_says_its_side_of_a_claim_and_reads_the_other(arrived, desk_of):
    desk = desk_of(arrived.lamp.vendor, "orders")
    open_claim(
        vendor_order_id=arrived.lamps.id, kind="not_received", words="Nothing came", by=CUSTOMER, order=arrived.order
    )
    claim = Claim.objects.get()
    assert "Look at the claim" in desk.text("/returns/")
    assert "Nothing came" in desk.text(f"/claims/{claim.id}/")
    assert desk.post(f"/claims/{claim.id}/messages/", {"text": " "}).status_code == 422
    assert desk.post(f"/claims/{claim.id}/messages/", {"text": "It was signed for"}).status_code == 302
    assert "It was signed for" in desk.text(f"/claims/{claim.id}/")
    viewer = desk_of(arrived.lamp.vendor, "viewer")
    assert viewer.post(f"/claims/{claim.id}/messages/", {"text": "Me too"}).status_code == 403
