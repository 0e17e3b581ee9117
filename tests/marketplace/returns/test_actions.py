"""Canceling and refunding: what is shown is what happens, once, and never more than is left."""

import random
from contextlib import suppress

import pytest
from django.db.models import Sum

from approvals.actions import WaitsAlready
from billing.payments.actions import PaymentDisputed, refund_answered, retry_refund
from billing.payments.models import Payment, PaymentShare, Refund, RefundState
from billing.payouts.models import Reversal, Transfer
from kit import clock
from kit.errors import InvalidInput, NotAllowed
from kit.ids import uuid7
from marketplace.fulfillment.actions import accept, deliver, pack, ship
from marketplace.fulfillment.models import ParcelLine
from marketplace.orders.models import Fulfillment, OrderEvent, OrderLine
from marketplace.returns.actions import (
    Actor,
    NotWaiting,
    NumbersChanged,
    UnderWay,
    approve,
    ask,
    reject,
)
from marketplace.returns.details import details_of
from marketplace.returns.models import Cancellation, RefundItem, RefundRequest, RequestState
from marketplace.returns.policy import set_policy
from marketplace.returns.preview import Ask, CannotCancel, NothingToGiveBack, TooMuchAsked
from marketplace.returns.queries import facts_of, preview_of, preview_of_request, told_of
from marketplace.returns.tasks import carry_out_due
from outbox.tasks import deliver as deliver_facts
from tenants.isolation.doors import bind_vendor, in_shop
from tenants.shop.inventory.models import Reservation, StockLevel
from tenants.vendors.models import Member
from tests.support.traders import dispute_of

ADMIN = Actor("staff", uuid7(), "staff:administrator")
SUPPORT = Actor("staff", uuid7(), "staff:support")
CUSTOMER = Actor("customer", None)


def do(bought, *asks, kind="refund", by=ADMIN, reason="Broken in the post", vendor_id=None):
    """Preview, then do just that; gives both."""
    shown = preview_of(bought.order.id, asks, kind=kind, by_customer=by.kind == "customer", vendor_id=vendor_id)
    request = ask(
        order_id=bought.order.id,
        asks=asks,
        kind=kind,
        reason=reason,
        by=by,
        digest=shown.digest,
        vendor_id=vendor_id,
    )
    return shown, request


def line_of(part):
    return part.lines.get()


def stock(shelf):
    with in_shop(shelf.vendor):
        level = StockLevel.objects.get()
        return level.on_hand, level.allocated, level.available


def test_what_is_previewed_is_what_happens_for_customer_vendors_commission_and_tax(bought):
    lamps, soaps = bought.lamps, bought.soaps
    before = {transfer.reference_id: transfer.amount_minor for transfer in Transfer.objects.all()}
    asks = [
        Ask(lamps.id, units={line_of(lamps).id: 1}, goodwill_minor=100),
        Ask(soaps.id, amounts={line_of(soaps).id: 250}, shipping_minor=301),
    ]
    shown, request = do(bought, *asks)
    assert request.state == RequestState.DONE
    assert (shown.goods_minor, shown.shipping_minor, shown.goodwill_minor) == (3333 + 250, 301, 100)
    assert Payment.objects.get().refunded_minor == shown.amount_minor == 3984
    for part in shown.parts:
        refund = Refund.objects.get(share__reference_id=part.vendor_order_id)
        assert (refund.amount_minor, refund.net_minor, refund.commission_tax_minor, refund.reason) == (
            part.amount_minor,
            part.net_minor,
            part.commission_tax_minor,
            "Broken in the post",
        )
        items = refund.items.aggregate(Sum("amount_minor"), Sum("tax_minor"), Sum("commission_minor"))
        assert list(items.values()) == [part.amount_minor, part.tax_minor, part.commission_minor]
        transfer = Transfer.objects.get(reference_id=part.vendor_order_id)
        assert before[part.vendor_order_id] - transfer.amount_minor == part.untransferred_minor == part.net_minor
        assert (part.taken_back_minor, part.debt_minor) == (0, 0)
    assert stock(bought.lamp) == (10, 3, 7)
    assert set(OrderEvent.objects.filter(name="refunded").values_list("vendor_order_id", flat=True)) == {
        lamps.id,
        soaps.id,
    }


