"""Disputes and vendor debt in the finance console."""

from datetime import timedelta

import pytest

from approvals.models import Approval
from billing.disputes.models import Dispute
from billing.payouts.models import DebtPayment, VendorDebt
from billing.payouts.over_limit import follow_debt
from kit import clock
from kit.ids import uuid7
from marketplace.orders.models import VendorOrder
from tests.marketplace.conftest import address, everything_ten_percent, put_on_shelf
from tests.support.traders import dispute_of, owe_a_fee

__all__ = ["address", "everything_ten_percent", "put_on_shelf"]


@pytest.fixture
def part(market_day):
    return VendorOrder.objects.get(order=market_day.paid, vendor_id=market_day.lindqvist.id)


@pytest.fixture
def dispute(part):
    found = dispute_of(part)
    Dispute.objects.filter(id=found.id).update(evidence_due_at=clock.now() + timedelta(days=5))
    return found


@pytest.fixture
def debt(part):
    return owe_a_fee(part)


def test_a_dispute_shows_its_parts_and_what_the_vendor_says(desk, dispute, part, django_assert_max_num_queries):
    at = desk("finance")
    with django_assert_max_num_queries(13):
        assert dispute.reference_number in at.page("/finance/disputes/?state=open")
    with django_assert_max_num_queries(19):
        page = at.page(f"/finance/disputes/{dispute.id}/")
    for words in ("Lindqvist", "JD0001", "receipt.pdf", "Goods did not arrive", part.number):
        assert words in page
    assert at.csv("/finance/disputes/?format=csv")[1][:4] == [
        *(dispute.provider_dispute_id, dispute.reference_number, "needs_response", "product_not_received")
    ]


def test_staff_says_whose_it_is_and_who_bears_it(desk, dispute):
    at, path = desk("finance"), f"/finance/disputes/{dispute.id}/assignment/"
    share = dispute.payment.shares.get(vendor_id=dispute.slices.get().vendor_id)
    at.post(path, {"share": str(share.id), "borne_by": "platform", "fee_borne_by": "platform"})
    dispute.refresh_from_db()
    assert (dispute.assigned_share_id, dispute.borne_by, dispute.version) == (share.id, "platform", 2)
    told = at.get(f"/finance/disputes/{dispute.id}/").content.decode()
    assert "All of it concerns one vendor" in told
    answer = at.post(path, {"share": str(uuid7()), "borne_by": "vendor", "fee_borne_by": "vendor"}, follow=True)
    assert "That is not a part of this order." in answer.content.decode()


def test_an_answer_with_a_document_that_is_gone_is_not_sent(desk, dispute):
    at = desk("finance")
    data = {"file": [str(dispute.files.get().id)], "shipping_carrier": "DHL"}
    page = at.post(f"/finance/disputes/{dispute.id}/answer/", data, follow=True).content.decode()
    assert "is gone from its store" in page
    dispute.refresh_from_db()
    assert dispute.submitted_at is None


def test_a_debt_shows_what_settled_it_and_that_payouts_are_held(desk, debt, settings, django_assert_max_num_queries):
    settings.VENDOR_DEBT_LIMIT_MINOR = 1000
    follow_debt(vendor_id=debt.vendor_id)
    at = desk("controller")
    with django_assert_max_num_queries(15):
        page = at.page(f"/finance/debts/?vendor={debt.vendor_id}")
    for words in ("As agreed", "15.00", "Payouts held", "10.00 EUR may be at most", "Set the limit"):
        assert words in page
    assert at.csv("/finance/debts/?format=csv")[1][5:7] == ["20.00", "15.00"]
    assert "Write off</button>" not in desk("finance_viewer").page("/finance/debts/")


def test_a_write_off_is_made_or_waits_for_a_second(desk, debt, settings):
    settings.FOUR_EYES_MINOR = 1000
    at, path, once = desk("controller"), f"/finance/debts/{debt.id}/writing-off/", str(uuid7())

    def told(data):
        return at.post(path, {"once": str(uuid7()), **data}, follow=True).content.decode()

    assert "give an amount and say why" in told({"amount": "3.00", "reason": ""})
    assert "Of this debt 15.00 EUR is left." in told({"amount": "15.01", "reason": "Gone"})
    for _ in range(2):
        assert "3.00 EUR were written off." in told({"amount": "3.00", "reason": "Gone", "once": once})
    assert "Writing off 12.00 EUR waits for a second person." in told({"amount": "12.00", "reason": "Gone"})
    assert VendorDebt.objects.get().left_minor == 1200
    waits = Approval.objects.get()
    desk("administrator").post(f"/finance/approvals/{waits.id}/decision/", {"decision": "grant", "grant": "1"})
    waits.refresh_from_db()
    assert waits.decision == "granted"
    assert VendorDebt.objects.get().settled_at is not None
    assert DebtPayment.objects.filter(kind="written_off").count() == 3


def test_a_limit_of_its_own_is_set(desk, debt):
    at = desk("controller")
    path = f"/finance/debts/limits/{debt.vendor_id}/"
    page = at.post(path, {"amount": "250", "reason": "A good vendor"}, follow=True).content.decode()
    assert "This vendor may owe 250.00 EUR." in page
    assert at.post(f"/finance/debts/limits/{uuid7()}/", {"amount": "1", "reason": "x"}).status_code == 404
    assert at.post(f"/finance/debts/{uuid7()}/writing-off/").status_code == 404
    assert at.get(f"/finance/disputes/{uuid7()}/").status_code == 404
