"""Disputes and debts by the vendor API."""

import io
from datetime import timedelta
from typing import Any

import pytest

from billing.disputes.models import Dispute, DisputeAnswer, DisputeFile
from kit import clock
from kit.ids import uuid7
from tests.support.api import items

V1 = "/api/v1/vendor"


def proof(data: bytes = b"%PDF-1.4\n%%EOF\n") -> io.BytesIO:
    file = io.BytesIO(data)
    file.name = "proof.pdf"
    return file


@pytest.fixture
def caller(trade: Any, at: Any) -> Any:
    return at(trade[0].vendor)


@pytest.fixture
def path(trade: Any) -> str:
    return f"{V1}/disputes/{trade[0].ids['dispute_id']}"


def test_a_dispute_is_read_answered_and_handed_in(trade: Any, caller: Any, path: str) -> None:
    [listed] = items(caller, f"{V1}/disputes")
    assert (listed["state"], listed["order"]["id"], listed["can_be_answered"]) == (
        *("needs_response", str(trade[0].ids["order_id"]), True),
    )
    one = caller.get(path).json()
    assert {name: one[name] for name in listed} == listed
    assert (one["texts"], [file["proves"] for file in one["files"]]) == (
        {"shipping_tracking_number": "JD0001"},
        ["receipt"],
    )
    said = {"texts": {"shipping_carrier": "DHL"}, "hand_in": True}
    answer = caller.put(f"{path}/answer", said, Idempotency_Key="answer-the-bank-01")
    assert (answer.status_code, answer.json()["texts"]) == (200, {"shipping_carrier": "DHL"})
    handed_in_at = DisputeAnswer.objects.get(vendor_id=trade[0].vendor.id).handed_in_at
    assert handed_in_at is not None
    again = caller.put(f"{path}/answer", said, Idempotency_Key="answer-the-bank-01")
    assert again.json() == answer.json()
    assert DisputeAnswer.objects.get(vendor_id=trade[0].vendor.id).handed_in_at == handed_in_at
    wrong = caller.put(f"{path}/answer", {"texts": {"shipping_carrier": "x" * 20_001}})
    assert wrong.status_code == 422


def test_documents_are_added_once_and_taken_back(trade: Any, caller: Any, path: str) -> None:
    form = {"kind": "shipping_documentation"}
    made = caller.send(f"{path}/files", {**form, "file": proof()}, Idempotency_Key="send-the-proof-01")
    assert (made.status_code, made.json()["proves"], made.json()["size_bytes"]) == (201, "shipping_documentation", 15)
    again = caller.send(f"{path}/files", {**form, "file": proof()}, Idempotency_Key="send-the-proof-01")
    assert again.json()["id"] == made.json()["id"]
    for file, status in ((proof(b"GIF89a"), 422), (proof(b"%PDF-" + b"x" * 4_500_000), 422)):
        refused = caller.send(f"{path}/files", {**form, "file": file})
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (status, "file")
    assert caller.delete(f"{path}/files/{made.json()['id']}").status_code == 204
    assert caller.delete(f"{path}/files/{made.json()['id']}").status_code == 404
    assert caller.delete(f"{path}/files/{trade[1].ids['file_id']}").status_code == 404
    mine = DisputeFile.objects.filter(vendor_id=trade[0].vendor.id, removed_at=None)
    assert [file.kind for file in mine] == ["receipt"]


def test_after_the_deadline_nothing_is_taken(trade: Any, caller: Any, path: str) -> None:
    late = clock.now() - timedelta(seconds=1)
    Dispute.objects.filter(id=trade[0].ids["dispute_id"]).update(evidence_due_at=late)
    for answer in (
        caller.put(f"{path}/answer", {"texts": {}}),
        caller.send(f"{path}/files", {"kind": "receipt", "file": proof()}),
        caller.delete(f"{path}/files/{trade[0].ids['file_id']}"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "dispute_answer_closed")
    assert caller.get(path).json()["can_be_answered"] is False


def test_a_key_reads_and_answers_by_its_scopes(trade: Any, at: Any, path: str) -> None:
    reads = at(trade[0].vendor, "disputes:read")
    assert reads.get(path).status_code == 200
    assert reads.put(f"{path}/answer", {"texts": {}}).status_code == 403
    assert at(trade[0].vendor, "orders:read", "money:read").get(path).status_code == 403


def test_what_is_owed_is_told_with_what_paid_it(trade: Any, caller: Any) -> None:
    [debt] = items(caller, f"{V1}/debts?open=true")
    assert (debt["amount_minor"], debt["left_minor"], debt["cause"]) == (2000, 1500, "dispute_fee")
    [payment] = debt["payments"]
    assert (payment["kind"], payment["amount_minor"], payment["order"]) == ("written_off", 500, None)
    assert caller.get(f"{V1}/debts/{debt['id']}").json() == debt
    assert items(caller, f"{V1}/debts?open=false") == []
    assert caller.get(f"{V1}/debts/{uuid7()}").status_code == 404
    summary = caller.get(f"{V1}/debt-summary").json()
    assert summary == {
        "currency": "EUR",
        "owed_minor": 1500,
        "limit_minor": 50000,
        "payouts_held_at": None,
        "payouts_held_reason": "",
    }
