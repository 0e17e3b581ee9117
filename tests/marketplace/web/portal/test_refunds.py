"""Canceling and refunding at the portal: what is shown first is what is done, and what is much waits for a second person."""

import re

from billing.payments.models import Refund
from marketplace.orders.models import Fulfillment
from marketplace.returns.models import RefundRequest, RequestState
from marketplace.returns.tasks import carry_out_due


def digest_in(page):
    return re.search(r'name="digest" value="(\w+)"', page)[1]


def test_what_was_previewed_is_asked_for_and_carried_out(bought, desk_of, django_assert_max_num_queries):
    desk, part = desk_of(bought.lamp.vendor, "manager"), bought.lamps
    line, here = part.lines.get(), f"/orders/{part.id}/refund/"
    assert "Cancel or refund" in desk.text(f"/orders/{part.id}/")
    with django_assert_max_num_queries(23):
        assert "All that has not left yet" in desk.text(f"{here}?kind=cancellation")
    asked = {"kind": "cancellation", f"units-{line.id}": "2", "reason": "Sold the last ones"}
    answer = desk.post(here, {**asked, "step": "preview"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Cancel it, 66.66 EUR back" in page
    assert "Not sent any more: 2 × Thing of Lindqvist" in page
    answer = desk.post(here, {**asked, f"units-{line.id}": "1", "step": "do", "digest": digest_in(page)})
    assert answer.status_code == 409
    assert "The numbers have changed" in answer.content.decode()
    assert not RefundRequest.objects.exists()
    answer = desk.post(here, {**asked, "step": "do", "digest": digest_in(page)})
    assert (answer.status_code, answer["Location"]) == (302, f"/orders/{part.id}/")
    once = dict(desk.post(here, {**asked, "step": "do", "digest": digest_in(page)}).items())
    assert "Being carried out" in desk.text(f"/orders/{part.id}/")
    assert carry_out_due() == 1
    twice = desk.post(here, {**asked, "step": "do", "digest": digest_in(page)})
    assert once["Location"] == twice["Location"] == answer["Location"]
    assert (RefundRequest.objects.get().state, carry_out_due()) == (RequestState.DONE, 0)
    page = desk.text(f"/orders/{part.id}/")
    assert "2 canceled" in page
    assert "It is sent to the bank within minutes." in page
    assert (Refund.objects.get().amount_minor, bought.lamps.fulfillment) == (6666, Fulfillment.NEW)


def test_a_parcel_is_refunded_with_its_part_of_the_shipping_and_mistakes_are_told_where_they_are(bought, desk_of):
    from marketplace.fulfillment.actions import pack, ship
    from tenants.isolation.doors import in_shop

    desk, part = desk_of(bought.lamp.vendor, "owner"), bought.lamps
    line, here = part.lines.get(), f"/orders/{part.id}/refund/"
    with in_shop(bought.lamp.vendor):
        first = pack(vendor_order_id=part.id, by=None, quantities={line.id: 1})
        pack(vendor_order_id=part.id, by=None)
        ship(parcel_id=first.id, carrier="PostNord", tracking_number="SE1", by=None)
    page = desk.text(f"{here}?kind=refund&parcel={first.id}")
    assert f'name="units-{line.id}" value="1"' in page
    assert f'name="shipping-{part.id}" value="1.63"' in page  # a third of 4.90
    wrong = {
        "kind": "refund",
        f"units-{line.id}": "1.5",
        f"amount-{line.id}": "much",
        f"shipping-{part.id}": "-1",
        "reason": "",
        "step": "preview",
    }
    answer = desk.post(here, wrong)
    assert answer.status_code == 422
    for words in ("Give a whole number.", "is not an amount", "Give an amount above zero."):
        assert words in answer.content.decode()
    answer = desk.post(here, {"kind": "refund", f"units-{line.id}": "4", "reason": "x", "step": "preview"})
    assert "3 are left to refund" in answer.content.decode()
    answer = desk.post(here, {"kind": "refund", "reason": "x", "step": "preview"})
    assert "Choose what to give back" in answer.content.decode()
    answer = desk.post(here, {"kind": "refund", f"units-{line.id}": "1", "reason": " ", "step": "preview"})
    assert "Say why" in answer.content.decode()


def test_above_the_limit_another_member_decides(bought, desk_of, django_assert_max_num_queries):
    orders, owner, part = desk_of(bought.lamp.vendor, "orders"), desk_of(bought.lamp.vendor), bought.lamps
    asked = {"kind": "refund", f"all-{part.id}": "1", "reason": "Lost in the post"}
    page = orders.post(f"/orders/{part.id}/refund/", {**asked, "step": "preview"}).content.decode()
    for _ in range(2):
        answer = orders.post(
            f"/orders/{part.id}/refund/", {**asked, "step": "do", "digest": digest_in(page)}, follow=True
        )
        assert "This is above your limit" in answer.content.decode()
    request = RefundRequest.objects.get()
    assert request.state == RequestState.WAITING
    page = orders.text(f"/refunds/{request.id}/")
    assert "Somebody else with a higher limit decides" in page
    assert "Approve" not in page
    decision = f"/refunds/{request.id}/decision/"
    answer = orders.post(decision, {"decision": "approve", "digest": request.digest})
    assert (answer.status_code, "Somebody else has to decide" in answer.content.decode()) == (409, True)
    with django_assert_max_num_queries(12):
        assert "Lost in the post" in owner.text("/refunds/?state=waiting")
    page = owner.text(f"/refunds/{request.id}/")
    assert "Approve 104.89 EUR" in page
    assert owner.post(decision, {"decision": "reject", "note": ""}).status_code == 409
    for _ in range(2):
        assert owner.post(decision, {"decision": "approve", "digest": digest_in(page)}).status_code == 302
    assert carry_out_due() == 1
    assert Refund.objects.get().amount_minor == 10489
    assert "Done" in owner.text(f"/refunds/{request.id}/")
