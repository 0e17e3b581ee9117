"""Which warehouse packs what: pure choices over levels that the caller has locked.

What is on a shelf goes before what has yet to come in. A line is split over several warehouses only when none alone has it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import combinations
from typing import Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from tenants.shop.inventory.models import AllocationStrategy, StockLevel, Warehouse

# So many warehouses are combined in every way to find the fewest parcels; those further down the list only fill in.
COMBINED = 8


@dataclass(frozen=True, slots=True)
class StockRequest:
    """So many units of a variant, for one line of an order."""

    variant_id: UUID
    order_id: UUID
    order_line_id: UUID
    quantity: int


@dataclass(frozen=True, slots=True)
class Part:
    """So many of a line from one level; `ships_on` when some of them have yet to come in."""

    line: StockRequest
    level: StockLevel
    quantity: int
    ships_on: date | None = None


@dataclass(slots=True)
class Choice:
    """What is packed where, and the variants of which there is not enough: then nothing else counts."""

    parts: list[Part] = field(default_factory=list)
    short: list[UUID] = field(default_factory=list)


class Sends(Protocol):
    """What has working days and a cut-off: a warehouse, or what the public side knows of one."""

    @property
    def working_days(self) -> str: ...
    @property
    def cut_off(self) -> time: ...
    @property
    def time_zone(self) -> str: ...


def next_departure(warehouse: Sends, now: datetime) -> datetime:
    """When the next parcels leave: at the cut-off of the first working day whose cut-off has not passed."""
    zone = ZoneInfo(warehouse.time_zone)
    day = now.astimezone(zone).date()
    while True:
        leaves = datetime.combine(day, warehouse.cut_off, zone)
        if str(day.isoweekday()) in warehouse.working_days and leaves >= now:
            return leaves
        day += timedelta(days=1)


def in_order(warehouses: Iterable[Warehouse], strategy: str | None, *, country: str, now: datetime) -> list[Warehouse]:
    """The warehouses, the one that the strategy likes best first."""
    listed = sorted(warehouses, key=lambda place: (place.position, place.id))
    if strategy == AllocationStrategy.NEAREST:
        return sorted(listed, key=lambda place: place.country != country)
    if strategy == AllocationStrategy.FASTEST:
        return sorted(listed, key=lambda place: next_departure(place, now))
    return listed


def choose(
    lines: Sequence[StockRequest],
    levels: Mapping[UUID, Sequence[StockLevel]],
    *,
    country: str,
    now: datetime,
    first: UUID | None = None,
) -> Choice:
    """Where each line is taken from, by the strategy that the levels came with; `first` goes before them all."""
    every = [level for line in lines for level in levels.get(line.variant_id, [])]
    strategy = getattr(every[0], "strategy", None) if every else None
    ranked = in_order(
        {level.warehouse_id: level.warehouse for level in every}.values(), strategy, country=country, now=now
    )
    if strategy == AllocationStrategy.FEWEST_PARCELS:
        ranked = _fewest(lines, levels, ranked) + ranked
    ranked.sort(key=lambda place: place.id != first)  # stable: the rest keeps its order
    rank = {place.id: number for number, place in reversed(list(enumerate(ranked)))}
    shelf = {level.id: level.on_shelf for level in every}
    later = {level.id: level.available - level.on_shelf for level in every}
    choice = Choice()
    for line in lines:
        here = sorted(levels.get(line.variant_id, []), key=lambda level: rank[level.warehouse_id])
        parts = _take(line, here, shelf, later)
        if parts is None:
            choice.short.append(line.variant_id)
            continue
        for part, beyond in parts:
            shelf[part.level.id] -= part.quantity - beyond
            later[part.level.id] -= beyond
            choice.parts.append(part)
    return choice


def _take(
    line: StockRequest, levels: Sequence[StockLevel], shelf: Mapping[UUID, int], later: Mapping[UUID, int]
) -> list[tuple[Part, int]] | None:
    """The parts of a line, each with how many of it have yet to come in; None when there is not enough."""
    for level in levels:
        if shelf[level.id] >= line.quantity:
            return [(Part(line, level, line.quantity), 0)]
    left = line.quantity
    there: dict[UUID, int] = {}
    beyond: dict[UUID, int] = {}
    for taken, free in ((there, shelf), (beyond, later)):
        for level in levels:
            taken[level.id] = min(left, free[level.id])
            left -= taken[level.id]
    if left:
        return None
    return [
        (Part(line, level, count, level.ships_on if beyond[level.id] else None), beyond[level.id])
        for level in levels
        if (count := there[level.id] + beyond[level.id])
    ]


def _fewest(
    lines: Sequence[StockRequest], levels: Mapping[UUID, Sequence[StockLevel]], ranked: Sequence[Warehouse]
) -> list[Warehouse]:
    """The smallest set of warehouses that have every line whole on their shelves; empty if there is no such set."""
    candidates = ranked[:COMBINED]
    for count in range(1, len(candidates) + 1):
        for places in combinations(candidates, count):
            chosen = {place.id for place in places}
            free = {level.id: level.on_shelf for here in levels.values() for level in here}
            if all(_fits(line, levels.get(line.variant_id, []), chosen, free) for line in lines):
                return list(places)
    return []


def _fits(line: StockRequest, levels: Sequence[StockLevel], chosen: set[UUID], free: dict[UUID, int]) -> bool:
    for level in levels:
        if level.warehouse_id in chosen and free[level.id] >= line.quantity:
            free[level.id] -= line.quantity
            return True
    return False
