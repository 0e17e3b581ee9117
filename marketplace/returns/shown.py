"""Returns and claims as pages and answers show them: who is to do what, until when, and what has happened."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import CharField, Count, F, Prefetch, Q, QuerySet, Value

from kit.pagination import Page, keyset_page
from marketplace.messages.models import Thread
from marketplace.messages.queries import REPORTED, WAITS_FOR_MEMBER
from marketplace.orders.models import OrderEvent, VendorOrder
from marketplace.returns.models import (
    OPEN_RETURNS,
    STANDING,
    Claim,
    ClaimState,
    Photo,
    RefundRequest,
    RequestState,
    Return,
    ReturnState,
    ShippingPaidBy,
)

PHOTOS = Prefetch("photos", Photo.objects.only("id", "returned_id", "claim_id").order_by("id"))
# What each side reads about a return at a state: the customer, the vendor.
NEXT: dict[str, tuple[str, str]] = {
    ReturnState.ASKED: (
        "The shop answers. Wait for it before you send anything.",
        "Accept or decline it: the customer waits for your answer.",
    ),
    ReturnState.ACCEPTED: (
        "Put the label on your parcel, send it, and say how it is followed.",
        "The customer sends it. When it is here, say so.",
    ),
    ReturnState.SENT: ("The shop says when it is there.", "It is on its way. When it is here, say so."),
    ReturnState.RECEIVED: (
        "The shop looks at what came.",
        "Say how you found what came, and what goes back on the shelf.",
    ),
    ReturnState.INSPECTED: ("The shop gives the money back.", "Give the money back, or say why nothing is given back."),
    ReturnState.REFUNDED: ("The money is on its way to you.", "It is done."),
    ReturnState.EXCHANGED: ("The replacement is on its way to you.", "The replacement has left."),
    ReturnState.DECLINED: (
        "The shop does not take it back. You can have us decide.",
        "You declined it. You may still accept it.",
    ),
    ReturnState.WITHDRAWN: ("You keep the articles.", "The customer keeps the articles."),
    ReturnState.LAPSED: ("It was not sent in time; you keep the articles.", "The customer did not send it in time."),
    ReturnState.CLOSED: ("The shop gives nothing back. You can have us decide.", "You gave nothing back."),
    ReturnState.SETTLED: ("We have decided about it.", "The platform has decided about it."),
}
EVENT_WORDS: dict[str, tuple[str, str, str]] = {
    "return_asked": ("Return asked for", "undo-2", "info"),
    "return_accepted": ("Return accepted", "check", "good"),
    "return_declined": ("Return declined", "circle-x", "bad"),
    "return_withdrawn": ("Return taken back", "undo-2", ""),
    "return_lapsed": ("Return ended: not sent", "hourglass", ""),
    "return_sent": ("Return on its way", "truck", "info"),
    "return_received": ("Return received", "package-check", "info"),
    "return_inspected": ("Return inspected", "search", "info"),
    "return_refunded": ("Return refunded", "banknote", "good"),
    "return_exchanged": ("Replacement sent", "truck", "good"),
    "return_closed": ("Return closed without a refund", "circle-x", "warn"),
    "return_settled": ("Return decided by the platform", "scale", "info"),
    "claim_opened": ("Claim opened", "flag", "warn"),
    "claim_said": ("Something was said", "message-square", ""),
    "claim_asked": ("The platform asks", "message-square", "info"),
    "claim_withdrawn": ("Claim taken back", "undo-2", ""),
    "claim_dismissed": ("Claim declined", "circle-x", "bad"),
    "claim_granting": ("Claim granted, waits for a second person", "hourglass", "info"),
    "claim_reopened": ("Claim open again", "flag", "warn"),
    "claim_granted": ("Claim granted", "circle-check", "good"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """A return or a claim as the events of its order have it: what a line of a list shows."""

    id: str
    number: str
    state: str
    label: str


@dataclass(frozen=True, slots=True)
class ToldInEvents:
    """By vendor order, the oldest first."""

    returns: dict[UUID, list[Told]]
    claims: dict[UUID, list[Told]]


def told_in(events: Iterable[OrderEvent]) -> ToldInEvents:
    """An order's returns and claims, by its events in their order. No query."""
    found: dict[str, dict[UUID, dict[str, Told]]] = {"return": {}, "claim": {}}
    labels = {"return": dict(ReturnState.choices), "claim": dict(ClaimState.choices)}
    for event in events:
        kind, part, data = event.name.partition("_")[0], event.vendor_order_id, event.data
        if kind in found and "state" in data and part is not None:
            told = Told(data[kind], data["number"], data["state"], str(labels[kind][data["state"]]))
            found[kind].setdefault(part, {})[told.id] = told
    of = {kind: {part: list(each.values()) for part, each in parts.items()} for kind, parts in found.items()}
    return ToldInEvents(of["return"], of["claim"])


