"""Reading orders, for the customer, the vendor and the platform."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast
from uuid import UUID

from django.db.models import Count, Exists, F, Max, Min, Model, OuterRef, Prefetch, Q, QuerySet, Sum, Window
from django.db.models.functions import RowNumber, TruncDate

from accounts.models import User
from billing.disputes.models import DisputeSlice
from billing.payments.models import Payment, PaymentShare
from kit.pagination import Page, keyset_page
from marketplace.orders.models import Fulfillment, Order, OrderEvent, OrderLine, StockHold, VendorOrder
from marketplace.orders.status import RETURN_EVENTS, coming_back, shown_status, whole_status


@dataclass(frozen=True)
class ShownPart:
    """A vendor order as its customer sees it: with the word for its state, its money, and what has happened."""

    part: VendorOrder
    status: str
    refunded_minor: int
    events: list[OrderEvent]


@dataclass(frozen=True)
class ShownOrder:
    """`was_disputed`: the customer's bank has ever asked for a part of the payment."""

    order: Order
    payment: Payment
    parts: list[ShownPart]
    events: list[OrderEvent]
    was_disputed: bool

    @property
    def status(self) -> str:
        """One word for the whole purchase."""
        return whole_status([part.status for part in self.parts])


def shown_order(order: Order, *, with_packed: bool = True, also: Sequence[str] = ()) -> ShownOrder:
    """All of an order page in six queries, whatever its size; in five without what is in which parcel, in four before there
    can be any. `also` names what of higher rooms hangs on each vendor order once, and is read in the same statement.
    """
    packed: str | Prefetch[Any] = "parcels__lines" if with_packed else "parcels"
    if order.stock_hold == StockHold.HELD:
        packed = Prefetch("parcels", queryset=_no_parcels())
    parts = list(order.vendor_orders.select_related(*also).order_by("number").prefetch_related("lines", packed))
    # Every order is paid for by its vendor orders' shares, so one query brings them and the payment.
    slices = DisputeSlice.objects.filter(share_id=OuterRef("id"))
    rows = PaymentShare.objects.filter(payment__reference_id=order.id).annotate(was_disputed=Exists(slices))
    shares = list(rows.select_related("payment"))
    payment, refunded = shares[0].payment, {share.reference_id: share.refunded_minor for share in shares}
    events = list(OrderEvent.objects.filter(order_id=order.id).order_by("at", "id"))
    returning = returning_of(events)
    return ShownOrder(
        order=order,
        payment=payment,
        parts=[
            ShownPart(
                part=part,
                status=_status(part, payment.state, refunded.get(part.id, 0), returning.get(part.id, "")),
                refunded_minor=refunded.get(part.id, 0),
                events=[event for event in events if event.vendor_order_id in (None, part.id)],
            )
            for part in parts
        ],
        events=events,
        was_disputed=any(share.was_disputed for share in shares),
    )


def as_placed(
    order: Order,
    *,
    payment: Payment,
    parts: Sequence[VendorOrder],
    lines: Sequence[OrderLine],
    events: list[OrderEvent],
) -> ShownOrder:
    """The same of an order that was written a moment ago, from what was written. No query."""
    for part in parts:
        _know(part.lines, [line for line in lines if line.vendor_order_id == part.id])
        _know(part.parcels, [])
    shown = [
        ShownPart(
            part=part,
            status=_status(part, payment.state, 0),
            refunded_minor=0,
            events=[event for event in events if event.vendor_order_id in (None, part.id)],
        )
        for part in parts
    ]
    return ShownOrder(order=order, payment=payment, parts=shown, events=events, was_disputed=False)


def _know(related: Any, rows: Sequence[Model]) -> None:
    """Have `related.all()` give these rows, as if they had been prefetched."""
    found = related.all()
    found._result_cache, found._prefetch_done = list(rows), True
    related.instance.__dict__.setdefault("_prefetched_objects_cache", {})[related.field.remote_field.cache_name] = found


def _no_parcels() -> QuerySet[Any]:
    model: Any = VendorOrder._meta.get_field("parcels").related_model
    return cast(QuerySet[Any], model.objects.none())


def order_called(number: str) -> Order | None:
    """The order of that number, whatever the case."""
    return Order.objects.filter(number=number.strip().upper()).first()


