"""Making and ending waiting rooms; taking a place in one, and being let in."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import Max, Q

from audit.actions import record
from kit import clock
from kit.errors import Conflict, InvalidInput, NotAllowed
from marketplace.catalog.models import Offer
from marketplace.waiting.models import WaitingRoom, WaitingTicket
from marketplace.waiting.queries import Standing, holding, is_holding, standing_of, ticket_of
from outbox.actions import announce

LONGEST = timedelta(days=3)


class RoomThere(Conflict):
    """The product has a waiting room already."""

    code = "waiting_room_there"


class RoomOver(Conflict):
    """The waiting room has ended."""

    code = "waiting_room_over"


class NotAdmitted(Conflict):
    """Something is ordered through a waiting room only, and this cart was not let in, or not long enough ago."""

    code = "not_admitted"

    def __init__(self, room: WaitingRoom, message: str):
        super().__init__(message)
        self.room_id = room.id


@dataclass(frozen=True, slots=True)
class Keeper:
    """Who keeps the room: a member of the vendor `vendor_id`, or (None) one of the platform's staff."""

    user_id: UUID
    vendor_id: UUID | None = None

    @property
    def made_by(self) -> str:
        return "vendor" if self.vendor_id is not None else "platform"


@transaction.atomic
def make_room(
    *,
    vendor_id: UUID,
    product_id: UUID,
    per_minute: int,
    stay_minutes: int,
    gathers_at: datetime | None,
    opens_at: datetime,
    ends_at: datetime,
    by: Keeper,
) -> WaitingRoom:
    """A room for a product on sale. People gather from `gathers_at` on (None: now). Raises RoomThere and InvalidInput."""
    now = clock.now()
    gathers_at = max(gathers_at or now, now)
    offer = Offer.objects.filter(vendor_id=vendor_id, product_id=product_id).select_related("listing").first()
    if offer is None:
        raise InvalidInput("This product is not on sale.", field="product")
    check_numbers(per_minute, stay_minutes)
    if opens_at < gathers_at:
        raise InvalidInput("It opens after people gather, and not in the past.", field="opens_at")
    if not timedelta(0) < ends_at - opens_at <= LONGEST:
        raise InvalidInput("It ends after it opens, within three days.", field="ends_at")
    room = WaitingRoom(
        vendor_id=vendor_id,
        product_id=product_id,
        listing_id=offer.listing_id,
        title=offer.listing.title[:200],
        per_minute=per_minute,
        stay_minutes=stay_minutes,
        gathers_at=gathers_at,
        opens_at=opens_at,
        ends_at=ends_at,
        next_at=opens_at,
        made_by=by.made_by,
        created_by=by.user_id,
    )
    close_ended(vendor_id=vendor_id, product_id=product_id, now=now)
    try:
        with transaction.atomic():
            room.save(force_insert=True)
    except IntegrityError as error:
        raise RoomThere("This product has a waiting room already. End that one first.") from error
    _note(room, by, "made")
    return room


def check_numbers(per_minute: int, stay_minutes: int) -> None:
    """Raises InvalidInput."""
    if not 1 <= per_minute <= 6000:
        raise InvalidInput("From 1 to 6,000 a minute are let in.", field="per_minute")
    if not 1 <= stay_minutes <= 120:
        raise InvalidInput("Who was let in has from 1 to 120 minutes.", field="stay_minutes")


def close_ended(*, vendor_id: UUID, product_id: UUID, now: datetime) -> None:
    """An earlier room whose time is over makes way."""
    WaitingRoom.objects.filter(vendor_id=vendor_id, product_id=product_id, closed_at=None, ends_at__lte=now).update(
        closed_at=now
    )


@transaction.atomic
def change_rate(*, room_id: UUID, per_minute: int, by: Keeper) -> WaitingRoom:
    """Let in more or fewer a minute from now on; who waits keeps their place. Raises RoomOver, InvalidInput, NotAllowed."""
    check_numbers(per_minute, 1)
    room = _kept(room_id, by)
    now = clock.now()
    _draw(room, now)  # by the rate that has held until now
    room.per_minute = per_minute
    last = room.tickets.filter(admit_at__lte=now).aggregate(last=Max("admit_at"))["last"]
    base = max(now, room.opens_at, last + room.apart if last else room.opens_at)
    waiting = room.tickets.filter(admit_at__gt=now).count()
    if waiting:
        # At the same rate too: somebody may have left, and who comes next follows right after the last of them. Apart
        # from all that were there before first, so that no two are ever at one instant.
        away = timedelta(days=3650)
        _space(room, base + away, "t.admit_at > %s", now)
        _space(room, base, "t.admit_at > %s", base + away - timedelta(microseconds=1))
    room.next_at = base + waiting * room.apart
    room.save(update_fields=["per_minute", "next_at", "drawn_at"])
    _note(room, by, "changed")
    return room


@transaction.atomic
def close_room(*, room_id: UUID, by: Keeper) -> WaitingRoom:
    """End it now: everybody orders the product as ever. Raises RoomOver, NotAllowed."""
    room = _kept(room_id, by)
    room.closed_at = clock.now()
    room.save(update_fields=["closed_at"])
    _note(room, by, "closed")
    return room


