"""A vendor's orders: what to accept, pack and ship, and each order whole."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from billing.disputes.queries import Standing, standing_of
from billing.payments.queries import refunds_of, share_of
from billing.payouts.queries import places_of, transfers_of
from kit import clock
from kit.errors import InvalidInput, SoukError
from marketplace.fulfillment import documents
from marketplace.fulfillment.actions import (
    WrongMoment,
    accept,
    correct_tracking,
    deliver,
    pack,
    ship,
    unpacked,
    unshipped,
)
from marketplace.fulfillment.models import Parcel
from marketplace.invoices.queries import invoices_of
from marketplace.orders import queries
from marketplace.orders.models import Fulfillment, VendorOrder
from marketplace.returns.live import board_topic
from marketplace.returns.models import RequestState
from marketplace.returns.policy import policy_at
from marketplace.returns.queries import requests_of, shown_refunds
from marketplace.returns.shown import told_in
from marketplace.web.delivery import place, promise
from marketplace.web.form_errors import put_error
from marketplace.web.live import live_page
from marketplace.web.portal import present
from marketplace.web.portal.context import counts_of
from marketplace.web.portal.forms import CARRIERS, ShipmentForm
from marketplace.web.portal.roles import DOES_ORDERS, SEES_ORDERS, changes, may, shows
from taxonomy.tax import COUNTRY_NAMES
from tenants.shop.inventory.queries import Packing, packing_of
from tenants.vendors.models import Member

TABS = (
    ("", "All"),
    (Fulfillment.NEW, "New"),
    (Fulfillment.ACCEPTED, "To pack"),
    (Fulfillment.PACKED, "To ship"),
    (Fulfillment.SHIPPED, "Shipped"),
    (Fulfillment.DELIVERED, "Delivered"),
    (Fulfillment.CANCELED, "Canceled"),
)
COLUMNS = "Order, Customer, Items, Paid, Ship by, Total:num, State"
TO_SHIP = (Fulfillment.NEW, Fulfillment.ACCEPTED, Fulfillment.PACKED)


@shows(*SEES_ORDERS, visits=True)
def orders(request: HttpRequest) -> HttpResponse:
    counts = counts_of(request).orders
    state, search = request.GET.get("state", ""), request.GET.get("q", "").replace("\0", "")[:40]
    page = queries.vendor_orders(
        _vendor_id(request), fulfillment=state, search=search, cursor=request.GET.get("cursor"), size=30
    )
    words = queries.vendor_statuses(page.rows)
    may_accept = may(request.member).do_orders  # type: ignore[attr-defined]
    selectable = may_accept and any(part.fulfillment == Fulfillment.NEW for part in page.rows)
    return render(
        request,
        "portal/orders.html",
        {
            "rows": [_row(part, words[part.id]) for part in page.rows],
            "pages": present.pages(request, page),
            "tabs": present.tabs(
                request, [(value, label, counts.get(value, 0) if value else None) for value, label in TABS]
            ),
            "query": search,
            "state": state if state in Fulfillment.values else "",
            "has_any": bool(counts),
            "selectable": selectable,
            "columns": f"Accept all:check, {COLUMNS}" if selectable else COLUMNS,
        },
    )


@shows(*SEES_ORDERS, visits=True)
def board(request: HttpRequest) -> HttpResponse:
    counts = counts_of(request).orders
    found = queries.board(_vendor_id(request))
    columns = [
        {
            "label": dict(TABS)[Fulfillment(state)],
            "url": f"{reverse('portal:orders')}?state={state}",
            "count": counts.get(state, 0),
            "orders": [_row(part, "") for part in parts],
            "more": max(counts.get(state, 0) - len(parts), 0),
        }
        for state, parts in found.items()
    ]
    vendor_id, member = _vendor_id(request), request.member  # type: ignore[attr-defined]
    # Staff who look in see the board as it is when they ask.
    is_visit = request.visit is not None  # type: ignore[attr-defined]
    return live_page(
        request,
        "portal/board.html",
        {"columns": columns},
        part="portal/_board.html",
        topics=(board_topic(vendor_id),),
        who=None if is_visit else f"member:{member.id}",
        vendor=str(vendor_id),
        said="The orders have changed.",
    )


@shows(*SEES_ORDERS, visits=True)
def order(request: HttpRequest, order_id: UUID) -> HttpResponse:
    return _order_page(request, _find(request, order_id))


@changes(*DOES_ORDERS)
def acceptances(request: HttpRequest) -> HttpResponse:
    """Accept every order that was checked; what cannot be accepted is named and stays."""
    accepted, refused = 0, []
    for text in request.POST.getlist("order")[:100]:
        try:
            accept(vendor_order_id=_find(request, UUID(text)).id, by=_person(request))
            accepted += 1
        except ValueError:
            raise Http404("There is no such order.") from None
        except SoukError as error:
            refused.append(str(error))
    if accepted:
        messages.success(request, f"{accepted} order{'s' if accepted > 1 else ''} accepted. Next: pack them.")
    elif not refused:
        messages.warning(request, "Check the orders to accept first.")
    for words in refused[:5]:
        messages.error(request, words)
    return redirect(f"{reverse('portal:orders')}?state={Fulfillment.ACCEPTED if accepted else Fulfillment.NEW}")


@changes(*DOES_ORDERS)
def acceptance(request: HttpRequest, order_id: UUID) -> HttpResponse:
    part = _find(request, order_id)
    try:
        accept(vendor_order_id=part.id, by=_person(request))
    except SoukError as error:
        return _order_page(request, part, problem=str(error))
    messages.success(request, f"Order {part.number} accepted.")
    return redirect("portal:order", part.id)


@changes(*DOES_ORDERS)
def parcels(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Pack what is named by `line-<id>`, or everything that is left when nothing is named."""
    part = _find(request, order_id)
    try:
        parcel = pack(vendor_order_id=part.id, by=_person(request), quantities=_quantities(request))
    except SoukError as error:
        return _order_page(request, part, problem=str(error))
    messages.success(request, f"Parcel {parcel.number} of order {part.number} is packed.")
    return redirect("portal:order", part.id)


