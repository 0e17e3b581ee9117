"""Who of the staff may see what. Administrators may do everything; `staff_required` lets them pass every door."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.http import HttpRequest

from accounts.middleware import staff_required
from accounts.models import StaffMember, StaffRole
from kit.permission import declare

KEEPS_BOOKS = (StaffRole.ACCOUNTANT, StaffRole.CONTROLLER)
SEES_BOOKS = (StaffRole.FINANCE_VIEWER, *KEEPS_BOOKS)

# Orders carry customers' names and what they paid.
SEES_ORDERS = (StaffRole.SUPPORT, *SEES_BOOKS)
WHAT_STAFF_DO: dict[StaffRole, str] = {
    StaffRole.ADMINISTRATOR: "Everything, the rules and this team included",
    StaffRole.MODERATOR: "Approves or turns down vendors, keeps the categories, moderates reviews; no money, no customers",
    StaffRole.FINANCE_VIEWER: "Reads the books, changes nothing",
    StaffRole.ACCOUNTANT: "The daily work of finance",
    StaffRole.CONTROLLER: "Also approves what needs two people, and closes months",
    StaffRole.SUPPORT: "Orders, refunds, customers and mail",
}

for_all = staff_required(StaffRole.MODERATOR, *SEES_ORDERS)
for_orders = staff_required(*SEES_ORDERS)
for_moderators = staff_required(StaffRole.MODERATOR)
for_support = staff_required(StaffRole.SUPPORT)
for_refunds = staff_required(StaffRole.SUPPORT, *KEEPS_BOOKS)
for_accountants = staff_required(*KEEPS_BOOKS)
for_controllers = staff_required(StaffRole.CONTROLLER)
for_administrators = staff_required(StaffRole.ADMINISTRATOR)


def seen_by_finance(*does: StaffRole) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """For pages of the finance console: whoever sees the books looks, and these roles change."""

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        to_read, to_change = staff_required(*SEES_BOOKS)(view), staff_required(*does)(view)

        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            return (to_read if request.method in ("GET", "HEAD") else to_change)(request, *args, **kwargs)

        return declare(guarded, (*SEES_BOOKS, StaffRole.ADMINISTRATOR), (*does, StaffRole.ADMINISTRATOR))

    return decorate


for_finance = seen_by_finance(*KEEPS_BOOKS)


@dataclass(frozen=True, slots=True)
class May:
    """What a member of staff may open: for links that lead somewhere, and buttons that work."""

    administrate: bool
    moderate: bool
    see_orders: bool
    support: bool
    finance: bool
    keep_books: bool
    control: bool


def may(staff: StaffMember) -> May:
    administrator = staff.role == StaffRole.ADMINISTRATOR
    return May(
        administrate=administrator,
        moderate=administrator or staff.role == StaffRole.MODERATOR,
        see_orders=administrator or staff.role in SEES_ORDERS,
        support=administrator or staff.role == StaffRole.SUPPORT,
        finance=administrator or staff.role in SEES_BOOKS,
        keep_books=administrator or staff.role in KEEPS_BOOKS,
        control=administrator or staff.role == StaffRole.CONTROLLER,
    )


def staff_of(request: HttpRequest) -> StaffMember:
    """Who asks, behind one of the doors above."""
    staff: StaffMember = request.staff  # type: ignore[attr-defined]
    return staff
