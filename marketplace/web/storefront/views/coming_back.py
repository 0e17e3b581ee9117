"""Where the links in mails about selling lead: to the application, filled in, and back to a vendor's checklist."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kit.errors import SoukError
from marketplace.web.storefront.visitor import customers, person, see_other
from tenants.onboarding.inviting import invitation, resend_invitation
from tenants.onboarding.links import step_path
from tenants.onboarding.models import ResumeLink, Step, StepKind, VendorInvitation
from tenants.onboarding.resuming import LinkExpired, follow_link, renew_link
from tenants.vendors.models import Vendor
from tenants.vendors.queries import memberships_of

# Why an invitation is not good: the page's heading, and what to do.
SHUT = {
    "expired": (
        "This invitation has grown old",
        "It was good for thirty days. Have another one sent to the same address.",
    ),
    "withdrawn": ("This invitation was withdrawn", "You may apply all the same: everybody may."),
    "accepted": ("This invitation was used", "Somebody has applied by it. Sign in to see how the application stands."),
}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invited(request: HttpRequest, invitation_id: UUID) -> HttpResponse:
    """From the platform's invitation to the application. One that has grown old can be had again, at the address it was
    sent to."""
    found = invitation(invitation_id)
    if found is None:
        raise Http404("There is no such invitation.")
    if request.method == "POST":
        try:
            resend_invitation(invitation_id=found.id, by=None)
        except SoukError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, "Another invitation is on its way to the address that the first was sent to.")
        return see_other(reverse("storefront:sell"))
    if found.state == "pending":
        return see_other(f"{reverse('storefront:sell_apply')}?{urlencode({'invitation': found.id})}")
    return _invitation_page(request, found)


def _invitation_page(request: HttpRequest, found: VendorInvitation) -> HttpResponse:
    heading, what_to_do = SHUT[found.state]
    context = {
        "heading": heading,
        "what_to_do": what_to_do,
        "renew": "Send me another" if found.state == "expired" else "",
        "links": [("Apply to sell", reverse("storefront:sell_apply")), ("About selling", reverse("storefront:sell"))],
    }
    return render(request, "storefront/old_link.html", context, status=410)


@never_cache
@customers
@require_safe
def resume(request: HttpRequest, link_id: UUID) -> HttpResponse:
    """Back to where a vendor's checklist waits. The link opens nothing: to whoever does not work there it does not exist."""
    link = _link(request, link_id)
    try:
        follow_link(link)
    except LinkExpired:
        context: dict[str, Any] = {
            "heading": "This link has grown old",
            "what_to_do": f"It was good for two weeks. Have another one sent to {link.vendor.email}, or go on without it.",
            "renew": "Send another",
            "renew_url": reverse("storefront:sell_resume_mail", args=[link.id]),
            "links": [("How the application stands", reverse("storefront:sell_status", args=[link.vendor.slug]))],
        }
        return render(request, "storefront/old_link.html", context, status=410)
    return see_other(_where(link))


@customers
@require_POST
def resume_mail(request: HttpRequest, link_id: UUID) -> HttpResponse:
    """Another link in place of an old one, to the vendor's own address."""
    link, user = _link(request, link_id), person(request)
    assert user is not None  # login_required
    try:
        renew_link(link=link, by=user.id)
    except SoukError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"Another link is on its way to {link.vendor.email}.")
    return see_other(reverse("storefront:sell_status", args=[link.vendor.slug]))


def portal_step_url(vendor: Vendor, code: str = "") -> str:
    """Into the vendor's portal, by the hand-off, to a step of its checklist."""
    return f"{reverse('handoff')}?{urlencode({'to': 'portal', 'vendor': vendor.slug, 'next': step_path(code)})}"


def _where(link: ResumeLink) -> str:
    """Payout details are given from the marketplace's own page, all else on the portal once there is one."""
    kind = Step.objects.filter(code=link.step).values_list("kind", flat=True).first()
    if not link.vendor.is_reachable or kind == StepKind.PAYOUT_ACCOUNT:
        return reverse("storefront:sell_status", args=[link.vendor.slug])
    return portal_step_url(link.vendor, link.step)


def _link(request: HttpRequest, link_id: UUID) -> ResumeLink:
    user = person(request)
    found = ResumeLink.objects.select_related("vendor").filter(id=link_id).first()
    if found is None or user is None or not memberships_of(user.id).filter(vendor_id=found.vendor_id).exists():
        raise Http404("There is no such link.")
    return found
