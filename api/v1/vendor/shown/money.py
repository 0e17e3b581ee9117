"""A vendor's money as the vendor API gives it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from billing.ledger.queries import Step
from billing.payouts.models import Payout, PayoutTransfer, Transfer
from billing.payouts.queries import VendorMoney, place_of
from billing.payouts.ways import Way, is_open
from marketplace.orders.models import OrderLine, VendorOrder

Orders = Mapping[UUID, VendorOrder]
Lines = Mapping[UUID, Sequence[OrderLine]]


def balance(money: VendorMoney, owed_minor: int) -> dict[str, Any]:
    return {
        "currency": money.held.currency,
        "held_minor": money.held.amount_minor,
        "held_count": money.held_count,
        "next_release_at": money.next_release_at,
        "on_its_way_minor": money.on_its_way.amount_minor,
        "arrives_on": money.arrives_on,
        "in_the_bank_minor": money.in_the_bank.amount_minor,
        "owed_minor": owed_minor,
    }


def transfer(way: Way, orders: Orders, lines: Lines) -> dict[str, Any]:
    found = way.transfer
    place = place_of(found, way.payouts, balance_minor=way.balance_minor)
    return {
        "id": found.id,
        "order": _order(found, orders),
        "amount_minor": found.amount_minor,
        "reversed_minor": found.reversed_minor,
        "currency": found.currency,
        "state": found.state,
        "place": place.place,
        "explanation": place.explanation,
        "hold_rule": found.hold_rule,
        "release_at": found.release_at,
        "done_at": found.done_at,
        "part": found.part,
        "waits_for": way.waits_for,
        "turn": way.turn,
        "stages": [
            {"name": stage.name, "state": stage.state, "on": _day(stage.at), "note": stage.note} for stage in way.stages
        ],
        "holds": [
            {
                "rule": hold.rule,
                "reason": hold.reason,
                "days_after_delivery": hold.days_after_delivery,
                "release_at": hold.release_at,
                "released_at": hold.released_at,
                "is_open": is_open(hold),
            }
            for hold in way.holds
        ],
        "lines": [
            {
                "id": line.id,
                "title": line.title,
                "sku": line.sku,
                "quantity": line.quantity,
                "earned_minor": line.sold_minor - line.commission_minor,
            }
            for line in lines.get(found.reference_id, [])
        ],
    }


def _day(at: datetime | date | None) -> date | None:
    return at.date() if isinstance(at, datetime) else at


def payout(found: Payout) -> dict[str, Any]:
    return {
        "id": found.id,
        "provider_id": found.provider_payout_id,
        "amount_minor": found.amount_minor,
        "currency": found.currency,
        "state": found.state,
        "arrives_on": found.arrives_on,
        "failure_reason": found.failure_reason,
        "created_at": found.created_at,
    }


def carried(link: PayoutTransfer, orders: Orders) -> dict[str, Any]:
    """What a payout carried of a transfer, which came with it."""
    return {
        "transfer_id": link.transfer_id,
        "order": _order(link.transfer, orders),
        "amount_minor": link.amount_minor,
    }


def step(found: Step, orders: Orders) -> dict[str, Any]:
    """A posting in the vendor's eyes: what we owe it grows by a credit, so signs are turned around."""
    entry = found.posting.entry
    part = orders.get(entry.reference_id) if entry.reference_id else None
    return {
        "id": found.posting.id,
        "at": entry.occurred_at,
        "kind": entry.kind,
        "description": entry.description,
        "corrects": entry.reverses_id is not None,
        "order": {"id": part.id, "number": part.number} if part else None,
        "amount_minor": -found.posting.amount_minor,
        "balance_minor": -found.balance_minor,
    }


def _order(found: Transfer, orders: Orders) -> dict[str, Any]:
    part = orders.get(found.reference_id)
    return {"id": found.reference_id, "number": part.number if part else found.reference_number}
