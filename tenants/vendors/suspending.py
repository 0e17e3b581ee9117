"""Staff stop a vendor from selling, for a reason it reads, and let it sell again. What was ordered is still its to ship."""

from uuid import UUID

from django.db import transaction

from kit import clock
from tenants.vendors.actions import activate_if_ready, required
from tenants.vendors.lifecycle import TRANSITIONS, WrongState, move
from tenants.vendors.models import Vendor, VendorState


@transaction.atomic
def suspend_vendor(*, vendor: Vendor, by: UUID, reason: str, hold_payouts: bool) -> Vendor:
    """Stop a vendor from selling at once; its money goes on to it, or is held, as `hold_payouts` says.

    `by` is the user id of one of the staff. Raises InvalidInput, WrongState.
    """
    vendor = Vendor.objects.select_for_update(of=("self",)).get(id=vendor.id)
    reason = required(reason, "reason", "reason", 2000)
    if vendor.state not in TRANSITIONS["suspended"].begins:
        raise WrongState(f"A vendor that is {vendor.get_state_display().lower()} cannot be suspended.")
    now = clock.now()
    vendor.suspended_at, vendor.suspension_reason, vendor.decision_reason = now, reason, reason
    vendor.payouts_held_at = now if hold_payouts else None
    vendor.save(update_fields=["suspended_at", "suspension_reason", "decision_reason", "payouts_held_at"])
    data = {"payouts": "held" if hold_payouts else "go on"}
    move(vendor, "suspended", VendorState.SUSPENDED, by=by, actor_kind="staff", reason=reason, data=data)
    return vendor


@transaction.atomic
def lift_suspension(*, vendor: Vendor, by: UUID, reason: str) -> Vendor:
    """Let a suspended vendor sell again, if its checklist does, and be paid. Raises InvalidInput, WrongState."""
    vendor = Vendor.objects.select_for_update(of=("self",)).get(id=vendor.id)
    reason = required(reason, "reason", "reason", 2000)
    if vendor.state != VendorState.SUSPENDED:
        raise WrongState(f"{vendor.name} is {vendor.get_state_display().lower()}, and not suspended.")
    vendor.suspended_at = vendor.payouts_held_at = None
    vendor.suspension_reason, vendor.decision_reason = "", reason
    vendor.save(update_fields=["suspended_at", "suspension_reason", "decision_reason", "payouts_held_at"])
    sold = vendor.activated_at is not None and vendor.schema_name and vendor.selling_cleared_at is not None
    to = VendorState.ACTIVE if sold else VendorState.ONBOARDING
    move(vendor, "lifted", to, by=by, actor_kind="staff", reason=reason)
    activate_if_ready(vendor)
    return vendor