def test_what_a_transfer_carried_already_is_taken_back_and_what_went_to_the_bank_may_be_debt(bought):
    from billing.payouts.models import Payout, PayoutTransfer
    from tests.support.office import send

    transfer = Transfer.objects.get(reference_id=bought.lamps.id)
    send(transfer, "tr_1")
    everything = [Ask(bought.lamps.id, everything=True)]
    [part] = preview_of(bought.order.id, everything, kind="refund").parts
    assert (part.untransferred_minor, part.taken_back_minor, part.debt_minor) == (0, part.net_minor, 0)
    payout = Payout.objects.create(
        vendor_id=part.vendor_id,
        provider_payout_id="po_1",
        amount_minor=500,
        currency="EUR",
        state="paid",
        created_at=clock.now(),
    )
    PayoutTransfer.objects.create(payout=payout, transfer=transfer, vendor_id=part.vendor_id, amount_minor=500)
    [part] = preview_of(bought.order.id, everything, kind="refund").parts
    assert (part.untransferred_minor, part.taken_back_minor, part.debt_minor) == (0, part.net_minor - 500, 500)


def test_what_was_kept_for_a_debt_is_not_there_to_be_given_back(bought):
    from billing.payouts import debts
    from billing.payouts.models import VendorDebt
    from billing.stripe.reversals import prepare
    from tests.support.office import send

    share = PaymentShare.objects.get(reference_id=bought.lamps.id)
    owed = {"vendor_id": share.vendor_id, "currency": "EUR", "key": "fee:1", "reason": "A dispute was lost"}
    debts.charge_fee(amount_minor=700, reference_id=uuid7(), number="S-1", **owed)
    transfer = Transfer.objects.get(reference_id=bought.lamps.id)
    assert debts.set_off(transfer=transfer, share=share) == 700
    send(transfer, "tr_1")
    shown, _ = do(bought, Ask(bought.lamps.id, everything=True))
    [part] = shown.parts
    assert (part.untransferred_minor, part.taken_back_minor, part.debt_minor) == (0, part.net_minor - 700, 700)
    refund_answered(refund_id=Refund.objects.get().id, state=RefundState.PENDING, provider_refund_id="re_1")
    deliver_facts()
    prepare(Reversal.objects.get().id)
    assert Reversal.objects.get().amount_minor == part.taken_back_minor
    assert list(VendorDebt.objects.exclude(key="fee:1").values_list("amount_minor", flat=True)) == [700]


def test_while_a_bank_disputes_nothing_is_shown_and_after_it_is_lost_goods_are_canceled_without_money(bought):
    dispute = dispute_of(bought.lamps)
    Payment.objects.update(refunds_blocked_at=clock.now())
    lamps, soaps = [Ask(bought.lamps.id, everything=True)], [Ask(bought.soaps.id, everything=True)]
    for kind, by_customer, words in (
        ("refund", False, "The customer's bank disputes"),
        ("cancellation", True, "Your bank has asked"),
    ):
        for asks in (lamps, soaps):
            with pytest.raises(PaymentDisputed, match=words if asks is lamps else "another part of this payment"):
                preview_of(bought.order.id, asks, kind=kind, by_customer=by_customer)
    _lose(dispute)
    with pytest.raises(PaymentDisputed, match="is lost: the customer has the money"):
        preview_of(bought.order.id, lamps, kind="refund")
    shown, request = do(bought, *lamps, kind="cancellation", by=SUPPORT)
    assert (shown.amount_minor, request.state, Refund.objects.count()) == (0, RequestState.DONE, 0)
    assert (bought.lamps.fulfillment, stock(bought.lamp)) == (Fulfillment.CANCELED, (10, 0, 10))
    assert shown.parts[0].lost_minor == bought.lamps.total_minor
    # What the bank took was of the lamps: the other vendor's part is there to be refunded, whole.
    shown, _ = do(bought, *soaps)
    assert (shown.amount_minor, shown.parts[0].lost_minor) == (bought.soaps.total_minor, 0)


