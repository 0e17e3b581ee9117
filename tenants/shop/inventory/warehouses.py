"""The places where a shop's stock lies: opening, describing and retiring them, and moving stock between them."""

from dataclasses import asdict, dataclass
from datetime import time
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from django.db import transaction
from django.db.models import Max, Q

from audit.actions import record
from kit import clock
from kit.context import require_vendor
from kit.errors import Conflict, InvalidInput
from kit.postal_codes import clean_postal_code
from outbox.actions import announce
from tenants.shop.catalog.models import Variant
from tenants.shop.inventory.actions import MAX_UNITS, lock_warehouse
from tenants.shop.inventory.ledger import Change, lock_levels, tell, write
from tenants.shop.inventory.models import AllocationStrategy, MovementKind, StockLevel, StockSettings, Warehouse
from tenants.vendors.countries import VENDOR_COUNTRIES
from tenants.vendors.entitlements import check_room

MAX_POSITION = 999


@dataclass(frozen=True, slots=True)
class WarehouseDraft:
    """A warehouse as it shall be.

    `working_days` are digits from 1, Monday, to 7, Sunday; what is paid by `cut_off`, in `time_zone`, leaves the same working
    day. Without a `position` a new one comes last and an old one stays where it is in the list.
    """

    name: str
    street: str
    postal_code: str
    city: str
    country: str
    working_days: str = "12345"
    cut_off: time = time(12)
    time_zone: str = "Europe/Berlin"
    position: int | None = None


class WarehouseHoldsStock(Conflict):
    """A warehouse is retired only when nothing lies there and nothing is promised from there."""

    code = "warehouse_holds_stock"


class LastWarehouse(Conflict):
    """A shop has one warehouse at least."""

    code = "last_warehouse"


class NotThatMany(Conflict):
    """More was to be moved than lies there unpromised."""

    code = "not_that_many"


def open_count() -> int:
    """How many warehouses count against the plan's limit."""
    return Warehouse.objects.open().count()


@transaction.atomic
def add_warehouse(*, draft: WarehouseDraft, by: UUID | None) -> Warehouse:
    """Open one more warehouse. Raises BeyondPlan, and InvalidInput naming the field."""
    given = _checked(draft)
    check_room("warehouses", used=open_count, field="name")
    if draft.position is None:
        last = Warehouse.objects.open().aggregate(last=Max("position"))["last"]
        given["position"] = 0 if last is None else min(last + 1, MAX_POSITION)
    made = Warehouse.objects.create(**given)
    _record("warehouse_added", f"warehouse:{made.id}", by, name=made.name)
    _tell_where_it_sends()
    return made


@transaction.atomic
def change_warehouse(warehouse: Warehouse, *, draft: WarehouseDraft, by: UUID | None) -> Warehouse:
    """Say anew what a warehouse is called, where it is and when it sends. Raises InvalidInput and WarehouseRetired."""
    place = lock_warehouse(warehouse)
    given = _checked(draft)
    if draft.position is None:
        del given["position"]
    for field, value in given.items():
        setattr(place, field, value)
    place.save()
    _record("warehouse_changed", f"warehouse:{place.id}", by, name=place.name)
    _tell_where_it_sends()
    return place


@transaction.atomic
def retire_warehouse(warehouse: Warehouse, *, by: UUID | None) -> Warehouse:
    """Stop using a warehouse. Its movements stay; the levels, which are empty, go.

    Raises LastWarehouse, WarehouseRetired, and WarehouseHoldsStock saying what is still there.
    """
    # All of them, so that of the last two only one is retired.
    list(Warehouse.objects.select_for_update(no_key=True).order_by("id").values_list("id"))
    place = lock_warehouse(warehouse)
    if open_count() == 1:
        raise LastWarehouse("A shop needs a warehouse: open another one first.")
    levels = [level for here in lock_levels(Q(warehouse=place)).values() for level in here]
    busy = [level for level in levels if level.on_hand or level.allocated or level.reserved]
    if busy:
        raise WarehouseHoldsStock(_what_is_there(place, busy))
    StockLevel.objects.filter(id__in=[level.id for level in levels]).delete()
    place.retired_at = clock.now()
    place.save(update_fields=["retired_at"])
    if levels:
        tell(level.variant_id for level in levels)
    _record("warehouse_retired", f"warehouse:{place.id}", by, name=place.name)
    _tell_where_it_sends()
    return place


