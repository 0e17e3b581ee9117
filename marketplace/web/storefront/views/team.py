"""Where a person works: their shops, to go from one to another, and invitations to more of them."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.queries import confirmed_addresses
from kit.errors import SoukError
from marketplace.web.storefront.visitor import customers, person, see_other
from tenants.vendors.links import invitation_path, is_signed
from tenants.vendors.models import Invitation, Member, MemberRole, Vendor, VendorState
from tenants.vendors.queries import invitations_to, memberships_of
from tenants.vendors.roles import WHAT_ROLES_DO
from tenants.vendors.team import accept_invitation

WITH_PORTAL = (VendorState.ONBOARDING, VendorState.ACTIVE, VendorState.SUSPENDED, VendorState.CLOSING)
GONE = (VendorState.REJECTED, VendorState.CLOSED)
# Why an invitation cannot be accepted: the page's heading, and what to do.
SHUT = {
    "withdrawn": (
        "This invitation was withdrawn",
        "The shop took it back. Ask whoever invited you, if you expected it.",
    ),
    "expired": ("This invitation has expired", "It was good for seven days. Ask whoever invited you to send it again."),
    "accepted": ("This invitation was used", "Somebody has accepted it already. It works once."),
    "gone": ("This shop is not there any more", "It has left the marketplace, and its invitations with it."),
}


@never_cache
@customers
@require_safe
def shops(request: HttpRequest) -> HttpResponse:
    """Where the visitor works, with the way into each portal, and invitations to an address of theirs."""
    user = person(request)
    assert user is not None  # login_required
    context = {
        "shops": shown_shops(memberships_of(user.id)),
        "invitations": [
            {
                "name": found.vendor.name,
                "role": found.get_role_display(),
                "expires_at": found.expires_at,
                "url": invitation_path(found.id),
            }
            for found in invitations_to(confirmed_addresses(user.id))
        ],
    }
    return render(request, "storefront/shops.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, invitation_id: UUID, signature: str) -> HttpResponse:
    """What is offered, and to whom; accepted with a POST by whoever has that address, who then is in the portal."""
    if not is_signed(invitation_id, signature):
        raise Http404("There is no such invitation.")
    found = Invitation.objects.select_related("vendor").filter(id=invitation_id).first()
    if found is None:
        raise Http404("There is no such invitation.")
    user = person(request)
    if request.method == "POST" and user is not None:
        try:
            accept_invitation(invitation_id=found.id, user=user, addresses=confirmed_addresses(user.id))
        except SoukError as error:
            messages.error(request, str(error))
            return see_other(request.path)
        return see_other(_portal_url(found.vendor))
    return _invitation_page(request, found, user)


def _invitation_page(request: HttpRequest, found: Invitation, user: User | None) -> HttpResponse:
    works_there = user is not None and memberships_of(user.id).filter(vendor_id=found.vendor_id).exists()
    here = urlencode({"next": request.path})
    state = "gone" if found.vendor.state in GONE else found.state
    heading, what_to_do = SHUT.get(state, ("", ""))
    context = {
        "invitation": found,
        "shop_name": found.vendor.name,
        "may": WHAT_ROLES_DO[MemberRole(found.role)],
        "heading": heading,
        "what_to_do": what_to_do,
        "portal_url": _portal_url(found.vendor) if works_there else "",
        "fits": user is not None and found.email in confirmed_addresses(user.id),
        "visitor": user,
        "sign_in_url": f"{reverse('account_login')}?{here}",
        "sign_up_url": f"{reverse('account_signup')}?{here}",
    }
    return render(request, "storefront/invitation.html", context, status=410 if heading else 200)


def shown_shops(members: Iterable[Member]) -> list[dict[str, Any]]:
    """Memberships for a list: the portal where there is one, else how the application stands."""
    return [
        {
            "name": member.vendor.name,
            "role": member.get_role_display(),
            "state": member.vendor.state,
            "status_url": reverse("storefront:sell_status", args=[member.vendor.slug]),
            "portal_url": _portal_url(member.vendor)
            if member.vendor.state in WITH_PORTAL and member.vendor.schema_name
            else "",
        }
        for member in members
    ]


def _portal_url(vendor: Vendor) -> str:
    return f"{reverse('handoff')}?{urlencode({'to': 'portal', 'vendor': vendor.slug})}"