def _lose(dispute):
    """The bank keeps what it asked for, at the vendor's cost."""
    slices = list(dispute.slices.all())
    dispute.state, dispute.withdrawn_minor = "lost", dispute.amount_minor
    dispute.save()
    for each in slices:
        PaymentShare.objects.filter(id=each.share_id).update(
            disputed_minor=each.amount_minor, disputed_net_minor=each.net_minor
        )
    Payment.objects.update(refunds_blocked_at=None)


def test_documents_are_told_of_which_rule_a_refund_gave_back(bought, django_assert_num_queries):
    lamps, soaps = bought.lamps, bought.soaps
    shown, _ = do(bought, Ask(lamps.id, units={line_of(lamps).id: 1}, shipping_minor=490))
    with django_assert_num_queries(3):
        found = details_of(lamps.vendor_id, [lamps.id, bought.order.id, soaps.id])
    assert set(found) == {lamps.id, bought.order.id}
    [rule] = [part.rule for part in found[lamps.id].commission]
    refund = Refund.objects.get()
    assert found[lamps.id].given_back == {f"refund:{refund.id}": {rule: shown.commission_minor}}


def test_what_a_bank_keeps_of_a_part_is_off_all_of_it_and_the_rest_is_given_back_to_the_cent(bought):
    lamps, line = bought.lamps, line_of(bought.lamps)
    # One of three lamps, 33.33, is given back before: 66.66 and 4.90 of shipping are left.
    do(bought, Ask(lamps.id, units={line.id: 1}))
    dispute = dispute_of(lamps)
    dispute.slices.update(amount_minor=3578, net_minor=3200)
    dispute.amount_minor = 3578
    _lose(dispute)
    part = next(each for each in facts_of(bought.order.id) if each.vendor_order_id == lamps.id)
    assert (part.lost, part.left, part.lines[0].left.gross, part.shipping.gross) == (3578, 3578, 3333, 245)
    with pytest.raises(TooMuchAsked, match=r"33\.33"):
        preview_of(bought.order.id, [Ask(lamps.id, amounts={line.id: 3334})], kind="refund")
    # Half of each lamp left went back by the bank, so that one of them gives the other half.
    shown, _ = do(bought, Ask(lamps.id, units={line.id: 1}))
    assert shown.amount_minor == 1667
    shown, _ = do(bought, Ask(lamps.id, everything=True), kind="cancellation")
    assert (shown.amount_minor, shown.parts[0].lost_minor) == (1666 + 245, 3578)
    share = PaymentShare.objects.get(reference_id=lamps.id)
    assert (share.refunded_minor, share.gross_minor - share.refunded_minor - share.disputed_minor) == (
        lamps.total_minor - 3578,
        0,
    )
    with pytest.raises(PaymentDisputed, match="is lost"):
        preview_of(bought.order.id, [Ask(lamps.id, everything=True)], kind="refund")