@transaction.atomic
def move_stock(
    variant: Variant, quantity: int, *, source: Warehouse, target: Warehouse, reason: str = "", by: UUID | None
) -> None:
    """Carry units from one warehouse to another: two movements, or none.

    What orders were promised stays where it will be packed. Raises NotThatMany, WarehouseRetired and InvalidInput.
    """
    if not 1 <= quantity <= MAX_UNITS:
        raise InvalidInput(f"Move between 1 and {MAX_UNITS:,} units.", field="quantity")
    if source.id == target.id:
        raise InvalidInput("Choose another warehouse to move it to.", field="target")
    for place in sorted((source, target), key=lambda place: place.id):
        lock_warehouse(place)
    levels = {
        level.warehouse_id: level
        for level in lock_levels(Q(variant_id=variant.id, warehouse__in=[source, target])).get(variant.id, [])
    }
    level = levels.get(source.id)
    free = max(level.on_hand - level.allocated - level.reserved, 0) if level else 0
    if quantity > free:
        raise NotThatMany(f"Only {free:,} unpromised units lie in {source.name}.", field="quantity")

    def carried(place: Warehouse, units: int, reference: str) -> Change:
        return Change(variant.id, place.id, MovementKind.MOVED, on_hand=units, reference=reference[:60], reason=reason)

    changes = [carried(source, -quantity, f"to {target.name}"), carried(target, quantity, f"from {source.name}")]
    write(changes, actor_id=by)
    tell([variant.id])


@transaction.atomic
def choose_strategy(strategy: str, *, by: UUID | None) -> StockSettings:
    """By which rule orders from now on are given to warehouses. Raises InvalidInput."""
    if strategy not in AllocationStrategy.values:
        raise InvalidInput("Choose one of the rules.", field="strategy")
    found, _ = StockSettings.objects.update_or_create(id=1, defaults={"strategy": strategy})
    _record("allocation_strategy_chosen", f"strategy:{strategy}", by)
    return found


# --- Their parts --------------------------------------------------------------------------------------------


def _checked(draft: WarehouseDraft) -> dict[str, Any]:
    clean: dict[str, Any] = asdict(draft)
    for field, what, longest in (
        ("name", "a name", 100),
        ("street", "street and number", 150),
        ("city", "a city", 100),
    ):
        clean[field] = " ".join(clean[field].split())
        if not clean[field] or len(clean[field]) > longest or "\0" in clean[field]:
            raise InvalidInput(f"Give {what} of up to {longest} characters.", field=field)
    clean["country"] = draft.country.strip().upper()
    if clean["country"] not in VENDOR_COUNTRIES:
        raise InvalidInput("Choose the country.", field="country")
    clean["postal_code"] = clean_postal_code(draft.postal_code, clean["country"])
    clean["working_days"] = "".join(sorted(set(draft.working_days)))
    if not clean["working_days"] or set(clean["working_days"]) - set("1234567"):
        raise InvalidInput("Choose at least one working day.", field="working_days")
    if draft.time_zone not in available_timezones():
        raise InvalidInput("Choose a time zone, such as Europe/Berlin.", field="time_zone")
    if draft.position is not None and not 0 <= draft.position <= MAX_POSITION:
        raise InvalidInput(f"A place in the list is a number from 0 to {MAX_POSITION}.", field="position")
    return clean


def _what_is_there(place: Warehouse, busy: list[StockLevel]) -> str:
    on_hand = sum(level.on_hand for level in busy)
    promised = sum(level.allocated + level.reserved for level in busy)
    variants = Variant.objects.filter(id__in=[level.variant_id for level in busy]).order_by("sku")
    named = ", ".join(variants.values_list("sku", flat=True)[:5]) + (
        f" and {len(busy) - 5} more" if len(busy) > 5 else ""
    )
    there = [f"{on_hand:,} units lie there"] if on_hand else []
    owed = [f"{promised:,} are promised to orders"] if promised else []
    return f"{place.name} cannot be retired: {' and '.join(there + owed)} ({named}). Move or ship them first."


def _tell_where_it_sends() -> None:
    """Delivery dates and places to fetch parcels go by the warehouses: the public side must look again."""
    vendor = require_vendor()
    announce("shop.profile_changed", vendor_id=vendor.id, payload={"vendor": str(vendor.id)})


def _record(what: str, subject: str, by: UUID | None, **data: str) -> None:
    record(
        action=f"shop.{what}",
        subject=subject,
        actor_kind="member" if by else "system",
        actor_id=by,
        vendor_id=require_vendor().id,
        data=data,
    )
