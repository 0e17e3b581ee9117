"""The back office's side of signing in and out."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts import handoff
from accounts.actions import tell_staff_access_ended
from accounts.models import StaffMember
from kit.links import absolute_url


@require_GET
@never_cache
def redeem_office(request: HttpRequest) -> HttpResponse:
    """`/handoff/` of the back office: with a code make a session, without one go and get a code."""
    if "code" not in request.GET:
        return handoff.send_to_market(request, face="office")
    try:
        given = handoff.redeem(request, face="office")
        known = StaffMember.objects.filter(
            id=given.person_id, access_version=given.access_version, left_at=None, user__is_active=True
        )
        if not known.exists():
            raise handoff.HandoffRefused("You have signed out since, or no longer work here.")
    except handoff.HandoffRefused as error:
        return refused(request, error)
    handoff.open_session(request, person_id=given.person_id, access_version=given.access_version)
    return HttpResponseRedirect(given.next_path)


def refused(request: HttpRequest, error: handoff.HandoffRefused) -> HttpResponse:
    """The page for a code that is not good: says why, and offers a new one."""
    context = {"reason": str(error), "retry_url": handoff.PATH}
    return render(request, "account/handoff_refused.html", context, status=403)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End this face's session only; the person stays signed in at the marketplace."""
    staff: StaffMember | None = getattr(request, "staff", None)
    if staff is not None:
        tell_staff_access_ended(user_id=staff.user_id)
    request.session.flush()
    return HttpResponseRedirect(absolute_url("market", "/"))
