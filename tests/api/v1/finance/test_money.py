"""Money in, money out and its proof by API."""

from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from django.db import transaction

from accounts.models import User
from audit.models import AuditEntry
from billing.ledger.actions import post
from billing.ledger.entries import Line
from billing.ledger.models import Period
from billing.ledger.periods import month_of
from billing.payments.actions import NotRefused, refund_answered, request_refund
from billing.payments.models import Payment, PaymentShare, RefundState
from billing.payouts.actions import delivered
from billing.payouts.models import Adjustment, Payout, Transfer
from billing.reconciliation.models import ReconciliationRun
from billing.stripe.balances import Transaction, mirror
from kit import clock
from kit.ids import uuid7
from marketplace.orders.models import VendorOrder
from observability.jobs import Run, write
from tests.api.v1.test_office import papers_of
from tests.support.api import Held, items

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
    assert (found["credits"], found["taken_back_minor"], found["left_minor"]) == ([], 0, 0)
    credit = Adjustment.objects.create(
        vendor_id=market_day.lindqvist.id,
        amount_minor=700,
        currency="EUR",
        reason="For the delay",
        state="done",
        done_at=clock.now(),
        made_at=clock.now(),
        provider_transfer_id="tr_credit",
        payout=market_day.vendor_payout,
    )
    now = clock.now()
    for kind, net in (("payment_refund", -1200), ("payout", -11090)):
        movement = Transaction(
            *(f"txn_{kind}", kind, kind, net, 0, net, "EUR", "available", "", now, now),
        )
        mirror([movement], account_id="acct_1", vendor_id=market_day.lindqvist.id, payout_id="po_1")
    Payout.objects.filter(id=head["id"]).update(amount_minor=11590 + 700 - 1200)
    found = caller.get(f"{FINANCE}/payouts/{head['id']}").json()
    assert found["credits"] == [{"credit_id": str(credit.id), "reason": "For the delay", "amount_minor": 700}]
    assert (found["taken_back_minor"], found["left_minor"]) == (1200, 0)
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
    detail = caller.get(f"{FINANCE}/exceptions/{forged['id']}").json()
    assert {name: detail[name] for name in forged} == forged
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


def test_a_difference_is_given_to_somebody_and_set_right_by_two(at_office: Any, settings: Any) -> None:
    settings.STRIPE_API_BASE, settings.FOUR_EYES_MINOR = "http://127.0.0.1:9", 500
    entry = forge_an_entry()
    caller, controller = Held(at_office("finance"), "finance"), Held(at_office("controller"), "finance")
    caller.post(f"{FINANCE}/reconciliations")
    row = next(row for row in items(caller, f"{FINANCE}/exceptions?state=open") if row["entry_id"] == str(entry.id))
    path = f"{FINANCE}/exceptions/{row['id']}"
    me = User.objects.get(email="finance@souk.example").id
    given = caller.put(f"{path}/owner", {"owner_id": str(me)})
    assert (given.status_code, given.json()["owner_id"]) == (200, str(me))
    assert caller.put(f"{path}/owner", {"owner_id": None}).json()["owner_id"] is None
    assert caller.put(f"{path}/owner", {"owner_id": row["id"]}).json()["errors"][0]["field"] == "owner_id"

    (suggestion,) = given.json()["suggestions"]
    assert (suggestion["name"], suggestion["kind"], suggestion["amount_minor"]) == ("reverse", "reversal", 777)
    wanted = {"suggestion": "reverse", "reason": "Entered by mistake"}
    assert caller.post(f"{path}/resolution", {**wanted, "suggestion": "nonsense"}).status_code in (409, 422)
    waits = caller.post(f"{path}/resolution", wanted, Idempotency_Key="set-it-right-0001")
    assert (waits.status_code, waits.json()["state"]) == (200, "open")
    decision = f"{FINANCE}/approvals/{waits.json()['approval_id']}/decision"
    assert caller.post(decision, {"grant": True}).status_code == 403
    granted = controller.post(decision, {"grant": True, "note": "Looked at"}, Idempotency_Key="granted-once-0001")
    assert (granted.status_code, granted.json()["decision"], granted.json()["note"]) == (200, "granted", "Looked at")
    replayed = controller.post(decision, {"grant": True, "note": "Looked at"}, Idempotency_Key="granted-once-0001")
    assert (replayed.json(), replayed["Idempotency-Replayed"]) == (granted.json(), "true")
    assert controller.post(decision, {"grant": True}).json()["decision"] == "granted"  # a second click
    assert controller.post(decision, {"grant": False}).json()["code"] == "approval_decided"
    after = caller.get(path).json()
    assert (after["state"], after["resolution"], after["suggestions"]) == ("resolved", "Entered by mistake", [])
    assert caller.get(f"{FINANCE}/entries/{entry.id}").json()["reversal_ids"] == [after["resolution_entry_id"]]


