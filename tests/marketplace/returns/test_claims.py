"""Claims: both sides are heard, staff decides within its limits, and the money is the vendor's through the one refund."""

import pytest

from billing.payments.models import Payment, PaymentShare
from kit.errors import InvalidInput
from kit.ids import uuid7
from marketplace.orders.models import Fulfillment, VendorOrder
from marketplace.returns.actions import Actor, approve, reject
from marketplace.returns.answering import decline_return
from marketplace.returns.claims import (
    CannotClaim,
    ClaimClosed,
    dismiss_claim,
    grant_claim,
    open_claim,
    say,
    withdraw_claim,
)
from marketplace.returns.models import Claim, ClaimMessage, ClaimState, RequestState, Return, ReturnState
from marketplace.returns.policy import policy_at, set_policy
from marketplace.returns.preview import Ask
from marketplace.returns.queries import preview_of, preview_of_request
from marketplace.returns.states import WrongStep
from marketplace.returns.tasks import pass_deadlines
from notifications.models import Mail
from outbox.tasks import deliver as deliver_facts
from tenants.isolation.doors import bind_vendor, in_shop
from tests.support.going_back import CUSTOMER, arrived, asked, came_back, check_replay, give_back, moved
from tests.support.traders import dispute_of

__all__ = ["arrived"]
SUPPORT = Actor("staff", uuid7(), "staff:support")
ADMIN = Actor("staff", uuid7(), "staff:administrator")


def claim_of(bought, part=None, kind="other", **more):
    return open_claim(
        vendor_order_id=(part or bought.lamps).id, kind=kind, words="Help", by=CUSTOMER, order=bought.order, **more
    )


def granted(bought, claim, by, *asks):
    asks = asks or (Ask(claim.vendor_order_id, everything=True),)
    shown = preview_of(bought.order.id, asks, kind="refund", vendor_id=claim.vendor_id)
    return grant_claim(claim_id=claim.id, asks=asks, reason="You are right", by=by, digest=shown.digest)


def test_a_declined_return_becomes_a_claim_both_sides_speak_and_staff_gives_the_money_back(arrived):
    returned = asked(arrived)
    with in_shop(arrived.lamp.vendor):
        decline_return(return_id=returned.id, by=arrived.owner, note="Worn")
    claim = claim_of(arrived, kind="declined", returned=returned)
    assert claim_of(arrived, kind="declined", returned=returned) == claim  # sent twice
    say(claim=claim, text="It was like that", by=CUSTOMER)
    say(claim=claim, text="It was like that", by=CUSTOMER)
    with pytest.raises(InvalidInput):
        say(claim=claim, text="Answer me", by=CUSTOMER, asks="member")
    say(claim=claim, text="Do you have a photo?", by=SUPPORT, asks="member")
    say(claim=claim, text="We have none", by=arrived.owner)
    assert list(claim.messages.order_by("at").values_list("author_kind", "asks")) == [
        ("customer", ""),
        ("customer", ""),
        ("staff", "member"),
        ("member", ""),
    ]
    line = arrived.lamps.lines.get()
    request = granted(arrived, claim, SUPPORT, Ask(arrived.lamps.id, units={line.id: 2}))
    assert (request.state, request.amount_minor) == (RequestState.DONE, 6666)
    claim.refresh_from_db()
    assert (claim.state, claim.decided_by, claim.due_at) == (ClaimState.GRANTED, SUPPORT.id, None)
    assert Return.objects.get().state == ReturnState.SETTLED
    # At the vendor's cost: what it earned of two lamps.
    share = PaymentShare.objects.get(reference_id=arrived.lamps.id)
    assert share.refunded_net_minor == request.preview["parts"][0]["net_minor"] > 0
    with pytest.raises(ClaimClosed):
        say(claim=claim, text="Thanks", by=CUSTOMER)
    check_replay(arrived.order)
    deliver_facts()
    told = Mail.objects.filter(template="return_news", subject__contains=claim.number)
    assert sorted(told.values_list("to", flat=True)) == ["ada@vermeer.example"] * 4 + [arrived.lamp.vendor.email] * 4


def test_above_the_limit_a_second_person_decides_and_a_no_opens_the_claim_again(arrived):
    claim = claim_of(arrived)
    tight = Actor("staff", uuid7(), "staff:support")
    holds = policy_at(arrived.order.placed_at)
    set_policy(
        commission=holds.commission,
        kept_after_days=None,
        customer_cancels=holds.customer_cancels,
        limits={**holds.limits, "staff:support": 100},
        reason="Careful",
        by=uuid7(),
    )
    request = granted(arrived, claim, tight)
    claim.refresh_from_db()
    assert (request.state, claim.state) == (RequestState.WAITING, ClaimState.GRANTING)
    reject(request_id=request.id, by=ADMIN, note="Too much")
    claim.refresh_from_db()
    assert (claim.state, claim.refund, claim.decided_by) == (ClaimState.OPEN, None, None)
    again = granted(arrived, claim, tight, Ask(arrived.lamps.id, goodwill_minor=500))
    approve(request_id=again.id, by=ADMIN, digest=preview_of_request(again).digest)
    claim.refresh_from_db()
    assert (claim.state, Payment.objects.get().refunded_minor) == (ClaimState.GRANTED, 500)
    check_replay(arrived.order)


