"""Orders: found, and seen whole."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from billing.ledger.queries import entries_of
from billing.payments.models import PaymentShare, Refund
from billing.payments.queries import refunds_of, shares_of
from billing.payouts.models import Payout
from billing.payouts.queries import TransferPlace, carriers_of, place_of, transfers_of
from marketplace.orders.models import Order, OrderEvent, StockHold
from marketplace.orders.queries import ShownOrder, ShownPart, orders_page, shown_order, statuses
from marketplace.returns.queries import requests_of, told_of
from marketplace.returns.shown import EVENT_WORDS, told_in
from marketplace.web.backoffice.roles import for_orders, may, staff_of
from marketplace.web.backoffice.tables import (
    DayField,
    Filter,
    csv_file,
    ends,
    every_row,
    link,
    major,
    pages,
    starts,
    tabs,
    wants_csv,
)
from tenants.vendors.queries import vendors_page

HOLDS = (
    ("", "All", None),
    (StockHold.ALLOCATED, "Paid", None),
    (StockHold.HELD, "Awaiting payment", None),
    (StockHold.RELEASED, "Given up", None),
)
ICONS = {
    "placed": "shopping-bag",
    "paid": "credit-card",
    "accepted": "check",
    "packed": "package",
    "shipped": "truck",
    "tracking_corrected": "pencil",
    "delivered": "package-check",
    "canceled": "ban",
    "partly_canceled": "ban",
    "refunded": "undo-2",
}


class OrderFilter(Filter):
    q = forms.CharField(label="Number or e-mail")
    hold = forms.ChoiceField(choices=[(value, label) for value, label, _ in HOLDS], widget=forms.HiddenInput)
    since = DayField("Placed from")
    until = DayField("Placed until")


@dataclass(frozen=True)
class OrderRow:
    """An order in the list, with the words its parts are shown by: one where they agree."""

    order: Order
    words: list[str]
    vendors: list[str]


@require_GET
@for_orders
def orders(request: HttpRequest) -> HttpResponseBase:
    """Everybody's orders; `?q=` a number's beginning or an e-mail address. Vendors it could mean are named, too."""
    narrowed = OrderFilter(request)
    chosen = narrowed.chosen
    query: dict[str, Any] = {
        "hold": chosen["hold"],
        "search": chosen["q"],
        "since": starts(chosen["since"]),
        "until": ends(chosen["until"]),
    }
    if wants_csv(request):
        return csv_file("orders", CSV_HEADS, _csv_rows(query))
    page = orders_page(**query, cursor=request.GET.get("cursor"))
    context = {
        "rows": order_rows(page.rows),
        "filter": narrowed,
        "vendors": vendors_page(search=chosen["q"], size=5).rows if chosen["q"] else [],
        "tabs": tabs(request, "hold", HOLDS),
        "clear_url": link(request, q=None, since=None, until=None),
        **pages(request, page),
    }
    return render(request, "backoffice/orders.html", context)


def order_rows(found: Sequence[Order]) -> list[OrderRow]:
    """With the words of all their parts, in two queries."""
    parts = [part for order in found for part in order.vendor_orders.all()]
    words = statuses(parts)
    return [
        OrderRow(
            order,
            list(dict.fromkeys(words[part.id] for part in order.vendor_orders.all())),
            [part.vendor_name for part in order.vendor_orders.all()],
        )
        for order in found
    ]


CSV_HEADS = (
    *("number", "placed", "email", "country", "currency", "goods", "shipping", "tax", "total", "vendors", "status"),
)


def _csv_rows(query: dict[str, Any]) -> Iterator[Sequence[Any]]:
    for part in every_row(lambda **page: orders_page(**query, **page)):
        for row in order_rows(part):
            order = row.order
            amounts = (order.goods_minor, order.shipping_minor, order.tax_minor, order.total_minor)
            yield (
                order.number,
                order.placed_at,
                order.email,
                order.ship_to.get("country", ""),
                order.currency,
                *(major(amount, order.currency) for amount in amounts),
                ", ".join(row.vendors),
                ", ".join(row.words),
            )


@dataclass(frozen=True)
class Lane:
    """A vendor's part of a purchase with all the money in it."""

    shown: ShownPart
    share: PaymentShare | None
    refunds: list[Refund]
    places: list[TransferPlace]
    payouts: list[Payout]

    @property
    def told(self) -> list[tuple[Refund, str]]:
        """Each refund with what happens next."""
        return [(refund, told_of(refund)[1]) for refund in self.refunds]

    @property
    def events(self) -> list[dict[str, Any]]:
        return timeline([event for event in self.shown.events if event.vendor_order_id])


@require_GET
@for_orders
def order(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """One whole purchase: parts, lines with what was frozen, money, what happened, what is in the books."""
    found = Order.objects.select_related("user").filter(id=order_id).first()
    if found is None:
        raise Http404("There is no such order.")
    shown = shown_order(found)
    part_ids = [part.part.id for part in shown.parts]
    sees_books = may(staff_of(request)).finance
    context = {
        "shown": shown,
        "order": found,
        "payment": shown.payment,
        "attempts": list(shown.payment.attempts.order_by("number")),
        "asked": requests_of(found.id),
        "claims": [claim for each in told_in(shown.events).claims.values() for claim in each],
        "can_give_back": shown.payment.refunded_minor < shown.payment.amount_minor and shown.payment.state == "paid",
        "lanes": _lanes(shown),
        "events": timeline(shown.events, names={part.part.id: part.part.vendor_name for part in shown.parts}),
        "entries": list(entries_of([found.id, *part_ids])) if sees_books else [],
        "trail": [{"label": "Orders", "url": reverse("backoffice:orders")}, {"label": found.number}],
    }
    return render(request, "backoffice/order.html", context)


def _lanes(shown: ShownOrder) -> list[Lane]:
    ids = [part.part.id for part in shown.parts]
    shares, refunds, transfers = shares_of(ids), refunds_of(ids), transfers_of(ids)
    carried = carriers_of(transfer for each in transfers.values() for transfer in each)
    payouts = {
        id: [link.payout for transfer in each for link in carried.get(transfer.id, [])]
        for id, each in transfers.items()
    }
    return [
        Lane(
            shown=part,
            share=shares.get(part.part.id),
            refunds=refunds.get(part.part.id, []),
            places=[
                place_of(transfer, [link.payout for link in carried.get(transfer.id, [])])
                for transfer in transfers.get(part.part.id, [])
            ],
            payouts=payouts.get(part.part.id, []),
        )
        for part in shown.parts
    ]


def timeline(events: Sequence[OrderEvent], names: dict[UUID, str] | None = None) -> list[dict[str, Any]]:
    """Events for `components/timeline.html`; with `names`, which vendor's part they are about."""
    return [
        {
            "title": " · ".join(
                filter(None, [event.name.replace("_", " ").capitalize(), (names or {}).get(event.vendor_order_id)])  # type: ignore[arg-type]
            ),
            "at": event.at,
            "note": " · ".join(filter(None, [event.note, "" if event.actor_kind == "system" else event.actor_kind])),
            "icon": EVENT_WORDS[event.name][1] if event.name in EVENT_WORDS else ICONS.get(event.name, "circle"),
            "tone": {"canceled": "bad", "delivered": "good", "paid": "good"}.get(event.name, ""),
        }
        for event in events
    ]
