"""Taking, promising and moving stock.

Everything an order does to stock (`reserve`, `allocate`, `release`, `cancel_allocation`, `ship`) runs inside the
shop and inside the caller's transaction, so that one checkout can promise stock in many shops at once. Each is at
most three statements for any number of lines, plus the fact; each does nothing when repeated for a line.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from kit import clock
from kit.errors import Conflict, InvalidInput
from tenants.shop.catalog.models import Variant
from tenants.shop.inventory.allocation import StockRequest as StockRequest
from tenants.shop.inventory.allocation import choose
from tenants.shop.inventory.ledger import Change, Held, lock_levels, reservations_of, tell, write
from tenants.shop.inventory.models import (
    MovementKind,
    Reservation,
    ReservationState,
    StockLevel,
    Warehouse,
)
from tenants.shop.inventory.queries import available_of as available_of

MAX_UNITS = 1_000_000


@dataclass(frozen=True, slots=True)
class Promise:
    """What one warehouse packs of an order line; `ships_on` when some of it has yet to come in."""

    order_line_id: UUID
    warehouse_id: UUID
    quantity: int
    ships_on: date | None


@dataclass(frozen=True, slots=True)
class StockSet:
    """What setting many variants' stock came to: whose changed, and whose was left because so many are promised."""

    changed: set[UUID]
    refused: dict[UUID, int]


class SoldOut(Conflict):
    """There is less than was asked for. `available` says how many units of each such variant are left."""

    code = "sold_out"

    def __init__(self, available: Mapping[UUID, int], titles: Mapping[UUID, str]):
        self.available = dict(available)
        self.variant_ids = list(self.available)
        parts = [
            f"“{titles.get(variant, 'This item')}” " + (f"has only {left} left" if left else "is sold out")
            for variant, left in self.available.items()
        ]
        super().__init__("; ".join(parts) + ".", field="quantity")


class StockPromised(Conflict):
    """Stock cannot be set below what orders have been promised."""

    code = "stock_promised"


class NotReserved(Conflict):
    """More was to be shipped than the line has been promised."""

    code = "not_reserved"


class NotInYet(Conflict):
    """What was promised before it came in cannot leave before it has."""

    code = "not_in_yet"


class WarehouseRetired(Conflict):
    """Nothing comes into a warehouse that is no longer in use."""

    code = "warehouse_retired"


# --- What an order does -------------------------------------------------------------------------------------


def reserve(
    lines: Sequence[StockRequest],
    *,
    instead_of: Collection[UUID] = (),
    country: str = "",
    first: UUID | None = None,
    is_new: bool = False,
) -> list[Promise]:
    """Hold stock for the lines of an unpaid order, all of them or none, and say which warehouse will pack what.

    The shop's strategy chooses the warehouses; `country` is where the order goes, and `first` the one where it is
    fetched: what lies there is taken first. A line that already has a reservation,
    whatever became of it, is left alone, and promised nothing new; `is_new` spares the look, for lines whose ids nobody
    else has seen yet. `instead_of` are unpaid orders that this one replaces:
    what is held for them is given back first. Raises SoldOut naming every variant that falls short, and InvalidInput for a
    quantity below one.
    """
    if any(line.quantity < 1 for line in lines):
        raise InvalidInput("Choose at least one.", field="quantity")
    wanted = Q(variant_id__in={line.variant_id for line in lines})
    if instead_of:
        theirs = Q(order_id__in=instead_of)
        given_back = Reservation.objects.filter(theirs, state=ReservationState.HELD)
        lock_levels(
            wanted | Q(variant_id__in=given_back.values("variant_id"))
        )  # all at once, for the sake of their order
        _give_back(theirs, ReservationState.HELD)
    levels = lock_levels(wanted)
    known = Reservation.objects.filter(order_line_id__in=[line.order_line_id for line in lines])
    done: set[UUID] = set() if is_new else set(known.values_list("order_line_id", flat=True))
    asked = sorted(
        (line for line in lines if line.order_line_id not in done),
        key=lambda line: (line.variant_id, line.order_line_id),
    )
    found = choose(asked, levels, country=country, now=clock.now(), first=first)
    if found.short:
        titles = Variant.objects.filter(id__in=found.short).values_list("id", "product__title")
        left = {variant: sum(level.available for level in levels.get(variant, [])) for variant in found.short}
        raise SoldOut(left, dict(titles))
    changes: list[Change] = []
    for part in found.parts:
        line = part.line
        held = Held(line.order_id, line.order_line_id, part.quantity, ReservationState.HELD, ships_on=part.ships_on)
        changes.append(_movement(part.level, MovementKind.RESERVED, held, reserved=part.quantity))
    write(changes)
    if changes:
        tell(change.variant_id for change in changes)
    return [
        Promise(part.line.order_line_id, part.level.warehouse_id, part.quantity, part.ships_on) for part in found.parts
    ]


