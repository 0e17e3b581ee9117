"""What a vendor does with a paid order: accept, pack, ship, deliver. Runs as the vendor's own role, inside its shop."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.db import transaction
from django.db.models import prefetch_related_objects

from kit import clock
from kit.errors import Conflict, InvalidInput
from marketplace.fulfillment.models import Parcel, ParcelLine
from marketplace.orders.models import Fulfillment, OrderEvent, VendorOrder
from outbox.actions import announce
from tenants.shop.inventory import actions as inventory
from tenants.shop.inventory.unsound import unless_unsound

OPEN = (Fulfillment.ACCEPTED, Fulfillment.PACKED)


class WrongMoment(Conflict):
    """The order is in a state in which this cannot be done."""

    code = "wrong_moment"


@transaction.atomic
def accept(*, vendor_order_id: UUID, by: UUID | None) -> VendorOrder:
    """The vendor takes the order on. Doing it twice is doing it once. Raises WrongMoment."""
    part = _lock(vendor_order_id)
    if part.fulfillment == Fulfillment.ACCEPTED:
        return part
    if part.fulfillment != Fulfillment.NEW:
        raise WrongMoment(f"Order {part.number} is {_word(part)}; only a new order can be accepted.")
    part.fulfillment, part.accepted_at = Fulfillment.ACCEPTED, clock.now()
    part.save(update_fields=["fulfillment", "accepted_at"])
    _record(part, "accepted", by, at=part.accepted_at)
    announce("shop.order_accepted", vendor_id=part.vendor_id, payload={"vendor_order": str(part.id)})
    return part


@transaction.atomic
def pack(*, vendor_order_id: UUID, by: UUID | None, quantities: Mapping[UUID, int] | None = None) -> Parcel:
    """Put lines into a parcel: `quantities` by order line, or all that is not in one yet.

    Raises WrongMoment, InvalidInput when more is packed than was ordered or nothing is.
    """
    part = _lock(vendor_order_id)
    if part.fulfillment == Fulfillment.NEW:
        part = accept(vendor_order_id=part.id, by=by)
    if part.fulfillment not in OPEN:
        raise WrongMoment(f"Order {part.number} is {_word(part)}; nothing is left to pack.")
    prefetch_related_objects([part], "lines", "parcels__lines")
    left = unpacked(part)
    wanted = dict(quantities) if quantities is not None else left
    wanted = {line_id: count for line_id, count in wanted.items() if count}
    if not wanted:
        raise InvalidInput("Choose at least one item for the parcel.", field="quantity")
    for line_id, count in wanted.items():
        if count < 0:
            raise InvalidInput("Give how many to pack: 0 or more of each item.", field="quantity")
        if count > left.get(line_id, 0):
            raise InvalidInput(f"At most {left.get(line_id, 0)} of this item are left to pack.", field="quantity")
    now = clock.now()
    parcel = Parcel.objects.create(
        vendor_order=part, vendor_id=part.vendor_id, number=len(part.parcels.all()) + 1, packed_at=now
    )
    ParcelLine.objects.bulk_create(
        [
            ParcelLine(parcel=parcel, order_line_id=line_id, vendor_id=part.vendor_id, quantity=count)
            for line_id, count in wanted.items()
        ]
    )
    if wanted == left:
        part.fulfillment, part.packed_at = Fulfillment.PACKED, now
        part.save(update_fields=["fulfillment", "packed_at"])
    packed = {"parcel": str(parcel.id), "number": parcel.number, "lines": _by_text(wanted)}
    _record(part, "packed", by, f"Parcel {parcel.number}", at=now, data=packed)
    announce(
        "shop.parcel_packed",
        vendor_id=part.vendor_id,
        payload={"parcel": str(parcel.id), "vendor_order": str(part.id)},
    )
    return parcel


@transaction.atomic
def ship(*, parcel_id: UUID, carrier: str, tracking_number: str, tracking_url: str = "", by: UUID | None) -> Parcel:
    """The parcel has left, and its units with it. Shipping it twice is shipping it once; its tracking stays.

    Raises InvalidInput for a tracking link that is not one, Parcel.DoesNotExist for a foreign parcel.
    """
    tracking = checked_tracking(carrier, tracking_number, tracking_url)
    part, parcel = _lock_parcel(parcel_id)
    if parcel.shipped_at is not None:
        return parcel
    now = clock.now()
    inventory.ship(dict(parcel.lines.values_list("order_line_id", "quantity")))
    parcel.carrier, parcel.tracking_number, parcel.tracking_url = tracking
    parcel.shipped_at = now
    parcel.save(update_fields=["carrier", "tracking_number", "tracking_url", "shipped_at"])
    if part.fulfillment == Fulfillment.PACKED and not part.parcels.filter(shipped_at=None).exists():
        part.fulfillment, part.shipped_at = Fulfillment.SHIPPED, now
        part.save(update_fields=["fulfillment", "shipped_at"])
    note = f"Parcel {parcel.number}" + (f" with {parcel.carrier}" if parcel.carrier else "")
    _record(part, "shipped", by, note, at=now, data={"parcel": str(parcel.id), "tracking": list(tracking)})
    announce(
        "shop.parcel_shipped",
        vendor_id=part.vendor_id,
        payload={"parcel": str(parcel.id), "vendor_order": str(part.id)},
    )
    return parcel


@transaction.atomic
def correct_tracking(
    *, parcel_id: UUID, carrier: str, tracking_number: str, tracking_url: str = "", by: UUID | None
) -> Parcel:
    """How a parcel that has left can really be followed. What stood there before stays in the order's history.

    The customer is told when something changed. Raises WrongMoment before it was shipped, InvalidInput as `ship` does.
    """
    tracking = checked_tracking(carrier, tracking_number, tracking_url)
    part, parcel = _lock_parcel(parcel_id)
    if parcel.shipped_at is None:
        raise WrongMoment(f"Parcel {parcel.number} has not been shipped yet.")
    if tracking == (parcel.carrier, parcel.tracking_number, parcel.tracking_url):
        return parcel
    before = parcel.followed_by
    parcel.carrier, parcel.tracking_number, parcel.tracking_url = tracking
    parcel.save(update_fields=["carrier", "tracking_number", "tracking_url"])
    # Carrier and number fit whole; of a long link the beginning.
    told = {"parcel": str(parcel.id), "tracking": list(tracking)}
    _record(part, "tracking_corrected", by, f"Parcel {parcel.number}, before: {before}"[:250], data=told)
    announce(
        "shop.parcel_tracking_corrected",
        vendor_id=part.vendor_id,
        payload={"parcel": str(parcel.id), "vendor_order": str(part.id)},
    )
    return parcel


@transaction.atomic
def deliver(*, parcel_id: UUID, by: UUID | None) -> Parcel:
    """The parcel has arrived; when all have, the vendor order is delivered and its hold begins to run.

    What is picked up leaves and arrives at once. Anything else raises WrongMoment before it was shipped.
    """
    part, parcel = _lock_parcel(parcel_id)
    if parcel.delivered_at is not None:
        return parcel
    if parcel.shipped_at is None and part.is_fetched:
        ship(parcel_id=parcel_id, carrier="", tracking_number="", by=by)
        part, parcel = _lock_parcel(parcel_id)
    if parcel.shipped_at is None:
        raise WrongMoment(f"Parcel {parcel.number} has not been shipped yet.")
    parcel.delivered_at = clock.now()
    parcel.save(update_fields=["delivered_at"])
    complete = part.fulfillment == Fulfillment.SHIPPED and not part.parcels.filter(delivered_at=None).exists()
    if complete:
        part.fulfillment, part.delivered_at = Fulfillment.DELIVERED, parcel.delivered_at
        part.save(update_fields=["fulfillment", "delivered_at"])
    told = {"parcel": str(parcel.id)}
    _record(part, "delivered", by, f"Parcel {parcel.number}", at=parcel.delivered_at, data=told)
    announce(
        "shop.parcel_delivered",
        vendor_id=part.vendor_id,
        payload={"parcel": str(parcel.id), "vendor_order": str(part.id), "complete": complete},
    )
    return parcel


def withdraw(*, part: VendorOrder, quantities: Mapping[UUID, int], now: datetime) -> dict[UUID, dict[UUID, int]]:
    """Units that will not be sent, by order line: give their stock back, and take them out of parcels that have not left.

    Gives what was taken out, by parcel and order line. Inside its shop and a transaction, with the order locked. What is
    left of the vendor order is as far as its parcels are; without anything left it is canceled. Raises WrongMoment for more
    than has not left yet.
    """
    prefetch_related_objects([part], "lines", "parcels__lines")
    lines = {line.id: line for line in part.lines.all()}
    can_go = unshipped(part)
    for line_id, count in quantities.items():
        if not 0 < count <= can_go.get(line_id, 0):
            title = lines[line_id].title if line_id in lines else "This item"
            raise WrongMoment(f"Of “{title}” only {can_go.get(line_id, 0)} can still be canceled.")
    loose = unpacked(part)
    from_parcels = {line_id: count - loose.get(line_id, 0) for line_id, count in quantities.items()}
    unless_unsound(lambda: inventory.take_back(quantities), otherwise=None)
    for line_id, count in quantities.items():
        lines[line_id].canceled_quantity += count
        lines[line_id].save(update_fields=["canceled_quantity"])
    unpacked_now = _unpack(part, {line_id: count for line_id, count in from_parcels.items() if count > 0})
    _settle_state(VendorOrder.objects.prefetch_related("lines", "parcels__lines").get(id=part.id), now)
    return unpacked_now


def unshipped(part: VendorOrder) -> dict[UUID, int]:
    """How many of each line have not left and are not canceled; lines with none are not named. As cheap as `unpacked`."""
    left = unpacked(part)
    for parcel in part.parcels.all():
        if parcel.shipped_at is None:
            for packed in parcel.lines.all():
                left[packed.order_line_id] = left.get(packed.order_line_id, 0) + packed.quantity
    return left


def _unpack(part: VendorOrder, quantities: Mapping[UUID, int]) -> dict[UUID, dict[UUID, int]]:
    """Take units out of parcels that have not left, the last parcel first; an empty parcel is none. Gives what, by parcel."""
    left, found = dict(quantities), defaultdict[UUID, dict[UUID, int]](dict)
    if not left:
        return found
    for parcel in reversed(part.parcels.all()):
        if parcel.shipped_at is not None:
            continue
        for packed in parcel.lines.all():
            out = min(left.get(packed.order_line_id, 0), packed.quantity)
            if not out:
                continue
            left[packed.order_line_id] -= out
            packed.quantity -= out
            found[parcel.id][packed.order_line_id] = out
            if packed.quantity:
                packed.save(update_fields=["quantity"])
            else:
                packed.delete()
        if not ParcelLine.objects.filter(parcel=parcel).exists():
            parcel.delete()
    return found


def _settle_state(part: VendorOrder, now: datetime) -> None:
    """How far a vendor order is now that less of it is to be sent."""
    parcels = list(part.parcels.all())
    shipped = [parcel.shipped_at for parcel in parcels if parcel.shipped_at]
    delivered = [parcel.delivered_at for parcel in parcels if parcel.delivered_at]
    if not any(line.promised_quantity for line in part.lines.all()):
        part.fulfillment, part.canceled_at = Fulfillment.CANCELED, now
    elif part.fulfillment not in (Fulfillment.NEW, *OPEN) or unpacked(part):
        return
    elif len(shipped) < len(parcels):
        part.fulfillment, part.packed_at = Fulfillment.PACKED, part.packed_at or now
    else:
        part.packed_at, part.shipped_at = part.packed_at or now, max(shipped)
        part.fulfillment = Fulfillment.SHIPPED
        if len(delivered) == len(parcels):
            part.fulfillment = Fulfillment.DELIVERED
            part.delivered_at = max(delivered)
    part.save(update_fields=["fulfillment", "canceled_at", "packed_at", "shipped_at", "delivered_at"])


def unpacked(part: VendorOrder) -> dict[UUID, int]:
    """How many of each line are in no parcel yet; lines with none left are not named.

    Asks nothing when the order came with its lines and parcels.
    """
    left = {line.id: line.promised_quantity for line in part.lines.all()}
    for parcel in part.parcels.all():
        for packed in parcel.lines.all():
            left[packed.order_line_id] -= packed.quantity
    return {line_id: count for line_id, count in left.items() if count}


def _lock(vendor_order_id: UUID) -> VendorOrder:
    return VendorOrder.objects.select_for_update().get(id=vendor_order_id, paid_at__isnull=False)


def _lock_parcel(parcel_id: UUID) -> tuple[VendorOrder, Parcel]:
    """The vendor order first, then its parcel: one change of an order at a time."""
    part = _lock(Parcel.objects.values_list("vendor_order_id", flat=True).get(id=parcel_id))
    return part, Parcel.objects.select_for_update().get(id=parcel_id)


def _by_text(units: Mapping[UUID, int]) -> dict[str, int]:
    return {str(line_id): count for line_id, count in units.items()}


def _record(
    part: VendorOrder,
    name: str,
    by: UUID | None,
    note: str = "",
    *,
    at: datetime | None = None,
    data: dict[str, Any] | None = None,
) -> None:
    OrderEvent.objects.create(
        order_id=part.order_id,
        vendor_order=part,
        vendor_id=part.vendor_id,
        name=name,
        actor_kind="member" if by else "system",
        actor_id=by,
        note=note,
        data=data or {},
        at=at or clock.now(),
    )


def _word(part: VendorOrder) -> str:
    return Fulfillment(part.fulfillment).label.lower()


def checked_tracking(carrier: str, tracking_number: str, tracking_url: str) -> tuple[str, str, str]:
    """The three, fit to be kept. Raises InvalidInput for one that is too long, and a link that is none."""
    carrier, tracking_number = " ".join(carrier.split()), " ".join(tracking_number.split())
    if len(carrier) > 60:
        raise InvalidInput("The carrier's name is longer than 60 characters.", field="carrier")
    if len(tracking_number) > 80:
        raise InvalidInput("The tracking number is longer than 80 characters.", field="tracking_number")
    return carrier, tracking_number, _checked_url(tracking_url)


def _checked_url(url: str) -> str:
    url = url.strip()
    if not url:
        return ""
    try:
        parts = urlsplit(url)
        is_link = parts.scheme in ("http", "https") and bool(parts.hostname) and len(url) <= 300
    except ValueError:  # "https://[": an address that is none
        is_link = False
    if not is_link:
        raise InvalidInput("Paste the whole tracking link; it begins with https://.", field="tracking_url")
    return url
