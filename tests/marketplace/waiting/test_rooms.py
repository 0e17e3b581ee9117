"""A waiting room lets in one after the other, by a clock that is moved: never more than its rate, whatever runs at once."""

from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kit import clock
from kit.errors import InvalidInput, NotAllowed
from marketplace.waiting.actions import (
    Keeper,
    NotAdmitted,
    RoomOver,
    RoomThere,
    change_rate,
    check_admitted,
    close_room,
    follow_cart,
    join,
    look,
    make_room,
)
from marketplace.waiting.models import WaitingRoom, WaitingTicket
from marketplace.waiting.queries import Where
from tests.support.at_once import together

pytestmark = pytest.mark.django_db
STAFF = Keeper(uuid4())
START = datetime.fromisoformat("2027-03-01T10:00:00+00:00")


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Any:
    """`at(90)`: so many seconds after the room opens it is."""

    def move(seconds: float) -> None:
        monkeypatch.setattr(clock, "now", lambda: START + timedelta(seconds=seconds))

    move(-3600)
    return move


@pytest.fixture
def shelf(put_on_shelf: Any, everything_ten_percent: None, at: Any) -> Any:
    return put_on_shelf("lindqvist")


def room_for(shelf: Any, *, per_minute: int = 6, stay: int = 10, by: Keeper = STAFF, hours: int = 4) -> WaitingRoom:
    return make_room(
        vendor_id=shelf.vendor.id,
        product_id=shelf.offer.product_id,
        per_minute=per_minute,
        stay_minutes=stay,
        gathers_at=None,
        opens_at=START,
        ends_at=START + timedelta(hours=hours),
        by=by,
    )


def seconds(when: datetime | None) -> float | None:
    return (when - START).total_seconds() if when else None


def test_first_come_first_served_ten_seconds_apart(shelf: Any, at: Any) -> None:
    room = room_for(shelf)
    carts = [uuid4() for _ in range(4)]
    at(3)
    standings = [join(room_id=room.id, cart_id=cart) for cart in carts]
    assert [(each.where, each.ahead, each.wait_seconds) for each in standings] == [
        (Where.ADMITTED, 0, 0),
        (Where.WAITING, 0, 10),
        (Where.WAITING, 1, 20),
        (Where.WAITING, 2, 30),
    ]
    at(23)
    assert [look(room_id=room.id, cart_id=cart).where for cart in carts] == ["admitted"] * 3 + ["waiting"]
    # Asked again, from a page that is loaded again or another one, it is the same place.
    assert seconds(join(room_id=room.id, cart_id=carts[3]).admit_at) == 33
    # Nobody was waiting for a while: what was not used is not made up for.
    at(600)
    late = [seconds(join(room_id=room.id, cart_id=uuid4()).admit_at) for _ in range(3)]
    assert late == [600, 610, 620]


def test_who_was_let_in_orders_for_so_long_and_then_takes_a_new_place(shelf: Any, at: Any) -> None:
    room, cart = room_for(shelf, stay=5), uuid4()
    products = {(shelf.vendor.id, shelf.offer.product_id)}

    def check(cart_id: UUID = cart) -> None:
        check_admitted(products=products, cart_id=cart_id, user_id=None)

    with pytest.raises(NotAdmitted) as refused:
        check()
    assert (refused.value.code, refused.value.room_id) == ("not_admitted", room.id)
    join(room_id=room.id, cart_id=cart)
    with pytest.raises(NotAdmitted, match="people are let in once it opens"):
        check()
    at(0)
    check()
    with pytest.raises(NotAdmitted, match="Take a place in it first"):
        check(uuid4())
    at(299.9)
    check()
    at(300)
    with pytest.raises(NotAdmitted, match="Your time to order is over"):
        check()
    assert seconds(join(room_id=room.id, cart_id=cart).admit_at) == 300
    check()
    at(4 * 3600)
    check(uuid4())  # it has ended
    with pytest.raises(RoomOver):
        join(room_id=room.id, cart_id=uuid4())
    check_admitted(products={(shelf.vendor.id, uuid4())}, cart_id=cart, user_id=None)


def test_who_comes_before_it_opens_has_the_same_chance(shelf: Any, at: Any) -> None:
    room = room_for(shelf, per_minute=60)
    carts = [uuid4() for _ in range(40)]
    for number, cart in enumerate(carts):
        at(-3000 + number)
        standing = join(room_id=room.id, cart_id=cart)
        assert (standing.where, standing.ahead) == (Where.EARLY, None)
    at(1)
    late = join(room_id=room.id, cart_id=uuid4())
    assert seconds(late.admit_at) == 40  # behind all of them
    places = [seconds(look(room_id=room.id, cart_id=cart).admit_at) for cart in carts]
    assert sorted(places) == [float(number) for number in range(40)]
    assert places != sorted(places)  # one order of 40! is the one in which they came
    room.refresh_from_db()
    assert (room.drawn_at, seconds(room.next_at)) == (START + timedelta(seconds=1), 41)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    per_minute=st.integers(1, 200),
    early=st.integers(0, 3),
    steps=st.lists(
        st.tuples(st.floats(0, 90), st.one_of(st.just("join"), st.just("join"), st.integers(1, 200))), max_size=8
    ),
)
def test_never_are_more_let_in_than_the_rate_allows(
    shelf: Any, at: Any, per_minute: int, early: int, steps: list[Any]
) -> None:
    at(-60)
    WaitingRoom.objects.all().delete()
    room = room_for(shelf, per_minute=per_minute)
    for _ in range(early):
        join(room_id=room.id, cart_id=uuid4())
    now, rates = 0.0, [(-60.0, per_minute)]
    for passed, what in steps:
        now += passed
        at(now)
        if what == "join":
            join(room_id=room.id, cart_id=uuid4())
        else:
            change_rate(room_id=room.id, per_minute=what, by=STAFF)
            rates.append((round(now, 6), what))
    let_in = sorted(seconds(when) for when in room.tickets.values_list("admit_at", flat=True) if when)
    for one, other in pairwise(let_in):
        # The rate that held when the later of both was let in; at the very moment of a change, either.
        held = [rate for since, rate in rates if since < other][-1:] + [rate for since, rate in rates if since == other]
        assert other - one >= 60 / max(held) - 1e-6


