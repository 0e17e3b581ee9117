"""The cart: grouped by vendor, with what each part costs and what has changed since."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from kit.callers import address_digest
from kit.errors import SoukError
from kit.money import Money
from marketplace.carts import actions
from marketplace.carts.keys import cart_of_key
from marketplace.carts.models import CartLine
from marketplace.carts.queries import CartContents, item_count, saved_of
from marketplace.catalog.queries import best_offer
from marketplace.checkout.discounts import add_coupon, quoted
from marketplace.checkout.queries import cannot_ship, cart_to_order, changes_of, problem_of
from marketplace.checkout.quote import Quote, VendorQuote
from marketplace.promotions.codes import clean_code
from marketplace.web.storefront import present
from marketplace.web.storefront.views import front
from marketplace.web.storefront.views.saved import saved_line
from marketplace.web.storefront.visitor import (
    back_to,
    cart_for,
    cart_of,
    front_host,
    give_cart,
    is_forgetful,
    key_token,
    see_other,
    shop_front,
)
from taxonomy.tax import COUNTRY_NAMES, SELLING_COUNTRIES

Prices = dict[UUID, int]
_COUPON = "coupon-refused"


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """The cart; on a shop front the way to it, with what was put in there."""
    if shop_front(request) is not None:
        return front.onward(request, "cart")
    cart = cart_of(request)
    found = cart_to_order(cart) if cart else None
    saved = [saved_line(line) for line in saved_of(cart)] if cart else []
    if found is None or not found.lines:
        return render(request, "storefront/cart.html", {"lanes": [], "saved": saved})
    costs, coupons = quoted(found)
    refused = request.session.pop(_COUPON, None) or {}
    return render(
        request,
        "storefront/cart.html",
        {
            "lanes": lanes(found, costs),
            "costs": costs,
            "totals": totals(costs),
            "coupons": coupons,
            "coupon_typed": refused.get("typed", ""),
            "coupon_problem": refused.get("problem", ""),
            "vat_note": vat_note(costs),
            "countries": SELLING_COUNTRIES,
            "country_name": COUNTRY_NAMES.get(costs.country, costs.country),
            "can_order": bool(costs.vendors) and not any(problem_of(line) for line in found.lines),
            "is_blocked": any(not part.shipment.offered.methods for part in costs.vendors),
            "pieces": sum(line.quantity for line in found.lines),
            "saved": saved,
            "changes": [change.words for change in changes_of(found)],
            "wants_reminder": found.cart.reminder_wanted_at is not None,
        },
    )


@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Put an offer into the cart; or a listing's best offer, where there is no choice to make."""
    if shop_front(request) is not None:
        return _add_on_front(request)
    try:
        offer_id, quantity = _uuid(request.POST.get("offer", "")), _whole(request.POST.get("quantity", "1"))
        if offer_id is None:
            offer = best_offer(_uuid(request.POST.get("listing", "")))
            if offer is None:
                return _choose_first(request)
            offer_id = offer.id
        cart, fresh = cart_for(request)
        line = actions.add_to_cart(cart=cart, offer_id=offer_id, quantity=quantity)
    except SoukError as error:
        return _told(request, str(error), "error", back_to(request, reverse("storefront:cart")))
    words = f"{line.offer.listing.title} is in your cart."
    return give_cart(_told(request, words, "success", reverse("storefront:cart"), item_count(cart)), fresh)


def _add_on_front(request: HttpRequest) -> HttpResponse:
    """An offer of the vendor whose host this is. A browser without a key to its cart gets one first, and then the goods."""
    vendor, page = shop_front(request), back_to(request, reverse("storefront:home"))
    offer_id, quantity = _uuid(request.POST.get("offer", "")), _whole(request.POST.get("quantity", "1"))
    if vendor is None or offer_id is None:
        return _choose_first(request)
    cart = cart_of_key(host=front_host(request), token=key_token(request))
    if cart is None:
        away = front.leave(request, next_path=page, wanted=(offer_id, quantity))
        return HttpResponse(headers={"HX-Redirect": away["Location"]}) if getattr(request, "htmx", False) else away
    try:
        words = front.put_in(cart, vendor, offer_id, quantity)
    except SoukError as error:
        return _told(request, str(error), "error", page)
    return _told(request, words, "success", page, item_count(cart))


