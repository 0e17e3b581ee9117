"""Holds: which rules a sale falls under, what they keep back and until when, and what is due once none is open."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from billing.payments.actions import ShareInput, create_payment, request_refund
from billing.payments.models import Payment, PaymentState
from billing.payouts import actions, holds
from billing.payouts.models import Hold, HoldRule, Transfer, TransferPart, TransferState
from billing.payouts.terms import Rule, SaleFacts, terms_of
from kit import clock
from kit.ids import uuid7
from kit.money import Money

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LINDQVIST, MOREAU = uuid7(), uuid7()
SALE = SaleFacts(
    vendor_id=LINDQVIST,
    country="SE",
    selling_since=NOON - timedelta(days=400),
    orders_before=900,
    category_paths=("home/kitchen",),
    gross_minor=10_000,
    net_minor=9_000,
    currency="EUR",
    risk_level="normal",
    at=NOON,
)
DELIVERED = "delivered_plus_days"


def rule(kind=DELIVERED, scope="all", **fields):
    return Rule(kind=kind, scope=scope, id=uuid7(), **fields)


def days(*rules, **facts):
    return terms_of(replace(SALE, **facts), rules, default_days=7).holds[0].days


def test_the_most_particular_rule_says_how_long_after_delivery():
    everybody = rule(days=10)
    sweden = rule(scope="country", country="SE", days=12)
    kitchen = rule(scope="category", category_path="home/kitchen", days=3)
    home = rule(scope="category", category_path="home", days=5)
    new = rule(scope="new_vendor", new_for_orders=10, days=21)
    agreed = rule(scope="vendor", only_vendor=LINDQVIST, days=1)
    assert days() == 7
    assert days(everybody) == 10
    assert days(everybody, sweden) == 12
    assert days(everybody, sweden, home) == 5
    assert days(everybody, sweden, home, kitchen) == 3
    assert days(everybody, sweden, home, kitchen, new) == 3
    assert days(everybody, sweden, home, kitchen, new, orders_before=9) == 21
    assert days(everybody, sweden, home, kitchen, new, agreed, orders_before=9) == 1
    assert days(agreed, vendor_id=MOREAU) == 7
    # Of several categories in one order, the longest; "homeware" does not lie in "home".
    assert days(kitchen, everybody, category_paths=("home/kitchen", "garden")) == 10
    assert days(kitchen, category_paths=("home/kitchen", "garden")) == 7
    assert days(home, category_paths=("homeware",)) == 7


def test_large_and_risky_orders_wait_longer_each_for_its_own_reason():
    large = rule("large_order", above_minor=9_999, days=30)
    risk = rule("elevated_risk")
    found = terms_of(replace(SALE, risk_level="elevated"), [large, risk], default_days=7).holds
    assert [(each.rule, each.days, each.reason) for each in found] == [
        (DELIVERED, 7, "Released 7 days after delivery"),
        ("large_order", 30, "An order above 99.99 EUR: released 30 days after delivery"),
        ("elevated_risk", None, "The payment carries an elevated risk: held until finance has looked at it"),
    ]
    assert len(terms_of(SALE, [replace(large, above_minor=10_000), risk], default_days=7).holds) == 1


def test_a_vendor_is_new_by_days_or_by_orders_whichever_is_longer():
    reserve = rule("reserve", "new_vendor", rate_bps=2000, days=30, new_for_days=90, new_for_orders=50)

    def reserved(**facts):
        return terms_of(replace(SALE, **facts), [reserve], default_days=7).reserve_minor

    assert reserved() == 0
    assert reserved(orders_before=49) == 1_800
    assert reserved(selling_since=NOON - timedelta(days=89, hours=23)) == 1_800
    assert reserved(selling_since=NOON - timedelta(days=90)) == 0
    found = terms_of(replace(SALE, orders_before=0), [reserve], default_days=7)
    assert (found.reserve.days, found.reserve.reason) == (37, "Reserve of 20 %: released 37 days after delivery")


@given(net=st.integers(1, 10**9), rate=st.integers(1, 10_000))
def test_a_reserve_lies_between_nothing_and_everything(net, rate):
    found = terms_of(replace(SALE, net_minor=net), [rule("reserve", rate_bps=rate, days=1)], default_days=7)
    assert 0 <= found.reserve_minor <= net


# --- On transfers -------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def only_billing(settings):
    settings.EVENT_TABLE = "tests.support.only_billing"


@pytest.fixture
def sale(db):
    """`payment, transfers = sale()`: Lindqvist's 80.00 of which 8.00 are commission, paid."""

    def make(*, risk_level="normal", category_paths=("home/kitchen",)):
        payment = create_payment(
            reference_id=uuid7(),
            reference_number="S-1001",
            customer_email="ines@example.com",
            amount=Money(8000, "EUR"),
            shares=[ShareInput(LINDQVIST, uuid7(), 8000, 800, category_paths=category_paths)],
        )
        Payment.objects.filter(id=payment.id).update(
            state=PaymentState.PAID, provider_charge_id="ch_1", paid_at=NOON, risk_level=risk_level
        )
        payment.refresh_from_db()
        with transaction.atomic():
            return payment, actions.schedule_transfers(payment)

    return make


