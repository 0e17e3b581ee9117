"""What happens to accounts outside of the sign-in pages."""

from uuid import UUID

from django.db import connection, transaction
from django.db.models import F

from accounts.models import StaffMember, StaffRole, User
from accounts.queries import confirmed_addresses
from audit.actions import record
from kit import clock
from kit.errors import Conflict, InvalidInput, NotAllowed
from outbox.actions import announce


class AlreadyStaff(Conflict):
    """The person works here already."""

    code = "already_staff"


class LastAdministrator(Conflict):
    """Nobody would be left who may say who works here."""

    code = "last_administrator"


@transaction.atomic
def end_access(*, user_id: UUID) -> None:
    """End the user's sessions on every portal and in the back office.

    Sessions of the marketplace itself end by Django's session auth hash when the password changes. Members belong to
    the vendors, which hear `user.access_ended` in this transaction.
    """
    StaffMember.objects.filter(user_id=user_id).update(access_version=F("access_version") + 1)
    announce("user.access_ended", payload={"user": str(user_id)})


@transaction.atomic
def erase_sign_in(*, user: User) -> None:
    """Nobody signs in as this person any more: no password, no second step, no address. The row stays, for what refers to it.

    The rest of it `privacy` blanks. allauth's tables by name: the worker, which does this, does not have allauth.
    """
    user.is_active = False
    user.set_unusable_password()
    user.save(update_fields=["is_active", "password"])
    with connection.cursor() as cursor:
        for table, owner in (
            (
                "account_emailconfirmation",
                "email_address_id IN (SELECT id FROM account_emailaddress WHERE user_id = %s)",
            ),
            ("account_emailaddress", "user_id = %s"),
            ("mfa_authenticator", "user_id = %s"),
        ):
            cursor.execute(f"DELETE FROM {table} WHERE {owner}", [user.id])


@transaction.atomic
def tell_staff_access_ended(*, user_id: UUID) -> None:
    """Say that one of the staff has left the office or changed role: what was begun from there ends in this transaction."""
    announce("staff.access_ended", payload={"user": str(user_id)})


@transaction.atomic
def tell_changed(*, user_id: UUID) -> None:
    """Say that the user's name or address is another one now; vendors correct their copies in this transaction."""
    announce("user.changed", payload={"user": str(user_id)})


@transaction.atomic
def hire(*, email: str, role: str, by: UUID) -> StaffMember:
    """Give a place on the staff to whoever has an account with this e-mail address, which they have confirmed.

    Raises InvalidInput with the field at fault, NotAllowed unless `by` is an administrator, AlreadyStaff.
    """
    wanted = _role(role)
    _lock_administrators(by)
    user = User.objects.filter(email__iexact=email.strip(), is_active=True).first()
    if user is None or user.email.lower() not in confirmed_addresses(user.id):
        raise InvalidInput("Nobody has an account with this e-mail address, or it is not confirmed yet.", field="email")
    return add_staff_member(user=user, role=wanted, by=by)


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
        raise AlreadyStaff(f"{user} works here already.", field="email")
    else:
        staff.role, staff.left_at, staff.access_version = role, None, staff.access_version + 1
        staff.save(update_fields=["role", "left_at", "access_version"])
    _note("staff.joined", staff, by, {"role": str(role)})
    return staff


@transaction.atomic
def change_staff_role(*, staff: StaffMember, role: str, by: UUID) -> StaffMember:
    """Another role; the person's office sessions end, and the next one has it. The same role changes nothing.

    Raises InvalidInput, NotAllowed unless `by` is an administrator, LastAdministrator, and Conflict for who has left.
    """
    wanted = _role(role)
    administrators = _lock_administrators(by)
    staff = StaffMember.objects.select_for_update().get(id=staff.id)
    if staff.left_at is not None:
        raise Conflict("This person has left the staff meanwhile.")
    before = staff.role
    if before == wanted:
        return staff
    _check_administrator_stays(staff, administrators)
    staff.role, staff.access_version = wanted, staff.access_version + 1
    staff.save(update_fields=["role", "access_version"])
    _note("staff.role_changed", staff, by, {"role": str(wanted), "before": str(before)})
    tell_staff_access_ended(user_id=staff.user_id)
    return staff


@transaction.atomic
def remove_staff_member(*, staff: StaffMember, by: UUID | None = None) -> StaffMember:
    """End a membership of the staff and its sessions. Removing twice is no error.

    Raises LastAdministrator, and NotAllowed when `by` is neither an administrator nor none, for the system.
    """
    administrators = _lock_administrators(by)
    staff = StaffMember.objects.select_for_update().get(id=staff.id)
    if staff.left_at is None:
        _check_administrator_stays(staff, administrators)
        staff.left_at, staff.access_version = clock.now(), staff.access_version + 1
        staff.save(update_fields=["left_at", "access_version"])
        _note("staff.left", staff, by, {})
        tell_staff_access_ended(user_id=staff.user_id)
    return staff


def _lock_administrators(by: UUID | None) -> set[UUID]:
    """The user ids of all administrators, locked by id: of two who remove each other one comes too late.

    Raises NotAllowed when `by` is somebody who is none of them.
    """
    rows = StaffMember.objects.select_for_update(of=("self",)).filter(
        role=StaffRole.ADMINISTRATOR, left_at=None, user__is_active=True
    )
    found = {staff.user_id for staff in rows.order_by("id")}
    if by is not None and by not in found:
        raise NotAllowed("Only administrators say who works here.")
    return found


def _check_administrator_stays(staff: StaffMember, administrators: set[UUID]) -> None:
    if administrators == {staff.user_id}:
        raise LastAdministrator("The office keeps at least one administrator. Make somebody else one first.")


def _role(text: str) -> StaffRole:
    try:
        return StaffRole(text)
    except ValueError:
        raise InvalidInput("Choose one of the roles.", field="role") from None


def _note(action: str, staff: StaffMember, by: UUID | None, data: dict[str, str]) -> None:
    record(
        action=action,
        subject=f"user:{staff.user_id}",
        actor_kind="staff" if by else "system",
        actor_id=by,
        data=data,
    )
