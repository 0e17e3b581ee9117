"""A return from the customer's question to the money: every step once, stock and money exact, and rebuilt from its events."""

from io import BytesIO

import pytest
from django.core.files.storage import storages

from billing.payments.models import Payment
from kit import clock
from kit.errors import InvalidInput, NotAllowed
from kit.ids import uuid7
from marketplace.orders.models import OrderEvent
from marketplace.returns.actions import NumbersChanged
from marketplace.returns.answering import (
    Found,
    RefundUnderWay,
    accept_return,
    close_return,
    decline_return,
    inspect_return,
    receive_return,
    refund_return,
    suggested_refund,
    where_to_send,
)
from marketplace.returns.asking import CannotReturn, returnable, say_sent, withdraw_return
from marketplace.returns.exchange import NothingToReplace, replacements_of, send_replacement
from marketplace.returns.labels import bars_of, return_label
from marketplace.returns.models import Claim, Photo, RequestState, Return, ReturnState
from marketplace.returns.photos import TooManyPhotos, encode_photos
from marketplace.returns.policy import set_policy
from marketplace.returns.queries import facts_of, preview_of
from marketplace.returns.states import RETURN_STEPS, WrongStep
from marketplace.returns.tasks import carry_out_due, file_photos, pass_deadlines
from notifications.models import Mail
from outbox.tasks import deliver as deliver_facts
from tenants.isolation.doors import bind_vendor, in_shop
from tenants.shop.catalog.pictures import InvalidPicture
from tenants.shop.inventory.models import StockLevel, StockMovement
from tenants.vendors.models import Vendor
from tests.support.going_back import (
    ADDRESS,
    CUSTOMER,
    arrived,
    asked,
    came_back,
    check_replay,
    give_back,
    moved,
    photo,
)

__all__ = ["arrived"]


def test_a_return_goes_from_the_question_to_the_money_and_moves_stock_and_money_once(arrived):
    returned = came_back(arrived)
    with in_shop(arrived.lamp.vendor):
        assert StockLevel.objects.get().on_hand == 9
        movement = StockMovement.objects.get(kind="returned")
        assert (movement.on_hand_delta, movement.actor_id) == (2, arrived.owner.id)
    shown, request = give_back(arrived, returned)
    assert shown.amount_minor == 6666  # two of three lamps, and none of the shipping
    assert give_back(arrived, returned)[1] == request  # sent twice
    assert (request.state, Return.objects.get().state) == (RequestState.DUE, ReturnState.INSPECTED)
    assert carry_out_due() == 1
    returned.refresh_from_db()
    assert (returned.state, returned.due_at, returned.refund) == (ReturnState.REFUNDED, None, request)
    assert Payment.objects.get().refunded_minor == 6666
    names = OrderEvent.objects.filter(name__startswith="return_").order_by("at", "id").values_list("name", "actor_kind")
    assert list(names) == [
        ("return_asked", "customer"),
        ("return_accepted", "member"),
        ("return_sent", "customer"),
        ("return_received", "member"),
        ("return_inspected", "member"),
        ("return_refunded", "system"),
    ]
    check_replay(arrived.order)
    deliver_facts()
    deliver_facts()
    told = Mail.objects.filter(template="return_news").order_by("created_at").values_list("to", flat=True)
    assert sorted(told) == sorted(["ada@vermeer.example"] * 4 + [arrived.lamp.vendor.email] * 2)
    assert Mail.objects.filter(template="order_refunded").count() == 1


def test_less_is_found_and_less_is_given_back_with_the_reason(arrived):
    returned = came_back(arrived, found=Found(ok=1, damaged=1, restock=1))
    [line] = returned.lines.all()
    assert (line.ok, line.damaged, line.missing, line.restocked) == (1, 1, 0, 1)
    assert returned.inspection_note == "One is scratched"
    shown, _ = give_back(arrived, returned)
    assert shown.amount_minor == 3333
    with in_shop(arrived.lamp.vendor), pytest.raises(RefundUnderWay):
        close_return(return_id=returned.id, by=arrived.owner, note="No")
    # What nothing was given back for can be asked about no more; the third can.
    carry_out_due()
    assert [each.units for each in returnable(arrived.order.id)[arrived.lamps.id]] == [1]


def test_all_of_it_sent_back_gives_the_shipping_back_too(arrived):
    returned = came_back(arrived, count=3, restock=0)
    shown, _ = give_back(arrived, returned)
    assert (shown.goods_minor, shown.shipping_minor) == (9999, 490)
    carry_out_due()
    assert Payment.objects.get().refunded_minor == 10489
    assert returnable(arrived.order.id) == {}


