"""The checklist by API: a vendor reads and does it, the platform lists what waits and decides."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from outbox.tasks import deliver
from tenants.onboarding.keeping import publish_terms
from tenants.onboarding.models import Step
from tests.api.conftest import portal_of
from tests.support.api import Held, at_office, items
from tests.tenants.onboarding.conftest import STAFF, paper

__all__ = ["at_office", "paper"]

HERE, OFFICE = "/api/v1/vendor/onboarding", "/api/v1/platform"


@pytest.fixture
def newcomer(make_vendor: Any, paper: str) -> Any:
    Step.objects.update(is_on=False)
    publish_terms(text="We sell, you deliver.", by=STAFF)
    Step.objects.filter(code="terms").update(is_on=True, for_selling=True, for_payout=False)
    Step.objects.filter(code=paper).update(is_on=True, for_payout=True)
    return make_vendor("lindqvist", country="SE", state="onboarding", selling_cleared_at=None, payouts_cleared_at=None)


def test_a_vendor_does_its_part_and_the_platform_decides(
    newcomer: Any, paper: str, program: Any, member_token: Any, make_key: Any, at_office: Any
) -> None:
    owner = Held(program(portal_of(newcomer), member_token(newcomer)), "vendor")
    found = owner.get(HERE).json()
    assert [(item["code"], item["state"], item["waits_for"]) for item in found["items"]] == [
        *(("terms", "todo", "vendor"), (paper, "todo", "vendor")),
    ]
    version = owner.get(f"{HERE}/terms").json()["version"]
    key = Held(program(portal_of(newcomer), make_key(newcomer, "onboarding:read", "onboarding:write")), "vendor")
    assert key.get(HERE).status_code == 200
    assert key.post(f"{HERE}/terms/acceptance", {"version": version}).status_code == 403
    assert owner.post(f"{HERE}/terms/acceptance", {"version": 9}).json()["code"] == "terms_changed"
    agreed = owner.post(f"{HERE}/terms/acceptance", {"version": version}, Idempotency_Key="agree-to-the-terms-1")
    assert agreed.json()["items"][0]["state"] == "done"
    steps = f"{HERE}/steps"
    file = SimpleUploadedFile("utdrag.pdf", b"%PDF-1.7")
    made = owner.send(f"{steps}/{paper}/documents", {"file": file})
    assert (made.status_code, made.json()["content_type"]) == (201, "application/pdf")
    wrong = owner.send(f"{steps}/{paper}/documents", {"file": SimpleUploadedFile("a.exe", b"MZ")})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "file")
    assert owner.post(f"{steps}/{paper}/submission").json()["code"] == "step_not_waiting"
    assert owner.post(f"{steps}/review/submission").status_code == 404
    deliver()

    staff, reader = at_office("moderator"), at_office("support")
    (waiting,) = items(staff, f"{OFFICE}/onboarding")
    assert (waiting["slug"], [item["code"] for item in waiting["items"]]) == ("lindqvist", [paper])
    assert [row["slug"] for row in items(staff, f"{OFFICE}/vendors?waits_for_us=true")] == ["lindqvist"]
    decision = f"{OFFICE}/vendors/{newcomer.id}/onboarding/{paper}/decision"
    seen = waiting["items"][0]["seen"]
    assert reader.post(decision, {"decision": "accept", "seen": seen}).status_code == 403
    assert staff.post(decision, {"decision": "accept", "seen": None}).json()["code"] == "step_changed"
    assert staff.post(decision, {"decision": "reject", "seen": seen}).status_code == 422
    done = staff.post(decision, {"decision": "accept", "seen": seen}, Idempotency_Key="accept-the-paper-1")
    assert done.json()["payouts_cleared_at"] is not None
    assert staff.post(decision, {"decision": "accept", "seen": seen}).json()["code"] == "step_not_waiting"
    assert staff.post(decision.replace(paper, "review"), {"decision": "accept", "seen": None}).status_code == 404
    assert items(staff, f"{OFFICE}/onboarding") == []
    assert reader.get(f"{OFFICE}/vendors/{newcomer.id}/onboarding").json() == done.json()
    assert staff.get(f"{OFFICE}/vendors/{newcomer.id}").json()["selling_cleared_at"] is not None
