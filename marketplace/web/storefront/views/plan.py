"""A vendor's plan: what it has and uses, what else there is, and the way to the provider's pages to pay.

On the marketplace's host, where people sign in and the provider's key is; the portal leads here.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from billing.stripe import plan_checkouts
from billing.stripe import subscriptions as provider
from billing.subscriptions import queries
from billing.subscriptions.models import START, Plan, PlanPrice, VendorSubscription
from billing.subscriptions.standing import ENDED, grace_ends_at
from kit import clock
from kit.errors import NotAllowed, SoukError
from kit.links import absolute_url
from marketplace.web.storefront.views.sell import MAY_SET_UP_PAYOUTS, member_of
from marketplace.web.storefront.visitor import customers, see_other
from marketplace.web.usage import Used, usage_of
from tenants.isolation.doors import in_shop
from tenants.vendors.entitlements import Allowed, allowed_to
from tenants.vendors.models import Member, Vendor, VendorState

LIMITS = (("products_limit", "products"), ("staff_limit", "people"), ("warehouses_limit", "warehouses"))


@dataclass(frozen=True, slots=True)
class Offered:
    """A plan to compare: what it includes in words, its prices, and whether it is the vendor's."""

    plan: Plan
    includes: list[str]
    prices: list[PlanPrice]
    is_mine: bool
    mine_price_id: UUID | None


@never_cache
@customers
@require_safe
def show(request: HttpRequest, slug: str) -> HttpResponse:
    member = member_of(request, slug)
    vendor = member.vendor
    subscription = queries.subscription_of(vendor.id)
    allowed = allowed_to(vendor.id)
    live = subscription is not None and subscription.status not in ENDED
    invoices = queries.invoices_page(vendor_id=vendor.id, cursor=request.GET.get("page"))
    context = {
        "vendor": vendor,
        "allowed": allowed,
        "subscription": subscription if live else None,
        "banner": queries.banner_for(subscription, clock.now()),
        "grace_ends": grace_ends_at(subscription) if subscription else None,
        "usage": _usage(vendor, allowed),
        "plans": [
            _offered(plan, subscription if live else None, allowed.plan_code) for plan in queries.offered_plans()
        ],
        "invoices": invoices,
        "had_one": subscription is not None,
        "may_change": member.role in MAY_SET_UP_PAYOUTS
        and vendor.state in (VendorState.ONBOARDING, VendorState.ACTIVE),
        "portal_url": f"{reverse('handoff')}?to=portal&vendor={vendor.slug}" if vendor.schema_name else "",
    }
    return render(request, "storefront/plan.html", context)


@customers
@require_POST
def subscribe(request: HttpRequest, slug: str, price_id: UUID) -> HttpResponse:
    """To the provider's page, where the plan is paid."""
    vendor = _payer(request, slug).vendor
    price = _price(price_id)
    back = absolute_url("market", reverse("storefront:plan_back", args=[vendor.slug]))
    try:
        url = plan_checkouts.open_checkout(
            vendor,
            price,
            success_url=f"{back}?session={{CHECKOUT_SESSION_ID}}",
            cancel_url=absolute_url("market", reverse("storefront:plan", args=[vendor.slug])),
        )
    except SoukError as error:
        return _refused(request, vendor, error)
    return see_other(url)


@never_cache
@customers
@require_safe
def back(request: HttpRequest, slug: str) -> HttpResponse:
    """Back from the provider's pages. Coming back proves nothing: what is true there is fetched."""
    vendor = member_of(request, slug).vendor
    session_id = request.GET.get("session", "")
    try:
        if session_id and session_id.replace("_", "").isalnum():
            done = plan_checkouts.take_checkout(session_id, vendor_id=vendor.id)
        else:
            live = queries.live_subscription(vendor.id)
            done = live is not None and provider.sync_subscription(live.provider_subscription_id) is not None
    except SoukError:
        messages.info(request, "The payment provider does not answer just now. What you did there is not lost.")
    else:
        if session_id and done:
            messages.success(request, f"Your plan is {allowed_to(vendor.id).plan_name} now.")
    return see_other(reverse("storefront:plan", args=[vendor.slug]))


