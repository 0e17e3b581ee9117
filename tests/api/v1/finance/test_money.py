"""Money in, money out and its proof by API."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from audit.models import AuditEntry
from billing.ledger.actions import post
from billing.ledger.entries import Line
from billing.payments.actions import NotRefused, refund_answered, request_refund
from billing.payments.models import Payment, PaymentShare, RefundState
from billing.payouts.actions import delivered
from billing.payouts.models import Transfer
from billing.reconciliation.models import ReconciliationRun
from kit import clock
from marketplace.orders.models import VendorOrder
from tests.support.api import items

FINANCE = "/api/v1/finance"


@pytest.fixture
def held(market_day: Any) -> Transfer:
    part = VendorOrder.objects.get(order=market_day.paid, vendor_id=market_day.moreau.id)
    return Transfer.objects.get(reference_id=part.id)


def test_a_transfer_tells_which_payout_carried_it(at_office: Any, market_day: Any, held: Transfer) -> None:
    caller = at_office("finance")
    found = {row["vendor"]["slug"]: row for row in items(caller, f"{FINANCE}/transfers")}
    lindqvists = found["lindqvist"]
    assert (lindqvists["amount_minor"], lindqvists["state"], lindqvists["provider_transfer_id"]) == (
        *(11590, "done", "tr_1"),
    )
    assert lindqvists["payouts"] == [
        {
            "id": str(market_day.vendor_payout.id),
            "provider_payout_id": "po_1",
            "state": "in_transit",
            "arrives_on": "2026-12-01",
            "amount_minor": 11590,
        }
    ]
    assert (found["moreau"]["state"], found["moreau"]["payouts"], found["moreau"]["release_at"]) == ("held", [], None)
    assert found["moreau"]["hold_reason"] == "Released 7 days after delivery"
    assert found["moreau"]["order_number"] == market_day.paid.number
    assert caller.get(f"{FINANCE}/transfers/{lindqvists['id']}").json() == lindqvists
    for query in ("state=held", f"vendor={market_day.moreau.id}", f"vendor_order={held.reference_id}"):
        assert [row["id"] for row in items(caller, f"{FINANCE}/transfers?{query}")] == [str(held.id)]


def test_a_refused_transfer_is_sent_again_once(at_office: Any, held: Transfer) -> None:
    delivered(reference_id=held.reference_id, delivered_at=clock.now() - timedelta(days=30))
    Transfer.objects.filter(id=held.id).update(state="failed", error="Your account was closed.")
    caller = at_office("finance")
    path = f"{FINANCE}/transfers/{held.id}/retry"
    answer = caller.post(path, Idempotency_Key="retry-moreaus-0001")
    assert answer.status_code == 200
    assert (answer.json()["state"], answer.json()["error"], answer.json()["amount_minor"]) == ("due", "", 1410)
    assert caller.post(path, Idempotency_Key="retry-moreaus-0001")["Idempotency-Replayed"] == "true"
    again = caller.post(path)
    assert (again.status_code, again.json()["code"]) == (409, "transfer_not_failed")
    assert AuditEntry.objects.get(action="transfer.retried").data == {"number": held.reference_number}
    assert caller.post(f"{FINANCE}/transfers/{held.payment_id}/retry").status_code == 404


def test_a_payout_lists_what_it_carried(at_office: Any, market_day: Any) -> None:
    caller = at_office("finance")
    (head,) = items(caller, f"{FINANCE}/payouts")
    assert (head["vendor"]["slug"], head["amount_minor"], head["state"]) == ("lindqvist", 11590, "in_transit")
    found = caller.get(f"{FINANCE}/payouts/{head['id']}").json()
    assert {name: found[name] for name in head} == head
    assert found["transfers"] == [
        {
            "transfer_id": str(market_day.transfer.id),
            "vendor_order_id": str(market_day.transfer.reference_id),
            "order_number": market_day.paid.number,
            "amount_minor": 11590,
        }
    ]
    assert found["left_minor"] == 0
    assert items(caller, f"{FINANCE}/payouts?state=paid") == []
    assert items(caller, f"{FINANCE}/payouts?vendor={market_day.moreau.id}") == []


def test_vendor_balances_say_where_each_vendors_money_is(at_office: Any, market_day: Any) -> None:
    caller = at_office("finance")
    lindqvist, moreau = items(caller, f"{FINANCE}/vendor-balances")
    account = lindqvist.pop("account_id")
    assert lindqvist == {
        "vendor": {"id": str(market_day.lindqvist.id), "slug": "lindqvist", "name": "Lindqvist"},
        "currency": "EUR",
        "gross_minor": 12590,
        "refunded_minor": 0,
        "commission_minor": 1000,
        "held_minor": 0,
        "owed_minor": 0,
        "transferred_minor": 11590,
        "in_the_bank_minor": 0,
        "debt_minor": 0,
    }
    assert caller.get(f"{FINANCE}/accounts/{account}").json()["vendor"]["slug"] == "lindqvist"
    assert (moreau["held_minor"], moreau["owed_minor"], moreau["commission_minor"]) == (1410, 1410, 100)
    assert [row["vendor"]["slug"] for row in items(caller, f"{FINANCE}/vendor-balances?q=mor")] == ["moreau"]


def test_a_vendor_without_a_sale_has_no_account(at_office: Any, make_vendor: Any) -> None:
    make_vendor("sygnal")
    (row,) = items(at_office("finance"), f"{FINANCE}/vendor-balances")
    assert (row["account_id"], row["owed_minor"]) == (None, 0)


def test_a_payment_is_split_over_its_vendors(at_office: Any, market_day: Any) -> None:
    caller = at_office("finance")
    (head,) = items(caller, f"{FINANCE}/payments?state=paid")
    assert (head["order_number"], head["amount_minor"], head["fee_minor"]) == (market_day.paid.number, 14100, 205)
    found = caller.get(f"{FINANCE}/payments/{head['id']}").json()
    assert {name: found[name] for name in head} == head
    shares = {
        share["vendor"]["slug"]: (share["gross_minor"], share["commission_minor"], share["earnings_minor"])
        for share in found["shares"]
    }
    assert shares == {"lindqvist": (12590, 1000, 11590), "moreau": (1510, 100, 1410)}
    assert [(attempt["number"], attempt["state"]) for attempt in found["attempts"]] == [(1, "paid")]
    assert "url" not in found["attempts"][0]
    assert [row["id"] for row in items(caller, f"{FINANCE}/payments?q=ch_1")] == [head["id"]]


def test_a_refund_says_from_whose_part_it_goes(at_office: Any, market_day: Any) -> None:
    share = PaymentShare.objects.get(payment__reference_id=market_day.paid.id, vendor_id=market_day.moreau.id)
    with transaction.atomic():
        request_refund(share=share, amount_minor=1510, reason="Broken", key="broken:1")
    caller = at_office("finance")
    (row,) = items(caller, f"{FINANCE}/refunds?state=due")
    assert (row["amount_minor"], row["earnings_minor"], row["commission_minor"]) == (1510, 1410, 100)
    assert (row["vendor"]["slug"], row["order_number"], row["reason"]) == ("moreau", market_day.paid.number, "Broken")
    assert row["vendor_order_id"] == str(share.reference_id)
    assert caller.get(f"{FINANCE}/payments/{row['payment_id']}").json()["refunds"] == [row]
    assert items(caller, f"{FINANCE}/refunds?state=succeeded") == []


def forge_an_entry() -> Any:
    """An entry that nothing of ours or the provider's made."""
    return post(
        source_key="forged:1",
        kind="forged",
        currency="EUR",
        occurred_at=clock.now(),
        lines=[Line("1100", 777), Line("2900", -777)],
    )


