"""What a vendor does with a return: accepts or declines it, receives and inspects what comes, gives the money back.

By the vendor's own role, inside its shop: stock moves through the inventory's actions, money only through `returns.actions`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from kit import clock
from kit.errors import Conflict, InvalidInput
from marketplace.orders.words import clean_words
from marketplace.returns.actions import Actor, ask
from marketplace.returns.exchange import promise_replacement
from marketplace.returns.models import (
    STANDING,
    RefundRequest,
    RequestKind,
    Return,
    ReturnLine,
    ReturnState,
    ShippingPaidBy,
)
from marketplace.returns.policy import policy_at
from marketplace.returns.preview import Ask, PartFacts
from marketplace.returns.states import check_return
from marketplace.returns.steps import SYSTEM, lock_return, take
from tenants.shop.inventory.actions import main_warehouse, take_in
from tenants.vendors.models import Vendor

ADDRESS = {"name": 150, "street": 150, "postal_code": 15, "city": 100, "country": 2}


class RefundUnderWay(Conflict):
    """The money of this return is on its way, or waits for a second person."""

    code = "return_refund_under_way"


@dataclass(frozen=True, slots=True)
class Found:
    """How the units of a return's line were found: together all of them. Of what came back, `restock` go on the shelf."""

    ok: int = 0
    damaged: int = 0
    missing: int = 0
    restock: int = 0


def where_to_send(vendor: Vendor) -> dict[str, str]:
    """The address of the shop's first warehouse, or the vendor's own where that has none. Inside its shop."""
    place = main_warehouse()
    if place.street and place.city:
        address = {name: getattr(place, name) for name in ("street", "postal_code", "city", "country")}
    else:
        address = {name: getattr(vendor, name) for name in ("street", "postal_code", "city", "country")}
    return {"name": vendor.name, **address, "country": address["country"] or vendor.country}


@transaction.atomic
def accept_return(
    *, return_id: UUID, by: Actor, send_to: Mapping[str, str], prepaid: str = "", note: str = ""
) -> Return:
    """Take the articles back once they are here. Twice is once. Raises WrongStep, InvalidInput at a field of the address,
    or at `prepaid` where the vendor pays the way back and gives no label for it.
    """
    note, prepaid = clean_words(note, field="note", longest=500), " ".join(prepaid.split())
    returned = lock_return(return_id)
    if returned.state == ReturnState.ACCEPTED:
        return returned
    check_return(returned.state, "accepted", by.kind)
    address = _checked_address(send_to)
    if len(prepaid) > 300 or not prepaid.isprintable():
        raise InvalidInput("Give the code or the link of the label, at most 300 characters.", field="prepaid")
    if returned.shipping_paid_by == ShippingPaidBy.VENDOR and not prepaid and by.kind == "member":
        raise InvalidInput(
            "You pay the way back of these: give the code or the link of a label that is paid for.", field="prepaid"
        )
    now = clock.now()
    promise_replacement(returned)
    changes = {
        "send_to": address,
        "prepaid": prepaid,
        "answer_note": note,
        "due_at": now + timedelta(days=policy_at(now).send_days),
    }
    return take(returned, "accepted", by, note=note, changes=changes)


@transaction.atomic
def decline_return(*, return_id: UUID, by: Actor, note: str) -> Return:
    """Do not take them back, and say why: the customer reads it, and may ask the platform. Twice is once.

    Raises WrongStep, InvalidInput.
    """
    note = clean_words(note, field="note", longest=500, needed="Say why: the customer reads it.")
    returned = lock_return(return_id)
    if returned.state == ReturnState.DECLINED:
        return returned
    return take(returned, "declined", by, note=note, changes={"answer_note": note})


@transaction.atomic
def receive_return(*, return_id: UUID, by: Actor) -> Return:
    """The parcel is here. Twice is once. Raises WrongStep."""
    returned = lock_return(return_id)
    if returned.state == ReturnState.RECEIVED:
        return returned
    now = clock.now()
    due = now + timedelta(days=policy_at(now).inspect_days)
    return take(returned, "received", by, changes={"received_at": now, "due_at": due})


@transaction.atomic
def inspect_return(*, return_id: UUID, by: Actor, found: Mapping[UUID, Found], note: str = "") -> Return:
    """How every unit was found, by order line; what is to be sold again goes back on the shelf with it.

    Where not all is well, `note` says so to the customer. The same twice is once. Raises WrongStep, InvalidInput at
    `found-<line>` or `note`.
    """
    returned = lock_return(return_id)
    lines = {line.order_line_id: line for line in returned.lines.select_related("order_line").order_by("id")}
    if returned.state == ReturnState.INSPECTED and {line_id: _as_found(line) for line_id, line in lines.items()} == {
        **found
    }:
        return returned
    check_return(returned.state, "inspected", by.kind)
    for line_id, line in lines.items():
        _check_found(line, found.get(line_id, Found()))
    if not {*found} <= {*lines}:
        raise InvalidInput("There is no such line in this return.", field="lines")
    all_well = all(each.ok == lines[line_id].quantity for line_id, each in found.items())
    needed = "" if all_well else "Say what was damaged or missing: the customer reads it."
    note = clean_words(note, field="note", longest=500, needed=needed)
    take_in(
        {line_id: each.restock for line_id, each in found.items()}, reason=f"Return {returned.number}", actor_id=by.id
    )
    for line_id, each in found.items():
        line = lines[line_id]
        line.ok, line.damaged, line.missing, line.restocked = each.ok, each.damaged, each.missing, each.restock
        line.save(update_fields=["ok", "damaged", "missing", "restocked"])
    now = clock.now()
    changes = {
        "inspected_at": now,
        "inspection_note": note,
        "due_at": now + timedelta(days=policy_at(now).inspect_days),
    }
    told = {str(line_id): [each.ok, each.damaged, each.missing, each.restock] for line_id, each in found.items()}
    return take(returned, "inspected", by, note=note, data={"found": told}, changes=changes)