def test_a_customer_cancels_before_the_vendor_accepts_and_the_other_vendor_is_not_touched(bought):
    shown, request = do(bought, Ask(bought.lamps.id, everything=True), kind="cancellation", by=CUSTOMER, reason="No")
    lamps, soaps = bought.lamps, bought.soaps
    assert (request.state, lamps.fulfillment, soaps.fulfillment) == (
        RequestState.DONE,
        Fulfillment.CANCELED,
        Fulfillment.NEW,
    )
    assert shown.amount_minor == lamps.total_minor == 3 * 3333 + 490
    assert (shown.commission_minor, shown.tax_minor) == (lamps.commission_minor, lamps.tax_minor)
    share = PaymentShare.objects.get(reference_id=lamps.id)
    assert (share.refunded_minor, share.refunded_net_minor, share.refunded_commission_tax_minor) == (
        share.gross_minor,
        share.net_minor,
        share.commission_tax_minor,
    )
    assert (stock(bought.lamp), stock(bought.soap)) == ((10, 0, 10), (10, 2, 8))
    assert list(Cancellation.objects.values_list("order_line__canceled_quantity", "quantity")) == [(3, 3)]
    assert not Refund.objects.filter(share__reference_id=soaps.id).exists()
    with pytest.raises(NothingToGiveBack):
        preview_of(bought.order.id, [Ask(lamps.id, everything=True)], kind="cancellation", by_customer=True)


def test_a_customer_cancels_nothing_that_is_being_prepared(bought):
    asks = [Ask(bought.lamps.id, everything=True)]
    shown = preview_of(bought.order.id, asks, kind="cancellation", by_customer=True)
    with in_shop(bought.lamp.vendor):
        accept(vendor_order_id=bought.lamps.id, by=None)
    with pytest.raises(CannotCancel, match="already preparing"):
        ask(
            order_id=bought.order.id,
            asks=asks,
            kind="cancellation",
            reason="No",
            by=CUSTOMER,
            digest=shown.digest,
        )
    assert stock(bought.lamp) == (10, 3, 7)
    policy = {"commission": "given_back", "kept_after_days": None, "limits": {}, "reason": "Kinder", "by": uuid7()}
    set_policy(customer_cancels="until_packed", **policy)
    assert preview_of(bought.order.id, asks, kind="cancellation", by_customer=True).digest == shown.digest
    set_policy(customer_cancels="never", **policy)
    with pytest.raises(CannotCancel):
        preview_of(bought.order.id, [Ask(bought.soaps.id, everything=True)], kind="cancellation", by_customer=True)


def test_of_a_line_that_is_partly_shipped_only_the_rest_is_canceled_out_of_its_parcel(bought):
    lamps, line = bought.lamps, line_of(bought.lamps)
    with in_shop(bought.lamp.vendor):
        first = pack(vendor_order_id=lamps.id, by=None, quantities={line.id: 1})
        pack(vendor_order_id=lamps.id, by=None)
        ship(parcel_id=first.id, carrier="PostNord", tracking_number="SE1", by=None)
        deliver(parcel_id=first.id, by=None)
    with pytest.raises(CannotCancel, match="2 can still be canceled: 1 has left"):
        preview_of(bought.order.id, [Ask(lamps.id, units={line.id: 3})], kind="cancellation")
    shown, _ = do(bought, Ask(lamps.id, units={line.id: 1}), kind="cancellation")
    assert (shown.amount_minor, bought.lamps.fulfillment) == (3333, Fulfillment.PACKED)
    assert list(ParcelLine.objects.values_list("quantity", flat=True)) == [1, 1]
    shown, _ = do(bought, Ask(lamps.id, everything=True), kind="cancellation")
    # What has left has left: shipping stays paid, and all that was promised has arrived.
    assert (shown.amount_minor, bought.lamps.fulfillment) == (3333, Fulfillment.DELIVERED)
    assert (stock(bought.lamp), line_of(lamps).canceled_quantity) == ((9, 0, 9), 2)
    with in_shop(bought.lamp.vendor):
        assert list(Reservation.objects.values_list("quantity", "shipped", "state")) == [(1, 1, "shipped")]
    deliver_facts()
    assert Transfer.objects.get(reference_id=lamps.id).release_at is not None