def test_only_what_came_and_was_not_asked_for_can_be_asked_and_only_in_time(arrived):
    assert [(each.units, each.title) for each in returnable(arrived.order.id)[arrived.lamps.id]] == [
        (3, "Thing of Lindqvist")
    ]
    assert arrived.soaps.id not in returnable(arrived.order.id)  # never left
    first = asked(arrived)
    assert asked(arrived) == first  # sent twice
    with pytest.raises(CannotReturn):
        asked(arrived, 2, words="And once more", reason="damaged")
    with pytest.raises(InvalidInput, match="why"):
        asked(arrived, 1, reason="because")
    withdraw_return(return_id=first.id, by=CUSTOMER)
    with moved(days=30), pytest.raises(CannotReturn):
        asked(arrived)
    with moved(days=29):
        assert asked(arrived).number.endswith("-R2")


def test_a_declined_return_is_not_asked_again_but_may_still_be_accepted(arrived):
    returned = asked(arrived, 3)
    with in_shop(arrived.lamp.vendor):
        with pytest.raises(InvalidInput):
            decline_return(return_id=returned.id, by=arrived.owner, note=" ")
        decline_return(return_id=returned.id, by=arrived.owner, note="Worn")
        assert returnable(arrived.order.id) == {}
        assert accept_return(return_id=returned.id, by=arrived.owner, send_to=ADDRESS).state == ReturnState.ACCEPTED
        with pytest.raises(WrongStep):
            decline_return(return_id=returned.id, by=arrived.owner, note="After all")
        # A refund before anybody has looked at what came is none of a return.
        with pytest.raises(WrongStep):
            refund_return(return_id=returned.id, asks=[], reason="x", by=arrived.owner, digest="x")


def test_the_vendor_pays_the_way_back_of_what_it_answers_for(arrived):
    returned = asked(arrived, reason="defective")
    assert returned.shipping_paid_by == "vendor"
    with in_shop(arrived.lamp.vendor):
        with pytest.raises(InvalidInput) as refused:
            accept_return(return_id=returned.id, by=arrived.owner, send_to=ADDRESS)
        assert refused.value.field == "prepaid"
        accept_return(return_id=returned.id, by=arrived.owner, send_to=ADDRESS, prepaid="DHL 0815")
    label = return_label(Return.objects.get())
    assert label.startswith(b"%PDF")


def test_a_bar_code_has_five_bars_a_character_three_of_nine_wide():
    bars, width = bars_of("S-1")
    assert len(bars) == 5 * 5  # with the two asterisks
    assert width == 20 + 5 * (6 + 3 * 3) + 4
    assert bars[0] == (10, 1)


def test_photos_are_ours_after_encoding_and_lie_in_the_vendors_private_part(arrived):
    taken = encode_photos([photo(), photo(), photo("blue", (3000, 100))])
    assert len(taken) == 2  # the same twice is one
    assert all(each.content.startswith(b"RIFF") and b"secret" not in each.content for each in taken)
    returned = asked(arrived, photos=taken)
    for bad in (b"<svg onload=alert(1)>", b"\xff\xd8\xff\xe0 broken", b"%PDF-1.7"):
        with pytest.raises(InvalidPicture) as refused:
            encode_photos([BytesIO(bad)])
        assert refused.value.field == "photos"
    with pytest.raises(TooManyPhotos):
        encode_photos([photo()] * 6)
    assert file_photos() == 2
    filed = Photo.objects.filter(returned=returned).order_by("id").first()
    assert (filed.content, filed.path) == (None, f"returns/{arrived.lamp.vendor.id}/{filed.id}.webp")
    with in_shop(arrived.lamp.vendor):
        assert storages["private"].open(filed.path).read().startswith(b"RIFF")
    with in_shop(arrived.soap.vendor), pytest.raises(NotAllowed):
        storages["private"].open(filed.path)


@pytest.mark.parametrize("silent", ["accept", "escalate"])
def test_silence_accepts_or_escalates_as_the_policy_says(arrived, silent):
    from marketplace.returns.policy import policy_at

    holds = policy_at(clock.now())
    set_policy(
        commission=holds.commission,
        kept_after_days=None,
        customer_cancels=holds.customer_cancels,
        limits=holds.limits,
        reason="Silence",
        by=uuid7(),
        silent_vendor=silent,
    )
    Vendor.objects.filter(id=arrived.lamp.vendor.id).update(street="Kajen 1", city="Göteborg")
    returned = asked(arrived)
    assert pass_deadlines() == 0
    with moved(days=3):
        assert pass_deadlines() == 1
        assert pass_deadlines() == 0
        returned.refresh_from_db()
        if silent == "accept":
            assert (returned.state, returned.send_to["name"]) == (ReturnState.ACCEPTED, "Lindqvist")
        else:
            claim = Claim.objects.get()
            assert (returned.state, claim.kind, claim.opened_kind) == (ReturnState.ASKED, "silent", "system")
    if silent == "accept":
        with moved(days=18):
            assert pass_deadlines() == 1
        returned.refresh_from_db()
        assert returned.state == ReturnState.LAPSED
    check_replay(arrived.order)


def stock(bought):
    with in_shop(bought.lamp.vendor):
        level = StockLevel.objects.get()
        return level.on_hand, level.allocated