def suggested_refund(returned: Return, part: PartFacts) -> Ask:
    """What to give back for what was found well, and the shipping where nothing of the vendor order is kept."""
    lines = list(returned.lines.all())
    left = {line.id: line.left.units for line in part.lines}
    units = {line.order_line_id: min(line.ok, left.get(line.order_line_id, 0)) for line in lines}
    keeps_nothing = all(line.left.units == units.get(line.id, 0) for line in part.lines)
    return Ask(
        part.vendor_order_id,
        units={line_id: count for line_id, count in units.items() if count},
        shipping_minor=part.shipping.gross if keeps_nothing else 0,
    )


@transaction.atomic
def refund_return(*, return_id: UUID, asks: Sequence[Ask], reason: str, by: Actor, digest: str) -> RefundRequest:
    """Give the money of an inspected return back, as the preview of this digest showed it: `returns.actions.ask` in its
    name, with all that it raises. Raises WrongStep, RefundUnderWay.
    """
    returned = lock_return(return_id)
    before = returned.refund
    if before is not None and before.state in STANDING:
        if (before.digest, before.asked_by) == (digest, by.id):
            return before
        raise RefundUnderWay("The money of this return is on its way already, or waits for a second person.")
    check_return(returned.state, "refunded", by.kind)
    request = ask(
        order_id=returned.order_id,
        asks=asks,
        kind=RequestKind.REFUND,
        reason=reason,
        by=by,
        digest=digest,
        vendor_id=returned.vendor_id,
    )
    returned.refund, returned.due_at = request, None
    returned.save(update_fields=["refund_id", "due_at"])
    return request


@transaction.atomic
def close_return(*, return_id: UUID, by: Actor, note: str) -> Return:
    """Give nothing back for what was inspected, and say why; the customer may ask the platform. Twice is once.

    Raises WrongStep, RefundUnderWay, InvalidInput.
    """
    note = clean_words(note, field="note", longest=500, needed="Say why nothing is given back: the customer reads it.")
    returned = lock_return(return_id)
    if returned.state == ReturnState.CLOSED:
        return returned
    if returned.refund is not None and returned.refund.state in STANDING:
        raise RefundUnderWay("The money of this return is on its way already, or waits for a second person.")
    if all(line.ok == line.quantity for line in returned.lines.all()) and returned.state == ReturnState.INSPECTED:
        raise InvalidInput("Everything was found well: the money goes back.", field="note")
    return take(returned, "closed", by, note=note, changes={"inspection_note": note})


def settle_refunded(request: RefundRequest) -> None:
    """Inside the transaction that gave the money back: the return it was for is over."""
    found = Return.objects.filter(refund=request).first()
    if found is None:
        return
    returned = Return.objects.select_for_update(of=("self",)).get(id=found.id)
    if returned.state == ReturnState.INSPECTED:
        take(returned, "refunded", SYSTEM, data={"refund_request": str(request.id), "minor": request.amount_minor})


def _as_found(line: ReturnLine) -> Found:
    return Found(line.ok, line.damaged, line.missing, line.restocked)


def _check_found(line: ReturnLine, found: Found) -> None:
    field, title = f"found-{line.order_line_id}", line.order_line.title
    counts = (found.ok, found.damaged, found.missing)
    if min(*counts, found.restock) < 0 or sum(counts) != line.quantity:
        raise InvalidInput(
            f"Say of all {line.quantity} of “{title}” how they were found; you said it of {sum(counts)}.", field=field
        )
    if found.restock > found.ok + found.damaged:
        raise InvalidInput(f"Of “{title}” {found.ok + found.damaged} came back to be sold again.", field=field)


def _checked_address(given: Mapping[str, Any]) -> dict[str, str]:
    found = {name: " ".join(str(given.get(name) or "").split()) for name in ADDRESS}
    for name, longest in ADDRESS.items():
        if not found[name] and name != "postal_code":
            raise InvalidInput("Say where to send it.", field=name)
        if len(found[name]) > longest or not found[name].isprintable():
            raise InvalidInput(f"Use at most {longest} letters, and none that cannot be printed.", field=name)
    return {**found, "country": found["country"].upper()}
