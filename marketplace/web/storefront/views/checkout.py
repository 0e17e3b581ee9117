"""Checkout on one page: contact, address, delivery, review; then the provider's page."""

from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.addresses import save_address
from accounts.models import Address, User
from billing.payments.actions import AlreadyPaid, OtherWayOpen, PaymentClosed
from billing.payments.provider import ProviderRefused, ProviderUnavailable
from kit.callers import address_digest
from kit.errors import InvalidInput, SoukError
from kit.links import absolute_url
from marketplace.carts import actions as carts
from marketplace.carts.models import Cart
from marketplace.carts.queries import CartContents
from marketplace.carts.reminding import refuse_reminder, want_reminder
from marketplace.checkout.actions import (
    CartChanged,
    CartEmpty,
    MethodGone,
    PricesChanged,
    TooLittle,
    TooMuch,
    TotalChanged,
    place_order,
    start_payment,
)
from marketplace.checkout.choosing import choose_methods
from marketplace.checkout.discounts import CouponGone, quoted
from marketplace.checkout.means import add_gift_card, chosen_means
from marketplace.checkout.queries import cart_to_order, is_all_fetched, problem_of
from marketplace.orders.models import Order
from marketplace.waiting.actions import NotAdmitted
from marketplace.web.form_errors import put_error
from marketplace.web.storefront.forms import NEW_ADDRESS, AddressForm, CheckoutForm
from marketplace.web.storefront.views import front
from marketplace.web.storefront.views.cart import lanes, totals
from marketplace.web.storefront.visitor import cart_of, is_forgetful, person, remember_order, see_other, shop_front
from taxonomy.tax import COUNTRY_NAMES
from tenants.shop.inventory.actions import SoldOut
from tenants.vendors.vacation import VendorAway

log = structlog.get_logger(__name__)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def checkout(request: HttpRequest) -> HttpResponse:
    """The page, and placing the order.

    What was refused is shown by the page too, after a redirect: so going back from the provider's page, or loading it
    again, never asks whether to send the form once more. What was typed is kept with the session until it is paid. From a
    shop front it leads to the marketplace's, with the cart.
    """
    if shop_front(request) is not None:
        return front.onward(request, "checkout")
    cart = cart_of(request)
    found = cart_to_order(cart) if cart else None
    if found is None or not found.lines:
        return see_other(reverse("storefront:cart"))
    if request.method == "POST":
        return _place(request, found)
    refusal = request.session.pop(_REFUSAL, None)
    if refusal is None and any(problem_of(line) for line in found.lines):
        messages.error(request, "Something in your cart cannot be ordered as it is. Look at it first.")
        return see_other(reverse("storefront:cart"))
    return _page(request, found, refusal)


@never_cache
@require_POST
def country(request: HttpRequest) -> HttpResponse:
    """For htmx: what it costs and how it is delivered in the country just chosen."""
    cart = cart_of(request)
    found = cart_to_order(cart) if cart else None
    if cart is None or found is None or not found.lines:
        return _to_cart(request)
    form = CheckoutForm(request.POST, user=person(request), addresses=_addresses(request), fetched=True)
    chosen = form.chosen.country if form.chosen else request.POST.get("country", "")
    if chosen in COUNTRY_NAMES:
        before = cart.version
        carts.set_country(cart=cart, country=chosen)
        _keep_company(cart, form)
        # Only whoever has seen this very cart may go on with its next version.
        seen = request.POST.get("version") == str(before)
        found = cart_to_order(cart)
        version = cart.version if seen else request.POST.get("version", "")
        costs = _costs(found, person(request))
        return render(request, "storefront/_checkout_costs.html", {**costs, "version": version, "swap": True})
    return HttpResponse(status=204)


@never_cache
@require_POST
def delivery(request: HttpRequest) -> HttpResponse:
    """How the parcels shall go: for htmx what it costs then, else the page with what was typed."""
    cart = cart_of(request)
    found = cart_to_order(cart) if cart else None
    if cart is None or found is None or not found.lines:
        return _to_cart(request)
    form = CheckoutForm(request.POST, user=person(request), addresses=_addresses(request), fetched=True)
    request.session[_DRAFT] = form.typed()
    _keep_wish(request, cart)
    version = _choose(cart, request, request.POST.get("version", ""))
    if isinstance(version, MethodGone):
        messages.error(request, str(version))
        version = request.POST.get("version", "")
        if getattr(request, "htmx", False):
            return HttpResponse(headers={"HX-Redirect": reverse("storefront:checkout")})
    if not getattr(request, "htmx", False):
        return see_other(reverse("storefront:checkout"))
    context = {**_costs(cart_to_order(cart), person(request)), "version": version, "swap": True}
    return render(request, "storefront/_checkout_costs.html", context)


