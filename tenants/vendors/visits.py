"""Staff looking at a vendor's portal: begun at the office for a reason, over after half an hour at most.

Whoever visits reads what a member who looks on would read, and changes nothing. Each request is on record under the name of
the member of staff, never under a member's.
"""

from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import StaffMember, StaffRole
from audit.actions import record
from kit import clock
from kit.errors import Conflict, NotAllowed
from outbox.models import Fact
from tenants.vendors.actions import required
from tenants.vendors.models import VISIT_AT_MOST, Member, PortalVisit, Vendor, VendorState

# The kind of session that a visit has, and who it is among those whom a route lets in.
VISIT = "visit"
MAY_VISIT = (StaffRole.ADMINISTRATOR, StaffRole.SUPPORT)
NO_PORTAL = (VendorState.APPLIED, VendorState.REJECTED, VendorState.CLOSED)


class NoPortal(Conflict):
    """There is nothing to look at."""

    code = "no_portal"


@transaction.atomic
def begin_visit(*, vendor: Vendor, staff: StaffMember, reason: str) -> PortalVisit:
    """Let one of the staff look at a vendor's portal. Another visit of theirs ends with it.

    Raises NotAllowed for other roles, InvalidInput (field "reason"), NoPortal.
    """
    reason = " ".join(required(reason, "reason", "reason", 300).split())
    # As the role is now: a change of it waits for this, and then ends the visit.
    staff = StaffMember.objects.select_for_update(of=("self",)).select_related("user").get(id=staff.id)
    if staff.left_at is not None or staff.role not in MAY_VISIT:
        raise NotAllowed("Only administrators and support look at vendors' portals.")
    vendor = Vendor.objects.get(id=vendor.id)
    if vendor.state in NO_PORTAL or not vendor.is_reachable:
        raise NoPortal(f"{vendor.name} has no portal that could be looked at.")
    end_visits(user_id=staff.user_id)
    now = clock.now()
    visit = PortalVisit(
        vendor=vendor,
        user_id=staff.user_id,
        name=staff.user.name or staff.user.email,
        role=staff.role,
        reason=reason,
        began_at=now,
        ends_at=now + VISIT_AT_MOST,
    )
    visit.save(force_insert=True)
    record(
        action="vendor.visit_begun",
        subject=f"vendor:{vendor.id}",
        actor_kind="staff",
        actor_id=staff.user_id,
        vendor_id=vendor.id,
        data={"visit": str(visit.id), "reason": reason},
    )
    return visit


@transaction.atomic
def end_visit(visit: PortalVisit) -> None:
    """End it before its time; twice is no error. As the vendor's own role, or the office's."""
    now = clock.now()
    if on_now().filter(id=visit.id).update(ended_at=now):
        record(
            action="shop.visit_ended",
            subject=f"vendor:{visit.vendor_id}",
            actor_kind="staff",
            actor_id=visit.user_id,
            vendor_id=visit.vendor_id,
            data={"visit": str(visit.id)},
        )


def end_visits(*, user_id: UUID) -> None:
    """End every visit of one of the staff."""
    on_now().filter(user_id=user_id).update(ended_at=clock.now())


def end_with_access(fact: Fact) -> None:
    """`user.access_ended` and `staff.access_ended`, inside: who signed out, or has another role, looks at nothing more."""
    end_visits(user_id=UUID(fact.payload["user"]))


def on_now() -> "QuerySet[PortalVisit]":
    """Neither ended nor out of time."""
    return PortalVisit.objects.filter(ended_at=None, ends_at__gt=clock.now())


def visit_on(visit_id: UUID, *, vendor_id: UUID) -> PortalVisit | None:
    """The visit to that vendor, with the vendor, while it is on."""
    return on_now().select_related("vendor").filter(id=visit_id, vendor_id=vendor_id).first()


def visit_of(user_id: UUID, visit_id: UUID) -> tuple[PortalVisit, StaffMember] | None:
    """A visit that is on, with its member of staff, whose it must be and who must still have a role for it."""
    staff = StaffMember.objects.filter(user_id=user_id, left_at=None, role__in=MAY_VISIT, user__is_active=True).first()
    visit = on_now().select_related("vendor").filter(id=visit_id, user_id=user_id).first()
    return (visit, staff) if visit is not None and staff is not None else None


def visits_to(vendor: Vendor, limit: int = 20) -> list[PortalVisit]:
    """When staff looked, and why; the newest first."""
    return list(PortalVisit.objects.filter(vendor=vendor).order_by("-began_at", "-id")[:limit])


def as_member(visit: PortalVisit) -> Member:
    """What the portal's pages ask for: nobody's membership, with a role that none of them gives anything to do."""
    return Member(
        id=visit.id, vendor=visit.vendor, user_id=visit.user_id, name=visit.name, role=VISIT, joined_at=visit.began_at
    )


def note_request(visit: PortalVisit, *, method: str, route: str, path: str) -> None:
    """Into the audit trail, before it is answered and whether or not it is refused."""
    with transaction.atomic():
        record(
            action="shop.seen_by_staff",
            subject=f"visit:{visit.id}",
            actor_kind="staff",
            actor_id=visit.user_id,
            vendor_id=visit.vendor_id,
            data={"method": method, "route": route, "path": path[:500]},
        )