@require_POST
def change(request: HttpRequest) -> HttpResponse:
    """Another quantity of a line; zero removes it."""
    cart, line_id = cart_of(request), _uuid(request.POST.get("line", ""))
    if cart and line_id:
        try:
            actions.set_quantity(cart=cart, line_id=line_id, quantity=_whole(request.POST.get("quantity", "")))
        except SoukError as error:
            messages.error(request, str(error))
    return _to_cart()


@require_POST
def remove(request: HttpRequest) -> HttpResponse:
    cart, line_id = cart_of(request), _uuid(request.POST.get("line", ""))
    if cart and line_id:
        actions.remove_line(cart=cart, line_id=line_id)
    return _to_cart()


@require_POST
def changes_seen(request: HttpRequest) -> HttpResponse:
    """The customer has read what changed since they put it in: prices as they are now are known to them."""
    cart = cart_of(request)
    if cart:
        found = cart_to_order(cart)
        actions.see_prices(cart=cart, prices={line.id: line.offer.price_minor for line in found.lines})
    return _to_cart()


@require_POST
def country(request: HttpRequest) -> HttpResponse:
    """Where it goes: decides the VAT contained, and who ships there."""
    cart = cart_of(request)
    if cart:
        try:
            actions.set_country(cart=cart, country=request.POST.get("country", ""))
        except SoukError as error:
            messages.error(request, str(error))
    return _to_cart()


@require_POST
def coupon(request: HttpRequest) -> HttpResponse:
    """Use a coupon, or say at its field why not."""
    cart, typed = cart_of(request), request.POST.get("code", "")[:200]
    if cart:
        try:
            used = add_coupon(cart=cart, code=typed, who=address_digest(request))
        except SoukError as error:
            request.session[_COUPON] = {"typed": typed, "problem": str(error)}
            if is_forgetful(request):
                messages.error(request, str(error))
        else:
            messages.success(request, used.words or f"{used.code} is used.")
    return _to_cart()


@require_POST
def coupon_remove(request: HttpRequest) -> HttpResponse:
    cart = cart_of(request)
    if cart:
        actions.drop_coupon(cart=cart, code=clean_code(request.POST.get("code", "")))
    return _to_cart()


# --- What the pages of cart and checkout share ------------------------------------------------------------------------


def lanes(found: CartContents, costs: Quote, prices: Prices | None = None) -> list[dict[str, Any]]:
    """A lane for each vendor: its lines, how it ships, its subtotal. `prices` are newer ones, by cart line."""
    by_vendor: dict[UUID, list[CartLine]] = {}
    for line in found.lines:
        by_vendor.setdefault(line.offer.vendor_id, []).append(line)
    parts = {part.vendor_id: part for part in costs.vendors}
    discounts = {each.key: each.discount.whole for part in costs.vendors for each in part.lines}
    shown = []
    for vendor_id, lines in by_vendor.items():
        card, part = found.vendors[vendor_id], parts.get(vendor_id)
        lane = {
            "vendor": present.vendor(card),
            "from": ", ".join(filter(None, (card.city, present.COUNTRIES.get(card.country, card.country)))),
            "part": part,
            "chosen": present.method(part.shipment.chosen) if part and part.shipment.chosen else None,
            "methods": [present.method(method) for method in part.shipment.offered.methods] if part else [],
            "stale": "The delivery you chose is not offered any more." if part and part.shipment.is_stale else "",
            "lines": [cart_line(line, (prices or {}).get(line.id), discounts.get(line.id, 0)) for line in lines],
            "saved": [
                {"name": one.terms.name, "amount_minor": one.by_vendor[vendor_id].whole}
                for one in costs.discounts.applied
                if vendor_id in one.by_vendor
            ],
            "hint": _free_delivery_hint(part, card.name, costs.currency) if part else "",
            "blocked": cannot_ship(part, card.name, costs.country) if part else "",
        }
        shown.append(lane)
    return shown


