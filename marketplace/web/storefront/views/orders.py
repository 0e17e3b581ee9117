"""Orders: one purchase, a lane for each vendor with its parcels; paying again, and coming back from paying."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from billing.bank_transfer.actions import received_minor
from billing.bank_transfer.provider import NAME
from billing.disputes.queries import standing_of
from billing.payments.models import AttemptState, Payment, PaymentAttempt, PaymentState
from billing.payments.provider import ProviderRefused, ProviderUnavailable, provider
from billing.prepaid.actions import credit_refunds
from billing.prepaid.queries import paid_with
from kit import clock
from kit.errors import SoukError
from kit.money import Money
from marketplace.carts.actions import add_to_cart
from marketplace.catalog.models import VendorCard
from marketplace.checkout.actions import COVERED
from marketplace.fulfillment.models import Parcel
from marketplace.invoices.confirmation import confirmation_pdf
from marketplace.invoices.queries import invoice_of_order, invoices_of
from marketplace.orders import queries
from marketplace.orders.actions import ORDERED_ANEW
from marketplace.orders.links import opens
from marketplace.orders.models import Fulfillment, Order, OrderLine, VendorOrder
from marketplace.orders.queries import ShownOrder, ShownPart
from marketplace.orders.status import whole_status
from marketplace.returns.actions import Actor
from marketplace.returns.claims import may_claim
from marketplace.returns.live import order_topic
from marketplace.returns.models import RequestKind
from marketplace.returns.policy import policy_at
from marketplace.returns.queries import given_back, may_cancel
from marketplace.returns.shown import told_in, window_is_open
from marketplace.web.delivery import place, promise
from marketplace.web.giving_back import giving_back, told_of
from marketplace.web.invoices import as_pdf
from marketplace.web.live import live_page
from marketplace.web.storefront import present
from marketplace.web.storefront.views.checkout import forget_draft
from marketplace.web.storefront.views.checkout import pay as send_to_pay
from marketplace.web.storefront.visitor import (
    cart_for,
    customers,
    give_cart,
    person,
    remember_order,
    remembers_order,
    see_other,
)
from taxonomy.tax import COUNTRY_NAMES

LONGEST_SESSION_ID = 120
UNPAID = (PaymentState.PENDING, PaymentState.PROCESSING)


@never_cache
@require_safe
def show(request: HttpRequest, number: str) -> HttpResponse:
    """The order's page. A guest's key is taken once and leaves the address, so that it is neither shared nor logged."""
    order = find_order(number)
    key = request.GET.get("key", "")
    if order is not None and key and len(key) <= 80 and opens(order, key):
        remember_order(request, order)
        return see_other(reverse("storefront:order", args=[order.number]))
    order = visible(request, order)
    user = person(request)
    return live_page(
        request,
        "storefront/order.html",
        _page(request, order),
        part="storefront/_order.html",
        topics=(order_topic(order.id),),
        who=f"user:{user.id}" if user is not None else "",
        said="Your order has changed.",
    )


@require_POST
def pay(request: HttpRequest, number: str) -> HttpResponse:
    """Go on to pay, in the session that is open or a new one."""
    return send_to_pay(request, order_here(request, number))


@never_cache
@require_safe
def paid(request: HttpRequest, number: str) -> HttpResponse:
    """Back from the provider's page, which proves nothing: fetch the session, and show what it says."""
    order, session_id = find_order(number), request.GET.get("session_id", "")
    if not session_id.isprintable() or len(session_id) > LONGEST_SESSION_ID:
        raise Http404("There is no such payment.")
    if order is not None and session_id == COVERED:
        return _paid_at_once(request, visible(request, order))
    attempts = PaymentAttempt.objects.filter(provider_session_id=session_id)
    if order is None or not session_id or not attempts.filter(payment__reference_id=order.id).exists():
        raise Http404("There is no such payment.")
    try:
        state = provider(attempts.values_list("provider", flat=True)[0]).settle(session_id)
    except (ProviderUnavailable, ProviderRefused):
        # The provider tells us by webhook as well; the page asks again in a moment.
        state = PaymentState.PROCESSING
    if state == PaymentState.PAID:
        forget_draft(request)
    if not _may_see(request, order):
        return render(request, "storefront/order_thanks_elsewhere.html", {"state": state})
    return render(request, "storefront/order_paid.html", {**_page(request, order), "state": state})