def test_commission_is_kept_by_policy_and_never_for_what_was_not_sent(bought):
    limits = {"staff:administrator": None}
    policy = {"customer_cancels": "until_accepted", "limits": limits, "reason": "Costs", "by": uuid7()}
    set_policy(commission="kept_after", kept_after_days=30, **policy)
    lamps = bought.lamps
    [part] = preview_of(bought.order.id, [Ask(lamps.id, everything=True)], kind="refund").parts
    assert (part.commission_minor, part.kept_minor) == (lamps.commission_minor, 0)
    set_policy(commission="kept", kept_after_days=None, **policy)
    [part] = preview_of(bought.order.id, [Ask(lamps.id, everything=True)], kind="cancellation").parts
    assert (part.commission_minor, part.kept_minor) == (lamps.commission_minor, 0)
    shown, _ = do(bought, Ask(lamps.id, everything=True))
    [part] = shown.parts
    assert (part.commission_minor, part.kept_minor, part.net_minor) == (0, lamps.commission_minor, lamps.total_minor)
    assert part.untransferred_minor == lamps.total_minor - lamps.commission_minor
    assert part.debt_minor == lamps.commission_minor
    share = PaymentShare.objects.get(reference_id=lamps.id)
    assert (share.refunded_net_minor, share.refunded_commission_tax_minor) == (lamps.total_minor, 0)


def test_numbers_that_changed_are_shown_again_and_nothing_is_done(bought):
    asks = [Ask(bought.lamps.id, everything=True)]
    seen = preview_of(bought.order.id, asks, kind="refund")
    do(bought, Ask(bought.lamps.id, goodwill_minor=1))
    with pytest.raises(NumbersChanged) as changed:
        ask(order_id=bought.order.id, asks=asks, kind="refund", reason="Again", by=ADMIN, digest=seen.digest)
    assert changed.value.preview.amount_minor == seen.amount_minor - 1
    assert Refund.objects.count() == 1


def test_a_form_sent_twice_is_done_once_also_where_no_number_tells_the_two_apart(bought):
    lamps, line = bought.lamps, line_of(bought.lamps)
    do(bought, Ask(lamps.id, everything=True))
    one = [Ask(lamps.id, units={line.id: 1})]
    given = {"order_id": bought.order.id, "asks": one, "kind": "cancellation", "reason": "Gone"}
    seen = preview_of(bought.order.id, one, kind="cancellation")
    assert seen.amount_minor == 0  # the money went back before: one of three, and then again one of three
    made = ask(**given, by=ADMIN, digest=seen.digest)
    assert ask(**given, by=ADMIN, digest=seen.digest) == made
    with pytest.raises(NumbersChanged):
        ask(**given, by=Actor("staff", uuid7(), "staff:administrator"), digest=seen.digest)
    assert line_of(lamps).canceled_quantity == 1
    assert do(bought, *one, kind="cancellation")[1] != made
    assert line_of(lamps).canceled_quantity == 2


def test_what_is_above_the_limit_waits_once_and_is_decided_once_however_often_it_is_sent(bought):
    asks = [Ask(bought.lamps.id, everything=True)]
    set_policy(
        commission="given_back",
        kept_after_days=None,
        customer_cancels="never",
        limits={"staff:support": 100, "staff:administrator": None},
        reason="Two of us",
        by=uuid7(),
    )
    shown, waiting = do(bought, *asks, by=SUPPORT)
    assert do(bought, *asks, by=SUPPORT)[1] == waiting
    with pytest.raises(WaitsAlready):
        do(bought, *asks, by=Actor("staff", uuid7(), "staff:support"))
    do(bought, Ask(bought.lamps.id, goodwill_minor=1), by=SUPPORT)
    with pytest.raises(WaitsAlready):
        do(bought, *asks, by=SUPPORT)
    now = preview_of_request(waiting)
    assert now.digest != shown.digest
    done = approve(request_id=waiting.id, by=ADMIN, digest=now.digest)
    assert approve(request_id=waiting.id, by=ADMIN, digest=now.digest) == done
    assert (done.state, Refund.objects.count()) == (RequestState.DONE, 2)
    _, other = do(bought, Ask(bought.soaps.id, everything=True), by=SUPPORT)
    assert reject(request_id=other.id, by=ADMIN, note="No") == reject(request_id=other.id, by=ADMIN, note="No")
    with pytest.raises(NotWaiting):
        approve(request_id=other.id, by=ADMIN, digest=other.digest)


