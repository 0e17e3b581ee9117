"""Who is served next when one vendor tells more than all others."""

import threading
from uuid import UUID

import pytest
from django.db import connections, transaction

from outbox import tasks
from outbox.actions import announce
from outbox.models import COMMON_LANE, Delivery, DeliveryState, Fact

NOISY, QUIET, OTHER = UUID(int=7), UUID(int=3), UUID(int=9)
INSIDE: dict[str, list[str]] = {}
AFTER = {"news.told": [f"{__name__}.hear"], "news.slow": [f"{__name__}.hear_slowly"]}
heard: list[tuple[UUID | None, int]] = []
entered, leave = threading.Event(), threading.Event()


def hear(fact: Fact) -> None:
    heard.append((fact.vendor_id, fact.payload["number"]))


def hear_slowly(fact: Fact) -> None:
    entered.set()
    assert leave.wait(30)


@pytest.fixture(autouse=True)
def own_table(settings):
    settings.EVENT_TABLE = __name__
    heard.clear()
    entered.clear()
    leave.clear()
    tasks.Turns.last = COMMON_LANE


def tell(vendor_id: UUID | None, *numbers: int, name: str = "news.told") -> None:
    with transaction.atomic():
        for number in numbers:
            announce(name, vendor_id=vendor_id, payload={"number": number})


@pytest.mark.django_db
def test_vendors_take_turns_and_each_is_heard_in_its_own_order():
    tell(NOISY, *range(6))
    tell(QUIET, 0, 1)
    tell(None, 0, 1)
    assert tasks.deliver() == 10
    assert [who for who, _ in heard] == [QUIET, NOISY, None] * 2 + [NOISY] * 4
    for vendor in (NOISY, QUIET, None):
        numbers = [number for who, number in heard if who == vendor]
        assert numbers == sorted(numbers)
    assert set(Delivery.objects.values_list("lane", flat=True)) == {NOISY, QUIET, COMMON_LANE}


@pytest.mark.django_db
def test_a_flood_of_facts_comes_before_nobody_elses():
    """Not even if their ids do: a vendor's own role chooses them."""
    Fact.objects.bulk_create(
        Fact(id=UUID(int=number), name="news.told", vendor_id=NOISY, payload={"number": number}) for number in range(30)
    )
    tell(QUIET, 0)
    tell(None, 0)
    assert tasks.fan_out(10) == 12
    assert set(Delivery.objects.values_list("lane", flat=True)) == {NOISY, QUIET, COMMON_LANE}
    # What is told meanwhile waits for one of the flood's, and not for all.
    assert [tasks.deliver_one() for _ in range(3)] == [1, 1, 1]
    tell(OTHER, 0)
    assert tasks.fan_out(10) == 11
    assert tasks.deliver() == 30
    assert [who for who, _ in heard][:5] == [QUIET, NOISY, None, NOISY, OTHER]
    assert [number for who, number in heard if who == NOISY] == list(range(30))
    assert tasks.fan_out() == 0


@pytest.mark.django_db(transaction=True)
def test_a_vendor_has_one_thread_at_most_and_nobody_waits_for_it():
    tell(NOISY, 0, name="news.slow")
    tell(NOISY, 1)

    def serve() -> None:
        tasks.deliver()
        connections.close_all()

    slow = threading.Thread(target=serve)
    slow.start()
    assert entered.wait(30)
    tell(OTHER, 2)
    tell(None, 3)
    assert tasks.deliver() == 2, "The noisy vendor's second fact was taken beside its first."
    assert sorted(number for _, number in heard) == [2, 3]
    leave.set()
    slow.join(30)
    assert sorted(number for _, number in heard) == [1, 2, 3]
    assert not Delivery.objects.exclude(state=DeliveryState.DONE).exists()
