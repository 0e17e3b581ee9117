"""Payments, their shares, and refunds of them, without a provider."""

from datetime import timedelta
from functools import partial

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from approvals.actions import WaitsAlready
from approvals.models import Approval
from audit.models import AuditEntry
from billing.ledger.models import JournalEntry
from billing.payments import actions, queries
from billing.payments.by_hand import say_paid
from billing.payments.models import Payment, PaymentShare, PaymentState, Refund, RefundState
from billing.payouts.models import Transfer, TransferState
from kit import clock
from kit.errors import InvalidInput
from kit.ids import uuid7
from kit.money import Money
from outbox.models import Fact
from tests.support.at_once import together

LINDQVIST, MOREAU = uuid7(), uuid7()


@pytest.fixture(autouse=True)
def only_billing(settings):
    settings.EVENT_TABLE = "tests.support.only_billing"


def create(gross=(8000, 4000), commission=(800, 600), tax=(0, 0), amount=None):
    shares = [
        actions.ShareInput(vendor, uuid7(), *figures)
        for vendor, *figures in zip((LINDQVIST, MOREAU), gross, commission, tax, strict=True)
    ]
    return actions.create_payment(
        reference_id=uuid7(),
        reference_number="S-1001",
        customer_email="ines@example.com",
        amount=Money(sum(gross) if amount is None else amount, "EUR"),
        shares=shares,
    )


def paid(**figures):
    payment = create(**figures)
    attempt = actions.open_attempt(payment_id=payment.id)
    with transaction.atomic():
        locked = actions.lock_after_order(payment.id)
        assert actions.capture(
            payment=locked, attempt=attempt, charge_id=f"ch_{payment.id}", intent_id="pi_1", fee_minor=205
        )
    return Payment.objects.get(id=payment.id)


@pytest.mark.django_db
def test_shares_must_sum_to_what_is_paid():
    with pytest.raises(actions.SharesDoNotAddUp, match=r"sum to 120\.00 EUR, but the customer pays 119\.99 EUR"):
        create(amount=11999)
    assert not Payment.objects.exists()


@pytest.mark.django_db
def test_a_share_is_commission_and_earnings():
    payment = create()
    rows = payment.shares.order_by("id").values_list("vendor_id", "gross_minor", "commission_minor", "net_minor")
    assert list(rows) == [(LINDQVIST, 8000, 800, 7200), (MOREAU, 4000, 600, 3400)]


@pytest.mark.django_db
def test_there_is_one_attempt_at_a_time():
    payment = create()
    first = actions.open_attempt(payment_id=payment.id)
    assert actions.open_attempt(payment_id=payment.id) == first
    actions.abandon_attempt(attempt_id=first.id)
    assert actions.open_attempt(payment_id=payment.id).number == 2


@pytest.mark.django_db
def test_capture_happens_once_and_tells_once():
    payment = paid()
    attempt = payment.attempts.get()
    with transaction.atomic():
        locked = actions.lock_after_order(payment.id)
        again = actions.capture(payment=locked, attempt=attempt, charge_id="ch_2", intent_id="pi_2", fee_minor=0)
    assert not again
    payment.refresh_from_db()
    assert (payment.state, payment.provider_charge_id) == (PaymentState.PAID, f"ch_{payment.id}")
    [told] = Fact.objects.filter(name="payment.captured")
    assert told.payload == {
        "payment": str(payment.id),
        "order": str(payment.reference_id),
        "amount_minor": 12000,
        "currency": "EUR",
        "purpose": "order",
        "late": False,
    }
    with pytest.raises(actions.AlreadyPaid):
        actions.open_attempt(payment_id=payment.id)


@pytest.mark.django_db
def test_a_payment_nobody_can_pay_any_more_takes_no_attempt():
    payment = create()
    actions.cancel_payment(reference_id=payment.reference_id)
    with pytest.raises(actions.PaymentClosed):
        actions.open_attempt(payment_id=payment.id)
    assert actions.cancel_payment(reference_id=uuid7()) is None


@pytest.mark.django_db
def test_a_paid_order_is_not_canceled_but_refunded():
    with pytest.raises(actions.AlreadyPaid):
        actions.cancel_payment(reference_id=paid().reference_id)


