"""Disputes and vendor debt by the finance API."""

from typing import Any

import pytest

from billing.disputes.models import Dispute
from billing.payouts.models import VendorDebt
from kit.ids import uuid7
from marketplace.orders.models import VendorOrder
from tests.support.api import Held, items
from tests.support.traders import dispute_of, owe_a_fee

FINANCE = "/api/v1/finance"


@pytest.fixture
def part(market_day: Any) -> VendorOrder:
    return VendorOrder.objects.get(order=market_day.paid, vendor_id=market_day.lindqvist.id)


@pytest.fixture
def as_role(at_office: Any) -> Any:
    return lambda role: Held(at_office(role), "finance")


def test_a_dispute_is_read_and_assigned(as_role: Any, part: VendorOrder) -> None:
    dispute, caller = dispute_of(part), as_role("finance")
    [listed] = items(caller, f"{FINANCE}/disputes?state=open")
    assert (listed["id"], listed["phase"], listed["needs_answer"]) == (str(dispute.id), "none", True)
    assert items(caller, f"{FINANCE}/disputes?state=won") == []
    path = f"{FINANCE}/disputes/{dispute.id}"
    one = caller.get(path).json()
    assert {name: one[name] for name in listed} == listed
    [shown] = one["parts"]
    assert (shown["vendor"]["slug"], shown["texts"]) == ("lindqvist", {"shipping_tracking_number": "JD0001"})
    assert one["merged_texts"] == shown["texts"]
    given = {"share_id": shown["share_id"], "loss_borne_by": "platform", "fee_borne_by": "vendor"}
    told = caller.put(f"{path}/assignment", given, Idempotency_Key="assign-it-to-one-1").json()
    assert (told["assigned_share_id"], told["loss_borne_by"]) == (shown["share_id"], "platform")
    assert [event["kind"] for event in told["events"]] == ["bearers", "assigned"]
    assert caller.put(f"{path}/assignment", given, Idempotency_Key="assign-it-to-one-1").json() == told
    # What is refused leaves nothing half done.
    refused = caller.put(f"{path}/assignment", {**given, "share_id": str(uuid7()), "loss_borne_by": "vendor"})
    assert refused.status_code == 422
    assert Dispute.objects.get().borne_by == "platform"
    assert caller.get(f"{FINANCE}/disputes/{uuid7()}").status_code == 404


def test_an_answer_names_documents_of_this_dispute(as_role: Any, part: VendorOrder) -> None:
    dispute, caller = dispute_of(part), as_role("finance")
    path = f"{FINANCE}/disputes/{dispute.id}/submission"
    unknown = caller.post(path, {"texts": {}, "file_ids": [str(uuid7())]})
    assert (unknown.status_code, unknown.json()["errors"][0]["field"]) == (422, "file_ids")
    gone = caller.post(path, {"texts": {}, "file_ids": [str(dispute.files.get().id)]})
    assert (gone.status_code, gone.json()["code"]) == (409, "dispute_document_gone")
    assert caller.post(path, {"texts": {}}).json()["code"] == "dispute_answer_empty"
    Dispute.objects.update(state="lost")
    for name, body in (("submission", {"texts": {"shipping_carrier": "DHL"}}), ("acceptance", {})):
        decided = caller.post(f"{FINANCE}/disputes/{dispute.id}/{name}", body)
        assert (decided.status_code, decided.json()["code"]) == (409, "dispute_closed")


def test_a_debt_is_written_off_or_waits_for_a_second(as_role: Any, part: VendorOrder, settings: Any) -> None:
    settings.FOUR_EYES_MINOR = 1000
    debt, caller = owe_a_fee(part), as_role("controller")
    [listed] = items(caller, f"{FINANCE}/debts?open=true&vendor={part.vendor_id}")
    assert (listed["left_minor"], listed["vendor"]["slug"], listed["payments"][0]["reason"]) == (
        *(1500, "lindqvist", "As agreed"),
    )
    assert caller.get(f"{FINANCE}/debts/{debt.id}").json() == listed
    path = f"{FINANCE}/debts/{debt.id}/write-off"
    done = caller.post(path, {"amount_minor": 300, "reason": "Gone"}, Idempotency_Key="write-it-off-0001").json()
    assert (done["approval_id"], done["debt"]["left_minor"]) == (None, 1200)
    again = caller.post(path, {"amount_minor": 300, "reason": "Gone"}, Idempotency_Key="write-it-off-0001").json()
    assert again == done
    waits = caller.post(path, {"amount_minor": 1200, "reason": "Gone"}).json()
    assert (bool(waits["approval_id"]), waits["debt"]["left_minor"]) == (True, 1200)
    too_much = caller.post(path, {"amount_minor": 1201, "reason": "Gone"})
    assert (too_much.status_code, too_much.json()["code"]) == (422, "more_than_owed")
    granted = as_role("administrator").post(f"{FINANCE}/approvals/{waits['approval_id']}/decision", {"grant": True})
    assert granted.json()["done_as"].startswith("debt_payment:")
    assert VendorDebt.objects.get().left_minor == 0
    assert caller.post(path, {"amount_minor": 1, "reason": "Gone"}).json()["code"] == "nothing_owed"


def test_a_limit_of_its_own(as_role: Any, part: VendorOrder) -> None:
    owe_a_fee(part)
    caller, path = as_role("controller"), f"{FINANCE}/debt-limits/{part.vendor_id}"
    before = caller.get(path).json()
    assert (before["owed_minor"], before["limit_minor"], before["set_at"]) == (1500, 50000, None)
    after = caller.put(path, {"limit_minor": 70000, "reason": "A good vendor"}).json()
    assert (after["limit_minor"], after["reason"]) == (70000, "A good vendor")
    assert caller.put(path, {"limit_minor": -1, "reason": "x"}).status_code == 422
    assert caller.get(f"{FINANCE}/debt-limits/{uuid7()}").status_code == 404