def test_a_claim_is_dismissed_with_the_reason_or_taken_back_and_moves_nothing(arrived):
    claim = claim_of(arrived)
    with pytest.raises(InvalidInput):
        dismiss_claim(claim_id=claim.id, by=SUPPORT, note="")
    dismiss_claim(claim_id=claim.id, by=SUPPORT, note="It works")
    assert dismiss_claim(claim_id=claim.id, by=SUPPORT, note="It works").state == ClaimState.DISMISSED
    with pytest.raises(WrongStep):
        withdraw_claim(claim_id=claim.id, by=CUSTOMER)
    with pytest.raises(WrongStep):
        granted(arrived, claim, ADMIN)
    other = claim_of(arrived)
    assert other.number.endswith("-C2")
    withdraw_claim(claim_id=other.id, by=CUSTOMER)
    assert Payment.objects.get().refunded_minor == 0
    check_replay(arrived.order)


def test_the_vendor_has_its_time_first_and_claims_end_some_day(arrived):
    with pytest.raises(CannotClaim):
        claim_of(arrived, arrived.soaps, "not_received")
    with moved(days=9):  # whatever days of rest lie between
        assert claim_of(arrived, arrived.soaps, "not_received").kind == "not_received"
    with moved(days=61), pytest.raises(CannotClaim):
        claim_of(arrived)


def test_a_refund_that_comes_too_late_has_the_platform_decide(arrived):
    came_back(arrived)
    with moved(days=7):
        assert pass_deadlines() == 1
        assert pass_deadlines() == 0
    claim = Claim.objects.get()
    assert (claim.kind, claim.returned.state) == ("silent", ReturnState.INSPECTED)
    # The vendor may still do what it should have done.
    give_back(arrived, claim.returned)


def test_an_order_that_nobody_takes_on_is_canceled_and_given_back(bought):
    holds = policy_at(bought.order.placed_at)
    kept = {"kept_after_days": None, "customer_cancels": holds.customer_cancels, "limits": holds.limits}
    set_policy(commission="kept", reason="Two days", by=uuid7(), accept_days=2, **kept)
    VendorOrder.objects.filter(id=bought.soaps.id).update(fulfillment=Fulfillment.ACCEPTED)
    assert pass_deadlines() == 0
    with moved(days=2):
        assert pass_deadlines() == 1
        assert pass_deadlines() == 0
    assert (bought.lamps.fulfillment, bought.soaps.fulfillment) == (Fulfillment.CANCELED, Fulfillment.ACCEPTED)
    assert Payment.objects.get().refunded_minor == bought.lamps.total_minor == 10489


def test_while_the_bank_disputes_nothing_is_canceled_for_silence(bought):
    holds = policy_at(bought.order.placed_at)
    kept = {"kept_after_days": None, "customer_cancels": holds.customer_cancels, "limits": holds.limits}
    set_policy(commission="kept", reason="Two days", by=uuid7(), accept_days=2, **kept)
    dispute_of(bought.lamps)
    with moved(days=2):
        assert pass_deadlines() == 0
    # The bank asks for the lamps' part; the soaps were paid for by the same payment.
    assert (bought.lamps.fulfillment, bought.soaps.fulfillment) == (Fulfillment.NEW, Fulfillment.NEW)


@pytest.mark.django_db(transaction=True)
def test_a_vendors_own_role_says_its_side_and_changes_nothing_else(arrived):
    from django.db import DatabaseError, transaction

    claim = claim_of(arrived)
    with bind_vendor(arrived.lamp.vendor):
        say(claim=Claim.objects.get(), text="All was well", by=arrived.owner)
        with pytest.raises(DatabaseError), transaction.atomic():
            Claim.objects.update(state="dismissed")
        with pytest.raises(DatabaseError), transaction.atomic():
            ClaimMessage.objects.create(
                claim=claim, vendor_id=claim.vendor_id, author_kind="staff", author_id=uuid7(), text="Granted"
            )
    with bind_vendor(arrived.soap.vendor):
        assert not Claim.objects.exists()
        assert not ClaimMessage.objects.exists()
    dismiss_claim(claim_id=claim.id, by=SUPPORT, note="As the shop says")
    with bind_vendor(arrived.lamp.vendor), pytest.raises(ClaimClosed):
        say(claim=claim, text="Good", by=arrived.owner)