def allocate(order_id: UUID) -> list[UUID]:
    """Promise a paid order what was held for it; gives the ids of lines that could not be promised, normally none.

    A hold that was released meanwhile is taken again if there is still enough.
    """
    levels = lock_levels(Q(variant_id__in=Reservation.objects.filter(order_id=order_id).values("variant_id")))
    by_line: dict[UUID, list[Reservation]] = defaultdict(list)
    for reservation in reservations_of(Q(order_id=order_id)):
        by_line[reservation.order_line_id].append(reservation)
    at = {(level.variant_id, level.warehouse_id): level for here in levels.values() for level in here}
    free = {key: level.available for key, level in at.items()}
    changes: list[Change] = []
    failed: list[UUID] = []
    for line_id, parts in sorted(by_line.items()):
        released = [part for part in parts if part.state == ReservationState.RELEASED]
        if any(free.get((part.variant_id, part.warehouse_id), 0) < part.quantity for part in released):
            failed.append(line_id)
            continue
        for part in parts:
            if part.state not in (ReservationState.HELD, ReservationState.RELEASED):
                continue
            key = (part.variant_id, part.warehouse_id)
            freed = part.quantity if part.state == ReservationState.HELD else 0
            if not freed:
                free[key] -= part.quantity
            held = _as(part, ReservationState.ALLOCATED)
            changes.append(_movement(at[key], MovementKind.ALLOCATED, held, allocated=part.quantity, reserved=-freed))
    write(changes)
    if changes:
        tell(change.variant_id for change in changes)
    return failed


def release(order_id: UUID) -> None:
    """Give back what is held for an order that will not be paid. What is allocated already stays allocated."""
    _give_back(Q(order_id=order_id), ReservationState.HELD)


def cancel_allocation(order_line_ids: Sequence[UUID]) -> None:
    """Give back what is promised to these lines of a paid order and has not left yet: they were canceled."""
    _give_back(Q(order_line_id__in=order_line_ids), ReservationState.ALLOCATED)


def take_back(quantities: Mapping[UUID, int]) -> None:
    """Give back so many units of what is promised to each order line and has not left: they were canceled.

    Raises NotReserved when a line has been promised fewer. Not to be repeated: the cancellation's own row guards that.
    """
    by_line, at = _promised(quantities)
    changes: list[Change] = []
    for line_id, quantity in quantities.items():
        left = quantity
        for part in reversed(by_line[line_id]):
            back = min(left, part.quantity - part.shipped) if part.state == ReservationState.ALLOCATED else 0
            if not back:
                continue
            left -= back
            kept = part.quantity - back
            state = ReservationState.ALLOCATED if kept > part.shipped else ReservationState.SHIPPED
            held = Held(part.order_id, line_id, kept, state, part.shipped, part.ships_on)
            if not kept:
                held = _as(part, ReservationState.RELEASED)
            level = at[part.variant_id, part.warehouse_id]
            changes.append(_movement(level, MovementKind.RELEASED, held, allocated=-back))
        if left or quantity < 1:
            raise NotReserved(f"{quantity} cannot be canceled: {quantity - left} are promised to this order line.")
    write(changes)
    if changes:
        tell(change.variant_id for change in changes)


def _promised(
    line_ids: Iterable[UUID],
) -> tuple[dict[UUID, list[Reservation]], dict[tuple[UUID, UUID], StockLevel]]:
    """The reservations of these order lines by line, and the levels they are on by variant and warehouse, locked."""
    wanted = Q(order_line_id__in=list(line_ids))
    levels = lock_levels(Q(variant_id__in=Reservation.objects.filter(wanted).values("variant_id")))
    by_line: dict[UUID, list[Reservation]] = defaultdict(list)
    for reservation in reservations_of(wanted):
        by_line[reservation.order_line_id].append(reservation)
    return by_line, {(level.variant_id, level.warehouse_id): level for here in levels.values() for level in here}


