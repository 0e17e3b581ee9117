"""Nothing is sent to a vendor before the steps of its checklist that payouts need are done: its transfers are held.

The hold is what people read. What keeps the money here is the sender's own look at the vendor (`may_be_paid`), made in the
transaction that claims a transfer: a sale and a closing door may miss each other, a payment and a closed door never do.
"""

from uuid import UUID

from billing.payouts.holds import place_hold, release_hold
from billing.payouts.models import Hold, Transfer, TransferState
from billing.payouts.models.holds import CHECKLIST
from billing.payouts.terms import CHECKLIST_REASON
from outbox.models import Fact
from tenants.vendors.models import Vendor

UNSENT = (TransferState.HELD, TransferState.DUE, TransferState.FAILED)


def may_be_paid(vendor_id: UUID) -> bool:
    """Whether the vendor's door to payouts is open now."""
    return not Vendor.objects.filter(id=vendor_id, payouts_cleared_at=None).exists()


def held_while_suspended(vendor_id: UUID) -> str:
    """Why nothing is sent to a suspended vendor whose payouts staff chose to hold; empty for all others."""
    held = Vendor.objects.filter(id=vendor_id, payouts_held_at__isnull=False).values_list("suspension_reason").first()
    return f"Payouts are held while the shop is suspended: {held[0]}"[:200] if held else ""


def follow_doors(fact: Fact) -> None:
    """`vendor.payouts_opened` and `vendor.payouts_closed`, after: by how the door stands now."""
    assert fact.vendor_id is not None
    follow_door(fact.vendor_id)


def follow_door(vendor_id: UUID) -> int:
    """Hold what was not sent to a vendor whose door is closed, let go what was held for one whose door is open; how many."""
    if not may_be_paid(vendor_id):
        unsent = list(Transfer.objects.filter(vendor_id=vendor_id, state__in=UNSENT).order_by("id"))
        for transfer in unsent:
            place_hold(transfer=transfer, rule=CHECKLIST, reason=CHECKLIST_REASON)
        return len(unsent)
    held = list(
        Hold.objects.filter(vendor_id=vendor_id, rule=CHECKLIST, released_at__isnull=True)
        .select_related("transfer")
        .order_by("transfer_id")
    )
    for hold in held:
        release_hold(hold=hold, reason="The steps that payouts need are done")
    # What had no hold, and was put off when it was to be sent, is tried at once.
    Transfer.objects.filter(vendor_id=vendor_id, state=TransferState.HELD, next_try_at__isnull=False).update(
        next_try_at=None
    )
    return len(held)


def release_opened() -> int:
    """Let go what a sale held at the very moment in which the door opened; gives how many."""
    waiting = Hold.objects.filter(rule=CHECKLIST, released_at__isnull=True).order_by("vendor_id")
    vendors = set(waiting.values_list("vendor_id", flat=True).distinct())
    opened = Vendor.objects.filter(id__in=vendors, payouts_cleared_at__isnull=False)
    return sum(follow_door(vendor_id) for vendor_id in opened.values_list("id", flat=True))