@transaction.atomic
def join(*, room_id: UUID, cart_id: UUID, user_id: UUID | None = None) -> Standing:
    """Take a place for this cart, or find the one that it, or the customer, has. Raises RoomOver.

    First come, first served, once it is open; before that everybody has the same chance.
    """
    room = WaitingRoom.objects.select_for_update(no_key=True).get(id=room_id)
    now = clock.now()
    if not is_holding(room, now):
        raise RoomOver("This waiting room is not open. What it was for is ordered as ever.")
    _draw_if_open(room, now)
    ticket = ticket_of(room_id, cart_id=cart_id, user_id=user_id)
    if ticket is not None and ticket.admit_at is not None and ticket.admit_at + room.stay <= now:
        ticket.delete()  # let in, and gone without ordering: to the end of the line
        ticket = None
    if ticket is None:
        ticket = WaitingTicket(room=room, vendor_id=room.vendor_id, cart_id=cart_id, user_id=user_id, joined_at=now)
        if now >= room.opens_at:
            ticket.admit_at = max(now, room.next_at)
            room.next_at = ticket.admit_at + room.apart
            room.save(update_fields=["next_at"])
        ticket.save(force_insert=True)
    elif ticket.cart_id != cart_id or (user_id and ticket.user_id != user_id):
        ticket.cart_id, ticket.user_id = cart_id, user_id or ticket.user_id
        ticket.save(update_fields=["cart_id", "user_id"])
    return standing_of(room, ticket, now)


@transaction.atomic
def look(*, room_id: UUID, cart_id: UUID | None, user_id: UUID | None = None) -> Standing:
    """Where this cart stands. Whoever looks first once the room has opened has the lots drawn."""
    room = WaitingRoom.objects.get(id=room_id)
    now = clock.now()
    if room.drawn_at is None and room.opens_at <= now and is_holding(room, now):
        room = WaitingRoom.objects.select_for_update(no_key=True).get(id=room_id)
        _draw_if_open(room, now)
    return standing_of(room, ticket_of(room_id, cart_id=cart_id, user_id=user_id), now)


def check_admitted(*, products: set[tuple[UUID, UUID]], cart_id: UUID, user_id: UUID | None) -> None:
    """Before these products (vendor, product) are ordered. Raises NotAdmitted. One statement where none has a room."""
    for room in holding(products):
        standing = look(room_id=room.id, cart_id=cart_id, user_id=user_id)
        if not standing.is_admitted:
            raise NotAdmitted(room, f"“{room.title}” is sold through its waiting room. {standing.words}")


def follow_cart(*, cart_id: UUID, into_id: UUID, user_id: UUID) -> None:
    """A guest has signed in: their places are the customer's, unless the customer has better ones. One that is used up is
    the worst.
    """
    if not WaitingTicket.objects.filter(cart_id=cart_id).exists():
        return
    mine = WaitingTicket.objects.filter(Q(cart_id__in=[cart_id, into_id]) | Q(user_id=user_id))
    best: dict[UUID, WaitingTicket] = {}
    now = clock.now()

    def turn(ticket: WaitingTicket) -> tuple[bool, datetime, UUID]:
        is_over = ticket.admit_at is not None and ticket.admit_at + ticket.room.stay <= now
        return is_over, ticket.admit_at or ticket.joined_at, ticket.id

    for ticket in sorted(mine.select_related("room"), key=turn):
        best.setdefault(ticket.room_id, ticket)
    mine.exclude(id__in=[ticket.id for ticket in best.values()]).delete()
    for ticket in best.values():
        ticket.cart_id, ticket.user_id = into_id, user_id
        ticket.save(update_fields=["cart_id", "user_id"])


# --- Their parts ------------------------------------------------------------------------------------------------------


def _draw_if_open(room: WaitingRoom, now: datetime) -> None:
    if room.drawn_at is None and room.opens_at <= now:
        _draw(room, now)
        room.save(update_fields=["next_at", "drawn_at"])


def _draw(room: WaitingRoom, now: datetime) -> None:
    """Put who came before it opened in an order by lot; the room is locked. Drawn by the database, when nobody can come
    early any more: no lot is known to anybody before.
    """
    if room.drawn_at is not None or room.opens_at > now:
        return
    drawn = _space(room, room.opens_at, "t.admit_at IS NULL", order="random()")
    room.drawn_at, room.next_at = now, room.opens_at + drawn * room.apart


def _space(room: WaitingRoom, start: datetime, which: str, *values: datetime, order: str = "t.admit_at, t.id") -> int:
    """Let these in one after the other from `start` on; gives how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE waiting_waitingticket AS ticket
               SET admit_at = %s::timestamptz + place.number * make_interval(secs => %s::double precision)
              FROM (SELECT t.id, row_number() OVER (ORDER BY {order}) - 1 AS number
                      FROM waiting_waitingticket t WHERE t.room_id = %s AND {which}) AS place
             WHERE ticket.id = place.id
            """,
            [start, str(room.apart.total_seconds()), room.id, *values],
        )
        return int(cursor.rowcount)


def _kept(room_id: UUID, by: Keeper) -> WaitingRoom:
    room = WaitingRoom.objects.select_for_update(no_key=True).get(id=room_id)
    if by.vendor_id is not None and (room.vendor_id != by.vendor_id or room.made_by != "vendor"):
        raise NotAllowed("The marketplace keeps this waiting room.")
    if room.closed_at is not None or room.ends_at <= clock.now():
        raise RoomOver("This waiting room has ended.")
    return room


def _note(room: WaitingRoom, by: Keeper, what: str) -> None:
    name = f"shop.waiting_room_{what}" if by.vendor_id is not None else f"waiting_room.{what}"
    record(
        action=name,
        subject=f"waiting_room:{room.id}",
        actor_kind="member" if by.vendor_id is not None else "staff",
        actor_id=by.user_id,
        vendor_id=room.vendor_id,
        data={"product": str(room.product_id), "per_minute": room.per_minute},
    )
    announce(name, vendor_id=room.vendor_id, payload={"room": str(room.id)})