def orders_of_customer(user: User, *, cursor: str | None = None, size: int = 20) -> Page[Order]:
    """A customer's orders, newest first, with their vendor orders."""
    rows = Order.objects.filter(user=user).prefetch_related("vendor_orders")
    return keyset_page(rows, order=("-placed_at", "-id"), cursor=cursor, size=size)


def statuses(parts: Sequence[VendorOrder]) -> dict[UUID, str]:
    """The shown word of many vendor orders, in two queries, three where some have left. For processes that may read
    payments.
    """
    payments = dict(
        Payment.objects.filter(reference_id__in={part.order_id for part in parts}).values_list("reference_id", "state")
    )
    refunded = dict(
        PaymentShare.objects.filter(reference_id__in=[part.id for part in parts]).values_list(
            "reference_id", "refunded_minor"
        )
    )
    returning = returning_of(_return_events(parts))
    return {
        part.id: _status(part, payments[part.order_id], refunded.get(part.id, 0), returning.get(part.id, ""))
        for part in parts
    }


def vendor_statuses(parts: Sequence[VendorOrder]) -> dict[UUID, str]:
    """The same as seen from inside a wall, where payments cannot be read: a vendor order there is paid or waiting."""
    refunded = dict(
        PaymentShare.objects.filter(reference_id__in=[part.id for part in parts]).values_list(
            "reference_id", "refunded_minor"
        )
    )
    returning = returning_of(_return_events(parts))
    return {
        part.id: vendor_status(part, refunded_minor=refunded.get(part.id, 0), returning=returning.get(part.id, ""))
        for part in parts
    }


def vendor_status(part: VendorOrder, *, refunded_minor: int, returning: str = "") -> str:
    """The shown word of one, from inside a wall, by what its share of the payment gave back. No query."""
    if not part.paid_at and part.fulfillment == Fulfillment.CANCELED:
        return "canceled"
    return _status(part, "paid" if part.paid_at else "pending", refunded_minor, returning)


def vendor_orders(
    vendor_id: UUID,
    *,
    fulfillment: str = "",
    search: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    cursor: str | None = None,
    size: int = 25,
) -> Page[VendorOrder]:
    """A vendor's paid orders, newest first; unpaid ones are nobody's business yet. `since` and `until` (exclusive) are of
    `placed_at`. Raises InvalidInput on a bad cursor.
    """
    rows: QuerySet[Any] = VendorOrder.objects.filter(vendor_id=vendor_id, paid_at__isnull=False).prefetch_related(
        "lines"
    )
    if fulfillment in Fulfillment.values:
        rows = rows.filter(fulfillment=fulfillment)
    if search:
        rows = rows.filter(number__istartswith=search.strip())
    placed = Q()
    if since:
        placed &= Q(placed_at__gte=since)
    if until:
        placed &= Q(placed_at__lt=until)
    return keyset_page(rows.filter(placed), order=("-placed_at", "-id"), cursor=cursor, size=size)


def fulfillment_counts(vendor_id: UUID) -> dict[str, int]:
    """How many paid vendor orders stand in each state: the portal's "what must I do today"."""
    rows = VendorOrder.objects.filter(vendor_id=vendor_id, paid_at__isnull=False).values_list("fulfillment")
    return dict(rows.annotate(count=Count("id")).values_list("fulfillment", "count"))


def vendor_order(vendor_id: UUID, vendor_order_id: UUID) -> VendorOrder:
    """A vendor's paid order with its lines and parcels. Raises VendorOrder.DoesNotExist, as for another vendor's."""
    mine = VendorOrder.objects.filter(vendor_id=vendor_id, paid_at__isnull=False)
    part = mine.prefetch_related("lines", "parcels__lines").get(id=vendor_order_id)
    lines = {line.id: line for line in part.lines.all()}
    for parcel in part.parcels.all():
        for packed in parcel.lines.all():
            packed.order_line = lines[packed.order_line_id]
    return part


