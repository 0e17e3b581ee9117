"""What vendors owe, whatever happens to it: the rows and account 1300 say the same, and a second person agrees."""

from collections import Counter
from contextlib import suppress

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from approvals.actions import OwnRequest, WaitsAlready, decide
from approvals.models import Approval
from billing.ledger import entries
from billing.ledger.actions import post_all
from billing.ledger.models import AccountCode
from billing.ledger.queries import balance
from billing.payments.actions import ShareInput, create_payment
from billing.payouts import debts
from billing.payouts.models import DebtPayment, Transfer, VendorDebt
from billing.payouts.owed import owed_by
from billing.payouts.write_offs import ask_write_off
from kit import clock
from kit.ids import uuid7
from kit.money import Money

pytestmark = pytest.mark.django_db
LINDQVIST, MOREAU = uuid7(), uuid7()
SOMEBODY, ANOTHER = uuid7(), uuid7()


@pytest.fixture(autouse=True)
def only_billing(settings):
    settings.EVENT_TABLE = "tests.support.only_billing"


class Undone(Exception):
    """Ends a savepoint: the next example begins with nothing."""


def charge(vendor_id, amount_minor):
    return debts.charge_fee(
        vendor_id=vendor_id,
        amount_minor=amount_minor,
        currency="EUR",
        key=f"fee:{uuid7()}",
        reason="A dispute was lost",
        reference_id=uuid7(),
        number="S-1001",
    )


def earn(vendor_id, amount_minor):
    """Earnings about to be transferred, of which debts are kept."""
    payment = create_payment(
        reference_id=uuid7(),
        reference_number="S-1002",
        customer_email="ines@example.com",
        amount=Money(amount_minor, "EUR"),
        shares=[ShareInput(vendor_id, uuid7(), amount_minor, 0)],
    )
    share = payment.shares.get()
    transfer = Transfer.objects.create(
        payment_id=payment.id,
        share_id=share.id,
        reference_id=share.reference_id,
        vendor_id=vendor_id,
        planned_minor=amount_minor,
        amount_minor=amount_minor,
        currency="EUR",
    )
    taken = debts.set_off(transfer=transfer, share=share)
    transfer.save()
    assert transfer.amount_minor + taken == amount_minor
    return taken


def pay(vendor_id):
    """The vendor pays all of it on the provider's page, and the provider's movement comes."""
    checkout = debts.open_checkout(vendor_id=vendor_id, currency="EUR", by=None)
    debts.checkout_opened(checkout_id=checkout.id, session_id=f"cs_{checkout.id}", url="https://pay.example")
    with pytest.raises(debts.PaymentUnderWay):
        earn(vendor_id, 100)
    debts.checkout_paid(checkout_id=checkout.id, charge_id=f"ch_{checkout.id}")
    now, amount = clock.now(), checkout.amount_minor
    movement = entries.Movement(f"txn_{checkout.id}", "charge", "charge", amount, 25, amount - 25, "EUR", now, now)
    post_all([entries.debt_paid(movement, vendor_id)])


def write_off(vendor_id, amount_minor):
    debt = VendorDebt.objects.filter(vendor_id=vendor_id, settled_at=None).order_by("id").first()
    if debt is None:
        raise debts.NothingOwed("Nothing is owed.")
    debts.write_off(debt_id=debt.id, amount_minor=amount_minor, reason="It is bankrupt", by=SOMEBODY)


def agrees(vendor_id):
    """Debts less payments less write-offs are the vendor's 1300, by rows and by books, and nothing is below zero."""
    rows = list(VendorDebt.objects.filter(vendor_id=vendor_id).order_by("id"))
    paid = Counter()
    for payment in DebtPayment.objects.filter(vendor_id=vendor_id):
        paid[payment.debt_id] += payment.amount_minor
    assert [row.settled_minor for row in rows] == [paid[row.id] for row in rows]
    assert all(
        0 <= row.left_minor <= row.amount_minor and (row.left_minor == 0) == bool(row.settled_at) for row in rows
    )
    left = sum(row.amount_minor for row in rows) - sum(paid.values())
    booked = balance(AccountCode.VENDOR_RECEIVABLE, currency="EUR", vendor_id=vendor_id)
    assert left == owed_by(vendor_id, "EUR") == booked >= 0
    return left


