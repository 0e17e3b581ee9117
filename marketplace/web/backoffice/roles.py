"""Who of the staff may see what. Administrators may do everything; `staff_required` lets them pass every door."""

from dataclasses import dataclass

from django.http import HttpRequest

from accounts.middleware import staff_required
from accounts.models import StaffMember, StaffRole

for_all = staff_required(StaffRole.SUPPORT, StaffRole.FINANCE)
for_support = staff_required(StaffRole.SUPPORT)
for_finance = staff_required(StaffRole.FINANCE)
for_administrators = staff_required(StaffRole.ADMINISTRATOR)


@dataclass(frozen=True, slots=True)
class May:
    """What a member of staff may open: for links that lead somewhere, and buttons that work."""

    administrate: bool
    support: bool
    finance: bool


def may(staff: StaffMember) -> May:
    administrator = staff.role == StaffRole.ADMINISTRATOR
    return May(
        administrate=administrator,
        support=administrator or staff.role == StaffRole.SUPPORT,
        finance=administrator or staff.role == StaffRole.FINANCE,
    )


def staff_of(request: HttpRequest) -> StaffMember:
    """Who asks, behind one of the doors above."""
    staff: StaffMember = request.staff  # type: ignore[attr-defined]
    return staff