@never_cache
@require_POST
def gift_card(request: HttpRequest) -> HttpResponse:
    """Pay with a gift card, or say at its field that its code cannot be used. What was typed elsewhere is kept."""
    cart = _cart_with_draft(request)
    if cart is None:
        return _to_cart(request)
    typed = request.POST.get("gift_card", "")[:200]
    try:
        card = add_gift_card(cart=cart, code=typed, who=address_digest(request), currency=settings.CURRENCY)
    except SoukError as error:
        request.session[_CARD] = {"typed": typed, "problem": str(error)}
    else:
        messages.success(request, f"The gift card that ends in {card.last_four} is used.")
    return see_other(reverse("storefront:checkout"))


@never_cache
@require_POST
def gift_card_remove(request: HttpRequest) -> HttpResponse:
    cart = _cart_with_draft(request)
    if cart is None:
        return _to_cart(request)
    try:
        carts.drop_gift_card(cart=cart, card_id=UUID(request.POST.get("remove_card", "")))
    except ValueError:
        messages.error(request, "There is no such gift card here.")
    return see_other(reverse("storefront:checkout"))


@never_cache
@require_POST
def credit(request: HttpRequest) -> HttpResponse:
    """Pay with store credit as far as it goes, or leave it."""
    cart = _cart_with_draft(request)
    if cart is None:
        return _to_cart(request)
    carts.use_credit(cart=cart, wanted=request.POST.get("use_credit") == "1")
    return see_other(reverse("storefront:checkout"))


def _cart_with_draft(request: HttpRequest) -> Cart | None:
    cart = cart_of(request)
    if cart is not None:
        form = CheckoutForm(request.POST, user=person(request), addresses=_addresses(request), fetched=True)
        request.session[_DRAFT] = form.typed()
        _keep_wish(request, cart)
    return cart


@never_cache
@require_POST
def reminder(request: HttpRequest) -> HttpResponse:
    """One mail about the cart, should it be left, to the address that was typed; or none. Never without the box."""
    cart = cart_of(request)
    if cart is None:
        return _to_cart(request)
    _keep_wish(request, cart)
    if getattr(request, "htmx", False):
        return HttpResponse(status=204)
    return see_other(reverse("storefront:checkout"))


def _keep_wish(request: HttpRequest, cart: Cart) -> None:
    """The box as it is now. An address that is none yet is no reason to stop anybody: then nothing is kept."""
    if not request.POST.get("remind"):
        if cart.reminder_wanted_at is not None:
            refuse_reminder(cart_id=cart.id)
        return
    try:
        want_reminder(cart=cart, email=request.POST.get("email", ""))
    except InvalidInput:
        refuse_reminder(cart_id=cart.id)


def _keep_company(cart: Cart, form: CheckoutForm) -> None:
    """For whom it is bought, as far as that is filled in: what is shown is by it. What is wrong is said with the order."""
    try:
        company, vat_id = form.bought_for()
    except InvalidInput:
        company, vat_id = "", ""
    carts.set_company(cart=cart, company=company, vat_id=vat_id)


def _to_cart(request: HttpRequest) -> HttpResponse:
    url = reverse("storefront:cart")
    return HttpResponse(headers={"HX-Redirect": url}) if getattr(request, "htmx", False) else see_other(url)


def _choose(cart: Cart, request: HttpRequest, seen: str) -> str | MethodGone:
    """Keep what was chosen; gives the version of the cart to go on with, for whoever has seen this very cart."""
    before = str(cart.version)
    try:
        choose_methods(cart=cart, methods=_methods(request))
    except MethodGone as error:
        return error
    return str(cart.version) if seen == before else seen