@changes(*DOES_ORDERS)
def shipment(request: HttpRequest, parcel_id: UUID) -> HttpResponse:
    parcel = _find_parcel(request, parcel_id)
    if parcel.shipped_at is not None:
        words = f"Parcel {parcel.number} was shipped before, and the customer told: {parcel.followed_by}."
        messages.info(request, f"{words} If that is wrong, correct it at the parcel.")
        return redirect("portal:order", parcel.vendor_order_id)
    return _follow(request, parcel, ship, f"Parcel {parcel.number} is on its way. The customer gets an e-mail.")


@changes(*DOES_ORDERS)
def tracking(request: HttpRequest, parcel_id: UUID) -> HttpResponse:
    parcel = _find_parcel(request, parcel_id)
    told = "" if parcel.delivered_at else " The customer gets an e-mail when something changed."
    return _follow(request, parcel, correct_tracking, f"Parcel {parcel.number}'s tracking is as you gave it.{told}")


@changes(*DOES_ORDERS)
def delivery(request: HttpRequest, parcel_id: UUID) -> HttpResponse:
    parcel = _find_parcel(request, parcel_id)
    try:
        deliver(parcel_id=parcel.id, by=_person(request))
    except SoukError as error:
        return _order_page(request, _find(request, parcel.vendor_order_id), problem=str(error))
    messages.success(request, f"Parcel {parcel.number} was delivered.")
    return redirect("portal:order", parcel.vendor_order_id)


@shows(*SEES_ORDERS, visits=True)
def packing_slip(request: HttpRequest, order_id: UUID) -> HttpResponse:
    part = _find(request, order_id)
    packing = packing_of(part.order_id)
    return render(
        request,
        "portal/packing_slip.html",
        {
            "order": part,
            "address": _address(part),
            "place": place(part.pickup_at) if part.is_fetched else None,
            "lines": [
                {"line": line, "options": present.options(line.options), "packing": packing.get(line.id, [])}
                for line in part.lines.all()
            ],
            "shop": request.vendor,  # type: ignore[attr-defined]
        },
    )