def test_above_the_limit_somebody_else_with_a_higher_one_decides(bought):
    asks = [Ask(part.id, everything=True) for part in bought.order.vendor_orders.all()]
    limits = {"staff:support": 5000, "staff:accountant": 8000, "staff:administrator": None}
    policy = {"commission": "given_back", "kept_after_days": None, "customer_cancels": "never", "by": uuid7()}
    set_policy(limits=limits, reason="Two of us", **policy)
    shown, request = do(bought, *asks, by=SUPPORT)
    assert (request.state, Refund.objects.count(), shown.amount_minor) == (RequestState.WAITING, 0, 12344)
    with pytest.raises(NotAllowed, match="Somebody else"):
        approve(request_id=request.id, by=SUPPORT, digest=shown.digest)
    with pytest.raises(NotAllowed, match="above what your role"):
        approve(request_id=request.id, by=Actor("staff", uuid7(), "staff:accountant"), digest=shown.digest)
    with pytest.raises(NotAllowed, match="may not refund"):
        do(bought, Ask(bought.lamps.id, everything=True), by=Actor("staff", uuid7(), "staff:viewer"))
    do(bought, Ask(bought.lamps.id, goodwill_minor=1))
    with pytest.raises(NumbersChanged):
        approve(request_id=request.id, by=ADMIN, digest=shown.digest)
    now = preview_of_request(request)
    assert approve(request_id=request.id, by=ADMIN, digest=now.digest, note="Agreed").state == RequestState.DONE
    assert Payment.objects.get().refunded_minor == 12344
    with pytest.raises(NotWaiting):
        reject(request_id=request.id, by=ADMIN, note="Too late")


def test_the_limit_of_a_role_is_of_the_order_however_it_is_divided(bought):
    limits = {"staff:support": 2000, "staff:accountant": 2000, "staff:administrator": None}
    policy = {"commission": "given_back", "kept_after_days": None, "customer_cancels": "never", "by": uuid7()}
    set_policy(limits=limits, reason="Two of us", **policy)
    first, colleague = SUPPORT, Actor("staff", uuid7(), "staff:support")
    assert do(bought, Ask(bought.lamps.id, goodwill_minor=1999), by=first)[1].state == RequestState.DONE
    shown, second = do(bought, Ask(bought.soaps.id, goodwill_minor=1000), by=colleague)
    assert (second.state, Payment.objects.get().refunded_minor) == (RequestState.WAITING, 1999)
    # Another role has its own limit, and what it approves counts toward it.
    accountant = Actor("staff", uuid7(), "staff:accountant")
    assert approve(request_id=second.id, by=accountant, digest=shown.digest).state == RequestState.DONE
    shown, third = do(bought, Ask(bought.lamps.id, goodwill_minor=1001), by=first)
    assert third.state == RequestState.WAITING
    with pytest.raises(NotAllowed, match="EUR given before, is above what your role may approve"):
        approve(request_id=third.id, by=accountant, digest=shown.digest)
    assert do(bought, Ask(bought.lamps.id, goodwill_minor=1), by=first)[1].state == RequestState.DONE


def member(vendor, role, name):
    return Member.objects.create(
        vendor=vendor, user_id=uuid7(), name=name, email=f"{name.lower()}@lindqvist.example", role=role
    )