def _methods(request: HttpRequest) -> dict[UUID, str]:
    """What the form says of deliveries: keys by vendor."""
    found = {}
    for name, key in request.POST.items():
        if name.startswith(_SHIP):
            try:
                found[UUID(name.removeprefix(_SHIP))] = str(key)[:400]
            except ValueError:
                continue
    return found


_SHIP = "ship-"
# What this browser's session keeps of a checkout: what was typed, and why it was refused, to be told once.
_DRAFT, _REFUSAL, _CARD = "checkout_draft", "checkout_refusal", "gift-card-refused"


def pay(request: HttpRequest, order: Order, by: str | None = None) -> HttpResponse:
    """Send the customer to the provider's page; when that cannot be, to the order, which says why."""
    here = reverse("storefront:order", args=[order.number])
    try:
        url = start_payment(
            order=order,
            success_url=absolute_url("market", reverse("storefront:order_paid", args=[order.number]))
            + "?session_id={CHECKOUT_SESSION_ID}",
            cancel_url=absolute_url("market", f"{here}?payment=stopped"),
            by=by,
        )
    except AlreadyPaid:
        messages.success(request, f"Order {order.number} is paid already.")
        return see_other(here)
    except (PaymentClosed, OtherWayOpen) as error:
        messages.error(request, str(error))
        return see_other(here)
    except ProviderUnavailable:
        return see_other(f"{here}?payment=unavailable")
    except ProviderRefused as error:
        log.error("payment_refused", order=order.number, code=error.code)
        return see_other(f"{here}?payment=refused")
    return see_other(url)


def forget_draft(request: HttpRequest) -> None:
    """It has been paid: the next checkout begins with an empty form."""
    request.session.pop(_DRAFT, None)


def _place(request: HttpRequest, found: CartContents) -> HttpResponse:
    user = person(request)
    version = _choose(found.cart, request, request.POST.get("version", ""))
    form = CheckoutForm(request.POST, user=user, addresses=_addresses(request), fetched=is_all_fetched(found))
    request.session[_DRAFT] = form.typed()
    _keep_wish(request, found.cart)
    _keep_company(found.cart, form)
    if isinstance(version, MethodGone):
        return _refuse(request, found.cart, {"words": str(version)})
    if not form.is_valid():
        return _refuse(request, found.cart, {})
    try:
        company, vat_id = form.bought_for()
        order = place_order(
            cart=found.cart,
            version=int(version) if version.isascii() and version.isdigit() else 0,
            email=form.cleaned_data["email"],
            ship_to=form.ship_to(),
            user=user,
            total_seen_minor=form.cleaned_data["total"] or 0,
            charged_seen_minor=form.cleaned_data["charged"],
            methods=_methods(request),
            company=company,
            vat_id=vat_id,
        )
    except CartEmpty:
        return see_other(reverse("storefront:cart"))
    except NotAdmitted as error:
        messages.error(request, str(error))
        return see_other(reverse("storefront:waiting_room", args=[error.room_id]))
    except PricesChanged as error:
        carts.see_prices(cart=found.cart, prices=error.prices)
        prices = {str(line): price for line, price in error.prices.items()}
        return _refuse(request, found.cart, {"words": str(error), "prices": prices})
    except SoldOut as error:
        left = {str(offer): count for offer, count in error.available.items()}
        return _refuse(request, found.cart, {"words": str(error), "left": left})
    except InvalidInput as error:
        if form.chosen is not None and error.field in AddressForm.base_fields:
            # Its own fields are not on the page.
            words = f"{error} Correct it among your addresses, or choose another one."
            return _refuse(request, found.cart, {"field": "saved", "problem": words})
        return _refuse(request, found.cart, {"field": error.field, "problem": str(error)})
    except (CartChanged, CouponGone, MethodGone, TotalChanged, TooLittle, TooMuch, VendorAway) as error:
        return _refuse(request, found.cart, {"words": str(error)})
    if user and form.cleaned_data.get("keep") and form.chosen is None:
        _keep(request, form.ship_to(), company, vat_id)
    remember_order(request, order)
    return pay(request, order, form.cleaned_data.get("pay_by") or None)