def test_another_rate_keeps_the_order_of_who_waits(shelf: Any, at: Any) -> None:
    room = room_for(shelf, per_minute=6)
    carts = [uuid4() for _ in range(4)]
    at(0)
    for cart in carts:
        join(room_id=room.id, cart_id=cart)
    at(12)
    change_rate(room_id=room.id, per_minute=60, by=STAFF)
    assert [seconds(look(room_id=room.id, cart_id=cart).admit_at) for cart in carts] == [0, 10, 12, 13]
    change_rate(room_id=room.id, per_minute=1, by=STAFF)
    assert [seconds(look(room_id=room.id, cart_id=cart).admit_at) for cart in carts] == [0, 10, 12, 72]
    assert seconds(join(room_id=room.id, cart_id=uuid4()).admit_at) == 132


def test_the_same_rate_saved_after_somebody_left_lets_the_next_ones_come(shelf: Any, at: Any) -> None:
    room = room_for(shelf, per_minute=6)
    carts = [uuid4() for _ in range(4)]
    at(0)
    for cart in carts:
        join(room_id=room.id, cart_id=cart)
    WaitingTicket.objects.filter(cart_id=carts[2]).delete()
    change_rate(room_id=room.id, per_minute=6, by=STAFF)
    assert [seconds(look(room_id=room.id, cart_id=carts[n]).admit_at) for n in (0, 1, 3)] == [0, 10, 20]
    assert seconds(join(room_id=room.id, cart_id=uuid4()).admit_at) == 30


def test_a_place_that_is_used_up_gives_way_to_a_guests_later_one(shelf: Any, at: Any) -> None:
    room, person, own, guest = room_for(shelf), uuid4(), uuid4(), uuid4()
    at(0)
    join(room_id=room.id, cart_id=own, user_id=person)
    at(1200)
    join(room_id=room.id, cart_id=guest)
    follow_cart(cart_id=guest, into_id=own, user_id=person)
    assert look(room_id=room.id, cart_id=own, user_id=person).where == Where.ADMITTED


def test_a_place_goes_along_to_the_customers_cart_and_the_better_one_is_kept(shelf: Any, at: Any) -> None:
    room, person, own, guest = room_for(shelf), uuid4(), uuid4(), uuid4()
    at(0)
    join(room_id=room.id, cart_id=guest)
    join(room_id=room.id, cart_id=own, user_id=person)
    follow_cart(cart_id=guest, into_id=own, user_id=person)
    ticket = WaitingTicket.objects.get()
    assert (ticket.cart_id, ticket.user_id, seconds(ticket.admit_at)) == (own, person, 0)
    # On another device, where the same customer has come without that cart.
    assert seconds(join(room_id=room.id, cart_id=uuid4(), user_id=person).admit_at) == 0


def test_who_may_keep_a_room_and_what_it_takes(shelf: Any, at: Any) -> None:
    vendor = Keeper(uuid4(), shelf.vendor.id)
    room = room_for(shelf)
    with pytest.raises(RoomThere):
        room_for(shelf, by=vendor)
    with pytest.raises(NotAllowed):
        close_room(room_id=room.id, by=vendor)
    close_room(room_id=room.id, by=STAFF)
    with pytest.raises(RoomOver):
        change_rate(room_id=room.id, per_minute=5, by=STAFF)
    mine = room_for(shelf, by=vendor)
    assert change_rate(room_id=mine.id, per_minute=5, by=vendor).per_minute == 5
    with pytest.raises(NotAllowed):
        close_room(room_id=mine.id, by=Keeper(uuid4(), uuid4()))
    for wrong in ({"per_minute": 0}, {"per_minute": 6001}, {"stay": 0}, {"hours": 73}, {"hours": 0}):
        with pytest.raises(InvalidInput):
            room_for(shelf, **wrong)


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_each_gets_an_instant_of_its_own(shelf: Any, at: Any) -> None:
    room = room_for(shelf, per_minute=60)
    early = [uuid4() for _ in range(8)]
    for cart in early:
        join(room_id=room.id, cart_id=cart)
    at(2)
    same = uuid4()

    def come(number: int) -> Any:
        if number % 3 == 0:
            return look(room_id=room.id, cart_id=early[number % 8]).admit_at  # all of them draw, and one does
        return join(room_id=room.id, cart_id=same if number % 3 == 1 else uuid4()).admit_at

    found = together(*[partial(come, number) for number in range(12)])
    assert not [each for each in found if isinstance(each, Exception)]
    let_in = [seconds(when) for when in WaitingTicket.objects.values_list("admit_at", flat=True)]
    assert sorted(let_in) == [float(number) for number in range(8 + 4 + 1)]
