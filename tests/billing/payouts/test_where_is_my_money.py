"""What a vendor reads about its money: held until when, on its way, in the bank."""

from datetime import UTC, date, datetime, timedelta

import pytest

from billing.payouts import actions, holds, queries
from billing.payouts.models import (
    DISPUTED,
    Hold,
    Payout,
    PayoutState,
    PayoutTransfer,
    Reversal,
    Transfer,
    TransferState,
)
from billing.payouts.ways import ways_of, ways_page
from kit.errors import InvalidInput
from kit.ids import uuid7
from kit.money import Money

LINDQVIST = uuid7()
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def transfer(**fields):
    amount_minor = fields.pop("amount_minor", 7200)
    reason = fields.pop("hold_reason", holds.held_until_delivery())
    made = Transfer.objects.create(
        payment_id=uuid7(),
        share_id=uuid7(),
        reference_id=uuid7(),
        reference_number="S-1001",
        vendor_id=fields.pop("vendor_id", LINDQVIST),
        planned_minor=amount_minor,
        amount_minor=amount_minor,
        currency="EUR",
        hold_reason=reason,
        provider_transfer_id=fields.pop("provider_transfer_id", f"tr_{uuid7()}"),
        **fields,
    )
    Hold.objects.create(
        transfer=made,
        vendor_id=made.vendor_id,
        rule="delivered_plus_days",
        reason=holds.held_until_delivery(),
        days_after_delivery=7,
    )
    return made


def payout(carried, state, **fields):
    made = Payout.objects.create(
        vendor_id=LINDQVIST,
        provider_payout_id=f"po_{uuid7()}",
        amount_minor=carried.amount_minor,
        currency="EUR",
        state=state,
        arrives_on=date(2026, 3, 12),
        created_at=NOON,
        **fields,
    )
    PayoutTransfer.objects.create(payout=made, transfer=carried, vendor_id=LINDQVIST, amount_minor=carried.amount_minor)
    return made


def place(row):
    [found] = queries.places_of([row])
    return found.place, found.explanation


@pytest.mark.django_db
def test_held_until_delivery_then_until_a_date():
    row = transfer()
    assert place(row) == ("Held", "Released 7 days after delivery")
    row = actions.delivered(reference_id=row.reference_id, delivered_at=NOON)
    assert row.release_at == datetime(2026, 3, 9, 12, tzinfo=UTC)
    assert place(row) == ("Held", "Delivered on 2 March 2026; released on 9 March 2026")
    again = actions.delivered(reference_id=row.reference_id, delivered_at=datetime(2026, 4, 1, tzinfo=UTC))
    assert again.release_at == row.release_at
    assert actions.delivered(reference_id=uuid7(), delivered_at=NOON) is None


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["canceled", "failed"])
def test_what_is_delivered_while_not_held_keeps_its_date(state):
    row = transfer(state=state, hold_reason="Refunded in full")
    row = actions.delivered(reference_id=row.reference_id, delivered_at=NOON)
    assert (row.state, row.hold_reason) == (state, "Refunded in full")
    assert row.release_at == datetime(2026, 3, 9, 12, tzinfo=UTC)


@pytest.mark.django_db
def test_on_its_way_and_in_the_bank():
    assert place(transfer(state=TransferState.SENT)) == ("On its way", "Being sent to your balance")
    done = transfer(state=TransferState.DONE)
    assert place(done) == ("On its way", "In your balance, goes with the next payout")
    going = transfer(state=TransferState.DONE)
    payout(going, PayoutState.IN_TRANSIT)
    assert place(going) == ("On its way", "Arrives on 12 March 2026")
    there = transfer(state=TransferState.DONE)
    payout(there, PayoutState.PAID)
    assert place(there) == ("In the bank", "Arrived on 12 March 2026")
    back = transfer(state=TransferState.DONE)
    payout(back, PayoutState.FAILED, failure_reason="The bank account has been closed.")
    assert place(back) == ("Needs attention", "The bank returned the payout: The bank account has been closed.")


@pytest.mark.django_db
def test_the_places_together_are_all_that_was_earned(django_assert_num_queries):
    transfer(amount_minor=1000, release_at=NOON)
    transfer(amount_minor=2000)
    transfer(amount_minor=4000, state=TransferState.DONE)
    payout(transfer(amount_minor=8000, state=TransferState.DONE), PayoutState.PAID)
    transfer(amount_minor=16000, state=TransferState.CANCELED)
    transfer(amount_minor=32000, vendor_id=uuid7())
    with django_assert_num_queries(5):
        money = queries.vendor_money(LINDQVIST, "EUR")
    assert (money.held, money.held_count, money.next_release_at) == (Money(3000, "EUR"), 2, NOON)
    assert (money.on_its_way, money.in_the_bank) == (Money(4000, "EUR"), Money(8000, "EUR"))