@never_cache
@customers
@require_http_methods(["GET", "HEAD", "POST"])
def switch(request: HttpRequest, slug: str, price_id: UUID) -> HttpResponse:
    """What another plan costs from now on, and the button that switches to it."""
    vendor = _payer(request, slug).vendor
    price = _price(price_id)
    try:
        if request.method == "POST":
            at = request.POST.get("at", "")
            done = provider.switch(vendor, price, at=int(at) if at.isascii() and at.isdigit() and len(at) < 12 else 0)
            messages.success(request, f"Your plan is {done.price.plan.name} now.")
            return see_other(reverse("storefront:plan", args=[vendor.slug]))
        preview = provider.preview_switch(vendor, price)
    except SoukError as error:
        return _refused(request, vendor, error)
    allowed = allowed_to(vendor.id)
    context = {
        "vendor": vendor,
        "price": price,
        "preview": preview,
        "current": allowed,
        "includes": includes(price.plan),
        "beyond": [line for line in _usage(vendor, allowed) if _is_beyond(line, price.plan)],
    }
    return render(request, "storefront/plan_switch.html", context)


@customers
@require_POST
def ending(request: HttpRequest, slug: str) -> HttpResponse:
    """The plan ends with the period that is paid."""
    return _change(
        request, slug, provider.cancel_at_end, "Your plan goes on until the end of the period, and no longer."
    )


@customers
@require_POST
def renewal(request: HttpRequest, slug: str) -> HttpResponse:
    """The plan goes on after all."""
    return _change(request, slug, provider.keep, "Your plan goes on.")


@customers
@require_POST
def portal(request: HttpRequest, slug: str) -> HttpResponse:
    """To the provider's billing page: card, plan, invoices."""
    vendor = _payer(request, slug).vendor
    try:
        url = provider.open_portal(
            vendor, return_url=absolute_url("market", reverse("storefront:plan_back", args=[vendor.slug]))
        )
    except SoukError as error:
        return _refused(request, vendor, error)
    return see_other(url)


def includes(plan: Plan) -> list[str]:
    """What a plan allows, a line each."""
    lines = [
        f"{getattr(plan, field):,} {word}" if getattr(plan, field) is not None else f"Any number of {word}"
        for field, word in LIMITS
    ]
    lines = [line.removesuffix("s") if line.startswith("1 ") else line for line in lines]
    lines += ["API keys for your own systems"] if plan.has_api else []
    return [*lines, "A domain of your own"] if plan.has_custom_domain else lines


def _change(request: HttpRequest, slug: str, act: Any, done: str) -> HttpResponse:
    vendor = _payer(request, slug).vendor
    try:
        act(vendor)
    except SoukError as error:
        return _refused(request, vendor, error)
    messages.success(request, done)
    return see_other(reverse("storefront:plan", args=[vendor.slug]))


def _refused(request: HttpRequest, vendor: Vendor, error: SoukError) -> HttpResponse:
    messages.error(request, str(error))
    return see_other(reverse("storefront:plan", args=[vendor.slug]))


def _payer(request: HttpRequest, slug: str) -> Member:
    """A member who may spend the shop's money. Raises NotAllowed."""
    member = member_of(request, slug)
    if member.role not in MAY_SET_UP_PAYOUTS:
        raise NotAllowed("Ask an owner of the shop: its plan is theirs to choose.")
    return member


def _price(price_id: UUID) -> PlanPrice:
    found = PlanPrice.objects.select_related("plan").filter(id=price_id, retired_at=None, plan__retired_at=None).first()
    if found is None or found.plan.code == START:
        raise Http404("There is no such price any more.")
    return found


def _offered(plan: Plan, subscription: VendorSubscription | None, mine: str) -> Offered:
    is_mine = plan.code == mine
    return Offered(
        plan=plan,
        includes=includes(plan),
        prices=list(plan.current_prices),  # type: ignore[attr-defined]
        is_mine=is_mine,
        mine_price_id=subscription.price_id if subscription else None,
    )


def _usage(vendor: Vendor, allowed: Allowed) -> list[Used]:
    if not vendor.schema_name:
        return []
    with in_shop(vendor):
        return usage_of(vendor.id, allowed)


def _is_beyond(line: Used, plan: Plan) -> bool:
    limit = getattr(plan, f"{line.kind}_limit")
    return limit is not None and line.used > limit