def test_a_vendors_member_asks_inside_the_wall_and_the_worker_does_it(bought):
    vendor, lamps = bought.lamp.vendor, bought.lamps
    manager = member(vendor, "manager", "Maj")
    by = Actor("member", manager.user_id, "member:manager")
    with bind_vendor(vendor):
        shown, request = do(bought, Ask(lamps.id, units={line_of(lamps).id: 2}), by=by, vendor_id=vendor.id)
        assert (request.state, Refund.objects.count()) == (RequestState.DUE, 0)
        with pytest.raises(UnderWay):
            do(bought, Ask(lamps.id, everything=True), by=by, vendor_id=vendor.id)
        with pytest.raises(InvalidInput, match="no such part"):
            do(bought, Ask(uuid7(), everything=True), by=by, vendor_id=vendor.id)
    assert carry_out_due() == 1
    assert Refund.objects.get().amount_minor == shown.amount_minor == 6666
    with bind_vendor(vendor):
        assert RefundRequest.objects.get().state == RequestState.DONE
        assert RefundItem.objects.get().amount_minor == 6666


def test_what_a_member_asked_for_is_not_done_when_it_changed_or_when_they_have_left(bought):
    vendor, lamps = bought.lamp.vendor, bought.lamps
    orders = member(vendor, "orders", "Olle")
    by = Actor("member", orders.user_id, "member:orders")
    with bind_vendor(vendor):
        _, late = do(bought, Ask(lamps.id, everything=True), kind="cancellation", by=by, vendor_id=vendor.id)
        assert late.state == RequestState.WAITING  # 104.89 is above the 100.00 of the role
        _, late = do(
            bought, Ask(lamps.id, units={line_of(lamps).id: 2}), kind="cancellation", by=by, vendor_id=vendor.id
        )
    with in_shop(vendor):
        parcel = pack(vendor_order_id=lamps.id, by=None)
        ship(parcel_id=parcel.id, carrier="", tracking_number="", by=None)
    carry_out_due()
    late.refresh_from_db()
    assert (late.state, Refund.objects.count()) == (RequestState.CHANGED, 0)
    assert "0 can still be canceled" in late.problem
    with bind_vendor(vendor):
        _, asked = do(bought, Ask(lamps.id, goodwill_minor=500), by=by, vendor_id=vendor.id)
    Member.objects.filter(id=orders.id).update(left_at=clock.now())
    carry_out_due()
    asked.refresh_from_db()
    assert (asked.state, Refund.objects.count()) == (RequestState.WAITING, 0)
    owner = Actor("member", member(vendor, "owner", "Astrid").user_id, "member:owner")
    with bind_vendor(vendor):
        approve(request_id=asked.id, by=owner, digest=preview_of_request(asked).digest)
    assert carry_out_due() == 1
    assert Refund.objects.get().amount_minor == 500


def test_a_request_a_vendors_role_forged_never_reaches_another_vendors_part(bought):
    vendor = bought.lamp.vendor
    manager = member(vendor, "manager", "Maj")
    with bind_vendor(vendor):
        _, request = do(
            bought,
            Ask(bought.lamps.id, goodwill_minor=1),
            by=Actor("member", manager.user_id, "member:manager"),
            vendor_id=vendor.id,
        )
        assert not OrderLine.objects.filter(vendor_order__vendor_slug="moreau").exists()
    RefundRequest.objects.filter(id=request.id).update(asked=[Ask(bought.soaps.id, everything=True).as_data()])
    carry_out_due()
    request.refresh_from_db()
    assert (request.state, Refund.objects.count()) == (RequestState.CHANGED, 0)


def test_a_refused_refund_counts_for_nothing_and_is_not_sent_again_over_what_was_given_meanwhile(bought):
    lamps = bought.lamps
    line = line_of(lamps)
    policy = {"kept_after_days": None, "customer_cancels": "never", "limits": {ADMIN.role: None}, "by": uuid7()}
    set_policy(commission="kept", reason="So that only the line tells", **policy)
    do(bought, Ask(lamps.id, amounts={line.id: 400}))
    refused = Refund.objects.get()
    refund_answered(refund_id=refused.id, state=RefundState.FAILED, error="no", moved=False)
    refused.refresh_from_db()
    assert told_of(refused)[0] == "Not made"
    [facts] = [part for part in facts_of(bought.order.id) if part.vendor_order_id == lamps.id]
    assert facts.lines[0].left.gross == 9999
    do(bought, Ask(lamps.id, units={line.id: 3}))
    with pytest.raises(InvalidInput, match="another way meanwhile"):
        retry_refund(refund_id=refused.id)


