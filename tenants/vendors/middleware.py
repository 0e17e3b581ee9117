"""Whose host this is, and who of that vendor's people is asking."""

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, StreamingHttpResponse
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve

from accounts import handoff
from accounts.middleware import OPEN_PATHS
from kit import clock
from kit.context import current_request
from kit.errors import NotAllowed
from kit.links import absolute_url
from kit.permission import declare
from kit.problems import API_PATH, problem_response
from tenants.isolation.doors import bind_vendor
from tenants.vendors import visits as staff_visits
from tenants.vendors.models import Member, MemberRole, Vendor, VendorState
from tenants.vendors.queries import front_of, host_name, vendor_of_host
from tenants.vendors.visits import VISIT

GetResponse = Callable[[HttpRequest], HttpResponseBase]
# People sign in on the marketplace's own host only.
SIGN_IN_PATHS = ("/accounts/", "/_allauth/", handoff.PATH)
# Hosts by which programs of this machine reach the marketplace outside production.
LOCAL_HOSTS = ("127.0.0.1", "[::1]", "testserver")

LOOKING = ("GET", "HEAD")


class ShopFrontMiddleware:
    """Sets `request.shop_front`: None on the marketplace's host, the Vendor on `<slug>.<domain>` and on its own domain.

    Anywhere else nothing is served: 404 below the marketplace's domain, 421 for a name that never was a host here. This
    is what stands in for Django's ALLOWED_HOSTS, which cannot know of vendors' domains (`config.settings`).
    """

    def __init__(self, get_response: GetResponse):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.shop_front = None  # type: ignore[attr-defined]
        host = host_name(request.get_host())
        on_market = host == settings.DOMAIN or (not settings.PRODUCTION and host in LOCAL_HOSTS)
        if on_market:
            return self.get_response(request)
        vendor = front_of(host)
        if vendor is not None and vendor.state == VendorState.ACTIVE and vendor.out_of_service_at is not None:
            return _out_of_service(request, vendor, "front")
        is_own_domain = not host.endswith(f".{settings.DOMAIN}")
        if vendor is None or not vendor.may_sell:
            return _unknown_host(request, status=421 if vendor is None and is_own_domain else 404)
        if request.path.startswith(SIGN_IN_PATHS):
            return HttpResponseRedirect(absolute_url("market", request.get_full_path()))
        request.shop_front, request.front_host = vendor, host  # type: ignore[attr-defined]
        _tell_log(vendor)
        response = self.get_response(request)
        if is_own_domain and settings.SECURE_HSTS_SECONDS and request.is_secure():
            # What stands below the vendor's own domain is not ours to decide about.
            response.headers["Strict-Transport-Security"] = f"max-age={settings.SECURE_HSTS_SECONDS}"
        return response


class VendorHostMiddleware:
    """Sets `request.vendor` from the portal's host name and lets the whole request run as that vendor's own role.

    Middleware, views, templates and streamed answers alike: there is no query of this process that another vendor's
    rows could answer.
    """

    def __init__(self, get_response: GetResponse):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        vendor = vendor_of_host(request.get_host())
        if vendor is None or vendor.state in (VendorState.REJECTED, VendorState.CLOSED):
            return _unknown_host(request)
        if not vendor.schema_name:
            if request.path.startswith(API_PATH):
                return problem_response(503, "being_set_up", "This shop is being set up.", Retry_After="10")
            return come_back(
                render_to_string("vendors/being_set_up.html", {"vendor": vendor, "home_url": _home()}), "10"
            )
        if not vendor.is_reachable:
            return _out_of_service(request, vendor, "portal")
        request.vendor = vendor  # type: ignore[attr-defined]
        _tell_log(vendor)
        with bind_vendor(vendor):
            response = self.get_response(request)
        if isinstance(response, StreamingHttpResponse) and not response.is_async:
            # The server reads this after we have returned.
            response.streaming_content = _bound(vendor, iter(response))
        return response


def _bound(vendor: Vendor, content: Iterator[bytes]) -> Iterator[bytes]:
    with bind_vendor(vendor):
        yield from content


