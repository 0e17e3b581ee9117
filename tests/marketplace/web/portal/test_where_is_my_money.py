"""Each order's way to the bank, the rules before a sale, and the vendor's wishes about payouts, as the portal has them."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from urllib.parse import urlencode

import pytest

from approvals.models import Approval
from billing.disputes.models import Dispute, DisputeAnswer
from billing.ledger.actions import post
from billing.ledger.entries import Line as Side
from billing.ledger.models import AccountCode
from billing.ledger.queries import balance, period_to_vendor, vendor_account
from billing.payouts.holds import delivered, place_hold
from billing.payouts.models import DISPUTED, HoldRule, Payout, PayoutSchedule, PayoutTransfer, PayoutWish, Transfer
from billing.payouts.ways import ways_of
from kit import clock
from kit.ids import uuid7
from kit.money import Money
from outbox.tasks import deliver
from tests.support.traders import dispute_of


@pytest.fixture
def sold(paid, desk_of):
    order, lamp, _soap = paid()
    part = order.vendor_orders.get(vendor_slug="lindqvist")
    return desk_of(lamp.vendor), part, Transfer.objects.get(reference_id=part.id)


def carry(transfer, state):
    Transfer.objects.filter(id=transfer.id).update(state="done", done_at=clock.now())
    made = Payout.objects.create(
        vendor_id=transfer.vendor_id,
        provider_payout_id=f"po_{uuid7()}",
        amount_minor=transfer.amount_minor,
        currency="EUR",
        state=state,
        failure_reason="The bank account has been closed." if state == "failed" else "",
        created_at=clock.now(),
    )
    PayoutTransfer.objects.create(
        payout=made, transfer=transfer, vendor_id=transfer.vendor_id, amount_minor=transfer.amount_minor
    )


def place_of(desk, part):
    """Under which filters an order shows."""
    return {
        where
        for where in ("held", "moving", "bank", "attention")
        if part.number in desk.text(f"/money/way/?where={where}")
    }


def test_what_was_kept_for_a_debt_is_waited_for_no_more(sold):
    desk, part, transfer = sold
    kept = transfer.amount_minor
    Transfer.objects.filter(id=transfer.id).update(
        state="done", done_at=clock.now(), set_off_at=clock.now(), amount_minor=0, netted_minor=kept
    )
    [way] = ways_of([Transfer.objects.get(id=transfer.id)])
    assert [stage.name for stage in way.stages] == ["Paid by the customer", "Held", "Paid your debt"]
    assert (way.stages[-1].note, way.waits_for, way.turn) == (str(Money(kept, "EUR")), "", "")
    assert place_of(desk, part) == set()
    assert "the next payout" not in desk.text("/money/way/")


def test_an_order_line_is_followed_from_paid_to_the_bank(sold):
    desk, part, transfer = sold
    page = desk.text("/money/way/")
    line = part.lines.get()
    assert f"{line.quantity} × {line.title}" in page
    assert "the delivery of the order" in page
    assert "Whose turn: You" in page
    assert "Released 7 days after delivery" in page
    assert place_of(desk, part) == {"held"}

    delivered(reference_id=part.id, delivered_at=clock.now())
    until = clock.now() + timedelta(days=7)
    assert f"the end of the hold on {until:%-d %B %Y}" in desk.text("/money/way/")
    place_hold(transfer=transfer, rule="manual", reason="Finance asks for papers")
    page = desk.text("/money/way/")
    assert "finance, to look at it" in page
    assert "Finance asks for papers" in page
    assert "2 holds" in page

    Transfer.objects.filter(id=transfer.id).update(state="done", done_at=clock.now())
    assert "the next payout" in desk.text("/money/way/")
    assert place_of(desk, part) == {"moving"}
    carry(transfer, "in_transit")
    assert "arrival in your bank" in desk.text("/money/way/")
    Payout.objects.update(state="failed")
    assert "the bank returned the payout" in desk.text("/money/way/")
    assert place_of(desk, part) == {"attention"}
    assert "Your bank returned the last payout." in desk.text("/money/payouts/")
    carry(transfer, "paid")
    assert place_of(desk, part) == {"bank"}
    assert desk.get("/money/way/?where=%27&cursor=").status_code == 200


def test_a_dispute_says_whose_turn_it_is_and_until_when(sold, asks_at_most):
    desk, part, transfer = sold
    dispute, due = dispute_of(part), clock.now() + timedelta(days=3)
    Dispute.objects.filter(id=dispute.id).update(
        state="warning_needs_response", withdrawn_minor=0, submitted_at=None, evidence_due_at=due
    )
    place_hold(transfer=transfer, rule="dispute", reason="The customer's bank asks about the payment")

    def turn():
        [shown] = re.findall(r"<span>([^<]+)<span class=\"table-note\">Whose turn: ([^<]+)<", desk.text("/money/way/"))
        return tuple(unescape(text) for text in shown)

    by = f"{due:%-d %B %Y, %H:%M} UTC"
    with asks_at_most(13):
        assert turn() == (f"your answer to the customer's bank, by {by}", "You")
    DisputeAnswer.objects.filter(dispute=dispute).update(handed_in_at=clock.now())
    assert turn() == (f"the marketplace, to send your answer to the customer's bank, by {by}", "The marketplace")
    Dispute.objects.update(evidence_due_at=clock.now() - timedelta(minutes=1))
    assert turn() == ("the customer's bank, to decide", "The customer's bank")
    Transfer.objects.filter(id=transfer.id).update(state="canceled", hold_reason=DISPUTED)
    assert turn() == ("the customer's bank, to decide", "The customer's bank")
    Dispute.objects.update(state="lost", withdrawn_minor=transfer.amount_minor)
    assert "took it back for good" in desk.text("/money/way/")
    assert "Whose turn" not in desk.text("/money/way/")


def test_the_way_of_many_is_as_cheap_as_of_one(paid, desk_of, asks_at_most):
    for _ in range(6):
        _, lamp, _ = paid()
    desk = desk_of(lamp.vendor)
    desk.get("/team/")
    for path in ("/money/way/", "/money/way/?where=moving", "/money/holds/"):
        with asks_at_most(10):
            assert desk.get(path).status_code == 200


def test_a_vendor_reads_the_rules_that_may_concern_it_before_it_sells(sold):
    desk, part, _ = sold
    HoldRule.objects.create(
        kind="reserve", scope="new_vendor", rate_bps=2000, days=30, new_for_days=90, new_for_orders=50
    )
    HoldRule.objects.create(kind="delivered_plus_days", scope="vendor", only_vendor=part.vendor_id, days=3)
    HoldRule.objects.create(kind="delivered_plus_days", scope="vendor", only_vendor=uuid7(), days=77)
    HoldRule.objects.create(kind="large_order", scope="all", above_minor=50000, ended_at=clock.now())
    page = desk.text("/money/holds/")
    assert "20 % of the earnings are released 30 days later than the rest" in page
    assert "New vendors: the first 90 days and the first 50 orders" in page
    assert "Earnings are released 3 days after delivery" in page
    assert "77" not in page.split("<main", 1)[1]
    assert "An order above" not in page


def test_a_schedule_is_wanted_in_the_portal_and_kept_by_the_worker(sold):
    desk, part, _ = sold
    wanted = {"want": "schedule", "interval": "weekly", "weekday": "friday", "minimum_minor": "25,00"}
    assert desk.post("/money/payouts/", wanted).status_code == 302
    deliver()
    row = PayoutSchedule.objects.get()
    assert (row.vendor_id, row.interval, row.weekday, row.minimum_minor) == (part.vendor_id, "weekly", "friday", 2500)
    page = desk.text("/money/payouts/")
    assert "Every Friday; 25.00 EUR stay in your balance" in page
    assert "Being applied" in page
    refused = desk.post("/money/payouts/", {"want": "schedule", "interval": "weekly"})
    assert refused.status_code == 422
    assert "Choose a day from Monday to Friday" in refused.content.decode()


def test_a_payout_asked_for_twice_is_one(sold, make_vendor, desk_of):
    desk, part, _ = sold
    wanted = {"want": "payout", "wish": str(uuid7()), "amount_minor": "10", "method": "instant"}
    for _ in range(2):
        assert desk.post("/money/payouts/", wanted).status_code == 302
    deliver()
    wish = PayoutWish.objects.get()
    assert (wish.vendor_id, wish.amount_minor, wish.method, wish.state) == (part.vendor_id, 1000, "instant", "asked")
    assert "Being asked for" in desk.text("/money/payouts/")
    another = desk.post("/money/payouts/", wanted | {"wish": str(uuid7())})
    assert (another.status_code, "is being made" in another.content.decode()) == (422, True)
    assert desk.post("/money/payouts/", wanted | {"amount_minor": "-1", "wish": str(uuid7())}).status_code == 422


def test_an_owner_alone_says_where_orders_by_bank_transfer_are_paid(sold, desk_of, settings):
    desk, _part, _ = sold
    assert "Bank account" not in desk.text("/money/payouts/").split("<main", 1)[1]
    settings.BANK_TRANSFER_IBAN = "DE89370400440532013000"
    asked = {"wish": str(uuid7()), "holder": "Lindqvist", "iban": "NL91 ABNA 0417 1643 01"}
    assert "No account is known yet" in desk.text("/money/payouts/")
    refused = desk.post("/money/payouts/account/", asked)
    assert (refused.status_code, "look at its digits again" in refused.content.decode()) == (422, True)
    asked["iban"] = "NL91 ABNA 0417 1643 00"
    for role in ("manager", "finance"):
        assert desk_of(desk.vendor, role).post("/money/payouts/account/", asked).status_code == 403
    assert desk.post("/money/payouts/account/", asked).status_code == 302
    deliver()
    page = desk.text("/money/payouts/")
    assert "Waits for the marketplace" in page
    assert "Ask the marketplace" not in page
    again = desk.post("/money/payouts/account/", asked | {"wish": str(uuid7())})
    assert (again.status_code, "A change waits for the marketplace" in again.content.decode()) == (422, True)
    assert Approval.objects.get().summary == "Pay Lindqvist at NL91ABNA0417164300 of Lindqvist"


def test_months_of_the_account_join_without_a_gap(sold, asks_at_most):
    desk, part, _ = sold
    days = [
        datetime(2026, 1, 5, tzinfo=UTC),
        datetime(2026, 1, 31, 23, 59, tzinfo=UTC),
        datetime(2026, 2, 1, tzinfo=UTC),
    ]
    for number, (at, amount) in enumerate(zip(days, (1000, 200, 30), strict=True)):
        post(
            source_key=f"txn:{number}",
            kind="sale",
            lines=[Side("1010", amount), Side("2000", -amount, part.vendor_id)],
            currency="EUR",
            occurred_at=at,
        )
    account = vendor_account(AccountCode.VENDOR_PAYABLE, vendor_id=part.vendor_id, currency="EUR")
    found = []
    for month in (1, 2, 3):
        since = datetime(2026, month, 1, tzinfo=UTC)
        page = period_to_vendor(account, since=since, until=datetime(2026, month + 1, 1, tzinfo=UTC), size=1)
        found.append((page.opening_minor, page.closing_minor, [step.balance_minor for step in page.steps]))
    assert found == [(0, -1200, [-1200]), (-1200, -1230, [-1230]), (-1230, -1230, [])]
    owed = -balance(AccountCode.VENDOR_PAYABLE, currency="EUR", vendor_id=part.vendor_id)
    assert owed == 1230
    with asks_at_most(9):
        page = desk.text(f"/money/ledger/?{urlencode({'month': '2026-01'})}")
    assert ("12.00 EUR" in page, "12.30 EUR" in page) == (True, False)
    assert "Owed to you before January 2026" in page
    lines = b"".join(desk.get("/money/ledger.csv?month=2026-02").streaming_content).decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert lines[1].endswith("0.30,12.30,EUR,0.00")