def test_random_refunds_and_cancellations_never_give_back_more_and_the_rest_is_exactly_the_rest(buy):
    """Forty random steps over both vendors, under changing policies; then everything left."""
    dice = random.Random(20261130)
    bought = buy(5, 4, lamp_minor=1999, soap_minor=333)
    parts = list(bought.order.vendor_orders.all())
    for step in range(40):
        if step % 10 == 0:
            set_policy(
                commission=dice.choice(["given_back", "kept", "given_back"]),
                kept_after_days=None,
                customer_cancels="never",
                limits={"staff:administrator": None},
                reason="Dice",
                by=uuid7(),
            )
        part = dice.choice(parts)
        line = line_of(part)
        what = dice.choice(["units", "amounts", "goodwill", "shipping", "cancel"])
        asked = {
            "units": Ask(part.id, units={line.id: 1}),
            "amounts": Ask(part.id, amounts={line.id: dice.randint(1, 300)}),
            "goodwill": Ask(part.id, goodwill_minor=dice.randint(1, 200)),
            "shipping": Ask(part.id, shipping_minor=dice.randint(1, 90)),
            "cancel": Ask(part.id, units={line.id: 1}),
        }[what]
        with suppress(TooMuchAsked, NothingToGiveBack, CannotCancel):
            do(bought, asked, kind="cancellation" if what == "cancel" else "refund")
        check_sums(bought)
    with suppress(NothingToGiveBack):
        do(bought, *[Ask(part.id, everything=True) for part in parts], reason="The rest")
    check_sums(bought)
    for facts in facts_of(bought.order.id):
        for left in [facts.shipping, *(each.left for each in facts.lines)]:
            assert (left.gross, left.tax, left.commission) == (0, 0, 0)
    payment = Payment.objects.get()
    assert payment.refunded_minor == payment.amount_minor
    kept = RefundItem.objects.aggregate(Sum("kept_minor"))["kept_minor__sum"]
    for share in PaymentShare.objects.all():
        mine = RefundItem.objects.filter(vendor_id=share.vendor_id).aggregate(Sum("kept_minor"), Sum("tax_minor"))
        given = share.refunded_minor - share.refunded_net_minor
        assert given + (mine["kept_minor__sum"] or 0) == share.commission_minor
        assert mine["tax_minor__sum"] == bought.order.vendor_orders.get(id=share.reference_id).tax_minor
    assert kept > 0


def check_sums(bought):
    for facts in facts_of(bought.order.id):
        share = PaymentShare.objects.get(reference_id=facts.vendor_order_id)
        lefts = [facts.shipping, *(line.left for line in facts.lines)]
        assert sum(left.gross for left in lefts) == share.gross_minor - share.refunded_minor
        assert all(0 <= left.tax <= left.gross and 0 <= left.commission <= left.gross for left in lefts)
        assert all(left.units >= 0 for left in lefts)
        for line in facts.lines:
            row = OrderLine.objects.get(id=line.left.line_id)
            items = RefundItem.objects.filter(order_line=row).aggregate(
                gross=Sum("amount_minor", default=0),
                tax=Sum("tax_minor", default=0),
                commission=Sum("commission_minor", default=0),
                kept=Sum("kept_minor", default=0),
            )
            assert items["gross"] + line.left.gross == row.total_minor
            assert items["tax"] + line.left.tax == row.tax_minor
            assert items["commission"] + items["kept"] + line.left.commission == row.commission_minor