def test_jobs_are_listed_and_rung_for(at_office: Any) -> None:
    write(Run("stripe.sync", 0.5, 3))
    caller = Held(at_office("finance"), "finance")
    (job,) = caller.get(f"{FINANCE}/jobs").json()
    assert (job["name"], job["duration_ms"], job["done"], job["failing_since"]) == ("stripe.sync", 500, 3, None)
    rung = caller.post(f"{FINANCE}/jobs/stripe.sync/run", Idempotency_Key="ring-for-it-once-0001")
    assert (rung.status_code, rung.json()) == (200, job)
    assert AuditEntry.objects.filter(action="job.rung", subject="job:stripe.sync").count() == 1
    assert caller.post(f"{FINANCE}/jobs/nothing/run").status_code == 404


def test_a_month_is_opened_again_by_two(at_office: Any, db: None) -> None:
    entry = forge_an_entry()
    month = month_of(entry.occurred_at)
    closed = {"ends_on": month.ends_on, "closed_at": clock.now(), "closed_by": uuid7()}
    Period.objects.create(starts_on=month.starts_on, **closed)
    controller, other = Held(at_office("controller"), "finance"), Held(at_office("administrator"), "finance")
    path = f"{FINANCE}/periods/{month.starts_on:%Y-%m}/reopenings"
    asked = controller.post(path, {"reason": "The bank's fee was missing"})
    assert (asked.status_code, asked.json()["month"]) == (201, f"{month.starts_on:%Y-%m}")
    assert controller.get(asked["Location"]).json() == asked.json()
    own = controller.post(f"{asked['Location']}/decision", {"agree": True})
    assert (own.status_code, own.json()["code"]) == (403, "four_eyes")
    agreed = other.post(f"{asked['Location']}/decision", {"agree": True})
    assert (agreed.status_code, agreed.json()["approved_at"] is not None) == (200, True)
    assert Period.objects.get().closed_at is None
    assert other.post(f"{asked['Location']}/decision", {"agree": False}).json()["code"] == "period_not_closed"
    assert controller.post(f"{FINANCE}/periods/1999-01/reopenings", {"reason": "Why"}).status_code == 404


def test_documents_and_files_of_the_books_are_taken_home(at_office: Any, market_day: Any) -> None:
    caller, ids = Held(at_office("finance_viewer"), "finance"), papers_of(market_day)
    pdf = caller.get(f"{FINANCE}/documents/{ids['document_id']}/pdf")
    assert (pdf["Content-Type"], pdf.content) == ("application/pdf", b"%PDF-1.7")
    assert b"closing" in caller.get(f"{FINANCE}/documents/{ids['document_id']}/csv").content.lower()
    file = caller.get(f"{FINANCE}/exports/{ids['export_id']}/file")
    export = caller.get(f"{FINANCE}/exports/{ids['export_id']}").json()
    assert sha256(b"".join(file.streaming_content)).hexdigest() == export["file_sha256"]
    for unknown in ("documents/{}/pdf", "documents/{}/csv", "exports/{}/file"):
        assert caller.get(f"{FINANCE}/{unknown.format(market_day.paid.id)}").status_code == 404


def test_a_balance_is_explained_by_kind(at_office: Any, market_day: Any) -> None:
    caller = Held(at_office("finance"), "finance")
    (account,) = items(caller, f"{FINANCE}/accounts?code=2000&vendor={market_day.lindqvist.id}")
    told = caller.get(f"{FINANCE}/accounts/{account['id']}/kinds?since=2020-01-01T00:00:00Z").json()
    assert (told["account"], told["opening_minor"], told["closing_minor"]) == (account, 0, 0)
    moved = {each["entry_kind"]: (each["moved_minor"], each["postings_count"]) for each in told["kinds"]}
    assert moved == {"commission": (1000, 1), "sale": (-12590, 1), "transfer": (11590, 1)}
    assert caller.get(f"{FINANCE}/accounts/{account['id']}/kinds").status_code == 422
