"""Finding people."""

from collections.abc import Iterable
from uuid import UUID

from django.db import connection
from django.db.models import Q

from accounts.models import StaffMember, User
from kit.pagination import Page, keyset_page


def people_page(*, search: str = "", cursor: str | None = None, size: int = 50) -> Page[User]:
    """People with an account, who joined last first. `search` is part of a name or the start of an e-mail address.

    Raises InvalidInput on a bad cursor.
    """
    rows = User.objects.only("id", "email", "name", "joined_at", "is_active")
    if words := search.strip():
        rows = rows.filter(Q(name__icontains=words) | Q(email__istartswith=words))
    return keyset_page(rows, order=("-joined_at", "-id"), cursor=cursor, size=size)


def names_of(user_ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """What to call these people, by id. One query."""
    wanted = {user_id for user_id in user_ids if user_id}
    people = User.objects.filter(id__in=wanted).only("id", "name", "email") if wanted else ()
    return {user.id: str(user) for user in people}


def confirmed_addresses(user_id: UUID) -> frozenset[str]:
    """The e-mail addresses that a person has shown to be theirs, in lower case. One query.

    From allauth's own table, which the office reads too, where allauth is not installed.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT lower(email) FROM account_emailaddress WHERE user_id = %s AND verified", [user_id])
        return frozenset(email for (email,) in cursor.fetchall())


def has_account(email: str) -> bool:
    """Whether an address is somebody's who has an account: the one it is kept under, or another they have confirmed."""
    if User.objects.filter(email__iexact=email).exists():
        return True
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM account_emailaddress WHERE lower(email) = lower(%s) AND verified)", [email]
        )
        return bool(cursor.fetchone()[0])


def with_two_steps(user_ids: Iterable[UUID]) -> frozenset[UUID]:
    """Which of these people sign in with a code beside their password. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT user_id FROM mfa_authenticator WHERE type = 'totp' AND user_id = ANY(%s)", [list(user_ids)]
        )
        return frozenset(user_id for (user_id,) in cursor.fetchall())


def staff_page(*, cursor: str | None = None, size: int = 50) -> Page[StaffMember]:
    """Who works here, in the order they came, each with its user. Raises InvalidInput on a bad cursor."""
    rows = StaffMember.objects.select_related("user").filter(left_at=None)
    return keyset_page(rows, order=("created_at", "id"), cursor=cursor, size=size)


def staff_in(roles: Iterable[str]) -> list[StaffMember]:
    """Who works here in one of these roles, by name, each with its user. One query."""
    found = StaffMember.objects.select_related("user").filter(role__in=list(roles), left_at=None, user__is_active=True)
    return sorted(found, key=lambda staff: str(staff.user))