@shows(*SEES_ORDERS, visits=True)
def packing_slip_pdf(request: HttpRequest, order_id: UUID) -> HttpResponse:
    part = _find(request, order_id)
    answer = HttpResponse(documents.packing_slip(part), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="packing-slip-{part.number}.pdf"'
    return answer


def _follow(request: HttpRequest, parcel: Parcel, act: Callable[..., Parcel], done: str) -> HttpResponse:
    """Ship a parcel or correct its tracking with what the form says of carrier, number and link."""
    form = ShipmentForm(request.POST, auto_id=f"id_{parcel.number}_%s")
    part_id = parcel.vendor_order_id
    if form.is_valid():
        try:
            act(parcel_id=parcel.id, by=_person(request), **form.cleaned_data)
        except WrongMoment as error:
            return _order_page(request, _find(request, part_id), problem=str(error))
        except SoukError as error:
            put_error(form, error)
        else:
            messages.success(request, done)
            return redirect("portal:order", part_id)
    return _order_page(request, _find(request, part_id), shipping={parcel.id: form})


# --- Their parts --------------------------------------------------------------------------------------------


def _order_page(
    request: HttpRequest,
    part: VendorOrder,
    *,
    problem: str = "",
    shipping: dict[UUID, ShipmentForm] | None = None,
) -> HttpResponse:
    left = unpacked(part)
    packing = packing_of(part.order_id)
    shipping = shipping or {}
    member: Member = request.member  # type: ignore[attr-defined]
    names = dict(Member.objects.filter(vendor_id=part.vendor_id).values_list("user_id", "name"))
    events = queries.events_of(part)
    told = told_in(events)
    standing = standing_of([part.id]).get(part.id)
    context = {
        "order": part,
        "status": queries.vendor_statuses([part])[part.id],
        "labels": present.STATUS_LABELS,
        "problem": problem,
        "address": _address(part),
        "place": place(part.pickup_at) if part.is_fetched else None,
        "promise": promise(part.promised_from, part.promised_to, is_fetched=False),
        "lines": [
            {
                "line": line,
                "options": present.options(line.options),
                "picture": present.thumbnail(line.picture),
                "left": left.get(line.id, 0),
                "packing": packing.get(line.id, []),
            }
            for line in part.lines.all()
        ],
        "left": sum(left.values()),
        "can_accept": part.fulfillment == Fulfillment.NEW,
        "can_pack": part.fulfillment in (Fulfillment.NEW, Fulfillment.ACCEPTED) and bool(left),
        "parcels": [
            {
                "parcel": parcel,
                "submit": f"Ship parcel {parcel.number}",
                "status": present.parcel_status(parcel),
                "lines": list(parcel.lines.all()),
                "places": _places(parcel, packing),
                "form": shipping.get(parcel.id)
                or ShipmentForm(
                    auto_id=f"id_{parcel.number}_%s",
                    initial={name: getattr(parcel, name) for name in ShipmentForm.base_fields},
                ),
            }
            for parcel in part.parcels.all()
        ],
        "carriers": CARRIERS,
        "events": present.timeline(part, events, names),
        "returns": told.returns.get(part.id, []),
        "claims": told.claims.get(part.id, []),
        "accept_by": policy_at(clock.now()).accept_by(part.paid_at)
        if part.paid_at and part.fulfillment == Fulfillment.NEW
        else None,
        "is_late": _is_late(part),
        "money": _money(part, standing) if may(member).see_money else None,
        "can_give_back": any(line.promised_quantity for line in part.lines.all()),
        "can_cancel": bool(unshipped(part)),
        "refunds": shown_refunds([part.id]).get(part.id, []),
        "invoices": invoices_of([part.id]).get(part.id, []) if _is_invoiced(part) else [],
        "standing": standing,
        "asked": [
            found for found in requests_of(part.order_id, vendor_id=part.vendor_id) if found.state != RequestState.DONE
        ],
    }
    return render(request, "portal/order.html", context, status=409 if problem else 422 if shipping else 200)


def _places(parcel: Parcel, packing: dict[UUID, list[Packing]]) -> str:
    """The warehouses that what is in a parcel was taken from."""
    parts = [part for line in parcel.lines.all() for part in packing.get(line.order_line_id, [])]
    return ", ".join(dict.fromkeys(part.warehouse.name for part in parts))


def _money(part: VendorOrder, standing: Standing | None) -> dict[str, Any]:
    """What the order earns, why, and where that is now."""
    share, transfers = share_of(part.id), transfers_of([part.id]).get(part.id, [])
    refunds = refunds_of([part.id]).get(part.id, []) if share and share.refunded_minor else []
    earned, lost = part.earnings_minor, standing.lost_net_minor if standing else 0
    return {
        "gross_minor": part.total_minor + part.subsidy_minor,
        "commission_minor": part.commission_minor,
        "earnings_minor": earned,
        "currency": part.currency,
        "rules": [
            {
                "title": line.title,
                "amount_minor": line.commission_tax_minor - line.commission_minor,
                "reason": line.commission_reason,
            }
            for line in part.lines.all()
        ],
        "commission_tax_minor": -part.commission_tax_minor,
        "commission_tax_words": present.commission_tax_words(part),
        "refunds": [
            {"reason": refund.reason, "amount_minor": -refund.net_minor} for refund in refunds if not refund.was_refused
        ],
        "lost_minor": -lost,
        "left_minor": earned - (share.refunded_net_minor if share else 0) - lost,
        "places": places_of(transfers),
    }


def _row(part: VendorOrder, word: str) -> dict[str, Any]:
    return {
        "order": part,
        "status": word,
        "label": present.STATUS_LABELS.get(word, ""),
        "customer": part.ship_to.get("name", ""),
        "country": part.ship_to.get("country", ""),
        "pieces": present.pieces(part),
        "is_late": _is_late(part),
        "can_accept": part.fulfillment == Fulfillment.NEW,
    }


def _is_invoiced(part: VendorOrder) -> bool:
    """Whether there may be an invoice: before anything is sent there is none, unless they are due when it is paid."""
    return settings.INVOICE_WHEN == "paid" or bool(part.shipped_at or part.delivered_at)


def _is_late(part: VendorOrder) -> bool:
    return part.ship_by is not None and part.fulfillment in TO_SHIP and part.ship_by < clock.now()


def _address(part: VendorOrder) -> dict[str, str]:
    country = part.ship_to.get("country", "")
    return {**part.ship_to, "country": COUNTRY_NAMES.get(country, country)}


def _quantities(request: HttpRequest) -> dict[UUID, int] | None:
    named = {name.removeprefix("line-"): text for name, text in request.POST.items() if name.startswith("line-")}
    try:
        found = {UUID(name): int(str(text) or "0") for name, text in named.items()}
    except ValueError:
        raise InvalidInput("Give whole numbers of items.", field="quantity") from None
    return found or None


def _find(request: HttpRequest, order_id: UUID) -> VendorOrder:
    try:
        return queries.vendor_order(_vendor_id(request), order_id)
    except VendorOrder.DoesNotExist:
        raise Http404("There is no such order.") from None


def _find_parcel(request: HttpRequest, parcel_id: UUID) -> Parcel:
    found = Parcel.objects.filter(id=parcel_id, vendor_id=_vendor_id(request)).first()
    if found is None:
        raise Http404("There is no such parcel.")
    return found


def _vendor_id(request: HttpRequest) -> UUID:
    return request.vendor.id  # type: ignore[attr-defined, no-any-return]


def _person(request: HttpRequest) -> UUID:
    return request.member.user_id  # type: ignore[attr-defined, no-any-return]