class MemberMiddleware:
    """Sets `request.member`, read under row-level security at every request; visitors go to sign in.

    `request.vendor` becomes the member's vendor as it is now, not as it was when the host was looked up. For one of the staff
    who looks in, `request.visit` says so, each request goes on record first, and there is nobody's membership behind it.
    """

    def __init__(self, get_response: GetResponse):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.member = request.visit = None  # type: ignore[attr-defined]
        if request.path.startswith(OPEN_PATHS):
            return self.get_response(request)
        vendor: Vendor = request.vendor  # type: ignore[attr-defined]
        if (came_by := handoff.session_person(request, VISIT)) is not None:
            return self._visit(request, vendor, came_by[0])
        member = _member_of(request, vendor)
        if member is None:
            return handoff.send_to_market(request, face="portal", vendor=vendor.slug)
        request.member, request.vendor = member, member.vendor  # type: ignore[attr-defined]
        if (info := current_request.get()) is not None:
            info.person_id = str(member.user_id)
        return self.get_response(request)

    def _visit(self, request: HttpRequest, vendor: Vendor, visit_id: UUID) -> HttpResponseBase:
        visit = staff_visits.visit_on(visit_id, vendor_id=vendor.id)
        if visit is None:
            return leave_visit(request, vendor)
        staff_visits.note_request(visit, method=str(request.method), route=_route_of(request), path=request.path)
        request.visit, request.member = visit, staff_visits.as_member(visit)  # type: ignore[attr-defined]
        request.vendor = visit.vendor  # type: ignore[attr-defined]
        if (info := current_request.get()) is not None:
            info.person_id = str(visit.user_id)
        response = self.get_response(request)
        # A page left open leads away by itself when the time is up.
        seconds_left = int((visit.ends_at - clock.now()).total_seconds()) + 1
        response.headers["Refresh"] = str(max(seconds_left, 1))
        response.headers["Cache-Control"] = "no-store"
        return response


def leave_visit(request: HttpRequest, vendor: Vendor) -> HttpResponse:
    """From the portal back to the office, with nothing kept of the visit in this browser."""
    request.session.flush()
    url = absolute_url("office", f"/vendors/{vendor.id}/")
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)


def _route_of(request: HttpRequest) -> str:
    """The address as the URL configuration has it; empty for one that leads nowhere."""
    try:
        return f"/{resolve(request.path_info).route}"
    except Resolver404:
        return ""


def _member_of(request: HttpRequest, vendor: Vendor) -> Member | None:
    person = handoff.session_person(request)
    if person is None:
        return None
    member_id, version = person
    return (
        Member.objects.select_related("vendor")
        .filter(id=member_id, vendor_id=vendor.id, access_version=version, left_at=None)
        .first()
    )


def member_required(*roles: MemberRole, visits: bool = False) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """For views of the portal: members of these roles (none given: any). Owners may do everything.

    Staff who look in read only what says `visits`, and send nothing anywhere. The view raises NotAllowed for others.
    """

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            member: Member | None = getattr(request, "member", None)
            if getattr(request, "visit", None) is not None:
                if not visits or request.method not in LOOKING:
                    raise NotAllowed("Staff who look at a shop change nothing in it, and this is not shown to them.")
                return view(request, *args, **kwargs)
            if member is None or (roles and member.role not in (*roles, MemberRole.OWNER)):
                raise NotAllowed("Your role does not include this page. Ask an owner of the shop.")
            return view(request, *args, **kwargs)

        allowed = (*roles, MemberRole.OWNER) if roles else MemberRole.values
        return declare(guarded, (*allowed, VISIT) if visits else allowed, allowed)

    return decorate


def _unknown_host(request: HttpRequest, *, status: int = 404) -> HttpResponse:
    if request.path.startswith(API_PATH):
        return problem_response(status, "not_found", "There is no such shop.")
    # Without the request: nothing of a face's own context is known here.
    return HttpResponse(render_to_string("vendors/no_such_shop.html", {"home_url": _home()}), status=status)


def _out_of_service(request: HttpRequest, vendor: Vendor, face: str) -> HttpResponse:
    if request.path.startswith(API_PATH):
        return problem_response(
            503,
            "out_of_service",
            "This shop is out of service for maintenance. Nothing in it was lost.",
            Retry_After="600",
        )
    context = {"vendor": vendor, "for_vendor": face == "portal", "home_url": _home()}
    return come_back(render_to_string("vendors/out_of_service.html", context), "600")


def come_back(page: str, after_seconds: str, *, status: int = 503) -> HttpResponse:
    """A page that says to come again, and when."""
    return HttpResponse(page, status=status, headers={"Retry-After": after_seconds, "Cache-Control": "no-store"})


def _home() -> str:
    return absolute_url("market", "/")


def _tell_log(vendor: Vendor) -> None:
    if (info := current_request.get()) is not None:
        info.extra["vendor"] = vendor.slug
