"""Who works for the platform, and in which role."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actions import change_staff_role, hire, remove_staff_member
from accounts.models import StaffMember, StaffRole
from accounts.queries import staff_page, with_two_steps
from kit.errors import SoukError
from marketplace.web.backoffice.forms import HiringForm, StaffRoleForm, add_refusal
from marketplace.web.backoffice.roles import WHAT_STAFF_DO, for_administrators, staff_of
from marketplace.web.backoffice.tables import pages


@require_http_methods(["GET", "POST"])
@for_administrators
def team(request: HttpRequest) -> HttpResponse:
    """The staff, and a form for somebody more."""
    form = HiringForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            hired = hire(by=staff_of(request).user_id, **form.cleaned_data)
        except SoukError as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, f"{hired.user} works here now: {hired.get_role_display().lower()}.")
            return HttpResponseRedirect(reverse("backoffice:team"))
    page = staff_page(cursor=request.GET.get("cursor"))
    careful = with_two_steps([staff.user_id for staff in page.rows])
    context = {
        "form": form,
        "rows": [
            {
                "staff": staff,
                "does": WHAT_STAFF_DO[StaffRole(staff.role)],
                "me": staff.id == staff_of(request).id,
                "two_steps": staff.user_id in careful,
            }
            for staff in page.rows
        ],
        **pages(request, page),
    }
    return render(request, "backoffice/team.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@for_administrators
def member(request: HttpRequest, staff_id: UUID) -> HttpResponse:
    found = _staff(staff_id)
    form = StaffRoleForm(request.POST) if request.method == "POST" else StaffRoleForm(initial={"role": found.role})
    if form.is_bound and form.is_valid():
        try:
            changed = change_staff_role(staff=found, role=form.cleaned_data["role"], by=staff_of(request).user_id)
        except SoukError as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, f"{changed.user} is {changed.get_role_display().lower()} from now on.")
            return HttpResponseRedirect(reverse("backoffice:team"))
    context = {
        "staff": found,
        "form": form,
        "me": found.id == staff_of(request).id,
        "trail": [{"label": "Team", "url": reverse("backoffice:team")}, {"label": str(found.user)}],
    }
    return render(request, "backoffice/team_member.html", context, status=422 if form.errors else 200)


@require_POST
@for_administrators
def member_end(request: HttpRequest, staff_id: UUID) -> HttpResponse:
    found = _staff(staff_id)
    try:
        remove_staff_member(staff=found, by=staff_of(request).user_id)
    except SoukError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"{found.user} works here no more, and is signed out.")
    return HttpResponseRedirect(reverse("backoffice:team"))


def _staff(staff_id: UUID) -> StaffMember:
    found = StaffMember.objects.select_related("user").filter(id=staff_id, left_at=None).first()
    if found is None:
        raise Http404("There is nobody of that name on the staff.")
    return found
