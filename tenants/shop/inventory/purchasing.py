"""Buying stock: suppliers, what is ordered from them, and what of it came."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q

from kit import clock
from kit.context import require_vendor
from kit.errors import Conflict, InvalidInput
from outbox.actions import announce
from tenants.shop.catalog.models import Variant
from tenants.shop.inventory.actions import MAX_UNITS, lock_warehouse, main_warehouse
from tenants.shop.inventory.ledger import Change, lock_levels, tell, write
from tenants.shop.inventory.models import (
    MovementKind,
    PurchaseLine,
    PurchaseOrder,
    Source,
    StockLevel,
    Supplier,
    Warehouse,
)

MAX_LEAD_DAYS = 365


class NotADraft(Conflict):
    """What was sent or canceled is not changed any more."""

    code = "not_a_draft"


class NotExpected(Conflict):
    """Nothing comes from an order that was not sent, or is over."""

    code = "not_expected"


class MoreThanOrdered(Conflict):
    """More came than was ordered, and nobody said that this is so."""

    code = "more_than_ordered"


@transaction.atomic
def add_supplier(*, name: str, email: str, lead_days: int) -> Supplier:
    """Raises InvalidInput naming the field."""
    clean = " ".join(name.split())
    if not clean or len(clean) > 100 or "\0" in clean:
        raise InvalidInput("Give a name of up to 100 characters.", field="name")
    try:
        validate_email(email.strip())
    except ValidationError:
        raise InvalidInput("Write the e-mail address like name@example.com.", field="email") from None
    if not 0 <= lead_days <= MAX_LEAD_DAYS:
        raise InvalidInput(f"Give a number of days from 0 to {MAX_LEAD_DAYS}.", field="lead_days")
    made, is_new = Supplier.objects.get_or_create(name=clean, defaults={"email": email.strip(), "lead_days": lead_days})
    if not is_new:
        raise InvalidInput("You have a supplier of this name.", field="name")
    return made


@transaction.atomic
def set_source(supplier: Supplier, *, sku: str, units: int) -> Source:
    """Say that a variant is bought here, so many at a time. Raises InvalidInput."""
    _check_units(units)
    variant = _variant(sku)
    found, _ = Source.objects.update_or_create(variant=variant, defaults={"supplier": supplier, "units": units})
    return found


@transaction.atomic
def draft_order(supplier: Supplier, *, warehouse: Warehouse | None = None, by: UUID | None) -> PurchaseOrder:
    """An empty draft, for the warehouse that it shall come to. Raises WarehouseRetired."""
    return PurchaseOrder.objects.create(
        supplier=supplier, warehouse=lock_warehouse(warehouse or main_warehouse()), drafted_by=by
    )


@transaction.atomic
def set_line(order: PurchaseOrder, *, sku: str, units: int) -> None:
    """Have so many of a variant in a draft; 0 takes it out. Raises NotADraft and InvalidInput."""
    draft = _lock(order)
    if draft.sent_at is not None or not draft.is_open:
        raise NotADraft("This order was sent or canceled: it is not changed any more.")
    variant = _variant(sku)
    if units == 0:
        draft.lines.filter(variant=variant).delete()
        return
    _check_units(units)
    PurchaseLine.objects.update_or_create(order=draft, variant=variant, defaults={"sku": variant.sku, "ordered": units})


@transaction.atomic
def send_order(order: PurchaseOrder) -> PurchaseOrder:
    """Send a draft to its supplier by mail; it is expected after their lead time. Raises NotADraft and InvalidInput."""
    draft = _lock(order)
    if draft.sent_at is not None or not draft.is_open:
        raise NotADraft("This order was sent or canceled already.")
    if not draft.lines.exists():
        raise InvalidInput("Put something in before you send it.", field="sku")
    draft.sent_at = clock.now()
    draft.expected_on = clock.today() + timedelta(days=draft.supplier.lead_days)
    draft.save(update_fields=["sent_at", "expected_on"])
    announce("shop.purchase_sent", vendor_id=require_vendor().id, payload={"purchase": str(draft.id)})
    return draft


@transaction.atomic
def receive_order(
    order: PurchaseOrder, units: Mapping[UUID, int], *, more_is_right: bool = False, by: UUID | None
) -> PurchaseOrder:
    """Goods of an order came, by line: they lie in its warehouse now. When nothing is missing, the order is received.

    Raises NotExpected, WarehouseRetired, InvalidInput, and MoreThanOrdered unless `more_is_right` was said.
    """
    sent = _lock(order)
    if sent.sent_at is None or not sent.is_open:
        raise NotExpected("Nothing is expected from this order: it was not sent, or is over.")
    place = lock_warehouse(sent.warehouse)
    lines = list(sent.lines.all())
    came = [(line, units.get(line.id, 0)) for line in lines if units.get(line.id)]
    if not came:
        raise InvalidInput("Say what came.", field="units")
    for line, count in came:
        _check_units(count)
        if count > line.missing and not more_is_right:
            raise MoreThanOrdered(f"Only {line.missing} of {line.sku} are missing. Say so if more came.")
        line.received += count
    lock_levels(Q(warehouse=place, variant_id__in=[line.variant_id for line, _ in came]))
    write(
        [
            Change(
                line.variant_id,
                place.id,
                MovementKind.RECEIVED,
                on_hand=count,
                reference=f"purchase:{sent.id}",
                reason=f"From {sent.supplier.name}",
            )
            for line, count in came
        ],
        actor_id=by,
    )
    PurchaseLine.objects.bulk_update([line for line, _ in came], ["received"])
    if not any(line.missing for line in lines):
        sent.received_at = clock.now()
        sent.save(update_fields=["received_at"])
    tell(line.variant_id for line, _ in came)
    return sent


@transaction.atomic
def cancel_order(order: PurchaseOrder) -> PurchaseOrder:
    """Nothing more is expected of it; what came stays. Raises NotExpected for one that is over."""
    found = _lock(order)
    if not found.is_open:
        raise NotExpected("This order is over already.")
    found.canceled_at = clock.now()
    found.save(update_fields=["canceled_at"])
    return found


@transaction.atomic
def draft_reorders(levels: Iterable[StockLevel]) -> int:
    """Put what ran low into its supplier's draft for that warehouse, unless it is ordered already; gives how many lines.

    The shop sends a draft, nobody else does.
    """
    low = {(level.variant_id, level.warehouse_id): level for level in levels}
    sources = Source.objects.filter(variant_id__in=[variant for variant, _ in low]).select_related(
        "supplier", "variant"
    )
    by_variant = {source.variant_id: source for source in sources}
    made = 0
    for (variant_id, warehouse_id), level in sorted(low.items()):
        source = by_variant.get(variant_id)
        under_way = PurchaseLine.objects.filter(
            variant_id=variant_id,
            order__warehouse_id=warehouse_id,
            order__received_at=None,
            order__canceled_at=None,
        )
        if source is None or under_way.exists():
            continue
        lock_warehouse(level.warehouse)  # of two who look at once, the second finds the first one's draft
        drafts = PurchaseOrder.objects.filter(
            supplier=source.supplier, warehouse_id=warehouse_id, sent_at=None, canceled_at=None
        )
        draft = drafts.order_by("id").first() or PurchaseOrder.objects.create(
            supplier=source.supplier, warehouse_id=warehouse_id
        )
        PurchaseLine.objects.create(order=draft, variant_id=variant_id, sku=source.variant.sku, ordered=source.units)
        made += 1
    return made


def _check_units(units: int) -> None:
    if not 1 <= units <= MAX_UNITS:
        raise InvalidInput(f"Give a number from 1 to {MAX_UNITS:,}.", field="units")


def _variant(sku: str) -> Variant:
    found = Variant.objects.filter(sku=sku.replace("\0", "").strip()).first()
    if found is None:
        raise InvalidInput("You have no variant with this SKU.", field="sku")
    return found


def _lock(order: PurchaseOrder) -> PurchaseOrder:
    locked = PurchaseOrder.objects.select_for_update(of=("self",)).select_related("supplier", "warehouse")
    return locked.get(id=order.id)