def _paid_at_once(request: HttpRequest, order: Order) -> HttpResponse:
    """Nothing was to be charged, so nobody else has to say that it is paid."""
    page = _page(request, order)
    state = page["payment"].state
    if state == PaymentState.PAID:
        forget_draft(request)
    return render(request, "storefront/order_paid.html", {**page, "state": state})


@require_POST
@customers
def refunds_to_credit(request: HttpRequest, number: str) -> HttpResponse:
    """The customer chooses how money goes back, should any: as it was paid, or as store credit."""
    order, user = order_here(request, number), person(request)
    if user is None or order.user_id != user.id:
        raise Http404("There is no such order.")
    wanted = request.POST.get("wanted") == "1"
    credit_refunds(order_id=order.id, user_id=user.id, wanted=wanted)
    words = "as store credit" if wanted else "the way you paid"
    messages.success(request, f"What goes back of this order from now on goes back {words}.")
    return see_other(reverse("storefront:order", args=[order.number]))


@require_POST
def again(request: HttpRequest, number: str) -> HttpResponse:
    """Put what was ordered into the cart once more, as far as it is still to be had."""
    order = order_here(request, number)
    cart, fresh = cart_for(request)
    for line in OrderLine.objects.filter(vendor_order__order=order):
        try:
            add_to_cart(cart=cart, offer_id=line.variant_id, quantity=line.quantity)
        except SoukError as error:
            messages.error(request, f"{line.title}: {error}")
    return give_cart(see_other(reverse("storefront:cart")), fresh)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def cancellation(request: HttpRequest, number: str) -> HttpResponse:
    """Cancel what no vendor has taken on yet: choose, look at what comes back, do it."""
    order = order_here(request, number)
    user = person(request)
    by = Actor("customer", user.id if user is not None else None)
    state = giving_back(request, order_id=order.id, by=by, kinds=[RequestKind.CANCELLATION])
    state.facts = [part for part in state.facts if not part.closed_to_customer]
    if state.done is not None:
        messages.success(request, told_of(state.done))
        return see_other(reverse("storefront:order", args=[order.number]))
    return render(request, "storefront/order_cancellation.html", {"order": order, "state": state}, status=state.status)


