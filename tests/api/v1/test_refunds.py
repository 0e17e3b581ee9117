"""Cancellations and refunds by API: a preview, then just that, for customers, vendors and staff; and what came back."""

from billing.payments.actions import refund_answered
from billing.payments.models import Refund, RefundState
from kit import clock
from marketplace.orders.links import access_token
from marketplace.orders.models import Fulfillment
from marketplace.returns.tasks import carry_out_due
from tests.api.conftest import MARKET, portal_of
from tests.marketplace.conftest import address, everything_ten_percent, put_on_shelf
from tests.support.api import at_office
from tests.support.bought import bought, buy

__all__ = ["address", "at_office", "bought", "buy", "everything_ten_percent", "put_on_shelf"]


def test_a_customer_cancels_by_the_digest_of_a_preview(bought, program):
    app, base = program(MARKET), f"/api/v1/storefront/orders/{bought.order.number}"
    app.headers["Souk-Order"] = access_token(bought.order.id)
    parts = [{"vendor_order_id": str(bought.lamps.id), "everything": True}]
    shown = app.post(f"{base}/cancellation-previews", {"parts": parts})
    assert shown.status_code == 200, shown.content
    told = shown.json()
    assert (told["amount_minor"], told["goods_minor"], told["shipping_minor"]) == (10489, 9999, 490)
    assert "commission_minor" not in told["parts"][0]
    body = {"parts": parts, "reason": "Ordered twice", "digest": "x"}
    refused = app.post(f"{base}/cancellations", body)
    assert (refused.status_code, refused.json()["code"], refused.json()["digest"]) == (
        *(409, "preview_changed", told["digest"]),
    )
    done = app.post(f"{base}/cancellations", {**body, "digest": told["digest"]})
    assert done.status_code == 201, done.content
    assert app.post(f"{base}/cancellations", {**body, "digest": told["digest"]}).json() == done.json()
    assert done.json()["refunded_minor"] == 10489
    assert bought.lamps.fulfillment == Fulfillment.CANCELED


def test_a_vendors_program_refunds_and_another_member_approves_what_is_much(
    bought, program, member_token, settings, monkeypatch
):
    vendor, part = bought.lamp.vendor, bought.lamps
    base, line = "/api/v1/vendor", str(part.lines.get().id)
    clerk, owner = [program(portal_of(vendor), member_token(vendor, role)) for role in ("orders", "owner")]
    few = {"kind": "refund", "parts": [{"vendor_order_id": str(part.id), "lines": [{"line_id": line, "quantity": 1}]}]}
    shown = clerk.post(f"{base}/orders/{part.id}/refund-previews", few).json()
    assert (shown["amount_minor"], shown["parts"][0]["net_minor"]) == (
        *(3333, 3333 - shown["parts"][0]["commission_minor"]),
    )
    asked = {**few, "reason": "Broken", "digest": shown["digest"]}
    made = clerk.post(f"{base}/orders/{part.id}/refund-requests", asked)
    assert (made.status_code, made.json()["state"]) == (201, "due")
    assert carry_out_due() == 1
    assert clerk.get(made["Location"]).json()["state"] == "done"
    assert clerk.post(f"{base}/orders/{part.id}/refund-requests", asked)["Location"] == made["Location"]
    rest = {"kind": "cancellation", "parts": [{"vendor_order_id": str(part.id), "everything": True}]}
    shown = clerk.post(f"{base}/orders/{part.id}/refund-previews", rest).json()
    foreign = {"kind": "refund", "parts": [{"vendor_order_id": str(bought.soaps.id), "everything": True}]}
    answer = clerk.post(f"{base}/orders/{part.id}/refund-previews", foreign)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
    monkeypatch.setitem(settings.REFUND_LIMITS, "member:orders", 1)
    asked = {**rest, "reason": "Gone", "digest": shown["digest"]}
    waiting = clerk.post(f"{base}/orders/{part.id}/refund-requests", asked).json()
    assert waiting["state"] == "waiting"
    here = f"{base}/refund-requests/{waiting['id']}"
    now = owner.post(f"{here}/previews").json()["digest"]
    refused = clerk.post(f"{here}/approval", {"digest": now})
    assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")
    assert owner.post(f"{here}/approval", {"digest": now}).json()["state"] == "due"
    assert carry_out_due() == 1
    assert bought.lamps.fulfillment == Fulfillment.CANCELED


def test_staff_refund_over_vendors_and_finance_pays_what_came_back(bought, at_office, program):
    support, number = at_office("support"), bought.order.number
    base, parts = "/api/v1/platform", [bought.lamps, bought.soaps]
    body = {"kind": "refund", "parts": [{"vendor_order_id": str(part.id), "everything": True} for part in parts]}
    shown = support.post(f"{base}/orders/{number}/refund-previews", body).json()
    asked = {**body, "reason": "Late", "digest": shown["digest"]}
    made = support.post(f"{base}/orders/{number}/refund-requests", asked).json()
    assert support.post(f"{base}/orders/{number}/refund-requests", asked).json()["id"] == made["id"]
    assert (made["state"], made["amount_minor"], Refund.objects.count()) == ("done", shown["amount_minor"], 2)
    refund = Refund.objects.first()
    here = f"/api/v1/finance/refunds/{refund.id}/bank-transfer"
    paid = {"reference": "RE-1", "paid_on": clock.today().isoformat()}
    accountant = at_office("accountant")
    assert accountant.post(here, paid).json()["code"] == "refund_not_owed"
    refund_answered(refund_id=refund.id, state=RefundState.SUCCEEDED, provider_refund_id="re_1")
    refund_answered(refund_id=refund.id, state=RefundState.FAILED, error="closed")
    app = program(MARKET)
    app.headers["Souk-Order"] = access_token(bought.order.id)
    seen = app.get(f"/api/v1/storefront/orders/{number}").json()
    assert (seen["refunded_minor"], seen["refunded_tax_minor"]) == (seen["total_minor"], seen["tax_minor"])
    states = {each["id"]: each for part in seen["vendor_orders"] for each in part["refunds"]}
    assert len(states) == 2
    back = states[str(refund.id)]
    assert (back["state"], back["came_back"], back["words"], back["amount_minor"]) == (
        *("failed", True, "Came back", refund.amount_minor),
    )
    assert sum(each["came_back"] for each in states.values()) == 1
    told = accountant.post(here, paid).json()
    assert (told["approval_id"], told["refund"]["state"], told["refund"]["by_hand_reference"]) == (
        *(None, "by_hand", "RE-1"),
    )
