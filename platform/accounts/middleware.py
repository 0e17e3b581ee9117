"""The back office's door: every request is a member of staff's, or goes to sign in."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase

from accounts import handoff
from accounts.models import StaffMember, StaffRole
from kit.context import current_request
from kit.errors import NotAllowed
from kit.permission import declare
from kit.problems import API_PATH

# Answered without a session: the hand-off itself, public files; the API, which knows its own callers.
OPEN_PATHS = (handoff.PATH, "/static/", "/media/", API_PATH)


class StaffMiddleware:
    """Sets `request.staff` (with its user), read anew at every request: who left is out at once."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.staff = None  # type: ignore[attr-defined]
        if not request.path.startswith(OPEN_PATHS):
            staff = _staff_of(request)
            if staff is None:
                return handoff.send_to_market(request, face="office")
            request.staff = staff  # type: ignore[attr-defined]
            if (info := current_request.get()) is not None:
                info.person_id = str(staff.user_id)
        return self.get_response(request)


def _staff_of(request: HttpRequest) -> StaffMember | None:
    person = handoff.session_person(request)
    if person is None:
        return None
    staff_id, version = person
    return (
        StaffMember.objects.select_related("user")
        .filter(id=staff_id, access_version=version, left_at=None, user__is_active=True)
        .first()
    )


def staff_required(*roles: StaffRole) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """For views of the back office: staff of these roles (none given: any). Administrators may do everything.

    The view raises NotAllowed for others.
    """

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            staff: StaffMember | None = getattr(request, "staff", None)
            if staff is None or (roles and staff.role not in (*roles, StaffRole.ADMINISTRATOR)):
                raise NotAllowed("Your role does not include this page. Ask an administrator.")
            return view(request, *args, **kwargs)

        allowed = (*roles, StaffRole.ADMINISTRATOR) if roles else StaffRole.values
        return declare(guarded, allowed, allowed)

    return decorate
