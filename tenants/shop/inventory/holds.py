"""What is held for orders that are not paid yet: the shop sees it, and may ask that it is given back."""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from audit.actions import record
from kit.context import require_vendor
from kit.errors import Conflict, InvalidInput
from kit.pagination import Page, keyset_page
from outbox.actions import announce
from tenants.shop.inventory.models import HoldFreeing, Reservation, ReservationState

MAX_REASON = 200


class NothingHeld(Conflict):
    """The order was paid, or what was held for it was given back, before anybody asked."""

    code = "nothing_held"


@dataclass(frozen=True, slots=True)
class Hold:
    """A reservation of an unpaid order, and whether somebody asked to free it."""

    reservation: Reservation
    freeing: HoldFreeing | None


def open_holds(*, cursor: str | None = None, size: int = 50) -> Page[Hold]:
    """What is held for unpaid orders, the oldest first. Two statements a page."""
    rows = Reservation.objects.filter(state=ReservationState.HELD).select_related("variant__product", "warehouse")
    page = keyset_page(rows, order=("created_at", "id"), cursor=cursor, size=size)
    asked = HoldFreeing.objects.in_bulk({row.order_id for row in page.rows})
    return Page(
        rows=[Hold(row, asked.get(row.order_id)) for row in page.rows],
        next_cursor=page.next_cursor,
        previous_cursor=page.previous_cursor,
    )


def is_held(order_id: UUID) -> bool:
    return Reservation.objects.filter(order_id=order_id, state=ReservationState.HELD).exists()


@transaction.atomic
def ask_to_free(order_id: UUID, *, reason: str, by: UUID) -> HoldFreeing:
    """Have an unpaid order canceled, because the shop needs what is held for it. Asking again changes nothing.

    The order is the marketplace's and may be other shops' as well, so nothing is given back here: the marketplace ends the
    payment first, and an order that is paid meanwhile stays. Raises NothingHeld, and InvalidInput without a reason.
    """
    words = " ".join(reason.split())
    if not words or len(words) > MAX_REASON or "\0" in words:
        raise InvalidInput(f"Say why in up to {MAX_REASON} characters.", field="reason")
    if not is_held(order_id):
        raise NothingHeld("Nothing is held for this order any more: it was paid, or given up.")
    freeing, is_new = HoldFreeing.objects.get_or_create(order_id=order_id, defaults={"reason": words, "asked_by": by})
    if is_new:
        vendor_id = require_vendor().id
        record(
            action="shop.hold_freeing_asked",
            subject=f"order:{order_id}",
            actor_kind="member",
            actor_id=by,
            vendor_id=vendor_id,
            data={"reason": words},
        )
        announce("shop.hold_freeing_asked", vendor_id=vendor_id, payload={"order": str(order_id)})
    return freeing
