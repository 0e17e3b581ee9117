"""The doors: of the back office, where every request is a member of staff's or goes to sign in, and of customers' pages."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase

from accounts import handoff, late_form
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


class LateFormMiddleware:
    """On the marketplace: a form that is sent to sign in first leads back to its page afterwards, not to where it was sent.

    That address may answer nothing but forms. Pages here and allauth's own send to sign in alike, each for itself.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not late_form.is_form(request) or not _sends_to_sign_in(request, response):
            return response
        if request.headers.get("HX-Request") == "true":
            return late_form.answer_in_place(sign_in_url=settings.LOGIN_URL)
        late_form.remember(request)
        return redirect_to_login(handoff.safe_path(late_form.page_of(request)))


def _sends_to_sign_in(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Whether this is `login_required`'s answer: to the sign-in page, and from there to this same address."""
    address = urlsplit(response.headers.get("Location", ""))
    came_for = parse_qs(address.query).get(REDIRECT_FIELD_NAME)
    return response.status_code == 302 and address.path == settings.LOGIN_URL and came_for == [request.get_full_path()]


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