def is_due(transfer, at):
    transfer.refresh_from_db()
    return transfer.release_at is not None and transfer.release_at <= at


def test_a_reserve_goes_later_by_a_transfer_of_its_own_and_pays_refunds_first(sale):
    HoldRule.objects.create(kind="reserve", scope="new_vendor", rate_bps=2500, days=30, new_for_orders=1)
    payment, [earnings, reserve] = sale()
    assert [(row.part, row.amount_minor) for row in (earnings, reserve)] == [
        (TransferPart.EARNINGS, 5400),
        (TransferPart.RESERVE, 1800),
    ]
    holds.delivered(reference_id=earnings.reference_id, delivered_at=NOON)
    assert not is_due(earnings, NOON + timedelta(days=6, hours=23))
    assert is_due(earnings, NOON + timedelta(days=7))
    assert not is_due(reserve, NOON + timedelta(days=36, hours=23))
    assert is_due(reserve, NOON + timedelta(days=37))
    assert reserve.hold_rule == "reserve"
    # The second order has no reserve any more, and scheduling again adds nothing.
    _, rows = sale()
    assert [row.amount_minor for row in rows] == [7200]
    with transaction.atomic():
        assert actions.schedule_transfers(payment) == [earnings, reserve]
    assert Hold.objects.filter(transfer__payment_id=payment.id).count() == 2

    share = payment.shares.get()
    for part, left in ((1000, (5400, 900)), (4000, (2700, None)), (3000, (None, None))):
        with transaction.atomic():
            share.refresh_from_db()
            request_refund(share=share, amount_minor=part, key=f"part:{part}", reason="Returned")
        found = {row.part: row for row in Transfer.objects.filter(payment_id=payment.id)}
        amounts = tuple(
            None if found[name].state == TransferState.CANCELED else found[name].amount_minor
            for name in ("earnings", "reserve")
        )
        assert amounts == left


def test_a_transfer_is_due_when_no_hold_is_open(sale):
    _, [transfer] = sale()
    holds.delivered(reference_id=transfer.reference_id, delivered_at=NOON - timedelta(days=30))
    assert is_due(transfer, NOON)
    until = NOON + timedelta(days=5)
    looked = holds.place_hold(transfer=transfer, rule="manual", reason="Finance asks for papers")
    dated = holds.place_hold(transfer=transfer, rule="large_order", reason="Above 50.00 EUR", release_at=until)
    transfer.refresh_from_db()
    assert (transfer.release_at, transfer.hold_rule) == (None, "manual")
    assert transfer.hold_reason == "Finance asks for papers"
    assert holds.is_held(transfer)
    holds.release_hold(hold=looked, reason="Papers came")
    transfer.refresh_from_db()
    assert (transfer.release_at, transfer.hold_reason) == (until, "Above 50.00 EUR")
    holds.release_hold(hold=dated)
    assert is_due(transfer, NOON)
    with pytest.raises(holds.HoldEnded):
        holds.release_hold(hold=dated)
    again = holds.place_hold(transfer=transfer, rule="manual", reason="Once more")
    assert again.id != looked.id
    assert holds.place_hold(transfer=transfer, rule="manual", reason="Another reason").id == again.id
    with pytest.raises(holds.SayWhy):
        holds.place_hold(transfer=transfer, rule="manual", reason=" ")


@pytest.mark.parametrize("held", [True, False])
def test_a_transfer_sent_again_after_a_failure_keeps_its_holds(sale, held):
    _, [transfer] = sale()
    holds.delivered(reference_id=transfer.reference_id, delivered_at=clock.now() - timedelta(days=30))
    Transfer.objects.filter(id=transfer.id).update(state=TransferState.FAILED)
    if held:
        holds.place_hold(transfer=transfer, rule="manual", reason="Finance asks for papers")
    again = actions.retry_transfer(transfer_id=transfer.id)
    assert again.state == (TransferState.HELD if held else TransferState.DUE)


def test_what_was_transferred_cannot_be_held(sale):
    _, [transfer] = sale()
    Transfer.objects.filter(id=transfer.id).update(state=TransferState.DONE)
    with pytest.raises(holds.AlreadyTransferred):
        holds.place_hold(transfer=transfer, rule="manual", reason="Too late")


def test_the_risk_of_the_payment_and_the_size_hold_it_longer(sale):
    HoldRule.objects.create(kind="elevated_risk", scope="all")
    HoldRule.objects.create(kind="large_order", scope="all", above_minor=7999, days=20)
    _, [transfer] = sale(risk_level="elevated")
    holds.delivered(reference_id=transfer.reference_id, delivered_at=NOON)
    transfer.refresh_from_db()
    assert (transfer.release_at, transfer.hold_rule) == (None, "elevated_risk")
    holds.release_hold(hold=holds.open_hold(transfer, "elevated_risk"))
    assert not is_due(transfer, NOON + timedelta(days=19))
    assert is_due(transfer, NOON + timedelta(days=20))


def test_the_database_keeps_transfers_within_their_share(sale):
    _payment, [transfer] = sale()
    with pytest.raises(IntegrityError, match="come to 7201, its share to 7200"), transaction.atomic():
        Transfer.objects.filter(id=transfer.id).update(amount_minor=7201)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
