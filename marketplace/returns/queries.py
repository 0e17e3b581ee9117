"""Reading what is left to give back, what was asked for, and what became of it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet, Sum

from billing.disputes.models import DisputeSlice
from billing.disputes.queries import Standing, standing_of
from billing.payments.actions import left_of as left_of_share
from billing.payments.actions import tax_left_of
from billing.payments.models import Payment, PaymentShare, PaymentState, Refund, RefundState
from billing.payouts.models import PayoutTransfer, Transfer, TransferState
from kit import clock
from kit.money import Money
from kit.pagination import Page, keyset_page
from marketplace.fulfillment.actions import unpacked, unshipped
from marketplace.fulfillment.models import ParcelLine
from marketplace.orders.models import Fulfillment, OrderLine, VendorOrder
from marketplace.returns.amounts import Left, Taken, without, without_all
from marketplace.returns.models import (
    Cancellation,
    CustomerCancels,
    RefundItem,
    RefundRequest,
    RequestKind,
    RequestState,
)
from marketplace.returns.policy import Policy, policy_at
from marketplace.returns.preview import Ask, LineFacts, PartFacts, Preview, asked_of_parcel, preview


def facts_of(order_id: UUID, *, vendor_id: UUID | None = None, policy: Policy | None = None) -> list[PartFacts]:
    """What there is to cancel and to give back of an order's paid parts, in eleven queries whatever its size.

    Inside a wall only the vendor's own part is found. Locks nothing: who does something locks the order and its payment
    first.
    """
    paid = VendorOrder.objects.filter(order_id=order_id, paid_at__isnull=False)
    everyones = list(paid.order_by("id").prefetch_related("lines", "parcels__lines"))
    parts = [part for part in everyones if vendor_id in (None, part.vendor_id)]
    if not parts:
        return []
    policy, ids = policy or policy_at(clock.now()), [part.id for part in parts]
    shares = {share.reference_id: share for share in PaymentShare.objects.filter(reference_id__in=ids)}
    transferred = _transferred(ids)
    refunds, items = _given_back(ids)
    done = _carried_out(ids, items)
    standings = standing_of([part.id for part in everyones])
    # The bank disputes a payment, and no part of it can be refunded meanwhile, whosever part it asks about.
    is_asked = any(each.is_open for each in standings.values())
    facts = []
    for part in parts:
        standing = standings.get(part.id, Standing())
        found = _part_facts(
            part,
            shares[part.id],
            transferred[part.id],
            [*refunds[part.id], *standing.lost],
            items,
            policy,
            len(done[part.id]),
        )
        dispute = "open" if standing.is_open else "elsewhere" if is_asked else ""
        facts.append(replace(found, dispute=dispute, lost=standing.lost_minor))
    return facts


def preview_of(
    order_id: UUID, asks: Sequence[Ask], *, kind: str, by_customer: bool = False, vendor_id: UUID | None = None
) -> Preview:
    """What it would do, by what is there now. Raises NothingToGiveBack, TooMuchAsked, CannotCancel, PaymentDisputed."""
    facts = facts_of(order_id, vendor_id=vendor_id)
    return preview(facts, asks, cancels=kind == RequestKind.CANCELLATION, by_customer=by_customer)


def may_cancel(parts: Iterable[VendorOrder], policy: Policy) -> list[VendorOrder]:
    """Those of these vendor orders, which came with lines and parcels, of which a customer may cancel something by
    themselves. Asks nothing.
    """
    open_states = (Fulfillment.NEW, Fulfillment.ACCEPTED)
    found = [part for part in parts if part.paid_at is not None and part.fulfillment in open_states]
    # With a parcel it is closed, and what is in it does not matter.
    return [
        part for part in found if not _closed_to_customer(part, {} if part.parcels.all() else unpacked(part), policy)
    ]


def preview_of_request(request: RefundRequest) -> Preview:
    """What a request would do now, which may be something else than when it was made. A vendor's own never reaches beyond
    its own part, whatever the request names.
    """
    asks = [Ask.from_data(each) for each in request.asked]
    by_customer = request.asked_kind == "customer"
    vendor_id = request.vendor_id if request.asked_kind == "member" else None
    return preview_of(request.order_id, asks, kind=request.kind, by_customer=by_customer, vendor_id=vendor_id)


def _part_facts(
    part: VendorOrder,
    share: PaymentShare,
    transferred: tuple[int, int],
    gone: Sequence[Refund | DisputeSlice],
    items: Mapping[UUID, Sequence[RefundItem]],
    policy: Policy,
    carried_out: int,
) -> PartFacts:
    lefts = left_of(part, list(part.lines.all()), gone, items)
    can_go, loose = unshipped(part), unpacked(part)
    sent, paid_out = transferred
    return PartFacts(
        vendor_order_id=part.id,
        vendor_id=part.vendor_id,
        vendor_name=part.vendor_name,
        number=part.number,
        currency=part.currency,
        closed_to_customer=_closed_to_customer(part, loose, policy),
        keeps_commission=policy.keeps_commission(paid_at=part.paid_at, now=clock.now()),
        lines=[
            LineFacts(lefts[line.id], line.title, line.quantity, line.canceled_quantity, can_go.get(line.id, 0))
            for line in part.lines.all()
        ],
        shipping=lefts[None],
        # What was kept to pay the vendor's debt, or taken by the bank, is no longer there to be given back.
        earnings=share.left_minor + share.transferred_minor - share.reversed_minor,
        sent=sent,
        paid_out=min(paid_out, sent),
        commission_left=left_of_share(share).commission,
        commission_tax_left=tax_left_of(share),
        carried_out=carried_out,
        sales_tax_left=left_of_share(share).sales_tax,
    )


def _closed_to_customer(part: VendorOrder, loose: Mapping[UUID, int], policy: Policy) -> bool:
    if policy.customer_cancels == CustomerCancels.NEVER:
        return True
    if part.fulfillment == Fulfillment.NEW:
        return False
    until_packed = policy.customer_cancels == CustomerCancels.UNTIL_PACKED
    return not (until_packed and part.fulfillment == Fulfillment.ACCEPTED and not part.parcels.all() and loose)


def left_of(
    part: VendorOrder,
    lines: Sequence[OrderLine],
    gone: Sequence[Refund | DisputeSlice],
    items: Mapping[UUID, Sequence[RefundItem]],
) -> dict[UUID | None, Left]:
    """What is left of each line, and of the shipping (None), after these refunds and lost disputes of the vendor order.

    Refunds without items, made where no line was named (sold out, paid late), and what a bank keeps are off everything
    alike. Each is off what was left at its time, which their ids tell.
    """
    lefts: dict[UUID | None, Left] = {
        line.id: Left(
            *(line.id, line.quantity, line.total_minor, line.tax_minor, line.commission_minor),
            subsidy=line.discount_platform_minor,
        )
        for line in lines
    }
    lefts[None] = Left(
        None, 1, part.shipping_minor, part.shipping_tax_minor, 0, subsidy=part.shipping_discount_platform_minor
    )
    for taken in sorted(gone, key=lambda row: row.id):
        if isinstance(taken, Refund) and not taken.is_counted:
            continue
        named = items.get(taken.id, ())
        for item in named:
            key = item.order_line_id
            lefts[key] = without(
                lefts[key],
                Taken(
                    *(key, item.units, item.amount_minor, item.tax_minor, item.commission_minor, item.kept_minor),
                    subsidy=item.subsidy_minor,
                ),
            )
        if not named:
            rest = without_all(list(lefts.values()), taken.amount_minor, taken.commission_minor, taken.subsidy_minor)
            lefts = dict(zip(lefts, rest, strict=True))
    return lefts


def _given_back(vendor_orders: Sequence[UUID]) -> tuple[dict[UUID, list[Refund]], dict[UUID, list[RefundItem]]]:
    """Refunds by vendor order, and items by refund, each oldest first."""
    refunds: dict[UUID, list[Refund]] = defaultdict(list)
    found = Refund.objects.filter(share__reference_id__in=vendor_orders).select_related("share").order_by("id")
    for refund in found:
        refunds[refund.share.reference_id].append(refund)
    items: dict[UUID, list[RefundItem]] = defaultdict(list)
    for item in RefundItem.objects.filter(vendor_order__in=vendor_orders).order_by("id"):
        items[item.refund_id].append(item)
    return refunds, items


def _carried_out(vendor_orders: Sequence[UUID], items: Mapping[UUID, Sequence[RefundItem]]) -> dict[UUID, set[UUID]]:
    """The requests that were carried out, by vendor order: told by what they did, which a vendor's own role may read of
    everybody's requests.
    """
    done: dict[UUID, set[UUID]] = defaultdict(set)
    for item in (item for found in items.values() for item in found):
        done[item.vendor_order_id].add(item.request_id)
    withdrawn = Cancellation.objects.filter(vendor_order__in=vendor_orders)
    for vendor_order, request in withdrawn.values_list("vendor_order", "request"):
        done[vendor_order].add(request)
    return done


def _transferred(vendor_orders: Sequence[UUID]) -> dict[UUID, tuple[int, int]]:
    """(sent to the vendor's balance and not taken back, carried from there to a bank) of each vendor order."""
    sent = Transfer.objects.filter(
        reference_id__in=vendor_orders, state__in=[TransferState.SENT, TransferState.DONE]
    ).order_by()
    there = dict(sent.values_list("reference_id").annotate(sum=Sum(F("amount_minor") - F("reversed_minor"))))
    carried = PayoutTransfer.objects.filter(transfer__in=sent.values("id")).order_by()
    gone = dict(carried.values_list("transfer__reference_id").annotate(sum=Sum("amount_minor")))
    return {vendor_order: (there.get(vendor_order, 0), gone.get(vendor_order, 0)) for vendor_order in vendor_orders}


@dataclass(frozen=True, slots=True)
class ShownRefund:
    """A refund as people are told of it: what it is for, how far it is, and what happens next."""

    refund: Refund
    titles: list[str]
    words: str
    next: str


def shown_refunds(vendor_orders: Sequence[UUID]) -> dict[UUID, list[ShownRefund]]:
    """By vendor order, oldest first; without those that never came to anything. Two queries."""
    refunds, items = _given_back(vendor_orders)
    lines = dict(OrderLine.objects.filter(vendor_order__in=vendor_orders).values_list("id", "title"))
    return {
        vendor_order: [_shown(refund, items.get(refund.id, ()), lines) for refund in found]
        for vendor_order, found in refunds.items()
    }


@dataclass(frozen=True, slots=True)
class GivenBack:
    """What a vendor order gave back: its refunds, oldest first, and the VAT that was in them."""

    refunds: list[ShownRefund]
    tax_minor: int


def given_back(parts: Sequence[VendorOrder], *, payment: Payment) -> dict[UUID, GivenBack]:
    """By vendor order. Two queries, with the parts' lines at hand; none before anything was paid."""
    nothing_paid = payment.state == PaymentState.PENDING
    refunds, items = ({}, {}) if nothing_paid else _given_back([part.id for part in parts])
    titles = {line.id: line.title for part in parts for line in part.lines.all()}
    found = {}
    for part in parts:
        mine = refunds.get(part.id, [])
        left = sum(each.tax for each in left_of(part, list(part.lines.all()), mine, items).values())
        found[part.id] = GivenBack(
            [_shown(refund, items.get(refund.id, ()), titles) for refund in mine], part.tax_minor - left
        )
    return found


def _shown(refund: Refund, items: Iterable[RefundItem], titles: Mapping[UUID, str]) -> ShownRefund:
    words, then = told_of(refund)
    named = dict.fromkeys(
        f"{item.units} × {titles[item.order_line_id]}" if item.units else titles[item.order_line_id]
        for item in items
        if item.order_line_id is not None
    )
    return ShownRefund(refund, list(named), words, then)


def told_of(refund: Refund) -> tuple[str, str]:
    """(how far a refund is, what happens next), in words for the customer and whoever helps them."""
    state = RefundState(refund.state)
    if refund.kept_with_us_minor and not refund.sent_minor:
        where = (
            "your store credit" if refund.credited_minor == refund.amount_minor else "your gift card or store credit"
        )
        if state == RefundState.SUCCEEDED:
            return "Given back", f"It is in {where}, to pay with."
        return "Promised", f"It is in {where} within minutes."
    words, then = _at_the_bank(refund, state)
    if refund.kept_with_us_minor:
        kept = Money(refund.kept_with_us_minor, refund.currency)
        then = f"{then} {kept} of it {'is' if refund.kept_at else 'will be'} in your gift card or store credit."
    return words, then


def _at_the_bank(refund: Refund, state: RefundState) -> tuple[str, str]:
    if state in (RefundState.DUE, RefundState.SENT):
        return "Promised", refund.error or "It is sent to the bank within minutes."
    if state == RefundState.PENDING:
        return "On its way", "The bank has it; it arrives within 5 to 10 working days."
    if state == RefundState.SUCCEEDED:
        return "Paid back", "It shows on the statement within 5 to 10 working days."
    if state == RefundState.BY_HAND:
        return "Paid by bank transfer", f"Reference {refund.by_hand_reference}."
    if refund.came_back:
        return "Came back", "The bank returned it. The money is still owed: it is paid another way."
    return "Not made", "The bank refused it, and nothing was moved. It is sent again, or asked for anew."


def requests_page(
    *, vendor_id: UUID | None = None, state: str = "", cursor: str | None = None, size: int = 50
) -> Page[RefundRequest]:
    """Requests, newest first: a vendor's own, or everybody's."""
    rows: QuerySet[Any] = RefundRequest.objects.all()
    if vendor_id is not None:
        rows = rows.filter(vendor_id=vendor_id)
    if state in RequestState.values:
        rows = rows.filter(state=state)
    return keyset_page(rows, order=["-id"], cursor=cursor, size=size)


def requests_of(order_id: UUID, *, vendor_id: UUID | None = None) -> list[RefundRequest]:
    """What was asked for of an order, oldest first; for a vendor only what it asked itself."""
    rows = RefundRequest.objects.filter(order_id=order_id).order_by("id")
    return list(rows.filter(vendor_id=vendor_id) if vendor_id is not None else rows)


def requests_waiting(vendor_id: UUID | None = None) -> int:
    """How many requests wait for approval: at a vendor, or anywhere."""
    mine = Q(vendor_id=vendor_id) if vendor_id is not None else Q()
    return RefundRequest.objects.filter(mine, state=RequestState.WAITING).count()


def asked_of_parcels(facts: Sequence[PartFacts], parcel: str) -> list[tuple[UUID, Ask]]:
    """(vendor order, what all of that parcel comes to) for a parcel's id among these parts; empty for any other text."""
    try:
        wanted = UUID(parcel)
    except ValueError:
        return []
    rows = ParcelLine.objects.filter(parcel__vendor_order__in=[part.vendor_order_id for part in facts])
    packed: dict[UUID, dict[UUID, int]] = defaultdict(dict)
    owner: dict[UUID, UUID] = {}
    for row in rows.select_related("parcel"):
        packed[row.parcel_id][row.order_line_id] = row.quantity
        owner[row.parcel_id] = row.parcel.vendor_order_id
    if wanted not in owner:
        return []
    part = next(part for part in facts if part.vendor_order_id == owner[wanted])
    mine = [lines for parcel_id, lines in packed.items() if owner[parcel_id] == part.vendor_order_id]
    return [(part.vendor_order_id, asked_of_parcel(part, packed[wanted], mine))]