@pytest.mark.django_db
def test_ending_without_a_session_cancels_at_once():
    payment = create()
    assert actions.end_session(reference_id=payment.reference_id).state == PaymentState.CANCELED


@pytest.mark.django_db
def test_a_refund_is_promised_once_and_takes_from_the_held_transfer():
    payment = paid()
    share = payment.shares.get(vendor_id=LINDQVIST)
    asked = {"share": share, "amount_minor": 3000, "key": "return:1", "reason": "Returned"}
    first = actions.request_refund(**asked)
    assert actions.request_refund(**asked) == first
    assert (first.amount_minor, first.net_minor, first.state) == (3000, 2700, RefundState.DUE)
    share.refresh_from_db()
    payment.refresh_from_db()
    assert (share.refunded_minor, share.refunded_net_minor, payment.refunded_minor) == (3000, 2700, 3000)
    assert Transfer.objects.get(share_id=share.id).amount_minor == 4500
    assert Fact.objects.filter(name="refund.requested").count() == 1
    with pytest.raises(actions.RefundDiffers):
        actions.request_refund(**{**asked, "amount_minor": 3001})
    assert queries.refunds_of([share.reference_id]) == {share.reference_id: [first]}


@pytest.mark.django_db
def test_commission_given_back_takes_its_vat_along_and_a_refused_refund_returns_it():
    share = paid(commission=(952, 600), tax=(152, 0)).shares.get(vendor_id=LINDQVIST)
    asked = {"share": share, "amount_minor": 3000, "reason": "Returned"}
    first, second = (actions.request_refund(**asked, key=key) for key in ("return:1", "return:2"))
    assert [(r.net_minor, r.commission_tax_minor) for r in (first, second)] == [(2643, 57), (2643, 57)]
    actions.refund_answered(refund_id=first.id, state=RefundState.FAILED, error="No", moved=False)
    share.refresh_from_db()
    assert (share.refunded_net_minor, share.refunded_commission_tax_minor) == (2643, 57)
    rest = actions.request_refund(share=share, amount_minor=5000, key="return:3", reason="Returned")
    assert (rest.net_minor, rest.commission_tax_minor) == (4405, 95)


@pytest.mark.django_db
def test_a_refund_in_full_cancels_the_transfer():
    share = paid().shares.get(vendor_id=MOREAU)
    refund = actions.request_refund(share=share, amount_minor=4000, net_minor=3400, key="sold_out:1", reason="Sold out")
    transfer = Transfer.objects.get(share_id=share.id)
    assert (refund.net_minor, transfer.state, transfer.hold_reason) == (
        3400,
        TransferState.CANCELED,
        "Refunded in full: Sold out",
    )


@pytest.mark.django_db
@pytest.mark.parametrize(("amount", "net"), [(0, None), (-1, None), (4001, None), (1000, 1001), (4000, 3399)])
def test_more_than_is_left_is_not_refunded(amount, net):
    share = paid().shares.get(vendor_id=MOREAU)
    with pytest.raises(actions.RefundTooLarge):
        actions.request_refund(share=share, amount_minor=amount, net_minor=net, key="k", reason="r")
    assert not Refund.objects.exists()


@pytest.mark.django_db
def test_only_what_was_paid_is_refunded():
    with pytest.raises(actions.PaymentClosed):
        actions.request_refund(share=create().shares.first(), amount_minor=1, key="k", reason="r")


