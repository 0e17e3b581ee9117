"""Going from the marketplace to a portal or the back office, and arriving there."""

from collections.abc import Iterator
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts import handoff
from accounts import views as accounts
from accounts.models import StaffMember, StaffRole, User
from accounts.views import refused
from kit.links import absolute_url
from live.tickets import session_name
from tenants.vendors.actions import tell_signed_out
from tenants.vendors.middleware import leave_visit
from tenants.vendors.models import Member, PortalVisit, Vendor, VendorState
from tenants.vendors.queries import front_of, membership, memberships_of, vendor_of_host
from tenants.vendors.visits import VISIT, end_visit, visit_of, visit_on


@require_GET
@never_cache
def hand_off(request: HttpRequest) -> HttpResponse:
    """`/handoff/?to=<face>&vendor=<slug>&next=<path>` of the marketplace: to the face, with a code, if one works there.

    Without the `state` that the face gave this browser, the face is asked for it first; so a plain link works too.
    """
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    assert isinstance(request.user, User)
    if "visit" in request.GET:
        return _hand_over_visit(request, request.user)
    face, vendor = request.GET.get("to", ""), request.GET.get("vendor", "") or None
    person = _person(request.user, face, vendor)
    if person is None:
        return render(request, "account/handoff_not_member.html", {"face": face}, status=403)
    slug = person.vendor.slug if isinstance(person, Member) else None
    next_path, state = handoff.safe_path(request.GET.get("next", "/")), request.GET.get("state", "")
    if not state:
        return HttpResponseRedirect(f"{absolute_url(face, handoff.PATH, slug)}?{urlencode({'next': next_path})}")
    return HttpResponseRedirect(
        handoff.issue(
            face=face,
            vendor=slug,
            person_id=person.id,
            access_version=person.access_version,
            state=state[:64],
            next_path=next_path,
        )
    )


def _hand_over_visit(request: HttpRequest, user: User) -> HttpResponse:
    """To the portal that a member of staff looks at, with a code for the visit and nobody's identity there."""
    visit_id = _uuid(request.GET["visit"])
    found = visit_of(user.id, visit_id) if visit_id else None
    if found is None:
        return render(request, "account/handoff_not_member.html", {"face": VISIT}, status=403)
    visit, staff = found
    return HttpResponseRedirect(
        handoff.issue(
            face="portal",
            vendor=visit.vendor.slug,
            person_id=visit.id,
            access_version=staff.access_version,
            state=request.GET.get("state", "")[:64],
            next_path=handoff.safe_path(request.GET.get("next", "/")),
            kind=VISIT,
        )
    )


def visit_url(visit: PortalVisit) -> str:
    """Where the visit begins: the portal gives this browser its secret and sends it for a code."""
    return f"{absolute_url('portal', handoff.PATH, visit.vendor.slug)}?{urlencode({VISIT: str(visit.id)})}"


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _person(user: User, face: str, vendor: str | None) -> Member | StaffMember | None:
    """The user's place behind that door; the answer for a stranger and for a vendor that is not there is the same."""
    if face == "office":
        return StaffMember.objects.filter(user=user, left_at=None).first()
    if face == "portal" and vendor:
        return membership(user.id, vendor)
    return None


OFFICE = ("Back office", "building-2", "/")
# Whose days are spent in the finance console.
FINANCE = (StaffRole.FINANCE_VIEWER, StaffRole.ACCOUNTANT, StaffRole.CONTROLLER)


@require_GET
@never_cache
def doors(request: HttpRequest) -> HttpResponse:
    """Where somebody goes who signed in without saying where to: through the one door they work behind, or to choose
    among several; who works nowhere is here to shop.
    """
    assert isinstance(request.user, User)  # login_required
    found = list(_doors(request.user))
    if len(found) > 1:
        return render(request, "account/doors.html", {"doors": found})
    return HttpResponseRedirect(found[0]["url"] if found else "/")


def _doors(user: User) -> Iterator[dict[str, str]]:
    """{label, note, icon, url} of each face that would let this person in."""
    handoff_url = reverse("handoff")
    staff = StaffMember.objects.filter(user=user, left_at=None).first()
    if staff is not None:
        label, icon, path = ("Finance console", "landmark", "/finance/") if staff.role in FINANCE else OFFICE
        query = urlencode({"to": "office", "next": path})
        yield {"label": label, "note": staff.get_role_display(), "icon": icon, "url": f"{handoff_url}?{query}"}
    for member in memberships_of(user.id):
        if member.vendor.is_reachable and member.vendor.state not in (VendorState.REJECTED, VendorState.CLOSED):
            query = urlencode({"to": "portal", "vendor": member.vendor.slug})
            note = member.get_role_display()
            yield {"label": member.vendor.name, "note": note, "icon": "store", "url": f"{handoff_url}?{query}"}


@require_GET
@never_cache
def redeem_portal(request: HttpRequest) -> HttpResponse:
    """`/handoff/` of a portal: with a code make a session, without one go and get a code."""
    vendor: Vendor = request.vendor  # type: ignore[attr-defined]
    if "code" not in request.GET:
        visit_id = _uuid(request.GET.get(VISIT, ""))
        return handoff.send_to_market(request, face="portal", vendor=vendor.slug, visit=visit_id)
    try:
        given = handoff.redeem(request, face="portal")
        if not _is_let_in(given, vendor):
            raise handoff.HandoffRefused("You have signed out since, or no longer work at this shop.")
    except handoff.HandoffRefused as error:
        return refused(request, error)
    handoff.open_session(request, person_id=given.person_id, access_version=given.access_version, kind=given.kind)
    return HttpResponseRedirect(given.next_path)


def _is_let_in(given: handoff.Handoff, vendor: Vendor) -> bool:
    if given.kind == VISIT:
        return visit_on(given.person_id, vendor_id=vendor.id) is not None
    known = Member.objects.filter(
        id=given.person_id, vendor_id=vendor.id, access_version=given.access_version, left_at=None
    )
    return known.exists()


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End this portal's session only; of one of the staff who looked in, the visit."""
    visit: PortalVisit | None = request.visit  # type: ignore[attr-defined]
    if visit is None:
        vendor: Vendor = request.vendor  # type: ignore[attr-defined]
        if handoff.session_person(request) is not None:
            tell_signed_out(vendor_id=vendor.id, session=session_name(request))
        return accounts.sign_out(request)
    end_visit(visit)
    return leave_visit(request, visit.vendor)


@require_GET
@never_cache
def certificate(request: HttpRequest) -> HttpResponse:
    """`/internal/certificate?domain=<host>`: 200 for a host that is served, 404 for any other.

    The proxy asks before it has a certificate made for a name that somebody connected by; it shows this to nobody outside.
    """
    host = request.GET.get("domain", "").lower()
    if host in (settings.FACES["market"]["host"], settings.FACES["office"]["host"]):
        return HttpResponse("the platform's\n", content_type="text/plain")
    vendor = vendor_of_host(host) or front_of(host)
    if vendor is None or vendor.state in (VendorState.REJECTED, VendorState.CLOSED):
        return HttpResponse("nobody's\n", status=404, content_type="text/plain")
    return HttpResponse("a vendor's\n", content_type="text/plain")