vendors = st.sampled_from([LINDQVIST, MOREAU])
amounts = st.integers(1, 10_000)
deeds = st.one_of(
    st.tuples(st.sampled_from([charge, charge, earn, write_off]), vendors, amounts),
    st.tuples(st.just(pay), vendors, st.none()),
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(deeds, min_size=3, max_size=10))
def test_whatever_happens_debts_less_what_settled_them_are_account_1300(db, happened):
    with suppress(Undone), transaction.atomic():
        for deed, vendor_id, amount in happened:
            before = {each: owed_by(each, "EUR") for each in (LINDQVIST, MOREAU)}
            with suppress(debts.NothingOwed, debts.TooMuch):
                deed(vendor_id, *([] if amount is None else [amount]))
            left = {each: agrees(each) for each in (LINDQVIST, MOREAU)}
            assert [each for each in left if left[each] != before[each]] in ([], [vendor_id])
            if deed is charge:
                assert left[vendor_id] == before[vendor_id] + amount
            elif deed is earn:
                assert left[vendor_id] == max(0, before[vendor_id] - amount)
            elif deed is pay:
                assert left[vendor_id] == 0
        raise Undone


def test_writing_much_off_takes_two(settings, make_vendor):
    settings.FOUR_EYES_MINOR = 5_000
    vendor = make_vendor("lindqvist")
    debt = charge(vendor.id, 9_000)
    once = uuid7()
    small = ask_write_off(debt_id=debt.id, amount_minor=4_999, reason="Small", by=SOMEBODY, once=once)
    for again in (ask_write_off, debts.write_off):
        assert again(debt_id=debt.id, amount_minor=4_999, reason="Small", by=SOMEBODY, once=once) == small
    assert (small.kind, small.amount_minor, small.made_by) == ("written_off", 4_999, SOMEBODY)
    other = charge(make_vendor("moreau").id, 9_000)
    for elsewhere in (ask_write_off, debts.write_off):
        with pytest.raises(debts.WrittenOffElsewhere, match="for another debt"):
            elsewhere(debt_id=other.id, amount_minor=100, reason="Small", by=SOMEBODY, once=once)
    settings.FOUR_EYES_MINOR = 4_000
    much = {"debt_id": debt.id, "amount_minor": 4_000, "reason": "It is bankrupt", "by": SOMEBODY, "once": uuid7()}
    waits = ask_write_off(**much)
    assert isinstance(waits, Approval)
    assert ask_write_off(**much) == waits
    with pytest.raises(debts.WrittenOffElsewhere):
        ask_write_off(**much | {"debt_id": other.id})
    assert waits.summary == f"Write off 40.00 EUR that {vendor.name} owes"
    assert agrees(vendor.id) == 4_001
    with pytest.raises(WaitsAlready):
        ask_write_off(debt_id=debt.id, amount_minor=4_001, reason="All of it", by=ANOTHER)
    with pytest.raises(OwnRequest):
        decide(approval_id=waits.id, grant=True, by=SOMEBODY)
    with pytest.raises(debts.TooMuch):
        ask_write_off(debt_id=debt.id, amount_minor=4_002, reason="More than all", by=SOMEBODY)
    done = decide(approval_id=waits.id, grant=True, by=ANOTHER)
    made = DebtPayment.objects.get(amount_minor=4_000)
    assert (done.done_as, made.reason, made.made_by) == (f"debt_payment:{made.id}", "It is bankrupt", SOMEBODY)
    assert decide(approval_id=waits.id, grant=True, by=ANOTHER) == done
    assert ask_write_off(**much) == made
    assert agrees(vendor.id) == 1


def test_what_was_paid_meanwhile_cannot_be_written_off_by_the_second(settings, make_vendor):
    settings.FOUR_EYES_MINOR = 1_000
    vendor = make_vendor("lindqvist")
    debt = charge(vendor.id, 1_500)
    waits = ask_write_off(debt_id=debt.id, amount_minor=1_500, reason="It is bankrupt", by=SOMEBODY)
    assert earn(vendor.id, 700) == 700
    with pytest.raises(debts.TooMuch, match=r"8\.00 EUR is left"):
        decide(approval_id=waits.id, grant=True, by=ANOTHER)
    assert (agrees(vendor.id), DebtPayment.objects.filter(kind="written_off").count()) == (800, 0)
