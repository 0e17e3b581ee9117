"""Approvals on their page: a controller decides about what an accountant asked for."""

import pytest

from approvals.actions import request_approval
from approvals.models import Approval
from kit.money import Money


@pytest.fixture
def asked(desk):
    """An accountant asked for something that nothing here does."""
    return request_approval(
        kind="nothing.here",
        subject="entry:1",
        summary="Write off 700.00 EUR",
        payload={},
        amount=Money(70000, "EUR"),
        reason="They are gone",
        by=desk("accountant").staff.user_id,
    )


def test_each_sees_what_they_can_do_about_it(desk, asked):
    assert "Take back" in desk("accountant").page("/finance/approvals/")
    assert "A controller decides" in desk("finance_viewer").page("/finance/approvals/")
    page = desk("controller").page("/finance/approvals/")
    for words in ("Write off 700.00 EUR", "They are gone", "Accountant Osei", "Grant", "Refuse"):
        assert words in page


def test_a_refusal_is_kept_with_its_note(desk, asked):
    at = desk("controller")
    answer = at.post(
        f"/finance/approvals/{asked.id}/decision/", {"decision": "refuse", "note": "Ask them"}, follow=True
    )
    assert "Refused: Write off 700.00 EUR" in answer.content.decode()
    page = at.page("/finance/approvals/?state=decided")
    assert "Ask them" in page
    assert "Controller Osei" in page


def test_what_nothing_does_is_said_and_still_waits(desk, asked):
    answer = desk("controller").post(f"/finance/approvals/{asked.id}/decision/", {"decision": "grant"}, follow=True)
    assert "Nothing does" in answer.content.decode()
    assert Approval.objects.get().waits


def test_who_asked_takes_it_back(desk, asked):
    desk("accountant").post(f"/finance/approvals/{asked.id}/withdrawal/")
    assert Approval.objects.get().decision == "withdrawn"