def test_a_match_by_hand_says_what_differs(at_office: Any, settings: Any) -> None:
    entry = forge_an_entry()
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"  # a provider that does not answer is a finding, too
    caller = at_office("finance")
    answer = caller.post(f"{FINANCE}/reconciliations", Idempotency_Key="match-of-today-0001")
    assert answer.status_code == 201
    run = answer.json()
    assert run["matches"] is False
    assert answer["Location"] == f"{FINANCE}/reconciliations/{run['id']}"
    assert caller.get(answer["Location"]).json() == run
    replayed = caller.post(f"{FINANCE}/reconciliations", Idempotency_Key="match-of-today-0001")
    assert (replayed.json(), replayed["Location"]) == (run, answer["Location"])
    assert ReconciliationRun.objects.count() == 1
    assert AuditEntry.objects.get(action="reconciliation.matched").subject == f"reconciliation_run:{run['id']}"
    found = items(caller, f"{FINANCE}/exceptions?state=open&reconciliation={run['id']}")
    assert len(found) == run["exceptions_count"]
    forged = next(row for row in found if row["entry_id"] == str(entry.id))
    assert (forged["account"], abs(forged["difference_minor"]), forged["currency"]) == (
        "1100 Bank, 2900 Suspense",
        777,
        "EUR",
    )
    assert forged["difference_minor"] == forged["found_minor"] - forged["expected_minor"]
    assert caller.get(f"{FINANCE}/exceptions/{forged['id']}").json() == forged
    assert items(caller, f"{FINANCE}/exceptions?state=resolved") == []
    assert [row["id"] for row in items(caller, f"{FINANCE}/reconciliations")] == [run["id"]]


def test_no_answer_tells_a_customers_address(at_office: Any, market_day: Any) -> None:
    caller = at_office("finance")
    payment = Payment.objects.get(reference_id=market_day.paid.id)
    for path in ("payments", f"payments/{payment.id}", "entries", "transfers", "refunds"):
        assert b"vermeer" not in caller.get(f"{FINANCE}/{path}").content


def test_a_refused_refund_is_sent_again_once(at_office: Any, market_day: Any) -> None:
    share = PaymentShare.objects.get(payment__reference_id=market_day.paid.id, vendor_id=market_day.moreau.id)
    with transaction.atomic():
        refund = request_refund(share=share, amount_minor=100, net_minor=90, key="a key of its own", reason="Broken")
    caller = at_office("finance")
    path = f"{FINANCE}/refunds/{refund.id}/retry"
    early = caller.post(path)
    assert (early.status_code, early.json()["code"]) == (409, NotRefused.code)
    refund_answered(refund_id=refund.id, state=RefundState.FAILED, error="Your account was closed.", moved=False)
    answer = caller.post(path, Idempotency_Key="retry-a-refund-0001")
    assert answer.status_code == 200, answer.content
    assert (answer.json()["state"], answer.json()["error"], answer.json()["amount_minor"]) == ("due", "", 100)
    assert caller.post(path, Idempotency_Key="retry-a-refund-0001")["Idempotency-Replayed"] == "true"
    assert AuditEntry.objects.filter(action="refund.retried").count() == 1
    assert caller.post(f"{FINANCE}/refunds/{share.id}/retry").status_code == 404
