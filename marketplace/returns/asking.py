"""What a customer does with a return: asks for it, sends the goods, takes it back. By the marketplace's process."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from kit import clock
from kit.errors import Conflict, InvalidInput
from marketplace.fulfillment.actions import checked_tracking
from marketplace.orders.models import Order, VendorOrder
from marketplace.orders.words import clean_words
from marketplace.returns.actions import Actor
from marketplace.returns.exchange import replacements_of
from marketplace.returns.models import OPEN_RETURNS, Return, ReturnLine, ReturnReason, ReturnState
from marketplace.returns.photos import Taken, keep_photos
from marketplace.returns.policy import Policy, policy_at
from marketplace.returns.queries import facts_of
from marketplace.returns.states import may_return
from marketplace.returns.steps import lock_part, lock_return, take, tell, write_down

# Of these nothing is kept: their articles may be asked about once more.
GIVEN_UP = (ReturnState.WITHDRAWN, ReturnState.LAPSED)


class CannotReturn(Conflict):
    """Nothing of it can be sent back, or not so much, or not any more."""

    code = "cannot_return"


@dataclass(frozen=True, slots=True)
class Returnable:
    """So many units of a line can be asked for; `until` the window of the first of them closes (None: not delivered yet)."""

    line_id: UUID
    title: str
    units: int
    until: datetime | None


@dataclass(frozen=True, slots=True)
class AskedLine:
    """What a customer wants to send back of a line, why (a ReturnReason), and the variant wanted instead of the money."""

    line_id: UUID
    quantity: int
    reason: str
    replace_with: UUID | None = None


def returnable(order_id: UUID, *, policy: Policy | None = None) -> dict[UUID, list[Returnable]]:
    """By vendor order, what can be sent back now: it has left, its window is open, and its money was not given back.

    Whatever the order's size, as many queries as `facts_of` and three.
    """
    now = clock.now()
    policy = policy or policy_at(now)
    facts = facts_of(order_id, policy=policy)
    if not facts:
        return {}
    window = timedelta(days=policy.return_days)
    sent: dict[UUID, list[tuple[int, datetime | None]]] = defaultdict(list)
    parts = VendorOrder.objects.filter(order_id=order_id).prefetch_related("parcels__lines")
    for parcel in (parcel for part in parts for parcel in part.parcels.all()):
        until = parcel.delivered_at + window if parcel.delivered_at else None
        if parcel.shipped_at and (until is None or now < until):
            for packed in parcel.lines.all():
                sent[packed.order_line_id].append((packed.quantity, until))
    asked, on_the_way = _asked_of(order_id)
    found: dict[UUID, list[Returnable]] = {}
    for part in facts:
        lines = []
        for line in part.lines:
            windows = sent.get(line.id, [])
            units = min(sum(count for count, _ in windows) - asked[line.id], line.left.units - on_the_way[line.id])
            if units > 0:
                closing = [until for _, until in windows if until is not None]
                lines.append(Returnable(line.id, line.title, units, min(closing, default=None)))
        if lines:
            found[part.vendor_order_id] = lines
    return found


@transaction.atomic
def ask_return(
    *,
    order: Order,
    vendor_order_id: UUID,
    lines: Sequence[AskedLine],
    words: str,
    by: Actor,
    photos: Sequence[Taken] = (),
) -> Return:
    """Ask the vendor to take articles back. The same asked twice while the first waits is one return.

    Raises CannotReturn, InvalidInput at `units-<line>`, `reason-<line>`, `words` or `lines`, TooManyPhotos.
    """
    words, policy = clean_words(words, field="words"), policy_at(clock.now())
    part = lock_part(vendor_order_id)
    if part.order_id != order.id:
        raise VendorOrder.DoesNotExist
    lines = [line for line in lines if line.quantity]
    if not lines or len({line.line_id for line in lines}) != len(lines):
        raise InvalidInput("Choose what you want to send back.", field="lines")
    for waiting in Return.objects.filter(vendor_order=part, state=ReturnState.ASKED).prefetch_related("lines"):
        if _same(waiting, lines):
            return waiting
    possible = {each.line_id: each for each in returnable(order.id, policy=policy).get(part.id, [])}
    for line in lines:
        _check_line(line, possible.get(line.line_id))
    instead = _checked_replacements(order.id, lines)
    now = clock.now()
    count = Return.objects.filter(vendor_order=part).count()
    returned = Return.objects.create(
        number=f"{part.number}-R{count + 1}",
        order_id=part.order_id,
        vendor_order=part,
        vendor_id=part.vendor_id,
        words=words,
        shipping_paid_by=policy.shipping_paid_by(line.reason for line in lines),
        asked_by=by.id,
        asked_at=now,
        due_at=now + timedelta(days=policy.answer_days),
    )
    ReturnLine.objects.bulk_create(
        [
            ReturnLine(
                returned=returned,
                order_line_id=line.line_id,
                vendor_id=part.vendor_id,
                quantity=line.quantity,
                reason=line.reason,
                replace_with=line.replace_with,
                replace_title=instead.get(line.line_id, ""),
            )
            for line in lines
        ]
    )
    keep_photos(returned, photos)
    told = {
        "return": str(returned.id),
        "number": returned.number,
        "state": returned.state,
        "lines": {str(line.line_id): line.quantity for line in lines},
    }
    titles = ", ".join(f"{line.quantity} × {possible[line.line_id].title}" for line in lines)
    write_down(returned, "return_asked", by, note=titles, data=told)
    tell("return_asked", part.vendor_id, by, {"return": str(returned.id)})
    return returned


@transaction.atomic
def add_photos(*, return_id: UUID, photos: Sequence[Taken], by: Actor) -> Return:
    """Photos that come later, as long as the return is open. Raises CannotReturn, TooManyPhotos."""
    returned = lock_return(return_id)
    if not returned.is_open:
        raise CannotReturn("This return is over; nothing can be added to it.")
    keep_photos(returned, photos)
    return returned


@transaction.atomic
def withdraw_return(*, return_id: UUID, by: Actor) -> Return:
    """Keep the goods after all. Twice is once. Raises WrongStep once they are on their way."""
    returned = lock_return(return_id)
    if returned.state == ReturnState.WITHDRAWN:
        return returned
    return take(returned, "withdrawn", by)


@transaction.atomic
def say_sent(*, return_id: UUID, carrier: str, tracking_number: str, tracking_url: str = "", by: Actor) -> Return:
    """The goods have left; said again, it corrects how they are followed. Raises WrongStep, InvalidInput."""
    names = ("carrier", "tracking_number", "tracking_url")
    tracking = dict(zip(names, checked_tracking(carrier, tracking_number, tracking_url), strict=True))
    returned = lock_return(return_id)
    if returned.state == ReturnState.SENT and all(getattr(returned, name) == tracking[name] for name in names):
        return returned
    now = clock.now()
    due = now + timedelta(days=policy_at(now).inspect_days)
    changes = {**tracking, "sent_at": returned.sent_at or now, "due_at": due}
    return take(returned, "sent", by, note=" ".join(filter(None, (carrier, tracking_number))), changes=changes)


def may_withdraw(returned: Return) -> bool:
    return may_return(returned.state, "withdrawn", "customer")


def _asked_of(order_id: UUID) -> tuple[Mapping[UUID, int], Mapping[UUID, int]]:
    """(units in returns that count, those of them whose money was not given back yet) by order line."""
    asked: dict[UUID, int] = defaultdict(int)
    on_the_way: dict[UUID, int] = defaultdict(int)
    rows = ReturnLine.objects.filter(returned__order_id=order_id).exclude(returned__state__in=GIVEN_UP)
    for line_id, quantity, state in rows.values_list("order_line_id", "quantity", "returned__state"):
        asked[line_id] += quantity
        if state in OPEN_RETURNS:
            on_the_way[line_id] += quantity
    return asked, on_the_way


def _check_line(line: AskedLine, possible: Returnable | None) -> None:
    if possible is None:
        raise CannotReturn("Of this article nothing can be sent back any more.", field=f"units-{line.line_id}")
    if not 0 < line.quantity <= possible.units:
        raise CannotReturn(f"Of “{possible.title}” {possible.units} can be sent back.", field=f"units-{line.line_id}")
    if line.reason not in ReturnReason.values:
        raise InvalidInput("Say why you send it back.", field=f"reason-{line.line_id}")


def _checked_replacements(order_id: UUID, lines: Sequence[AskedLine]) -> dict[UUID, str]:
    """What is wanted instead, in words by order line. Raises InvalidInput at `replace-<line>`."""
    wanted = [line for line in lines if line.replace_with is not None]
    if not wanted:
        return {}
    if len(wanted) != len(lines):
        left_out = next(line for line in lines if line.replace_with is None)
        raise InvalidInput(
            "Ask for the money of these, and for a replacement of those, each by itself.",
            field=f"replace-{left_out.line_id}",
        )
    possible = replacements_of(order_id)
    found = {}
    for line in wanted:
        titles = {each.variant_id: each.title for each in possible.get(line.line_id, [])}
        if line.replace_with not in titles:
            raise InvalidInput("This cannot be had instead any more.", field=f"replace-{line.line_id}")
        found[line.line_id] = titles[line.replace_with]
    return found


def _same(returned: Return, lines: Iterable[AskedLine]) -> bool:
    asked = {(line.order_line_id, line.quantity, line.reason, line.replace_with) for line in returned.lines.all()}
    return asked == {(line.line_id, line.quantity, line.reason, line.replace_with) for line in lines}
