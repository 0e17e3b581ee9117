"""Claims at the office: both sides, a question, a decision with its money, and declining."""

import re

from marketplace.returns.actions import Actor
from marketplace.returns.claims import open_claim
from marketplace.returns.models import Claim, ClaimState, RefundRequest

CUSTOMER = Actor("customer", None)


def claim_of(order):
    part = order.vendor_orders.get(vendor_slug="lindqvist")
    part.shipped_at = part.paid_at
    part.save(update_fields=["shipped_at"])
    open_claim(vendor_order_id=part.id, kind="not_received", words="Nothing <i>came</i>", by=CUSTOMER, order=order)
    return Claim.objects.get(), part


def test_a_claim_is_asked_about_and_granted_by_a_refund_that_is_shown_first(
    desk, market_day, django_assert_max_num_queries
):
    support = desk("support")
    claim, part = claim_of(market_day.paid)
    here = f"/claims/{claim.id}/"
    with django_assert_max_num_queries(16):
        assert claim.number in support.page("/claims/?state=open")
    assert "Nothing &lt;i&gt;came&lt;/i&gt;" in support.page(here)
    assert support.post(f"{here}messages/", {"text": "Who signed?", "asks": "everybody"}).status_code == 422
    assert support.post(f"{here}messages/", {"text": "Who signed?", "asks": "member"}).status_code == 302
    assert f"asks {part.vendor_name}" in support.page(here)
    line, refund = part.lines.first(), f"/orders/{claim.order_id}/refund/"
    page = support.page(f"{refund}?claim={claim.id}")
    assert f'name="units-{line.id}"' in page
    given = {"kind": "refund", "claim": str(claim.id), f"units-{line.id}": "1", "reason": "Lost on the way"}
    page = support.post(refund, {**given, "step": "preview"}).content.decode()
    digest = re.search(r'name="digest" value="(\w+)"', page)[1]
    for _ in range(2):
        answer = support.post(refund, {**given, "step": "do", "digest": digest})
        assert (answer.status_code, answer["Location"]) == (302, here)
    claim.refresh_from_db()
    request = RefundRequest.objects.get()
    assert (claim.state, claim.refund, request.vendor_id) == (ClaimState.GRANTED, request, part.vendor_id)
    assert "Lost on the way" in support.page(here)


def test_a_claim_is_declined_with_the_reason(desk, market_day):
    support = desk("support")
    claim, _ = claim_of(market_day.paid)
    here = f"/claims/{claim.id}/"
    assert support.post(f"{here}dismissal/", {"note": ""}).status_code == 422
    assert support.post(f"{here}dismissal/", {"note": "It was signed for"}).status_code == 302
    assert "It was signed for" in support.page(here)
    assert support.post(f"{here}messages/", {"text": "But"}).status_code == 422
    assert Claim.objects.get().state == ClaimState.DISMISSED