def waiting_since(vendor_id: UUID) -> dict[str, tuple[int, datetime]]:
    """(how many, paid since when at the earliest) of a vendor's orders in each state that waits for the vendor."""
    waiting = (Fulfillment.NEW, Fulfillment.ACCEPTED, Fulfillment.PACKED)
    rows = VendorOrder.objects.filter(vendor_id=vendor_id, paid_at__isnull=False, fulfillment__in=waiting)
    grouped = rows.order_by().values_list("fulfillment").annotate(count=Count("id"), oldest=Min("paid_at"))
    return {state: (count, oldest) for state, count, oldest in grouped}


def board(vendor_id: UUID, *, each: int = 30) -> dict[str, list[VendorOrder]]:
    """A vendor's orders by state, the oldest of those that wait for the vendor first, at most so many of each."""
    mine = VendorOrder.objects.filter(vendor_id=vendor_id, paid_at__isnull=False)
    ranked = mine.filter(fulfillment__in=_BOARD).annotate(
        rank=Window(RowNumber(), partition_by="fulfillment", order_by=F("placed_at").asc())
    )
    found: dict[str, list[VendorOrder]] = {state: [] for state in _BOARD}
    for part in ranked.filter(rank__lte=each).order_by("rank").prefetch_related("lines"):
        found[part.fulfillment].append(part)
    return found


_BOARD = (Fulfillment.NEW, Fulfillment.ACCEPTED, Fulfillment.PACKED, Fulfillment.SHIPPED)


def events_of(part: VendorOrder) -> list[OrderEvent]:
    """What happened to a vendor order, oldest first."""
    return list(OrderEvent.objects.filter(vendor_order=part).order_by("at", "id"))


def numbers_of(vendor_id: UUID, references: Iterable[UUID | None]) -> dict[UUID, VendorOrder]:
    """A vendor's orders by reference: a vendor order's own id, or that of the purchase it is part of."""
    wanted = {reference for reference in references if reference}
    found = VendorOrder.objects.filter(Q(id__in=wanted) | Q(order_id__in=wanted), vendor_id=vendor_id)
    return {key: part for part in found for key in (part.id, part.order_id)}


def lines_of(vendor_id: UUID, references: Iterable[UUID]) -> dict[UUID, list[OrderLine]]:
    """The lines of these vendor orders of a vendor, by vendor order. One query."""
    found: dict[UUID, list[OrderLine]] = {}
    rows = OrderLine.objects.filter(vendor_order_id__in=set(references), vendor_id=vendor_id)
    for line in rows.order_by("position", "id"):
        found.setdefault(line.vendor_order_id, []).append(line)
    return found


def sold(vendor_id: UUID, currency: str) -> tuple[int, int]:
    """(gross, commission of it) of all that a vendor was ever paid for, in minor units, before refunds."""
    mine = VendorOrder.objects.filter(vendor_id=vendor_id, currency=currency, paid_at__isnull=False)
    sums = mine.aggregate(gross=Sum("total_minor"), commission=Sum("commission_minor"))
    return sums["gross"] or 0, sums["commission"] or 0


def vendor_sales_by_day(vendor_id: UUID, *, first: date, last: date) -> list[tuple[date, int]]:
    """(day, gross in minor units) that a vendor was paid for on each day from `first` to `last`, none left out."""
    rows = VendorOrder.objects.filter(vendor_id=vendor_id, paid_at__date__gte=first, paid_at__date__lte=last)
    gross = dict(rows.order_by().values_list("paid_at__date").annotate(sum=Sum("total_minor")))
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return [(day, gross.get(day, 0)) for day in days]


def sales_between(vendor_id: UUID, start: Any, end: Any) -> tuple[int, int]:
    """(orders, gross in minor units) that a vendor was paid for between two instants."""
    found = VendorOrder.objects.filter(vendor_id=vendor_id, paid_at__gte=start, paid_at__lt=end).aggregate(
        count=Count("id"), gross=Sum("total_minor")
    )
    return found["count"], found["gross"] or 0