@never_cache
@require_safe
def confirmation(request: HttpRequest, number: str) -> HttpResponse:
    """What was ordered, as PDF."""
    order = order_here(request, number)
    answer = HttpResponse(confirmation_pdf(order), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="order-{order.number.lower()}.pdf"'
    return answer


@never_cache
@require_safe
def invoice(request: HttpRequest, number: str, sales_invoice_id: UUID) -> HttpResponse:
    """An invoice or credit note of the order, as it was issued."""
    return as_pdf(invoice_of_order(sales_invoice_id, order_id=order_here(request, number).id))


@never_cache
@customers
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """A signed-in customer's orders, newest first."""
    user = person(request)
    assert user is not None  # login_required
    page = queries.orders_of_customer(user, cursor=request.GET.get("cursor") or None)
    parts = [part for order in page.rows for part in order.vendor_orders.all()]
    words = queries.statuses(parts)
    rows = [
        {
            "order": order,
            "url": reverse("storefront:order", args=[order.number]),
            "vendors": ", ".join(part.vendor_name for part in order.vendor_orders.all()),
            "status": whole_status([words[part.id] for part in order.vendor_orders.all()]),
        }
        for order in page.rows
    ]
    return render(
        request,
        "storefront/orders.html",
        {
            "rows": rows,
            "previous_url": f"?cursor={page.previous_cursor}" if page.previous_cursor else "",
            "next_url": f"?cursor={page.next_cursor}" if page.next_cursor else "",
        },
    )


# --- Who may see it ---------------------------------------------------------------------------------------------------


def find_order(number: str) -> Order | None:
    return Order.objects.filter(number=number.upper()[:20]).first() if number.isprintable() else None


def _may_see(request: HttpRequest, order: Order) -> bool:
    user = person(request)
    return (user is not None and order.user_id == user.id) or remembers_order(request, order.id)


def order_here(request: HttpRequest, number: str) -> Order:
    """The order of that number, for whom it concerns."""
    return visible(request, find_order(number))


def visible(request: HttpRequest, order: Order | None) -> Order:
    """The order, for whom it concerns. To anybody else it does not exist."""
    if order is None or not _may_see(request, order):
        raise Http404("There is no such order here.")
    return order


# --- What the page shows ----------------------------------------------------------------------------------------------


def _page(request: HttpRequest, order: Order) -> dict[str, Any]:
    shown = queries.shown_order(order, with_packed=False, also=["thread"])
    cards = VendorCard.objects.in_bulk([each.part.vendor_id for each in shown.parts])
    refunded, now = sum(part.refunded_minor for part in shown.parts), clock.now()
    parts, policy = [each.part for each in shown.parts], policy_at(now)
    told = told_in(shown.events)
    off_delivery = sum(part.shipping_discount_minor for part in parts)
    amounts = [
        {"label": "Articles", "amount_minor": order.goods_minor + order.discount_minor - off_delivery},
        {"label": "Delivery", "amount_minor": order.shipping_minor + off_delivery, "zero": "Free"},
        *discounts_of(parts),
    ]
    if refunded:
        amounts.append({"label": "Refunded", "amount_minor": -refunded})
    back = given_back([each.part for each in shown.parts], payment=shown.payment)
    # Before anything is sent or given back there is none, unless they are due when it is paid.
    is_invoiced = settings.INVOICE_WHEN == "paid" or any(part.shipped_at or part.delivered_at for part in parts)
    invoices = invoices_of([part.id for part in parts]) if is_invoiced else {}
    tax_left = order.tax_minor - sum(part.tax_minor for part in back.values())
    disputed = standing_of(part.id for part in parts).values() if shown.was_disputed else []
    is_disputed, lost_minor = any(each.is_open for each in disputed), sum(each.lost_minor for each in disputed)
    if lost_minor:
        amounts.append({"label": "Given back by your bank", "amount_minor": -lost_minor})
    return {
        "order": order,
        "payment": shown.payment,
        "status": shown.status,
        "amounts": amounts,
        "vat_note": f"Includes {Money(tax_left, order.currency)} VAT.",
        "left_minor": order.total_minor - refunded - lost_minor,
        "address": {**order.ship_to, "country": COUNTRY_NAMES.get(order.ship_to.get("country", ""), "")},
        "lanes": [
            _lane(shown, each, cards.get(each.part.vendor_id))
            | {
                "refunds": back[each.part.id].refunds,
                "returns": told.returns.get(each.part.id, []),
                "claims": told.claims.get(each.part.id, []),
                "invoices": invoices.get(each.part.id, []),
                "can_write": each.part.paid_at is not None,
                "thread": getattr(each.part, "thread", None),
            }
            for each in shown.parts
        ],
        "can_return": refunded < order.total_minor and window_is_open(parts, days=policy.return_days, now=now),
        "can_review": any(parcel.delivered_at for part in parts for parcel in part.parcels.all()),
        "can_claim": any(may_claim(part, policy=policy, now=now) for part in parts),
        "is_sent": any(not each.part.is_fetched for each in shown.parts),
        "is_disputed": is_disputed,
        "lost_minor": lost_minor,
        "is_unpaid": shown.payment.state in UNPAID and order.canceled_at is None,
        "is_given_up": order.canceled_at is not None and shown.payment.state != PaymentState.PAID,
        "hold_until": order.hold_until if order.hold_until > clock.now() + timedelta(seconds=30) else None,
        "bank": _bank(shown.payment, order) if shown.payment.state in UNPAID else None,
        "trouble": request.GET.get("payment", ""),
        "is_replaced": order.cancel_reason == ORDERED_ANEW,
        "paid_with": paid_with(shown.payment),
        "is_mine": person(request) is not None and order.user_id is not None,
        "can_cancel": shown.payment.state == PaymentState.PAID and bool(may_cancel(parts, policy)) and not is_disputed,
    }


def discounts_of(parts: Iterable[VendorOrder]) -> list[dict[str, Any]]:
    """What was taken off these parts, a row for each promotion, below zero."""
    sums: dict[tuple[str, str], int] = {}
    for part in parts:
        for one in part.promotions:
            of = (one["name"], one["code"])
            sums[of] = sums.get(of, 0) + one["vendor_minor"] + one["platform_minor"]
    return [{"label": name, "note": code, "amount_minor": -amount} for (name, code), amount in sums.items()]


def _bank(payment: Payment, order: Order) -> dict[str, Any] | None:
    """Where to pay, when a bank transfer was chosen; what came of it so far."""
    if order.canceled_at is not None or not payment.attempts.filter(state=AttemptState.OPEN, provider=NAME).exists():
        return None
    came = received_minor(payment)
    return {
        "holder": settings.BANK_TRANSFER_HOLDER,
        "iban": " ".join(
            settings.BANK_TRANSFER_IBAN[at : at + 4] for at in range(0, len(settings.BANK_TRANSFER_IBAN), 4)
        ),
        "bic": settings.BANK_TRANSFER_BIC,
        "reference": order.number,
        "came_minor": came,
        "missing_minor": payment.charged_minor - came,
    }


def _lane(shown: ShownOrder, shown_part: ShownPart, card: VendorCard | None) -> dict[str, Any]:
    part = shown_part.part
    parcels = list(part.parcels.all())
    return {
        "vendor": {
            "name": part.vendor_name,
            "url": reverse("storefront:vendor", args=[part.vendor_slug]),
            "logo_url": present.logo(card) if card else "",
        },
        "status": shown_part.status,
        "note": _lane_note(shown_part),
        "lines": [_line(line, part.currency) for line in part.lines.all()],
        "parcels": [_parcel(parcel, len(parcels), part) for parcel in parcels],
        "place": place(part.pickup_at) if part.is_fetched else None,
        "promise": ""
        if part.delivered_at or part.canceled_at
        else promise(part.promised_from, part.promised_to, is_fetched=part.is_fetched),
        "events": [] if parcels else _events(shown_part),
        "part": part,
        "saved": discounts_of([part]),
        "refunded_minor": shown_part.refunded_minor,
    }


def _lane_note(shown_part: ShownPart) -> str:
    part = shown_part.part
    if part.fulfillment == Fulfillment.CANCELED:
        return f"{part.number} · canceled"
    pieces = sum(line.quantity for line in part.lines.all())
    return f"{part.number} · {pieces} article{'' if pieces == 1 else 's'}"


def _note(line: OrderLine) -> str:
    gone = f"{line.canceled_quantity} of {line.quantity} canceled" if line.canceled_quantity else ""
    ahead = present.ships_from(line.ships_on) if line.ships_on else ""
    return ". ".join(filter(None, [gone, ahead]))


def _line(line: OrderLine, currency: str) -> dict[str, Any]:
    return {
        "title": line.title,
        "url": reverse("storefront:listing", args=[line.listing_slug]),
        "image_url": present.thumbnail(line.picture),
        "options": present.options(line.options),
        "quantity": line.quantity,
        "note": _note(line),
        "unit_minor": line.unit_price_minor,
        "amount_minor": line.total_minor,
        "was_minor": line.list_minor if line.discount_minor else None,
        "currency": currency,
    }


def _parcel(parcel: Parcel, count: int, part: VendorOrder) -> dict[str, Any]:
    packed, arrived, coming = ("Packed", "Delivered", "Delivery")
    if part.is_fetched:
        packed, arrived, coming = ("Ready to pick up", "Picked up", "Pick it up")
    events = [{"title": packed, "at": parcel.packed_at, "icon": "package", "tone": "info"}]
    if parcel.shipped_at and not part.is_fetched:
        by = f"Handed to {parcel.carrier}" if parcel.carrier else "Sent"
        events.append({"title": by, "at": parcel.shipped_at, "icon": "truck", "tone": "info"})
    if parcel.delivered_at:
        events.append({"title": arrived, "at": parcel.delivered_at, "icon": "package-check", "tone": "good"})
    else:
        events.append({"title": coming, "at": None, "icon": "store" if part.is_fetched else "house", "tone": "next"})
    return {
        "label": f"Parcel {parcel.number} of {count}" if count > 1 else "Parcel",
        "carrier": parcel.carrier,
        "tracking_code": parcel.tracking_number,
        "tracking_url": parcel.tracking_url,
        "status": parcel.status,
        "events": events,
    }


_EVENTS = {
    "placed": ("Ordered", "receipt", "info"),
    "paid": ("Paid", "credit-card", "good"),
    "accepted": ("Taken on by the shop", "check", "info"),
    "canceled": ("Canceled", "ban", "bad"),
    "partly_canceled": ("Partly canceled", "ban", "bad"),
}


def _events(shown_part: ShownPart) -> list[dict[str, Any]]:
    """What has happened while there is no parcel yet, and what comes next."""
    part = shown_part.part
    found = [
        {"title": title, "at": event.at, "icon": icon, "tone": tone, "note": event.note}
        for event in shown_part.events
        if event.name in _EVENTS
        for title, icon, tone in [_EVENTS[event.name]]
    ]
    by = part.promised_from if part.is_fetched else part.ship_by
    if by and part.fulfillment in (Fulfillment.NEW, Fulfillment.ACCEPTED):
        note = f"By {by:%A}, {by.day} {by:%B}"
        title, icon = ("Ready to pick up", "store") if part.is_fetched else ("Leaves the shop", "truck")
        found.append({"title": title, "at": None, "icon": icon, "tone": "next", "note": note})
    return found