def test_a_replacement_is_kept_when_it_is_promised_and_sent_without_money(arrived):
    assert [each.title for each in replacements_of(arrived.order.id)[arrived.lamps.lines.get().id]] == [
        "The same once more"
    ]
    with pytest.raises(InvalidInput) as refused:
        asked(arrived, replace_with=arrived.soap.variant.id)
    assert refused.value.field == f"replace-{arrived.lamps.lines.get().id}"
    returned = came_back(arrived, restock=0, replace_with=arrived.lamp.variant.id)
    assert stock(arrived) == (7, 2)
    tracking = {"return_id": returned.id, "carrier": "DHL", "tracking_number": "9", "by": arrived.owner}
    for _ in range(2):
        with in_shop(arrived.lamp.vendor):
            assert send_replacement(**tracking).state == ReturnState.EXCHANGED
    assert stock(arrived) == (5, 0)
    assert Payment.objects.get().refunded_minor == 0
    with pytest.raises(WrongStep):
        give_back(arrived, returned)
    check_replay(arrived.order)
    deliver_facts()
    assert Mail.objects.filter(subject__startswith="Your replacement").count() == 1


def test_a_replacement_that_is_sold_out_becomes_money_and_one_not_needed_is_for_sale_again(arrived):
    with in_shop(arrived.lamp.vendor):
        StockLevel.objects.update(on_hand=1)
    returned = came_back(arrived, restock=0, replace_with=arrived.lamp.variant.id)
    assert (returned.lines.get().replace_with, stock(arrived)) == (None, (1, 0))
    with in_shop(arrived.lamp.vendor), pytest.raises(NothingToReplace):
        send_replacement(return_id=returned.id, carrier="", tracking_number="", by=arrived.owner)
    other = asked(arrived, 1, replace_with=arrived.lamp.variant.id)
    with in_shop(arrived.lamp.vendor):
        accept_return(return_id=other.id, by=arrived.owner, send_to=ADDRESS)
    assert stock(arrived) == (1, 1)
    withdraw_return(return_id=other.id, by=CUSTOMER)
    assert stock(arrived) == (1, 0)


def test_numbers_that_changed_are_shown_and_nothing_is_done(arrived):
    returned = came_back(arrived)
    with pytest.raises(NumbersChanged):
        give_back(arrived, returned, digest="0" * 32)
    assert Return.objects.get().refund is None


def test_steps_lead_where_the_table_says_and_nowhere_else(arrived):
    returned = asked(arrived)
    acts = {
        "accepted": lambda: accept_return(return_id=returned.id, by=arrived.owner, send_to=ADDRESS),
        "declined": lambda: decline_return(return_id=returned.id, by=arrived.owner, note="No"),
        "withdrawn": lambda: withdraw_return(return_id=returned.id, by=CUSTOMER),
        "sent": lambda: say_sent(return_id=returned.id, carrier="", tracking_number="1", by=CUSTOMER),
        "received": lambda: receive_return(return_id=returned.id, by=arrived.owner),
        "closed": lambda: close_return(return_id=returned.id, by=arrived.owner, note="No"),
    }
    for step, act in acts.items():
        for state in ReturnState.values:
            Return.objects.update(state=state, refund=None)
            may = state in RETURN_STEPS[step].of
            with in_shop(arrived.lamp.vendor):
                if may:
                    assert act().state == RETURN_STEPS[step].to
                elif state == RETURN_STEPS[step].to:
                    act()  # twice is once
                else:
                    with pytest.raises(WrongStep):
                        act()
                    assert Return.objects.get().state == state


@pytest.mark.django_db(transaction=True)
def test_a_vendors_own_role_takes_its_steps_and_no_others(arrived):
    from django.db import DatabaseError, transaction

    returned = asked(arrived)
    with bind_vendor(arrived.lamp.vendor):
        send_to = where_to_send(arrived.lamp.vendor)
        accept_return(
            return_id=returned.id, by=arrived.owner, send_to={**ADDRESS, "name": send_to["name"]}, note="Welcome"
        )
        receive_return(return_id=returned.id, by=arrived.owner)
        line = arrived.lamps.lines.get()
        inspect_return(return_id=returned.id, by=arrived.owner, found={line.id: Found(ok=2, restock=2)})
        [facts] = facts_of(arrived.order.id, vendor_id=returned.vendor_id)
        asks = [suggested_refund(Return.objects.get(), facts)]
        shown = preview_of(arrived.order.id, asks, kind="refund", vendor_id=returned.vendor_id)
        refund_return(return_id=returned.id, asks=asks, reason="Return", by=arrived.owner, digest=shown.digest)
        for words in ({"state": "refunded"}, {"words": "Mine"}, {"state": "withdrawn"}):
            with pytest.raises(DatabaseError), transaction.atomic():
                Return.objects.filter(id=returned.id).update(**words)
    with bind_vendor(arrived.soap.vendor):
        assert not Return.objects.exists()
        with pytest.raises(Return.DoesNotExist):
            receive_return(return_id=returned.id, by=arrived.owner)
    assert carry_out_due() == 1
    assert Return.objects.get().state == ReturnState.REFUNDED
