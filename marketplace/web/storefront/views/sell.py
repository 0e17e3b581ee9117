"""Beginning to sell: what it means, the application, how it stands, and payouts at the provider."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import slugify
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from billing.payments.provider import ProviderRefused, ProviderUnavailable
from billing.payouts.debts import NothingOwed
from billing.payouts.owed import debts_page, owed_by
from billing.stripe import onboarding
from billing.stripe.checklists import checklist
from billing.stripe.debts import pay_debt, settle_debt_of
from billing.stripe.models import ConnectedAccount
from kit.errors import NotAllowed, SoukError
from kit.links import absolute_url, host_of
from kit.money import Money
from marketplace.web.form_errors import put_error
from marketplace.web.storefront.forms import ApplicationForm
from marketplace.web.storefront.views.coming_back import portal_step_url
from marketplace.web.storefront.visitor import customers, person, see_other
from tenants.onboarding.checklist import WHO
from tenants.onboarding.inviting import accept_invitation, invitation
from tenants.onboarding.models import VendorInvitation
from tenants.vendors.actions import apply_as_vendor
from tenants.vendors.models import Member, MemberRole, Vendor, VendorState
from tenants.vendors.queries import membership, memberships_of
from tenants.vendors.slugs import LONGEST

MAY_SET_UP_PAYOUTS = (MemberRole.OWNER, MemberRole.FINANCE)


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    user = person(request)
    shops = [_shop(member) for member in memberships_of(user.id)] if user else []
    return render(request, "storefront/sell.html", {"shops": shops, "hold_days": settings.HOLD_DAYS})


@never_cache
@customers
@require_http_methods(["GET", "HEAD", "POST"])
def apply(request: HttpRequest) -> HttpResponse:
    user = person(request)
    assert user is not None  # login_required
    asked = _invitation(request)
    known = {"name": asked.name, "country": asked.country, "invitation": asked.id} if asked else {}
    form = ApplicationForm(request.POST or None, initial={"email": user.email, **known})
    form.fields[
        "slug"
    ].help_text = f"Customers find you at <em>address</em>.{host_of('market')}; left empty, we make it from the name."
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        invitation_id = given.pop("invitation")
        given["slug"] = given["slug"] or slugify(given["name"])[:LONGEST].strip("-")
        try:
            with transaction.atomic():
                vendor = apply_as_vendor(user=user, **given)
                if invitation_id:
                    accept_invitation(invitation_id=invitation_id, vendor=vendor)
        except SoukError as error:
            put_error(form, error)
        else:
            messages.success(request, "Your application is with us.")
            return see_other(reverse("storefront:sell_status", args=[vendor.slug]))
    context = {"form": form, "is_invited": asked is not None}
    return render(request, "storefront/sell_apply.html", context, status=422 if form.errors else 200)


def _invitation(request: HttpRequest) -> VendorInvitation | None:
    """The invitation by which somebody applies, while it is good; what it knows is filled in."""
    try:
        found = invitation(UUID(request.POST.get("invitation") or request.GET.get("invitation", "")))
    except ValueError:
        return None
    return found if found is not None and found.state == "pending" else None


@never_cache
@customers
@require_safe
def status(request: HttpRequest, slug: str) -> HttpResponse:
    member = member_of(request, slug)
    vendor = member.vendor
    account = ConnectedAccount.objects.filter(vendor_id=vendor.id).first()
    asked = checklist(vendor)
    return render(
        request,
        "storefront/sell_status.html",
        {
            "vendor": vendor,
            "steps": _steps(vendor),
            "open_items": [(item, WHO.get(item.who, "")) for item in asked.open],
            "checklist_url": portal_step_url(vendor) if vendor.is_reachable else "",
            "account": account,
            "may_set_up_payouts": member.role in MAY_SET_UP_PAYOUTS,
            "needs_payouts": vendor.state in (VendorState.ONBOARDING, VendorState.ACTIVE)
            and not (account and account.can_receive),
            "portal_url": f"{reverse('handoff')}?to=portal&vendor={vendor.slug}" if vendor.schema_name else "",
            "shop_url": absolute_url("shop", "/", vendor.slug),
            "due": [entry.get("description", "") for entry in account.requirements_due] if account else [],
        },
    )


@customers
@require_POST
def payouts(request: HttpRequest, slug: str) -> HttpResponse:
    """To the provider's own pages, where the vendor says who it is and where its money goes."""
    return _to_provider(request, slug)


