"""The life of a vendor in one table: which state follows which, who may bring it about, and what it needs.

Every change of `Vendor.state` goes through `move`, which holds it to this table and writes it down, never to be changed.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from audit.actions import record
from kit import clock
from kit.errors import Conflict
from outbox.actions import announce
from tenants.vendors.models import Vendor, VendorEvent, VendorState

APPLIED, REJECTED, ONBOARDING, ACTIVE, SUSPENDED, CLOSING, CLOSED = VendorState


class WrongState(Conflict):
    """Nothing leads there from the state that the vendor is in."""

    code = "wrong_state"


@dataclass(frozen=True, slots=True)
class Transition:
    """A line of the table. Of a vendor that is not there yet, `begins` is empty."""

    name: str
    begins: tuple[VendorState, ...]
    leads: tuple[VendorState, ...]
    who: str
    needs: str
    says_why: bool = False


TRANSITIONS = {
    line.name: line
    for line in (
        Transition("applied", (), (APPLIED,), "whoever wants to sell", "an account, and no other application open"),
        Transition("approved", (APPLIED,), (ONBOARDING,), "administrator, moderator", "an application"),
        Transition("rejected", (APPLIED,), (REJECTED,), "administrator, moderator", "a reason", says_why=True),
        Transition("activated", (ONBOARDING,), (ACTIVE,), "by itself", "a shop, and every step that selling needs"),
        Transition(
            "suspended",
            (ONBOARDING, ACTIVE),
            (SUSPENDED,),
            "administrator, moderator",
            "a reason, and whether payouts are held",
            says_why=True,
        ),
        Transition("lifted", (SUSPENDED,), (ACTIVE, ONBOARDING), "administrator, moderator", "a reason", says_why=True),
        Transition(
            "closing", (ONBOARDING, ACTIVE, SUSPENDED), (CLOSING,), "owner, administrator", "a reason", says_why=True
        ),
        Transition(
            "closed",
            (CLOSING,),
            (CLOSED,),
            "by itself after some days, administrator",
            "nothing open, and an export made since closing began",
        ),
        Transition(
            "reopened",
            (CLOSING, CLOSED),
            (ONBOARDING, SUSPENDED),
            "administrator; an owner what an owner asked for, until it is closed",
            "nothing",
        ),
    )
}


def move(
    vendor: Vendor,
    name: str,
    to: VendorState,
    *,
    by: UUID | None = None,
    actor_kind: str = "system",
    reason: str = "",
    data: dict[str, Any] | None = None,
) -> None:
    """Bring a vendor, locked by the caller, into a state: on record, and announced as `vendor.<name>`.

    `by` is a user's id, none for the system. Raises WrongState.
    """
    line, before = TRANSITIONS[name], vendor.state if TRANSITIONS[name].begins else ""
    if (line.begins and before not in line.begins) or to not in line.leads:
        raise WrongState(f"A vendor that is {vendor.get_state_display().lower()} cannot be {name}.")
    if line.says_why and not reason:
        raise ValueError(f"{name} says why")
    vendor.state = to
    if line.begins:
        vendor.save(update_fields=["state"])
    event = note_event(vendor, name, before=before, by=by, actor_kind=actor_kind, reason=reason, data=data)
    record(
        action=f"vendor.{name}",
        subject=f"vendor:{vendor.id}",
        actor_kind=actor_kind,
        actor_id=by,
        vendor_id=vendor.id,
        data=({"reason": reason} if reason else {}) | (data or {}),
    )
    announce(f"vendor.{name}", vendor_id=vendor.id, payload={"vendor": str(vendor.id), "event": str(event.id)})


def note_event(
    vendor: Vendor,
    name: str,
    *,
    before: str = "",
    by: UUID | None,
    actor_kind: str,
    reason: str = "",
    data: dict[str, Any] | None = None,
) -> VendorEvent:
    """Write down what happened to a vendor; without `before`, its state stays."""
    event = VendorEvent(
        vendor=vendor,
        name=name,
        before=before if name in TRANSITIONS else vendor.state,
        after=vendor.state,
        actor_kind=actor_kind,
        actor_id=by,
        reason=reason,
        data=data or {},
        at=clock.now(),
    )
    event.save(force_insert=True)
    return event


def life_of(vendor: Vendor, limit: int = 50) -> list[VendorEvent]:
    """What happened to a vendor, newest first."""
    return list(VendorEvent.objects.filter(vendor=vendor).order_by("-at", "-id")[:limit])