def ship(quantities: Mapping[UUID, int]) -> None:
    """Let units leave, by order line. A line that has left entirely is left alone.

    Raises NotReserved when a line has been promised fewer than are to leave, NotInYet for backorders that wait. A parcel
    that holds part of a line must not be reported twice: its own state guards that.
    """
    by_line, at = _promised(quantities)
    on_hand = {key: level.on_hand for key, level in at.items()}
    changes: list[Change] = []
    for line_id, quantity in quantities.items():
        parts = by_line[line_id]
        if parts and all(part.state == ReservationState.SHIPPED for part in parts):
            continue
        left = quantity
        for part in parts:
            leaving = min(left, part.quantity - part.shipped) if part.state == ReservationState.ALLOCATED else 0
            if not leaving:
                continue
            left -= leaving
            key = (part.variant_id, part.warehouse_id)
            on_hand[key] -= leaving
            if on_hand[key] < 0:
                raise NotInYet(f"{-on_hand[key]} of {leaving} have not come in yet. Ship them when they have.")
            gone = part.shipped + leaving
            state = ReservationState.SHIPPED if gone == part.quantity else ReservationState.ALLOCATED
            held = _as(part, state, shipped=gone)
            changes.append(_movement(at[key], MovementKind.SHIPPED, held, on_hand=-leaving, allocated=-leaving))
        if left or quantity < 1:
            raise NotReserved(f"{quantity} cannot be shipped: {quantity - left} are promised to this order line.")
    write(changes)


def take_in(quantities: Mapping[UUID, int], *, reason: str = "", actor_id: UUID | None = None) -> None:
    """Put units that customers sent back on the shelf again, by order line: where they were shipped from, or in the first
    warehouse in use where that one is retired.

    Raises NotReserved for more than was shipped of a line. Not to be repeated: the return's own state guards that.
    """
    quantities = {line_id: count for line_id, count in quantities.items() if count}
    if not quantities:
        return
    by_line, at = _promised(quantities)
    retired = {level.warehouse_id for level in at.values() if level.warehouse.retired_at is not None}
    changes: list[Change] = []
    for line_id, quantity in quantities.items():
        left = quantity
        for part in by_line[line_id]:
            back = min(left, part.shipped)
            if not back:
                continue
            left -= back
            place = main_warehouse().id if part.warehouse_id in retired else part.warehouse_id
            changes.append(
                Change(
                    part.variant_id,
                    place,
                    MovementKind.RETURNED,
                    on_hand=back,
                    reference=str(line_id),
                    reason=reason[:200],
                )
            )
        if left or quantity < 1:
            raise NotReserved(f"{quantity} cannot come back: {quantity - left} of this order line were sent.")
    write(changes, actor_id=actor_id)
    tell(change.variant_id for change in changes)


# --- What the vendor does -----------------------------------------------------------------------------------


@transaction.atomic
def receive_stock(
    variant: Variant,
    quantity: int,
    reason: str = "",
    *,
    warehouse: Warehouse | None = None,
    actor_id: UUID | None = None,
) -> None:
    """Add units that came in. Raises InvalidInput unless `quantity` is 1 to MAX_UNITS."""
    if not 1 <= quantity <= MAX_UNITS:
        raise InvalidInput(f"Receive between 1 and {MAX_UNITS:,} units.", field="quantity")
    place = lock_warehouse(warehouse)
    lock_levels(Q(variant_id=variant.id, warehouse=place))
    received = Change(variant.id, place.id, MovementKind.RECEIVED, on_hand=quantity, reason=reason)
    write([received], actor_id=actor_id)
    tell([variant.id])


@transaction.atomic
def adjust_stock(
    variant: Variant,
    on_hand: int,
    reason: str = "",
    *,
    warehouse: Warehouse | None = None,
    actor_id: UUID | None = None,
) -> None:
    """Set what lies in the warehouse to what was counted.

    Raises StockPromised when that is less than orders were promised, and InvalidInput outside 0 to MAX_UNITS.
    """
    result = set_stock({variant.id: on_hand}, reason, warehouse=warehouse, actor_id=actor_id)
    if result.refused:
        raise StockPromised(
            f"{result.refused[variant.id]} units are promised to orders: stock cannot be less than that.", field="stock"
        )