def return_of(order_id: UUID, return_id: UUID) -> Return | None:
    """A return of a customer's order with all that its page shows, but its events. Three queries."""
    return _whole().filter(order_id=order_id, id=return_id).first()


def vendor_return(vendor_id: UUID, return_id: UUID) -> Return | None:
    """The same of a vendor's."""
    return _whole().filter(vendor_id=vendor_id, id=return_id).first()


def claim_with(claim_id: UUID, **narrowed: UUID) -> Claim | None:
    """A claim with its messages, its photos, and its return. `narrowed`: order_id or vendor_id of whoever asks."""
    claims = Claim.objects.select_related("vendor_order", "returned", "refund")
    return claims.prefetch_related("messages", PHOTOS).filter(id=claim_id, **narrowed).first()


def photo_of(photo_id: UUID, **narrowed: Any) -> Photo | None:
    return Photo.objects.filter(id=photo_id, **narrowed).first()


def returns_page(vendor_id: UUID, *, state: str = "", cursor: str | None = None, size: int = 30) -> Page[Return]:
    """A vendor's returns, newest first; `state` may be "open" for all that somebody has to do something about."""
    rows = (
        Return.objects.filter(vendor_id=vendor_id).select_related("vendor_order").prefetch_related("lines__order_line")
    )
    if state == "open":
        rows = rows.filter(state__in=OPEN_RETURNS)
    elif state in ReturnState.values:
        rows = rows.filter(state=state)
    return keyset_page(rows, order=("-id",), cursor=cursor, size=size)