def cart_line(line: CartLine, newer_price: int | None = None, discount: int = 0) -> dict[str, Any]:
    """A line as the component `cart_line` shows it, with what is taken off it."""
    offer, listing = line.offer, line.offer.listing
    price = offer.price_minor if newer_price is None else newer_price
    url = reverse("storefront:listing", args=[listing.slug])
    return {
        "id": line.id,
        "title": listing.title,
        "url": f"{url}?v={offer.listing_variant_id}" if listing.is_visible else "",
        "image_url": present.thumbnail(listing.pictures[0]["path"]) if listing.pictures else "",
        "options": present.options(offer.listing_variant.options),
        "quantity": line.quantity,
        "max_quantity": max(min(offer.available, actions.MAX_QUANTITY), line.quantity),
        "unit_minor": price,
        "amount_minor": price * line.quantity - discount,
        "was_minor": price * line.quantity if discount else None,
        "currency": offer.currency,
        "note": " ".join(
            filter(None, [present.price_note(line.price_seen_minor, price, offer.currency), _ahead_note(line)])
        ),
        "problem": problem_of(line),
    }


def _ahead_note(line: CartLine) -> str:
    """How many of them have yet to come in, and when they are shipped."""
    later = line.offer.ships_later(line.quantity)
    if later is None:
        return ""
    words = present.ships_from(later)
    return f"{line.offer.on_shelf} there now; the rest: {words.lower()}." if line.offer.on_shelf else f"{words}."


def totals(costs: Quote) -> list[dict[str, Any]]:
    parcels = len(costs.vendors)
    rows = [
        {
            "label": "Articles",
            "amount_minor": costs.goods_minor + sum(each.goods_discount.whole for each in costs.vendors),
        },
        {
            "label": "Delivery",
            "note": f"{parcels} shops" if parcels > 1 else "",
            "amount_minor": costs.shipping_minor + sum(each.shipping_discount.whole for each in costs.vendors),
            "zero": "Free",
        },
    ]
    return rows + [
        {"label": one.terms.name, "note": one.terms.code, "amount_minor": -one.whole.whole}
        for one in costs.discounts.applied
    ]


def vat_note(costs: Quote) -> str:
    country = COUNTRY_NAMES.get(costs.country, costs.country)
    return f"Includes {Money(costs.tax_minor, costs.currency)} VAT for {country}."


def _free_delivery_hint(part: VendorQuote, name: str, currency: str) -> str:
    if not part.free_shipping_missing_minor or not part.shipping_minor:
        return ""
    return f"{Money(part.free_shipping_missing_minor, currency)} more from {name} and delivery is free."


# --- Answers ----------------------------------------------------------------------------------------------------------


def _told(request: HttpRequest, words: str, tone: str, url: str, count: int | None = None) -> HttpResponse:
    """For htmx a toast and the new count beside the cart; else the page at `url`, with the same words."""
    if not getattr(request, "htmx", False):
        messages.add_message(request, messages.SUCCESS if tone == "success" else messages.ERROR, words)
        return see_other(url)
    context = {"words": words, "tone": tone, "count": count, "is_changed": count is not None}
    return render(request, "storefront/_added.html", context)


def _choose_first(request: HttpRequest) -> HttpResponse:
    url = back_to(request, reverse("storefront:home"))
    if getattr(request, "htmx", False):
        return HttpResponse(headers={"HX-Redirect": url})
    return see_other(url)


def _to_cart() -> HttpResponse:
    return see_other(reverse("storefront:cart"))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _whole(text: str) -> int:
    """A whole number; -1, which every action refuses, for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else -1
