"""Finance keeps the hold rules, holds and releases a single transfer, and pays out our own free money."""

import re

import pytest

from approvals.models import Approval
from audit.models import AuditEntry
from billing.payouts.models import Adjustment, Hold, HoldRule, PayoutWish, Transfer, VendorDebt
from kit.ids import uuid7
from marketplace.orders.models import VendorOrder


@pytest.fixture
def held(market_day):
    part = VendorOrder.objects.get(order=market_day.paid, vendor_id=market_day.moreau.id)
    return Transfer.objects.get(reference_id=part.id)


def test_a_controller_puts_rules_in_force_and_ends_them(desk, market_day):
    at = desk("controller")
    reserve = {"kind": "reserve", "scope": "new_vendor", "days": "30", "percent": "20", "new_for_orders": "50"}
    assert at.post("/finance/hold-rules/", reserve).status_code == 302
    assert (
        at.post("/finance/hold-rules/", {"kind": "large_order", "scope": "all", "above": "500.00"}).status_code == 302
    )
    agreed = {"kind": "delivered_plus_days", "scope": "vendor", "vendor": market_day.moreau.slug, "days": "3"}
    assert at.post("/finance/hold-rules/", agreed).status_code == 302
    page = at.page("/finance/hold-rules/")
    assert "20 % of the earnings are released 30 days later than the rest" in page
    assert "An order above 500.00 EUR is held until finance has looked at it" in page
    assert market_day.moreau.name.replace("'", "&#x27;") in page
    wrong = at.post("/finance/hold-rules/", reserve | {"percent": "", "days": "400"})
    assert wrong.status_code == 422
    rule = HoldRule.objects.get(kind="large_order")
    assert at.post(f"/finance/hold-rules/{rule.id}/end/").status_code == 302
    assert "An order above" not in at.page("/finance/hold-rules/")
    assert "out of force already" in at.post(f"/finance/hold-rules/{rule.id}/end/", follow=True).content.decode()
    assert AuditEntry.objects.filter(action__startswith="hold_rule.").count() == 4
    assert desk("accountant").post("/finance/hold-rules/", reserve).status_code == 403


def test_an_accountant_holds_a_transfer_and_lets_it_go(desk, held):
    at = desk("accountant")
    assert "Released 7 days after delivery" in at.page(f"/finance/transfers/{held.id}/")
    assert at.post(f"/finance/transfers/{held.id}/holds/", {"reason": ""}).status_code == 422
    at.post(f"/finance/transfers/{held.id}/holds/", {"reason": "We ask for the invoice"})
    page = at.page(f"/finance/transfers/{held.id}/")
    assert "Waits for finance, to look at it." in page
    hold = Hold.objects.get(transfer=held, rule="manual")
    at.post(f"/finance/holds/{hold.id}/release/", {"reason": "It came"})
    hold.refresh_from_db()
    assert (hold.released_at is not None, hold.released_reason) == (True, "It came")
    assert [entry.data["reason"] for entry in AuditEntry.objects.filter(action__startswith="hold.").order_by("id")] == [
        "We ask for the invoice",
        "It came",
    ]
    assert at.get(f"/finance/transfers/{uuid7()}/").status_code == 404
    assert desk("finance_viewer").post(f"/finance/transfers/{held.id}/holds/", {"reason": "No"}).status_code == 403


def test_a_controller_asks_for_our_own_money_once(desk, market_day):
    at = desk("controller")
    assert "Owed to vendors, customers and the tax office" in at.page("/finance/payouts/")
    wanted = {"wish": str(uuid7()), "amount": "3.00"}
    for _ in range(2):
        assert at.post("/finance/payouts/own/", wanted).status_code == 302
    assert PayoutWish.objects.values_list("vendor_id", "amount_minor", "state").get() == (None, 300, "asked")
    assert at.post("/finance/payouts/own/", wanted | {"wish": str(uuid7())}).status_code == 422
    assert desk("accountant").post("/finance/payouts/own/", wanted).status_code == 403


def once_in(at):
    return re.search(r'name="once" value="([^"]+)"', at.page("/finance/credits/"))[1]


def test_an_accountant_credits_a_vendor_with_a_reason(desk, market_day):
    at = desk("accountant")
    assert at.post("/finance/credits/", {"vendor": market_day.moreau.slug, "amount": "5"}).status_code == 422
    given = {"vendor": market_day.moreau.slug, "amount": "5", "reason": "A lost parcel", "once": once_in(at)}
    for _ in range(2):
        assert "are on their way" in at.post("/finance/credits/", given, follow=True).content.decode()
    other = at.post("/finance/credits/", given | {"amount": "6"})
    assert (other.status_code, "with something else in it" in other.content.decode()) == (422, True)
    assert given["once"] not in other.content.decode()  # sent once more it is another
    much = at.post("/finance/credits/", given | {"amount": "10000.01", "once": str(uuid7())})
    assert (much.status_code, "At most 10,000.00 EUR at once." in much.content.decode()) == (422, True)
    assert Adjustment.objects.get().amount_minor == 500
    page = at.page("/finance/credits/")
    assert "A lost parcel" in page
    assert "5.00 EUR" in page
    assert AuditEntry.objects.get(action="vendor.credited").data["reason"] == "A lost parcel"
    assert desk("finance_viewer").post("/finance/credits/", given).status_code == 403


def test_an_accountant_debits_a_vendor_and_a_second_person_agrees_to_much(desk, market_day, settings):
    settings.FOUR_EYES_MINOR = 10_000
    at = desk("accountant")
    given = {"vendor": market_day.moreau.slug, "amount": "5", "reason": "Labels were not paid for", "once": once_in(at)}
    assert at.post("/finance/debits/", given | {"reason": ""}).status_code == 422
    for _ in range(2):
        assert at.post("/finance/debits/", given).status_code == 302
    debt = VendorDebt.objects.get(vendor_id=market_day.moreau.id)
    assert (debt.cause, debt.amount_minor, debt.reason) == ("by_hand", 500, "Labels were not paid for")
    page = at.page("/finance/debits/")
    assert "Labels were not paid for" in page
    assert "Debited by the marketplace" in at.page("/finance/debts/")
    assert AuditEntry.objects.get(action="vendor.debited").data["made"] == f"vendor_debt:{debt.id}"
    much = given | {"amount": "100", "once": str(uuid7())}
    for _ in range(2):
        assert "wait for a second person" in at.post("/finance/debits/", much, follow=True).content.decode()
    waits = Approval.objects.get()
    assert (waits.kind, waits.summary) == ("vendor.debit", f"Debit {market_day.moreau.name} 100.00 EUR")
    page = at.page("/finance/approvals/")
    assert ("Debit by hand" in page, str(waits.subject) in page) == (True, False)
    assert desk("finance_viewer").post("/finance/debits/", given).status_code == 403
    for _ in range(2):
        granted = desk("controller").post(
            f"/finance/approvals/{waits.id}/decision/", {"decision": "grant"}, follow=True
        )
        assert "Granted and done" in granted.content.decode()
    assert "are owed from now on" in at.post("/finance/debits/", much, follow=True).content.decode()
    assert sorted(VendorDebt.objects.values_list("amount_minor", flat=True)) == [500, 10_000]
