"""Gift cards and store credit at the office: found, frozen, sent again, voided; credited with a reason."""

import pytest

from approvals.models import Approval
from audit.models import AuditEntry
from billing.prepaid.models import GiftCard, PrepaidMovement
from kit.ids import uuid7
from tests.api.conftest import make_user
from tests.marketplace.web.storefront.test_gift_cards import sold

__all__ = ["make_user"]

pytestmark = pytest.mark.django_db


def test_staff_find_a_card_and_do_what_there_is_to_do_each_with_a_reason(desk, django_assert_max_num_queries):
    card, code = sold()
    at = desk("support")
    with django_assert_max_num_queries(14):
        text = at.page(f"/gift-cards/?q={card.last_four.lower()}")
    assert card.number in text
    assert code not in text
    here = f"/gift-cards/{card.id}/"
    assert "To be sent" in at.page(here)
    text = at.post(f"{here}freezing/", {"reason": " "}, follow=True).content.decode()
    assert "Say why" in text
    at.post(f"{here}freezing/", {"reason": "Reported stolen"})
    assert "Reported stolen" in at.page(here)
    at.post(f"{here}unfreezing/", {"reason": "Found again"})
    at.post(f"{here}mailing/", {"reason": "Lost", "email": "new@oduya.example"})
    card.refresh_from_db()
    assert (card.frozen_at, card.recipient_email, card.code_version) == (None, "new@oduya.example", 2)
    text = at.post(f"{here}voiding/", {"reason": "Paid with a stolen card"}, follow=True).content.decode()
    assert "is void" in text
    assert "−20.00 EUR" in text
    assert "Void what is left" not in text
    done = AuditEntry.objects.filter(subject=f"gift_card:{card.id}").order_by("at").values_list("action", flat=True)
    assert list(done) == ["gift_card.frozen", "gift_card.unfrozen", "gift_card.sent_again", "gift_card.voided"]
    big, _ = sold(50_000)
    text = at.post(f"/gift-cards/{big.id}/voiding/", {"reason": "Stolen"}, follow=True).content.decode()
    assert "Somebody else has to agree" in text
    assert GiftCard.objects.get(id=big.id).voided_at is None
    assert Approval.objects.get().kind == "gift_card.void"


def test_staff_credit_a_customer_within_their_limit(desk, make_user):
    ada = make_user("ada@vermeer.example")
    at, here = desk("support"), f"/customers/{ada.id}/credit/"
    for change, mistake in [
        ({"amount": "a lot"}, "is not an amount"),
        ({"amount": "50.01"}, "Your role may give at most 50.00 EUR store credit."),
        ({"reason": ""}, "This field is required."),
        ({"amount": "-1.00"}, "Only 0.00 EUR can be taken back."),
    ]:
        answer = at.post(here, {"amount": "10.00", "reason": "Came late", "once": uuid7(), **change})
        assert (answer.status_code, mistake in answer.content.decode()) == (422, True), mistake
    once = uuid7()
    for _ in range(2):
        assert at.post(here, {"amount": "10.00", "reason": "Came late", "once": once}).status_code == 302
    assert PrepaidMovement.objects.get().amount_minor == 1000
    text = at.page(here)
    assert "Came late" in text
    assert "+10.00 EUR" in text
    assert AuditEntry.objects.filter(action="credit.given", subject=f"user:{ada.id}").count() == 1