def orders_page(
    *,
    hold: str = "",
    search: str = "",
    user_id: UUID | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    cursor: str | None = None,
    size: int = 50,
) -> Page[Order]:
    """Everybody's orders for the back office, newest first, with their vendor orders: two queries.

    `search` is an e-mail address, or the beginning of a number; `hold` a StockHold: held (waiting for the payment),
    allocated (paid) or released (given up). Raises InvalidInput on a bad cursor.
    """
    rows = Order.objects.prefetch_related("vendor_orders")
    words = search.strip()
    if "@" in words:
        rows = rows.filter(email__iexact=words)
    elif words:
        rows = rows.filter(number__startswith=words.upper())
    narrowed = Q()
    if hold:
        narrowed &= Q(stock_hold=hold)
    if user_id:
        narrowed &= Q(user_id=user_id)
    if since:
        narrowed &= Q(placed_at__gte=since)
    if until:
        narrowed &= Q(placed_at__lt=until)
    return keyset_page(rows.filter(narrowed), order=("-placed_at", "-id"), cursor=cursor, size=size)


@dataclass(frozen=True, slots=True)
class Sales:
    """Paid orders, and what customers paid for them in minor units."""

    orders: int = 0
    gross_minor: int = 0
    last_at: datetime | None = None


def sales_by_day(*, currency: str, since: datetime) -> dict[date, Sales]:
    """The marketplace's paid orders by the day they were placed (UTC); days without any are left out. One query."""
    paid = Order.objects.filter(placed_at__gte=since, currency=currency, stock_hold=StockHold.ALLOCATED)
    days = paid.annotate(day=TruncDate("placed_at")).values("day").order_by("day")
    rows = days.annotate(orders=Count("id"), gross=Sum("total_minor"), last=Max("placed_at"))
    return {row["day"]: Sales(row["orders"], row["gross"], row["last"]) for row in rows}


def sales_of_vendors(vendor_ids: Sequence[UUID], *, currency: str) -> dict[UUID, Sales]:
    """What each of these vendors sold, in paid vendor orders. One query."""
    paid = VendorOrder.objects.filter(vendor_id__in=vendor_ids, currency=currency, paid_at__isnull=False)
    rows = paid.order_by().values_list("vendor_id").annotate(Count("id"), Sum("total_minor"), Max("placed_at"))
    return dict.fromkeys(vendor_ids, Sales()) | {vendor_id: Sales(*found) for vendor_id, *found in rows}


def sales_to_customers(user_ids: Sequence[UUID], *, currency: str) -> dict[UUID, Sales]:
    """What each of these people bought, in paid orders. One query."""
    paid = Order.objects.filter(user_id__in=user_ids, currency=currency, stock_hold=StockHold.ALLOCATED)
    rows = paid.order_by().values_list("user_id").annotate(Count("id"), Sum("total_minor"), Max("placed_at"))
    return dict.fromkeys(user_ids, Sales()) | {user_id: Sales(*found) for user_id, *found in rows}


def _status(part: VendorOrder, payment_state: str, refunded_minor: int, returning: str = "") -> str:
    return shown_status(
        part.fulfillment,
        payment_state,
        total_minor=part.total_minor,
        refunded_minor=refunded_minor,
        returning=returning,
    )


def _return_events(parts: Sequence[VendorOrder]) -> list[OrderEvent]:
    """What happened to the returns of these vendor orders, oldest first. No query where nothing has left yet."""
    left = [part.id for part in parts if part.fulfillment in (Fulfillment.SHIPPED, Fulfillment.DELIVERED)]
    if not left:
        return []
    return list(OrderEvent.objects.filter(vendor_order__in=left, name__in=RETURN_EVENTS).order_by("at", "id"))


def returning_of(events: Iterable[OrderEvent]) -> dict[UUID, str]:
    """The word for the open returns of each vendor order, by what happened to it in its order."""
    told: dict[UUID, list[tuple[str, str]]] = {}
    for event in events:
        if event.name in RETURN_EVENTS and event.vendor_order_id is not None:
            told.setdefault(event.vendor_order_id, []).append((event.name, event.data["return"]))
    return {part_id: coming_back(each) for part_id, each in told.items()}


def orders_of_lines(line_ids: Collection[UUID], *, vendor_id: UUID) -> dict[UUID, tuple[UUID, str]]:
    """By order line, id and number of the paid vendor order that it is in. One statement, none without lines."""
    if not line_ids:
        return {}
    rows = OrderLine.objects.filter(id__in=line_ids, vendor_id=vendor_id, vendor_order__paid_at__isnull=False)
    return {
        line: (order, number)
        for line, order, number in rows.values_list("id", "vendor_order_id", "vendor_order__number")
    }
