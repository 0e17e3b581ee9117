"""An order rebuilt from its events alone: pure, so that it can be held against what the tables say.

What was bought and what it cost stands in the order's lines, which never change; everything that happened afterwards is here.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from marketplace.orders.models import Fulfillment
from marketplace.returns.models import ClaimState, ReturnState


class Event(Protocol):
    """What is read of an `orders.OrderEvent`."""

    name: str
    vendor_order_id: UUID | None
    data: dict[str, Any]
    at: datetime


@dataclass
class Packed:
    """A parcel: units by order line, and how it is followed."""

    number: int
    lines: dict[str, int]
    tracking: tuple[str, str, str] = ("", "", "")
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None


@dataclass
class GoodsBack:
    """A return: its state, the units asked for, and how they were found (ok, damaged, missing, restocked)."""

    number: str
    state: str
    lines: dict[str, int]
    found: dict[str, list[int]] = field(default_factory=dict)


@dataclass
class Part:
    """A vendor order."""

    quantities: dict[str, int] = field(default_factory=dict)
    canceled: dict[str, int] = field(default_factory=dict)
    parcels: dict[str, Packed] = field(default_factory=dict)
    returns: dict[str, GoodsBack] = field(default_factory=dict)
    claims: dict[str, str] = field(default_factory=dict)
    paid_at: datetime | None = None
    accepted_at: datetime | None = None
    canceled_at: datetime | None = None
    refunded_minor: int = 0
    is_given_up: bool = False

    @property
    def fulfillment(self) -> str:
        promised = {line: count - self.canceled.get(line, 0) for line, count in self.quantities.items()}
        if self.is_given_up or not any(promised.values()):
            return Fulfillment.CANCELED
        if self.paid_at is None:
            return Fulfillment.WAITING
        parcels = list(self.parcels.values())
        packed = sum(sum(parcel.lines.values()) for parcel in parcels)
        if packed < sum(promised.values()):
            return Fulfillment.ACCEPTED if self.accepted_at else Fulfillment.NEW
        if any(parcel.shipped_at is None for parcel in parcels):
            return Fulfillment.PACKED
        if any(parcel.delivered_at is None for parcel in parcels):
            return Fulfillment.SHIPPED
        return Fulfillment.DELIVERED


@dataclass
class Rebuilt:
    """The whole order, its parts by id."""

    parts: dict[UUID, Part] = field(default_factory=dict)
    paid_at: datetime | None = None
    canceled_at: datetime | None = None


def replay(events: Iterable[Event]) -> Rebuilt:
    """What these events, in their order, come to. An event that changes nothing of it is passed by."""
    order = Rebuilt()
    for event in events:
        if event.vendor_order_id is None:
            _of_order(order, event)
        else:
            _of_part(order.parts[event.vendor_order_id], event)
    return order


def _of_order(order: Rebuilt, event: Event) -> None:
    if event.name == "placed":
        for line, (part_id, quantity) in event.data["lines"].items():
            order.parts.setdefault(UUID(part_id), Part()).quantities[line] = quantity
    elif event.name == "paid":
        order.paid_at = event.at
        for part in order.parts.values():
            part.paid_at = event.at
    elif event.name == "canceled":
        order.canceled_at = event.at
        for part in order.parts.values():
            part.is_given_up, part.canceled_at = True, event.at


def _of_part(part: Part, event: Event) -> None:
    data = event.data
    if event.name == "accepted":
        part.accepted_at = event.at
    elif event.name == "packed":
        part.parcels[data["parcel"]] = Packed(data["number"], dict(data["lines"]))
    elif event.name in ("shipped", "tracking_corrected"):
        parcel = part.parcels[data["parcel"]]
        parcel.tracking = tuple(data["tracking"])
        parcel.shipped_at = parcel.shipped_at or event.at
    elif event.name == "delivered":
        part.parcels[data["parcel"]].delivered_at = event.at
    elif event.name in ("canceled", "partly_canceled", "refunded"):
        _given_up(part, event)
    elif event.name.startswith("return_"):
        _return_step(part, data)
    elif event.name.startswith("claim_") and "state" in data:
        part.claims[data["claim"]] = ClaimState(data["state"])


def _given_up(part: Part, event: Event) -> None:
    part.refunded_minor += event.data.get("refunded_minor", 0)
    part.is_given_up = part.is_given_up or event.data.get("sold_out", False)
    for line, count in event.data.get("canceled", {}).items():
        part.canceled[line] = part.canceled.get(line, 0) + count
    for parcel_id, lines in event.data.get("unpacked", {}).items():
        parcel = part.parcels[parcel_id]
        parcel.lines = {
            line: count - lines.get(line, 0) for line, count in parcel.lines.items() if count > lines.get(line, 0)
        }
        if not parcel.lines:
            del part.parcels[parcel_id]
    if event.name == "canceled":
        part.canceled_at = event.at


def _return_step(part: Part, data: dict[str, Any]) -> None:
    known = part.returns.get(data["return"])
    if known is None:
        known = part.returns[data["return"]] = GoodsBack(data["number"], data["state"], dict(data["lines"]))
    known.state = ReturnState(data["state"])
    known.found = data.get("found", known.found)