@pytest.mark.django_db
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    gross=st.integers(1, 100_000),
    rate=st.integers(0, 10_000),
    vat=st.integers(0, 27),
    parts=st.lists(st.integers(1, 40_000), min_size=1, max_size=6),
)
def test_refunds_never_take_more_than_there_is_and_together_take_all(gross, rate, vat, parts):
    commission = gross * rate // 10_000
    payment = paid(gross=(gross, 1), commission=(commission, 0), tax=(commission * vat // (100 + vat), 0))
    share = payment.shares.get(vendor_id=LINDQVIST)
    for number, part in enumerate([*parts, gross]):
        left = PaymentShare.objects.values_list("gross_minor", "refunded_minor").get(id=share.id)
        amount = min(part, left[0] - left[1])
        if amount:
            actions.request_refund(share=share, amount_minor=amount, key=f"{payment.id}:{number}", reason="r")
    share.refresh_from_db()
    assert (share.refunded_minor, share.refunded_net_minor) == (share.gross_minor, share.net_minor)
    assert share.refunded_commission_tax_minor == share.commission_tax_minor
    assert not Transfer.objects.filter(share_id=share.id).exclude(state=TransferState.CANCELED).exists()


@pytest.mark.django_db
def test_commission_that_is_kept_leaves_the_vendor_in_debt_for_it():
    share = paid().shares.get(vendor_id=LINDQVIST)
    actions.request_refund(share=share, amount_minor=8000, net_minor=8000, key="kept:1", reason="Returned")
    share.refresh_from_db()
    assert share.net_minor - share.refunded_net_minor == -800
    assert Transfer.objects.get(share_id=share.id).state == TransferState.CANCELED


@pytest.mark.django_db
def test_what_came_back_is_paid_another_way_once():
    share = paid().shares.get(vendor_id=LINDQVIST)
    refund = actions.request_refund(share=share, amount_minor=3000, key="return:1", reason="Returned")
    with pytest.raises(actions.NotOwed):
        actions.pay_by_hand(refund_id=refund.id, reference="RE-1", paid_on=clock.today())
    actions.refund_answered(refund_id=refund.id, state=RefundState.SUCCEEDED, provider_refund_id="re_1")
    actions.refund_answered(refund_id=refund.id, state=RefundState.FAILED, error="lost_or_stolen_card")
    with pytest.raises(InvalidInput, match="reference"):
        actions.pay_by_hand(refund_id=refund.id, reference="  ", paid_on=clock.today())
    with pytest.raises(InvalidInput, match="not come yet"):
        actions.pay_by_hand(refund_id=refund.id, reference="RE-1", paid_on=clock.today() + timedelta(days=1))
    actions.pay_by_hand(refund_id=refund.id, reference="RE-1", paid_on=clock.today())
    [entry] = JournalEntry.objects.all()
    posted = {posting.account.code: posting.amount_minor for posting in entry.postings.select_related("account")}
    assert (entry.source_key, posted) == (f"refund:{refund.id}:by_hand", {"2100": 3000, "1100": -3000})
    share.refresh_from_db()
    assert (share.refunded_minor, queries.failed_refunds()) == (3000, 0)
    with pytest.raises(actions.NotOwed):
        actions.pay_by_hand(refund_id=refund.id, reference="RE-1", paid_on=clock.today())


@pytest.mark.django_db(transaction=True)
def test_saying_four_times_at_once_that_it_was_paid_another_way_is_saying_it_once(settings):
    settings.FOUR_EYES_MINOR = 3000
    by, payment = uuid7(), paid()
    for vendor, amount, kind, then in (
        (LINDQVIST, 2999, Refund, actions.NotOwed),
        (MOREAU, 3000, Approval, WaitsAlready),
    ):
        share = payment.shares.get(vendor_id=vendor)
        refund = actions.request_refund(share=share, amount_minor=amount, key=f"return:{vendor}", reason="Returned")
        actions.refund_answered(refund_id=refund.id, state=RefundState.SUCCEEDED, provider_refund_id=f"re_{vendor}")
        actions.refund_answered(refund_id=refund.id, state=RefundState.FAILED, error="lost_or_stolen_card")
        say = partial(say_paid, refund_id=refund.id, reference=" RE-1", paid_on=clock.today(), by=by)
        said = together(*[say] * 4)
        assert isinstance(said[0], kind)
        assert said == [said[0]] * 4
        with pytest.raises(then):
            say(reference="RE-2")
    assert JournalEntry.objects.get(kind="refund_by_hand").postings_count == 2
    told = AuditEntry.objects.filter(action__in=["refund.paid_by_hand", "approval.requested"]).order_by("id")
    assert list(told.values_list("action", flat=True)) == ["refund.paid_by_hand", "approval.requested"]


@pytest.mark.django_db
def test_what_never_left_is_not_owed():
    share = paid().shares.get(vendor_id=LINDQVIST)
    refund = actions.request_refund(share=share, amount_minor=3000, key="return:1", reason="Returned")
    refused = actions.refund_answered(refund_id=refund.id, state=RefundState.FAILED, error="no", moved=False)
    assert (refused.is_counted, refused.came_back) == (False, False)
    assert actions.retry_refund(refund_id=refund.id).is_counted