@pytest.mark.django_db
def test_lists_are_read_page_by_page(django_assert_num_queries):
    rows = [transfer() for _ in range(5)]
    transfer(vendor_id=uuid7())
    with django_assert_num_queries(1):
        first = queries.transfers_page(vendor_id=LINDQVIST, size=3)
    second = queries.transfers_page(vendor_id=LINDQVIST, size=3, cursor=first.next_cursor)
    assert [row.id for row in [*first.rows, *second.rows]] == [row.id for row in reversed(rows)]
    assert second.next_cursor is None
    assert len(queries.transfers_page(size=50).rows) == 6
    assert queries.payouts_page(vendor_id=LINDQVIST, state="paid").rows == []
    with pytest.raises(InvalidInput):
        queries.transfers_page(cursor="nonsense")


@pytest.mark.django_db
def test_only_a_failed_transfer_is_sent_again():
    with pytest.raises(actions.NotFailed):
        actions.retry_transfer(transfer_id=transfer().id)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("why", "waits_for", "turn"),
    [
        ("Refunded in full: Ordered twice", "", ""),
        ("Kept to pay what was owed", "", ""),
        (DISPUTED, "the customer's bank, to decide", "The customer's bank"),
    ],
)
def test_what_is_not_transferred_says_why(why, waits_for, turn):
    [way] = ways_of([transfer(state=TransferState.CANCELED, hold_reason=why)])
    assert [stage.note for stage in way.stages if stage.state == "failed"] == [why]
    assert (way.waits_for, way.turn) == (waits_for, turn)


@pytest.mark.django_db
def test_what_was_taken_back_before_its_payout_left_is_in_no_bank(django_assert_num_queries):
    def taken_back(row, at, amount_minor=7200):
        Reversal.objects.create(
            recovery=f"refund:{uuid7()}",
            transfer=row,
            share_id=row.share_id,
            payment_id=row.payment_id,
            vendor_id=LINDQVIST,
            cause="refund",
            amount_minor=amount_minor,
            currency="EUR",
            state="done",
            done_at=at,
        )
        row.reversed_minor = amount_minor
        row.save()

    before, after, partly, in_balance = (transfer(state=TransferState.DONE) for _ in range(4))
    for row in (before, after, partly):
        payout(row, PayoutState.PAID)
    taken_back(before, NOON - timedelta(minutes=1))
    taken_back(after, NOON + timedelta(minutes=1))
    taken_back(partly, NOON - timedelta(days=1), 1200)
    taken_back(in_balance, NOON)
    with django_assert_num_queries(1):
        assert ways_page(LINDQVIST, where="bank").rows == [partly, after]
    for where in ("moving", "attention"):
        assert ways_page(LINDQVIST, where=where).rows == []
    with django_assert_num_queries(4):
        ways = ways_of([before, after, partly])
    assert [way.stages[-1].name for way in ways] == ["Taken back", "In your bank", "In your bank"]
    assert [way.waits_for for way in ways] == ["", "", ""]
    assert (
        next(stage for stage in ways[2].stages if stage.name == "Taken back").note
        == "12.00 EUR, before it was paid out"
    )
    assert place(before) == ("Taken back", "Taken back on 2 March 2026, before it was paid out")
    assert place(after) == ("In the bank", "Arrived on 12 March 2026")
    assert place(in_balance)[0] == "Taken back"


@pytest.mark.django_db
def test_what_fills_a_balance_below_zero_does_not_go_with_the_next_payout(django_assert_num_queries):
    gone = transfer(amount_minor=8000, state=TransferState.DONE)
    payout(gone, PayoutState.PAID)
    rows = [gone, transfer(amount_minor=1000, state=TransferState.DONE)]
    with django_assert_num_queries(6):
        assert [way.waits_for for way in ways_of(rows)] == ["", "the next payout"]
    Transfer.objects.filter(id=gone.id).update(reversed_minor=3000)
    [_, later] = ways_of(rows)
    assert (later.waits_for, later.turn) == (
        "your balance, which is 20.00 EUR below zero",
        "Nobody: later earnings fill it",
    )
    assert place(later.transfer) == ("On its way", "In your balance, which is 20.00 EUR below zero")
    assert queries.in_the_balance([LINDQVIST]) == {(LINDQVIST, "EUR"): -2000}