def _refuse(request: HttpRequest, cart: Cart, refusal: dict[str, Any]) -> HttpResponse:
    request.session[_REFUSAL] = refusal
    if not is_forgetful(request):
        return see_other(reverse("storefront:checkout"))
    # Nothing would be known of it after a redirect: said in place, should it be sent once more by loading the page again.
    found = cart_to_order(cart)
    return _page(request, found, refusal, status=422) if found.lines else see_other(reverse("storefront:cart"))


def _page(
    request: HttpRequest, found: CartContents, refusal: dict[str, Any] | None, *, status: int = 200
) -> HttpResponse:
    """What is true now: the cart, its prices, its total; with what the customer had typed, and what was wrong with it."""
    told = refusal or {}
    prices = {UUID(line): price for line, price in told.get("prices", {}).items()}
    left = {UUID(offer): count for offer, count in told.get("left", {}).items()}
    costs = _costs(found, person(request), prices, left)
    refused_card = request.session.pop(_CARD, None) or {}
    context = {
        **costs,
        "form": _form(request, found, refusal),
        "refused": told.get("words", ""),
        "version": found.cart.version,
        "card_typed": refused_card.get("typed", ""),
        "card_problem": refused_card.get("problem", ""),
        "steps": _steps(),
        "sign_in_here": f"{reverse('account_login')}?next={reverse('storefront:checkout')}",
    }
    return render(request, "storefront/checkout.html", context, status=status)


def _form(request: HttpRequest, found: CartContents, refusal: dict[str, Any] | None) -> CheckoutForm:
    user, addresses = person(request), _addresses(request)
    typed = request.session.get(_DRAFT, {})
    if refusal is not None:
        form = CheckoutForm(typed, user=user, addresses=addresses, fetched=is_all_fetched(found))
        if refusal.get("problem"):
            put_error(form, InvalidInput(refusal["problem"], field=refusal["field"]))
        return form
    initial = {
        "email": user.email if user else "",
        "name": user.name if user else "",
        "saved": str(addresses[0].id) if addresses else NEW_ADDRESS,
        **typed,
        "country": found.cart.country,
        "business": bool(typed.get("business", found.cart.company)),
        "company": typed.get("company", found.cart.company),
        "vat_id": typed.get("vat_id", found.cart.vat_id),
        "remind": found.cart.reminder_wanted_at is not None,
    }
    return CheckoutForm(initial=initial, user=user, addresses=addresses, fetched=is_all_fetched(found))


def _costs(
    found: CartContents, user: User | None, prices: dict[UUID, int] | None = None, left: dict[UUID, int] | None = None
) -> dict[str, Any]:
    costs, coupons = quoted(found, prices=prices)
    shown = lanes(found, costs, prices)
    offers = {line.id: line.offer_id for line in found.lines}
    for lane in shown:
        for line in lane["lines"]:
            # The shop has just said how many are left; the catalogue may not have heard yet.
            there = (left or {}).get(offers[line["id"]])
            if there is not None:
                line["problem"] = f"Only {there} left." if there else "Sold out."
    return {
        "lanes": shown,
        "costs": costs,
        "paying": chosen_means(found.cart, costs, user=user),
        "totals": totals(costs),
        "coupons": [coupon for coupon in coupons if coupon.reason],
        "untaxed": [
            {"name": found.vendors[part.vendor_id].name, "reason": part.taxed.reason}
            for part in costs.vendors
            if not part.taxed.is_charged
        ],
        "country_name": COUNTRY_NAMES.get(costs.country, costs.country),
        "has_problems": any(line["problem"] for lane in shown for line in lane["lines"]),
        "is_fetched": is_all_fetched(found),
    }


def _addresses(request: HttpRequest) -> list[Address]:
    user = person(request)
    return list(user.addresses.all()) if user else []


def _keep(request: HttpRequest, values: dict[str, str], company: str, vat_id: str) -> None:
    """The order stands; a full address book must not stop it from being paid."""
    user = person(request)
    if user is None:
        return
    try:
        save_address(user=user, values=values, company=company, vat_id=vat_id)
    except SoukError as error:
        messages.error(request, f"The address was not kept: {error}")


def _steps() -> list[dict[str, str]]:
    return [
        {"label": "Cart", "state": "done", "url": reverse("storefront:cart")},
        {"label": "Checkout", "state": "current", "url": ""},
        {"label": "Payment", "state": "", "url": ""},
    ]