@transaction.atomic
def correct_stock(
    variant: Variant,
    by: int,
    reason: str = "",
    *,
    warehouse: Warehouse | None = None,
    actor_id: UUID | None = None,
) -> None:
    """Add `by` units to what lies in the warehouse, or take them off, whatever lies there at this moment.

    Raises as `adjust_stock`, and InvalidInput for nothing.
    """
    if not by or abs(by) > MAX_UNITS:
        raise InvalidInput(f"Correct stock by 1 to {MAX_UNITS:,} units, either way.", field="quantity")
    place = lock_warehouse(warehouse)
    levels = lock_levels(Q(variant_id=variant.id, warehouse=place))
    on_hand = levels[variant.id][0].on_hand if variant.id in levels else 0
    if on_hand + by < 0:
        raise InvalidInput(f"Only {on_hand:,} units are there.", field="quantity")
    adjust_stock(variant, on_hand + by, reason, warehouse=place, actor_id=actor_id)


@transaction.atomic
def set_stock(
    on_hand: Mapping[UUID, int],
    reason: str = "",
    *,
    warehouse: Warehouse | None = None,
    actor_id: UUID | None = None,
    announced: bool = True,
    reference: str = "",
) -> StockSet:
    """Set what lies in one warehouse, for any number of variants at once.

    A variant whose stock would be less than what orders are promised is left as it was. `announced=False` is for a
    caller that announces the products itself.
    """
    if any(not 0 <= units <= MAX_UNITS for units in on_hand.values()):
        raise InvalidInput(f"Stock is a number from 0 to {MAX_UNITS:,}.", field="stock")
    place = lock_warehouse(warehouse)
    levels = lock_levels(Q(variant_id__in=list(on_hand), warehouse=place))
    refused: dict[UUID, int] = {}
    changes: list[Change] = []
    for variant_id, units in on_hand.items():
        level = levels[variant_id][0] if variant_id in levels else None
        least = level.allocated + level.reserved - level.backorder_limit if level else 0
        if units < least:
            refused[variant_id] = least
        elif units != (level.on_hand if level else 0):
            delta = units - (level.on_hand if level else 0)
            changes.append(
                Change(variant_id, place.id, MovementKind.ADJUSTED, on_hand=delta, reference=reference, reason=reason)
            )
    write(changes, actor_id=actor_id)
    if changes and announced:
        tell(change.variant_id for change in changes)
    return StockSet({change.variant_id for change in changes}, refused)


def main_warehouse() -> Warehouse:
    """The first warehouse that the shop uses, made when it has none."""
    return Warehouse.objects.open().first() or Warehouse.objects.create()


def lock_warehouse(warehouse: Warehouse | None) -> Warehouse:
    """Who may make levels: a level that is not there yet cannot be locked, so its warehouse is.

    Orders never take this lock, and it does not stand in the way of the key locks that their rows need.
    Raises WarehouseRetired.
    """
    place = Warehouse.objects.select_for_update(no_key=True).get(id=(warehouse or main_warehouse()).id)
    if place.retired_at is not None:
        raise WarehouseRetired(f"{place.name} is not in use any more. Choose another warehouse.", field="warehouse")
    return place


# --- Their parts --------------------------------------------------------------------------------------------


def _give_back(lines: Q, state: ReservationState) -> None:
    wanted = lines & Q(state=state)
    levels = lock_levels(Q(variant_id__in=Reservation.objects.filter(wanted).values("variant_id")))
    at = {(level.variant_id, level.warehouse_id): level for here in levels.values() for level in here}
    changes: list[Change] = []
    for part in reservations_of(wanted):
        back = part.quantity - part.shipped
        column = {"allocated": -back} if state == ReservationState.ALLOCATED else {"reserved": -back}
        held = _as(part, ReservationState.RELEASED if not part.shipped else ReservationState.SHIPPED)
        changes.append(_movement(at[part.variant_id, part.warehouse_id], MovementKind.RELEASED, held, **column))
    write(changes)
    if changes:
        tell(change.variant_id for change in changes)


def _as(part: Reservation, state: ReservationState, *, shipped: int | None = None) -> Held:
    gone = part.shipped if shipped is None else shipped
    return Held(part.order_id, part.order_line_id, part.quantity, state, gone, part.ships_on)


def _movement(
    level: StockLevel, kind: MovementKind, held: Held, *, on_hand: int = 0, allocated: int = 0, reserved: int = 0
) -> Change:
    return Change(
        level.variant_id,
        level.warehouse_id,
        kind,
        on_hand=on_hand,
        allocated=allocated,
        reserved=reserved,
        reference=str(held.order_line_id),
        held=held,
    )
