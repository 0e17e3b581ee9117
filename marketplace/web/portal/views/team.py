"""Who works here: members and their roles, who is invited, leaving."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse

from kit.errors import SoukError
from kit.links import absolute_url
from marketplace.web.form_errors import put_error
from marketplace.web.portal.forms import InvitationForm, RoleForm
from marketplace.web.portal.roles import ANYBODY, DOES_TEAM, changes, edits
from tenants.vendors import team as keeping
from tenants.vendors.models import Invitation, Member, MemberRole, Vendor
from tenants.vendors.queries import members_of, open_invitations
from tenants.vendors.roles import WHAT_ROLES_DO
from tenants.vendors.visits import visits_to


@edits(ANYBODY, DOES_TEAM, visits=True)
def team(request: HttpRequest) -> HttpResponse:
    vendor, me = _here(request)
    looks_in = request.visit is not None  # type: ignore[attr-defined]
    gives = frozenset() if looks_in else keeping.may_give(me.role)
    form = InvitationForm(request.POST if request.method == "POST" else None, roles=gives)
    if request.method == "POST" and form.is_valid():
        try:
            made = keeping.invite(vendor=vendor, by=me.user_id, **form.cleaned_data)
        except SoukError as error:
            put_error(form, error)
        else:
            messages.success(request, f"{made.email} gets a mail with the invitation.")
            return redirect("portal:team")
    people = list(members_of(vendor))
    names = {member.user_id: str(member) for member in people}
    context = {
        "form": form if gives else None,
        "members": [_row(member, me, gives) for member in people],
        "invitations": [
            {
                "invitation": found,
                "status": found.state,
                "by": names.get(found.invited_by, ""),
                "may_change": found.role in gives,
            }
            for found in open_invitations(vendor)
        ],
        "roles": [(role.label, WHAT_ROLES_DO[role]) for role in MemberRole],
        "visits": visits_to(vendor),
        "may_leave": not looks_in and any(each.role == MemberRole.OWNER and each.id != me.id for each in people),
    }
    return render(request, "portal/team.html", context, status=422 if form.errors else 200)


@edits(DOES_TEAM, DOES_TEAM)
def member(request: HttpRequest, member_id: UUID) -> HttpResponse:
    """One member: another role, or the end of the membership."""
    vendor, me = _here(request)
    found, gives = _member(vendor, member_id), keeping.may_give(me.role)
    form = RoleForm(request.POST if request.method == "POST" else None, roles=gives, initial={"role": found.role})
    if request.method == "POST" and form.is_valid():
        try:
            changed = keeping.change_role(
                vendor=vendor, member_id=found.id, by=me.user_id, role=form.cleaned_data["role"]
            )
        except SoukError as error:
            put_error(form, error)
        else:
            messages.success(request, f"{changed} is {changed.get_role_display().lower()} from now on.")
            return redirect("portal:team")
    context = {
        "form": form,
        "team_url": reverse("portal:team"),
        "trail": [{"label": "Team", "url": reverse("portal:team")}, {"label": str(found)}],
        **_row(found, me, gives),
    }
    return render(request, "portal/member.html", context, status=422 if form.errors else 200)


@changes(*DOES_TEAM)
def member_end(request: HttpRequest, member_id: UUID) -> HttpResponse:
    vendor, me = _here(request)
    if (found := _member(vendor, member_id)).id == me.id:
        return _leave(request)
    try:
        keeping.end_membership(vendor=vendor, member_id=found.id, by=me.user_id)
    except SoukError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{found} works here no more, and is signed out.")
    return redirect("portal:team")


@changes(*ANYBODY)
def leaving(request: HttpRequest) -> HttpResponse:
    """Everybody may go, except the last owner."""
    return _leave(request)


@changes(*DOES_TEAM)
def invitation_mail(request: HttpRequest, invitation_id: UUID) -> HttpResponse:
    """The mail once more, and seven days from now."""
    vendor, me = _here(request)
    try:
        sent = keeping.resend_invitation(vendor=vendor, invitation_id=invitation_id, by=me.user_id)
    except Invitation.DoesNotExist:
        raise Http404("There is no such invitation.") from None
    except SoukError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{sent.email} gets the invitation again; it is good for seven days.")
    return redirect("portal:team")


@changes(*DOES_TEAM)
def invitation_withdrawal(request: HttpRequest, invitation_id: UUID) -> HttpResponse:
    vendor, me = _here(request)
    try:
        withdrawn = keeping.withdraw_invitation(vendor=vendor, invitation_id=invitation_id, by=me.user_id)
    except Invitation.DoesNotExist:
        raise Http404("There is no such invitation.") from None
    except SoukError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"The invitation to {withdrawn.email} opens nothing any more.")
    return redirect("portal:team")


def _leave(request: HttpRequest) -> HttpResponse:
    vendor, me = _here(request)
    try:
        keeping.end_membership(vendor=vendor, member_id=me.id, by=me.user_id)
    except SoukError as error:
        messages.error(request, str(error))
        return redirect("portal:team")
    request.session.flush()
    return HttpResponseRedirect(absolute_url("market", "/account/shops/"))


def _row(found: Member, me: Member, gives: frozenset[MemberRole]) -> dict[str, Any]:
    return {
        "member": found,
        "does": WHAT_ROLES_DO[MemberRole(found.role)],
        "me": found.id == me.id,
        "may_change": found.role in gives,
    }


def _here(request: HttpRequest) -> tuple[Vendor, Member]:
    return request.vendor, request.member  # type: ignore[attr-defined]


def _member(vendor: Vendor, member_id: UUID) -> Member:
    found = members_of(vendor).filter(id=member_id).first()
    if found is None:
        raise Http404("There is no such member.")
    return found
