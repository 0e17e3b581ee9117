"""What happens to accounts outside of the sign-in pages."""

from uuid import UUID

from django.db import transaction
from django.db.models import F

from accounts.models import StaffMember, StaffRole, User
from audit.actions import record
from kit import clock
from kit.errors import Conflict
from outbox.actions import announce


class AlreadyStaff(Conflict):
    """The person works here already."""

    code = "already_staff"


@transaction.atomic
def end_access(*, user_id: UUID) -> None:
    """End the user's sessions on every portal and in the back office.

    Sessions of the marketplace itself end by Django's session auth hash when the password changes. Members belong to
    the vendors, which hear `user.access_ended` in this transaction.
    """
    StaffMember.objects.filter(user_id=user_id).update(access_version=F("access_version") + 1)
    announce("user.access_ended", payload={"user": str(user_id)})


@transaction.atomic
def tell_changed(*, user_id: UUID) -> None:
    """Say that the user's name or address is another one now; vendors correct their copies in this transaction."""
    announce("user.changed", payload={"user": str(user_id)})


@transaction.atomic
def add_staff_member(*, user: User, role: StaffRole, by: UUID | None = None) -> StaffMember:
    """Give a user a place on the platform's staff; `by` is the user who decides, none for the system.

    Who left may come back, with a new access version. Raises AlreadyStaff.
    """
    staff = StaffMember.objects.select_for_update().filter(user=user).first()
    if staff is None:
        staff = StaffMember(user=user, role=role)
        staff.save(force_insert=True)
    elif staff.left_at is None:
        raise AlreadyStaff(f"{user} works here already.")
    else:
        staff.role, staff.left_at, staff.access_version = role, None, staff.access_version + 1
        staff.save(update_fields=["role", "left_at", "access_version"])
    _note("staff.joined", staff, by, {"role": str(role)})
    return staff


@transaction.atomic
def remove_staff_member(*, staff: StaffMember, by: UUID | None = None) -> StaffMember:
    """End a membership of the staff and its sessions. Removing twice is no error."""
    staff = StaffMember.objects.select_for_update().get(id=staff.id)
    if staff.left_at is None:
        staff.left_at, staff.access_version = clock.now(), staff.access_version + 1
        staff.save(update_fields=["left_at", "access_version"])
        _note("staff.left", staff, by, {})
    return staff


def _note(action: str, staff: StaffMember, by: UUID | None, data: dict[str, str]) -> None:
    record(
        action=action,
        subject=f"user:{staff.user_id}",
        actor_kind="staff" if by else "system",
        actor_id=by,
        data=data,
    )
