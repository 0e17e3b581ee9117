"""What a vendor sees and says of a dispute, with its documents in folders and on S3; and what it owes."""

import io
from datetime import timedelta

import pytest

from billing.disputes.evidence import MOST_BYTES
from billing.disputes.models import Dispute, DisputeAnswer, DisputeFile
from billing.payouts.over_limit import follow_debt
from billing.stripe.disputes import DocumentGone, documents_of
from kit import clock
from kit.ids import uuid7
from tests.marketplace.conftest import address, everything_ten_percent, put_on_shelf
from tests.support.object_storage import PRIVATE
from tests.support.traders import dispute_of, owe_a_fee

__all__ = ["address", "everything_ten_percent", "put_on_shelf"]
PDF = b"%PDF-1.4\n1 0 obj\n%%EOF\n"


@pytest.fixture
def disputed(paid, desk_of):
    """`desk, dispute = disputed`: Lindqvist's owner, and what a bank asks about its part of an order."""
    order, lamp, _ = paid()
    return desk_of(lamp.vendor), dispute_of(order.vendor_orders.get(vendor_id=lamp.vendor.id))


def named(data, name="proof.pdf"):
    file = io.BytesIO(data)
    file.name = name
    return file


def add(desk, dispute, data, kind="shipping_documentation"):
    return desk.post(f"/disputes/{dispute.id}/files/", {"kind": kind, "file": named(data)})


def given(dispute):
    return set(DisputeFile.objects.filter(dispute=dispute, removed_at=None).values_list("kind", "size_bytes"))


def test_a_dispute_is_shown_with_what_was_said(disputed, asks_at_most):
    desk, dispute = disputed
    desk.get("/team/")
    with asks_at_most(8):
        assert dispute.reference_number in desk.text("/disputes/")
    with asks_at_most(10):
        page = desk.text(f"/disputes/{dispute.id}/")
    for words in ("Goods did not arrive", "JD0001", "receipt.pdf", "it is your loss", "Hand"):
        assert words in page


def test_it_is_kept_and_handed_in(disputed):
    desk, dispute = disputed
    path = f"/disputes/{dispute.id}/answer/"
    assert desk.post(path, {"shipping_carrier": " DHL "}).status_code == 302
    answer = DisputeAnswer.objects.get()
    assert (answer.texts, answer.handed_in_at) == ({"shipping_carrier": "DHL"}, None)
    desk.post(path, {"shipping_carrier": "DHL", "hand_in": "1"})
    assert DisputeAnswer.objects.get().handed_in_at is not None
    refused = desk.post(path, {"uncategorized_text": "x" * 20_001})
    assert refused.status_code == 422
    assert "Write at most 20000 characters." in refused.content.decode()


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"GIF89a", "Banks take a PDF, a PNG or a JPEG."),
        (b"%PDF-" + b"x" * MOST_BYTES, "The documents of one answer may have 4.5 MB together."),
        (b"%PDF-" + b"x" * (MOST_BYTES - 500), "The documents of one answer may have 4.5 MB together."),
    ],
    ids=["no picture", "too large", "too large with the others"],
)
def test_what_banks_do_not_take_is_refused_at_its_field(disputed, data, why):
    desk, dispute = disputed
    answer = add(desk, dispute, data)
    assert answer.status_code == 422
    assert f"<span>{why}</span>" in answer.content.decode().partition('id="file-error"')[2]
    assert given(dispute) == {("receipt", 1000)}


