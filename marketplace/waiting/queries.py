"""Where somebody stands in a waiting room, and what rooms there are."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.db.models import Count, Q

from kit import clock
from kit.pagination import Page, keyset_page
from marketplace.waiting.models import WaitingRoom, WaitingTicket

HELD, HELD_SECONDS = "waiting:held", 10


class Where(StrEnum):
    OUTSIDE = "outside"
    EARLY = "early"
    WAITING = "waiting"
    ADMITTED = "admitted"
    LATE = "late"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a cart stands: `ahead` of it so many are let in first, at `admit_at` it is; then it may order until `until`."""

    room: WaitingRoom
    where: Where
    ahead: int | None = None
    admit_at: datetime | None = None
    until: datetime | None = None
    wait: timedelta | None = None

    @property
    def is_admitted(self) -> bool:
        return self.where == Where.ADMITTED

    @property
    def wait_seconds(self) -> int | None:
        return ceil(self.wait.total_seconds()) if self.wait is not None else None

    @property
    def words(self) -> str:
        """What is to be done, in a sentence."""
        return {
            Where.OUTSIDE: "Take a place in it first.",
            Where.EARLY: "Your place is kept; people are let in once it opens.",
            Where.WAITING: "It is not your turn yet.",
            Where.ADMITTED: "It is your turn.",
            Where.LATE: "Your time to order is over. Take a new place.",
            Where.OVER: "It has ended: order as ever.",
        }[self.where]


def is_holding(room: WaitingRoom, now: datetime) -> bool:
    """Whether its product is ordered through it only."""
    return room.closed_at is None and room.gathers_at <= now < room.ends_at


def standing_of(room: WaitingRoom, ticket: WaitingTicket | None, now: datetime) -> Standing:
    """Pure: what the clock makes of a ticket."""
    if room.closed_at is not None or room.ends_at <= now:
        return Standing(room, Where.OVER)
    if ticket is None:
        return Standing(room, Where.OUTSIDE)
    if ticket.admit_at is None:
        return Standing(room, Where.EARLY, wait=max(room.opens_at - now, timedelta(0)))
    until = ticket.admit_at + room.stay
    if ticket.admit_at > now:
        wait = ticket.admit_at - now
        return Standing(room, Where.WAITING, -(-wait // room.apart) - 1, ticket.admit_at, until, wait)
    if now < until:
        return Standing(room, Where.ADMITTED, 0, ticket.admit_at, until, timedelta(0))
    return Standing(room, Where.LATE, None, ticket.admit_at, until)


def ticket_of(room_id: UUID, *, cart_id: UUID | None, user_id: UUID | None) -> WaitingTicket | None:
    """The customer's own place before that of the cart."""
    mine = Q()
    if user_id is not None:
        mine |= Q(user_id=user_id)
    if cart_id is not None:
        mine |= Q(cart_id=cart_id)
    if not mine:
        return None
    found = list(WaitingTicket.objects.filter(mine, room_id=room_id))
    return min(found, key=lambda ticket: ticket.user_id != user_id or user_id is None, default=None)


def holding(products: set[tuple[UUID, UUID]]) -> list[WaitingRoom]:
    """The rooms through which these products (vendor, product) are ordered now. One statement."""
    now = clock.now()
    found = WaitingRoom.objects.filter(
        vendor_id__in={vendor for vendor, _ in products},
        product_id__in={product for _, product in products},
        closed_at=None,
        gathers_at__lte=now,
        ends_at__gt=now,
    )
    return [room for room in found if (room.vendor_id, room.product_id) in products]


def room_of_listing(listing_id: UUID) -> dict[str, Any] | None:
    """For the listing's page: the room (`id`, `opens_at`) of something that is sold there, as of ten seconds ago.

    What all rooms hold is kept together, for there are few, and most pages have none.
    """
    now = clock.now()
    rooms = cache.get_or_set(HELD, _held, HELD_SECONDS) or []
    return next((room for room in rooms if room["listing_id"] == listing_id and room["gathers_at"] <= now), None)


def _held() -> list[dict[str, Any]]:
    rooms = WaitingRoom.objects.filter(closed_at=None, ends_at__gt=clock.now()).order_by("id")
    names = ("id", "listing_id", "gathers_at", "opens_at")
    return [dict(zip(names, row, strict=True)) for row in rooms.values_list(*names)]


def rooms_page(*, vendor_id: UUID | None = None, cursor: str | None = None, size: int = 30) -> Page[WaitingRoom]:
    """A vendor's rooms, or all, the newest first. Raises InvalidInput on a bad cursor."""
    rows = WaitingRoom.objects.filter(vendor_id=vendor_id) if vendor_id else WaitingRoom.objects.all()
    return keyset_page(rows, order=("-id",), cursor=cursor, size=size)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many took a place, and how many of them were let in."""

    joined: int = 0
    admitted: int = 0

    @property
    def waiting(self) -> int:
        return self.joined - self.admitted


def tallies(rooms: list[WaitingRoom]) -> dict[UUID, Tally]:
    """One statement."""
    rows = (
        WaitingTicket.objects.filter(room_id__in=[room.id for room in rooms])
        .order_by()
        .values_list("room_id")
        .annotate(joined=Count("id"), admitted=Count("id", filter=Q(admit_at__lte=clock.now())))
    )
    found = {room_id: Tally(joined, admitted) for room_id, joined, admitted in rows}
    return {room.id: found.get(room.id, Tally()) for room in rooms}
