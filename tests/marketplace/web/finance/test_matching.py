"""The match of orders, books and provider, by hand: green to the cent, or saying what differs."""

from datetime import timedelta

import pytest

from audit.models import AuditEntry
from billing.ledger.actions import post
from billing.ledger.entries import Line
from billing.reconciliation.actions import reconcile
from billing.reconciliation.models import ReconciliationException, ReconciliationRun
from kit import clock
from marketplace.web.finance.views.reconciliation import sides_of
from tests.support.sandbox import sandbox, sandbox_process

__all__ = ["sandbox", "sandbox_process"]


def forge_an_entry():
    """An entry that nothing of ours or the provider's made."""
    return post(
        source_key="forged:1",
        kind="forged",
        currency="EUR",
        occurred_at=clock.now(),
        lines=[Line("1100", 777), Line("2900", -777)],
    )


def test_matching_empty_books_is_green(desk, sandbox):
    at = desk("finance")
    answer = at.post("/finance/reconciliation/matches/", {"back": "home"}, follow=True)
    page = answer.content.decode()
    assert at.browser.address.endswith("/finance/")
    assert "Matched to the cent" in page
    assert "alert--good" in page
    run = ReconciliationRun.objects.get()
    entry = AuditEntry.objects.get(action="reconciliation.matched")
    assert (entry.actor_id, entry.subject) == (at.staff.user_id, f"reconciliation_run:{run.id}")


def test_a_difference_turns_the_line_red_and_names_entry_account_and_amount(desk, sandbox):
    entry = forge_an_entry()
    at = desk("finance")
    page = at.post("/finance/reconciliation/matches/", follow=True).content.decode()
    assert "1 difference to explain" in page
    assert "alert--bad" in page
    assert f"/finance/ledger/entries/{entry.id}/" in page
    assert "1100 Bank" in page
    assert "7.77 EUR" in page
    assert "1 difference to explain" in at.page("/")
    assert "What differs" in at.page("/finance/")


def test_a_provider_that_does_not_answer_is_said_and_breaks_nothing(desk, db, settings):
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    answer = desk("finance").post("/finance/reconciliation/matches/", follow=True)
    assert answer.status_code == 200
    assert "The provider did not tell its balances" in answer.content.decode()


@pytest.fixture
def forged(db):
    forge_an_entry()
    return reconcile(fetch_balances=list)


def test_a_difference_shows_its_age_and_goes_when_it_is_explained(desk, forged, move_clock):
    at = desk("finance")
    assert ">today<" in at.page("/finance/reconciliation/")
    ReconciliationException.objects.update(first_seen_at=clock.now() - timedelta(days=3))
    assert "3 days" in at.page("/finance/reconciliation/")
    ReconciliationException.objects.update(state="resolved")
    assert "Nothing to explain" in at.page("/finance/reconciliation/")
    assert "forged" in at.page("/finance/reconciliation/?state=resolved")


def test_a_run_shows_what_each_side_said(desk, market_day):
    run = reconcile(fetch_balances=list)
    at = desk("finance")
    assert f"/finance/reconciliation/runs/{run.id}/" in at.page("/finance/reconciliation/?state=runs")
    page = at.page(f"/finance/reconciliation/runs/{run.id}/")
    for words in ("Charged", "141.00 EUR", "Owed to vendors", "14.10 EUR", "Differs"):
        assert words in page, words


def test_sides_agree_only_when_all_who_speak_say_the_same():
    rows = sides_of(
        {
            "orders": {"charged": 100, "commission": 5},
            "ledger": {"charged": 100, "commission": 6},
            "provider": {"charged": 100, "extra": 1},
        }
    )
    assert [(row["what"], row["amounts"], row["agree"], row["alone"]) for row in rows] == [
        ("Charged", [100, 100, 100], True, False),
        ("Commission", [5, 6, None], False, False),
        ("Extra", [None, None, 1], True, True),
    ]


def test_support_cannot_match(desk, db):
    assert desk("support").post("/finance/reconciliation/matches/").status_code == 403
    assert not ReconciliationRun.objects.exists()


def test_a_difference_is_given_to_somebody_and_set_right_from_its_page(desk, sandbox):
    entry = forge_an_entry()
    reconcile()
    at, row = desk("accountant"), ReconciliationException.objects.get()
    path = f"/finance/reconciliation/exceptions/{row.id}/"
    page = at.page(path)
    for words in ("Not ours", "Reverse the entry", f"/finance/ledger/entries/{entry.id}/"):
        assert words in page
    assert "Reverse the entry" not in desk("finance_viewer").page(path)
    assert (
        "Choose somebody of the list" in at.post(f"{path}owner/", {"owner": str(row.id)}, follow=True).content.decode()
    )
    at.post(f"{path}owner/", {"owner": str(at.staff.user_id)})
    assert "Accountant Osei" in at.page("/finance/reconciliation/")
    answer = at.post(f"{path}resolution/", {"suggestion": "reverse", "reason": ""}, follow=True)
    assert "Say why" in answer.content.decode()
    at.post(f"{path}resolution/", {"suggestion": "reverse", "reason": "Nobody knows it"})
    row.refresh_from_db()
    assert (row.state, row.resolution) == ("resolved", "Nobody knows it")
    assert "Nobody knows it" in at.page(path)
    assert reconcile().matches


def test_what_belongs_to_an_order_is_looked_for_at_the_provider(desk, sandbox):
    from uuid import uuid4

    at = desk("accountant")
    answer = at.post(f"/finance/orders/{uuid4()}/healing/", follow=True)
    assert "0 charges, 0 transfers, 0 refunds are at the provider" in answer.content.decode()
    assert AuditEntry.objects.get(action="order.healed").data["entered"] == 0