def test_nothing_is_taken_after_the_deadline_and_once_it_was_sent(disputed):
    desk, dispute = disputed
    for changed in (
        {"evidence_due_at": clock.now() - timedelta(seconds=1)},
        {"evidence_due_at": None, "submitted_at": clock.now()},
        {"state": "lost", "submitted_at": None},
    ):
        Dispute.objects.filter(id=dispute.id).update(**changed)
        file = DisputeFile.objects.get()
        for answer in (
            desk.post(f"/disputes/{dispute.id}/answer/", {"shipping_carrier": "DHL"}),
            add(desk, dispute, PDF),
            desk.post(f"/disputes/{dispute.id}/files/{file.id}/removal/"),
        ):
            assert answer.status_code == 422
            assert "This dispute can no longer be answered." in answer.content.decode()
        assert '<form class="form"' not in desk.text(f"/disputes/{dispute.id}/")
    assert (given(dispute), DisputeAnswer.objects.get().texts) == (
        {("receipt", 1000)},
        {"shipping_tracking_number": "JD0001"},
    )


def test_another_vendors_dispute_is_not_there(disputed, paid, desk_of):
    _, dispute = disputed
    _, _, soap = paid()
    other, file = desk_of(soap.vendor), DisputeFile.objects.get()
    path = f"/disputes/{dispute.id}/"
    assert other.get(path).status_code == 404
    for action in ("answer/", "files/", f"files/{file.id}/removal/"):
        assert other.post(path + action, {"kind": "receipt"}).status_code == 404
    assert other.post(f"/disputes/{uuid7()}/answer/").status_code == 404
    assert dispute.reference_number not in other.text("/disputes/")
    assert given(dispute) == {("receipt", 1000)}


@pytest.mark.parametrize(("role", "may"), [("orders", True), ("finance", True), ("viewer", False), ("catalog", False)])
def test_who_ships_or_keeps_the_money_answers(disputed, desk_of, role, may):
    desk, dispute = disputed
    asked = desk_of(desk.vendor, role)
    assert asked.get(f"/disputes/{dispute.id}/").status_code == (403 if role == "catalog" else 200)
    answers = [
        asked.post(f"/disputes/{dispute.id}/answer/", {"shipping_carrier": "DHL"}),
        add(asked, dispute, PDF),
        asked.post(f"/disputes/{dispute.id}/files/{uuid7()}/removal/"),
    ]
    assert [answer.status_code == 302 for answer in answers] == [may] * 3


def test_documents_lie_on_s3_and_go_from_there_to_the_bank(disputed, buckets):
    desk, dispute = disputed
    place = f"disputes/{desk.vendor.id}/{dispute.id}/"
    assert add(desk, dispute, PDF + b"first").status_code == 302
    assert add(desk, dispute, PDF).status_code == 302
    kept = DisputeFile.objects.get(kind="shipping_documentation", removed_at=None)
    assert buckets.keys(PRIVATE, place) == [kept.path]
    # The office has keys that read documents, and write nothing.
    buckets.use("documents")
    [document] = documents_of(dispute, {kept.id})
    assert (document.kind, document.content) == ("shipping_documentation", PDF)
    with pytest.raises(DocumentGone, match=r"receipt\.pdf"):
        documents_of(dispute, {DisputeFile.objects.get(kind="receipt").id})
    buckets.break_off()
    assert add(desk, dispute, PDF).status_code == 422
    buckets.use()
    assert desk.post(f"/disputes/{dispute.id}/files/{kept.id}/removal/").status_code == 302
    assert (buckets.keys(PRIVATE, place), given(dispute)) == ([], {("receipt", 1000)})


def test_what_is_owed_and_why_payouts_are_held_is_told(paid, desk_of, settings):
    settings.VENDOR_DEBT_LIMIT_MINOR = 1000
    order, lamp, _ = paid()
    owe_a_fee(order.vendor_orders.get(vendor_id=lamp.vendor.id))
    desk = desk_of(lamp.vendor)
    page = desk.text("/money/")
    assert "The provider&#x27;s fee for a dispute that was lost" in page
    assert "15.00" in page
    assert "Payouts to your bank are held." not in desk.text("/money/payouts/")
    follow_debt(vendor_id=lamp.vendor.id)
    held = desk.text("/money/payouts/")
    assert "Payouts to your bank are held." in held
    assert "15.00 EUR are owed to the marketplace, and 10.00 EUR may be at most" in held