@never_cache
@customers
@require_safe
def payouts_back(request: HttpRequest, slug: str) -> HttpResponse:
    """Back from there. Coming back proves nothing: the account is fetched, and its status says what is true.

    The provider's link is good once and for minutes: when it has grown old the browser comes here with `again`.
    """
    if request.GET.get("again"):
        return _to_provider(request, slug)
    vendor = member_of(request, slug).vendor
    here = see_other(reverse("storefront:sell_status", args=[vendor.slug]))
    try:
        account = onboarding.refresh_account(vendor.id)
    except (ProviderUnavailable, ProviderRefused):
        messages.info(request, "The payment provider does not answer just now. What you entered there is not lost.")
        return here
    if account and account.can_receive:
        messages.success(request, "Payouts are set up.")
    else:
        messages.info(request, "The payment provider still needs something from you, or is still looking at it.")
    return here


@never_cache
@customers
@require_http_methods(["GET", "HEAD", "POST"])
def debt(request: HttpRequest, slug: str) -> HttpResponse:
    """What a vendor owes the marketplace, and on to the provider's page to pay it. Back from there, it is asked again."""
    member = member_of(request, slug)
    if member.role not in MAY_SET_UP_PAYOUTS:
        raise NotAllowed("Ask an owner of the shop: what it owes is theirs to pay.")
    vendor, user = member.vendor, person(request)
    assert user is not None  # login_required
    here = absolute_url("market", reverse("storefront:sell_debt", args=[vendor.slug]))
    try:
        if request.method == "POST":
            return see_other(
                pay_debt(
                    vendor_id=vendor.id,
                    currency=settings.CURRENCY,
                    by=user.id,
                    email=user.email,
                    success_url=f"{here}?back=1",
                    cancel_url=here,
                )
            )
        if request.GET.get("back"):
            settle_debt_of(vendor.id)
    except (ProviderUnavailable, ProviderRefused, NothingOwed) as error:
        messages.error(request, str(error))
    context = {
        "vendor": vendor,
        "debts": debts_page(vendor_id=vendor.id, is_open=True, size=50).rows,
        "owed": Money(owed_by(vendor.id, settings.CURRENCY), settings.CURRENCY),
    }
    return render(request, "storefront/sell_debt.html", context)


def _to_provider(request: HttpRequest, slug: str) -> HttpResponse:
    member = member_of(request, slug)
    vendor = member.vendor
    if member.role not in MAY_SET_UP_PAYOUTS:
        raise NotAllowed("Ask an owner of the shop: payouts are theirs to set up.")
    if vendor.state not in (VendorState.ONBOARDING, VendorState.ACTIVE):
        raise NotAllowed("Payouts can be set up once the application is approved.")
    back = absolute_url("market", reverse("storefront:sell_payouts_back", args=[vendor.slug]))
    try:
        url = onboarding.start(vendor, return_url=back, refresh_url=f"{back}?again=1")
    except (ProviderUnavailable, ProviderRefused) as error:
        messages.error(request, str(error))
        return see_other(reverse("storefront:sell_status", args=[vendor.slug]))
    return see_other(url)


def member_of(request: HttpRequest, slug: str) -> Member:
    """The visitor's membership; to whoever does not work there the page does not exist."""
    user = person(request)
    found = membership(user.id, slug) if user else None
    if found is None:
        raise Http404("There is no such application.")
    return found


def _shop(member: Member) -> dict[str, Any]:
    vendor = member.vendor
    return {
        "name": vendor.name,
        "state": vendor.state,
        "url": reverse("storefront:sell_status", args=[vendor.slug]),
    }


def _steps(vendor: Vendor) -> list[dict[str, str]]:
    """How far the vendor is: applied, approved, let sell and be paid by its checklist, selling."""
    cleared = vendor.selling_cleared_at is not None and vendor.payouts_cleared_at is not None
    reached = [True, vendor.approved_at is not None, cleared, vendor.may_sell]
    current = reached.index(False) if False in reached else -1
    labels = ("Applied", "Approved", "Checklist", "Selling")
    return [
        {"label": label, "state": "done" if done else "current" if place == current else "", "url": ""}
        for place, (label, done) in enumerate(zip(labels, reached, strict=True))
    ]
