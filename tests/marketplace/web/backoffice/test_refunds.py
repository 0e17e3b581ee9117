"""Canceling and refunding at the office, over several vendors, up to the limit of a role; and the policy."""

import re

from billing.payments.models import Refund
from kit import clock
from marketplace.returns.models import RefundPolicy, RefundRequest, RequestState
from marketplace.returns.policy import policy_at


def test_an_order_over_two_vendors_is_refunded_by_one_request_and_above_the_limit_another_decides(
    desk, market_day, django_assert_max_num_queries
):
    support, order = desk("support"), market_day.paid
    here = f"/orders/{order.id}/refund/"
    assert "Cancel or refund" in support.page(f"/orders/{order.id}/")
    parts = {part.vendor_slug: part for part in order.vendor_orders.all()}
    with django_assert_max_num_queries(24):
        page = support.page(f"{here}?kind=refund")
    assert "Everything left, 125.90 EUR" in page
    assert (
        page.count('<details class="disclosure">') == 2
    )  # over several vendors, parts are chosen where they are asked for
    everything = {f"all-{part.id}": "1" for part in parts.values()}
    asked = {"kind": "refund", "reason": "Late", **everything}
    page = support.post(here, {**asked, "step": "preview"}).content.decode()
    assert "The customer gets back" in page
    assert "The payment provider keeps its fee of 2.05 EUR" in page
    assert "Taken back from its balance" not in page  # all of Lindqvist's is on its way to the bank
    assert "Owed, where its balance does not cover it" in page
    assert "Off earnings not transferred yet" in page
    digest = re.search(r'name="digest" value="(\w+)"', page)[1]
    for _ in range(2):
        assert support.post(here, {**asked, "step": "do", "digest": digest}).status_code == 302
    assert Refund.objects.count() == 2
    request = RefundRequest.objects.get()
    assert (request.state, request.amount_minor, request.vendor_id) == (RequestState.DONE, 14100, None)
    assert "It is sent to the bank within minutes." in support.page(f"/orders/{order.id}/")


def test_what_is_above_the_limit_of_a_role_is_decided_by_another(desk, market_day):
    admin, support, order = desk("administrator"), desk("support"), market_day.paid
    limit = {"limit-member:owner": "", "limit-staff:support": "10", "limit-staff:administrator": ""}
    made = admin.post(
        "/refunds/policy/",
        {"commission": "kept_after", "kept_after_days": "30", "customer_cancels": "never", "reason": "New", **limit},
    )
    assert made.status_code == 302
    assert RefundPolicy.objects.get().limits["staff:support"] == 1000
    assert policy_at(clock.now()).kept_after_days == 30
    assert "Given back within a number of days, kept after them: 30 days" in admin.page("/refunds/policy/")
    bad = {"commission": "kept_after", "kept_after_days": "", "customer_cancels": "never", "reason": "x"}
    answer = admin.post("/refunds/policy/", {**bad, "limit-staff:support": "ten"})
    assert answer.status_code == 422
    assert "is not an amount" in answer.content.decode()
    part = order.vendor_orders.get(vendor_slug="lindqvist")
    asked = {"kind": "refund", "reason": "Late", f"all-{part.id}": "1"}
    page = support.post(f"/orders/{order.id}/refund/", {**asked, "step": "preview"}).content.decode()
    digest = re.search(r'name="digest" value="(\w+)"', page)[1]
    support.post(f"/orders/{order.id}/refund/", {**asked, "step": "do", "digest": digest})
    request = RefundRequest.objects.get()
    assert (request.state, Refund.objects.count()) == (RequestState.WAITING, 0)
    assert request.number in admin.page("/refunds/?state=waiting")
    decision = f"/refunds/{request.id}/decision/"
    assert support.post(decision, {"decision": "approve", "digest": digest}).status_code == 409
    assert admin.post(decision, {"decision": "approve", "digest": "x"}).status_code == 409
    assert admin.post(decision, {"decision": "approve", "digest": digest}).status_code == 302
    assert Refund.objects.get().amount_minor == request.amount_minor
    assert "Approved and done" in admin.page(f"/refunds/{request.id}/")


def test_a_refund_that_came_back_is_paid_from_our_bank(desk, market_day):
    from approvals.models import Approval
    from billing.payments.actions import refund_answered, request_refund
    from billing.payments.models import PaymentShare, RefundState

    shares = PaymentShare.objects.filter(payment__reference_id=market_day.paid.id)
    refunds = [request_refund(share=share, amount_minor=1000, key=f"r:{share.id}", reason="Late") for share in shares]
    for refund in refunds:
        refund_answered(refund_id=refund.id, state=RefundState.SUCCEEDED, provider_refund_id=f"re_{refund.id}")
        refund_answered(refund_id=refund.id, state=RefundState.FAILED, error="closed account")
    accountant, here = desk("accountant"), f"/finance/refunds/{refunds[0].id}/bank-transfer/"
    assert "Pay another way" in accountant.page("/finance/refunds/?state=failed")
    assert "closed account" in accountant.page(here)
    assert accountant.post(here, {"reference": "", "paid_on": "2026-11-30"}).status_code == 422
    today = clock.today().isoformat()
    for _ in range(2):
        assert accountant.post(here, {"reference": "RE-77", "paid_on": today}).status_code == 302
    assert "RE-77" in accountant.page("/finance/refunds/?state=by_hand")
    assert not Approval.objects.exists()
    accountant.browser.settings.FOUR_EYES_MINOR = 1000
    accountant.post(f"/finance/refunds/{refunds[1].id}/bank-transfer/", {"reference": "RE-78", "paid_on": today})
    waiting = Approval.objects.get()
    desk("controller").post(f"/finance/approvals/{waiting.id}/decision/", {"decision": "grant"})
    assert Refund.objects.filter(state="by_hand").count() == 2
