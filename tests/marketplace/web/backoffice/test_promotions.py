"""The platform's promotions in the office: with whose goods, at whose cost, and within which budget."""

import pytest

from audit.models import AuditEntry
from kit.ids import uuid7
from marketplace.promotions.actions import Given, Maker, create_promotion
from marketplace.promotions.models import Promotion

pytestmark = pytest.mark.django_db
FORM = {"name": "Autumn days", "kind": "fixed", "amount": "5.00", "code": "", "priority": "3", "platform_share": "100"}


def test_an_administrator_makes_one_for_all_and_one_that_a_vendor_bears_a_part_of(
    desk, make_vendor, django_assert_max_num_queries
):
    vendor = make_vendor("lindqvist")
    at = desk("administrator")
    assert at.post("/promotions/new/", {**FORM, "budget": "1000"}).status_code == 302
    everybodys = Promotion.objects.get()
    assert (everybodys.vendor_id, everybodys.amount_minor, everybodys.budget_minor, everybodys.priority) == (
        None,
        500,
        100_000,
        3,
    )
    answer = at.post("/promotions/new/", {**FORM, "platform_share": "60"})
    assert answer.status_code == 422
    assert "Say which vendor bears the rest" in answer.content.decode()
    shared = {**FORM, "name": "Together", "platform_share": "60", "vendor": "lindqvist"}
    assert at.post("/promotions/new/", shared).status_code == 302
    create_promotion(given=Given(name="Theirs", kind="free_shipping"), by=Maker(uuid7(), vendor.id))
    with django_assert_max_num_queries(25):
        text = at.page("/promotions/")
    for words in (
        "Autumn days",
        "1,000.00 EUR",
        "Together",
        "the marketplace bears 60 %",
        "Waits for the vendor",
        "Theirs",
    ):
        assert words in text, words
    theirs = Promotion.objects.get(name="Theirs")
    assert "End for good" not in at.page(f"/promotions/{theirs.id}/")
    assert at.post(f"/promotions/{theirs.id}/pause/").status_code == 403
    assert at.post(f"/promotions/{everybodys.id}/", {**FORM, "amount": "7.50"}).status_code == 302
    assert AuditEntry.objects.get(action="promotion.changed").data["fields"] == ["amount_minor", "budget_minor"]
    for step in ("pause", "resumption", "end"):
        assert at.post(f"/promotions/{everybodys.id}/{step}/").status_code == 302
    everybodys.refresh_from_db()
    assert (everybodys.amount_minor, everybodys.ended_at is None) == (750, False)