def return_counts(vendor_id: UUID) -> dict[str, int]:
    """How many of a vendor's returns are at each state that is open."""
    rows = Return.objects.filter(vendor_id=vendor_id, state__in=OPEN_RETURNS).order_by().values_list("state")
    return dict(rows.annotate(count=Count("id")))


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a vendor has before it: orders by state, and how many returns and claims, and how many customers,
    wait for it."""

    orders: dict[str, int]
    returns: int
    messages: int


def vendor_waiting(vendor_id: UUID) -> Waiting:
    """What every page of the portal tells of. One statement."""
    waits = (ReturnState.ASKED, ReturnState.RECEIVED, ReturnState.INSPECTED)
    free = Q(refund__isnull=True) | ~Q(refund__state__in=STANDING)
    orders = VendorOrder.objects.filter(vendor_id=vendor_id, paid_at__isnull=False)
    returns = Return.objects.filter(free, vendor_id=vendor_id, state__in=waits)
    claims = Claim.objects.filter(vendor_id=vendor_id, state=ClaimState.OPEN)
    rows = _counted(orders, "orders", "fulfillment").union(
        _counted(returns, "returns", "state"),
        _counted(claims, "claims", "state"),
        _counted(Thread.objects.filter(WAITS_FOR_MEMBER, vendor_id=vendor_id), "messages", "last_kind"),
        all=True,
    )
    found: dict[str, dict[str, int]] = {"orders": {}, "returns": {}, "claims": {}, "messages": {}}
    for row in rows:
        found[row["about"]][row["at"]] = row["count"]
    back = sum(found["returns"].values()) + sum(found["claims"].values())
    return Waiting(found["orders"], back, sum(found["messages"].values()))


def office_waiting() -> dict[str, int]:
    """How many `refunds` wait for a second person, how many `claims` for a decision, and how many conversations were
    reported (`messages`). One statement."""
    refunds = RefundRequest.objects.filter(state=RequestState.WAITING)
    claims = Claim.objects.filter(state=ClaimState.OPEN)
    rows = _counted(refunds, "refunds", "state").union(
        _counted(claims, "claims", "state"),
        _counted(Thread.objects.filter(REPORTED), "messages", "vendor_order__fulfillment"),
        all=True,
    )
    found: dict[str, int] = {}
    for row in rows:
        found[row["about"]] = found.get(row["about"], 0) + row["count"]
    return found


def _counted(rows: QuerySet[Any], about: str, column: str) -> QuerySet[Any]:
    """How many of them by a column, with what they are: to be put together with others in one statement."""
    named = rows.order_by().annotate(about=Value(about, CharField()), at=F(column)).values("about", "at")
    return named.annotate(count=Count("id"))


def claims_page(
    *, state: str = "", vendor_id: UUID | None = None, cursor: str | None = None, size: int = 30
) -> Page[Claim]:
    """Claims: those that are open with the oldest first, any others newest first."""
    rows = Claim.objects.select_related("vendor_order")
    if vendor_id is not None:
        rows = rows.filter(vendor_id=vendor_id)
    if state in ClaimState.values:
        rows = rows.filter(state=state)
    return keyset_page(rows, order=("id",) if state == ClaimState.OPEN else ("-id",), cursor=cursor, size=size)


def claims_open() -> int:
    """How many the platform has to decide."""
    return Claim.objects.filter(state=ClaimState.OPEN).count()


def timeline_of(of: Return | Claim, names: Mapping[UUID, str]) -> list[dict[str, Any]]:
    """What happened to one return or claim, for `components/timeline.html`; `names` of people by id, where they may be read.

    One query.
    """
    key = "return" if isinstance(of, Return) else "claim"
    events = OrderEvent.objects.filter(vendor_order_id=of.vendor_order_id, **{f"data__{key}": str(of.id)})
    return [shown_event(event, names, number=of.number) for event in events.order_by("at", "id")]


def shown_event(event: OrderEvent, names: Mapping[UUID, str], *, number: str = "") -> dict[str, Any]:
    """One event of a return or a claim; its note without the number where the page is about that one."""
    title, icon, tone = EVENT_WORDS[event.name]
    note = event.note.removeprefix(number).removeprefix(": ") if number else event.note
    who = names.get(event.actor_id, "") if event.actor_id else ""
    return {
        "title": title,
        "icon": icon,
        "tone": tone,
        "at": event.at,
        "note": ", ".join(filter(None, (note, f"by {who}" if who else ""))),
    }


@dataclass(frozen=True, slots=True)
class Said:
    """One message of a claim: whose side, and whether the reader wrote it."""

    who: str
    text: str
    at: datetime
    asks: str


def said_in(claim: Claim, *, vendor_name: str) -> list[Said]:
    """The messages of a claim that came with them, oldest first."""
    sides = {"customer": "The customer", "member": vendor_name, "staff": "Souk"}
    asked = {"customer": "the customer", "member": vendor_name}
    rows = sorted(claim.messages.all(), key=lambda message: (message.at, message.id))
    return [Said(sides[row.author_kind], row.text, row.at, asked.get(row.asks, "")) for row in rows]


def who_pays(returned: Return) -> str:
    """Who pays the way back, as a customer reads it."""
    if returned.shipping_paid_by == ShippingPaidBy.CUSTOMER:
        return "You pay the way back."
    if returned.prepaid:
        return "The shop pays the way back."
    return "The shop pays the way back, but gave no label for it: keep the receipt, and have us decide."


def window_is_open(parts: Iterable[VendorOrder], *, days: int, now: datetime) -> bool:
    """Whether something of these vendor orders, which came with their parcels, may be sent back: a first look, no query."""
    parcels: Sequence[Any] = [parcel for part in parts for parcel in part.parcels.all()]
    return any(
        parcel.shipped_at and (parcel.delivered_at is None or now < parcel.delivered_at + timedelta(days=days))
        for parcel in parcels
    )


def _whole() -> Any:
    return Return.objects.select_related("vendor_order", "refund").prefetch_related("lines__order_line", PHOTOS)
