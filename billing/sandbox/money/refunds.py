"""Refunds: paid from the platform's available balance; what is short waits, what succeeded may still fail."""

from __future__ import annotations

from typing import Any

from ..errors import refused
from ..store import Record
from ..world import World, job
from . import radar
from .charges import method_for
from .currencies import check_digits, convert, show
from .disputes import FINAL
from .movements import WAITING, held, move, settles_in

SETTLES_AFTER = 3600
ACTION_LASTS_SECONDS = 45 * 86400


def create_refund(
    world: World,
    charge: Record,
    amount: int | None,
    *,
    reason: str | None = None,
    metadata: dict[str, str] | None = None,
) -> Record:
    """Refund ``amount`` minor units of a charge, or all that is left of it.

    What a bank kept of it can be refunded no more. Raises ApiError if nothing is left, the amount exceeds the rest, the
    charge was not captured or is disputed.
    """
    body = charge.body
    if body["status"] != "succeeded" or not body["captured"]:
        raise refused(f"Charge {charge.id} has not been captured and cannot be refunded.", code="charge_not_refundable")
    disputes = world.store.where("dispute", "charge", charge.id) if body["disputed"] else []
    lost = sum(d.body["amount"] for d in disputes if d.body["status"] == "lost")
    asks = any(not d.body["is_charge_refundable"] for d in disputes if d.body["status"] not in FINAL)
    if asks or (lost and lost >= body["amount_captured"] - body["amount_refunded"]):
        raise refused(f"Charge {charge.id} has been charged back; cannot issue a refund.", code="charge_disputed")
    rest = body["amount_captured"] - body["amount_refunded"] - lost
    if rest <= 0:
        raise refused(f"Charge {charge.id} has already been refunded.", code="charge_already_refunded")
    amount = rest if amount is None else amount
    if amount <= 0:
        raise refused("Refund amount must be greater than zero.", code="parameter_invalid_integer", param="amount")
    check_digits(amount, body["currency"])
    if amount > rest:
        raise refused(
            f"Refund amount ({show(amount, body['currency'])}) is greater than unrefunded amount on charge "
            f"({show(rest, body['currency'])})",
            param="amount",
        )
    method = method_for(charge)
    behavior = method.refund if method else "succeeded"
    kind = method.type if method else "card"
    refund = world.create(
        "refund",
        "re",
        charge.account,
        {
            "amount": amount,
            "balance_transaction": None,
            "charge": charge.id,
            "currency": body["currency"],
            "destination_details": _destination(kind),
            "metadata": metadata or {},
            "payment_intent": body["payment_intent"],
            "reason": reason,
            "receipt_number": None,
            "source_transfer_reversal": None,
            "status": "pending",
            "transfer_reversal": None,
        },
        {"behavior": behavior},
    )
    body["amount_refunded"] += amount
    body["refunded"] = body["amount_refunded"] == body["amount_captured"]
    world.store.save(charge)
    if _can_pay(world, refund):
        _pay(world, refund)
    else:
        refund.body["pending_reason"] = "insufficient_funds"
    world.store.save(refund)
    radar.settle_doubts(world, charge, "refunded_as_fraud" if reason == "fraudulent" else "refunded")
    world.emit(charge.account, "refund.created", refund.body)
    world.emit(charge.account, "charge.refunded", charge.body)
    if refund.body["status"] == "pending" and not refund.body["balance_transaction"] and kind != "card":
        give_up(world, refund.id, "insufficient_funds")  # only cards' refunds wait for money
        return world.store.find(refund.id) or refund
    return refund


def _destination(kind: str) -> dict[str, Any]:
    card = {"reference_status": "pending", "reference_type": "acquirer_reference_number", "type": "refund"}
    return {"type": kind, **({"card": card} if kind == "card" else {})}


def _can_pay(world: World, refund: Record) -> bool:
    settled = settles_in(world, refund.account, refund.body["currency"])
    return held(world, refund.account, settled)[1] >= convert(refund.body["amount"], refund.body["currency"], settled)


def _pay(world: World, refund: Record) -> None:
    refund.body["balance_transaction"] = move(
        world,
        refund.account,
        type="refund",
        amount=-refund.body["amount"],
        currency=refund.body["currency"],
        source=refund.id,
        description="REFUND FOR CHARGE",
    )
    refund.body.pop("pending_reason", None)
    if refund.hidden["behavior"] == "pending":
        refund.body["pending_reason"] = "processing"
        world.schedule("refund_succeeds", refund.id, world.now + SETTLES_AFTER)
    else:
        refund.body["status"] = "succeeded"
    if refund.hidden["behavior"] == "failed":
        world.schedule("refund_fails", refund.id, world.now + SETTLES_AFTER)


def retry_waiting(world: World, account: str, currency: str) -> None:
    """Pay the refunds that waited for money, oldest first, as far as it goes."""
    for refund in world.store.where("refund", "status", "pending"):
        settled = settles_in(world, refund.account, refund.body["currency"])
        waits = refund.body.get("pending_reason") == "insufficient_funds"
        if not waits or (refund.account, settled) != (account, currency):
            continue
        if not _can_pay(world, refund):
            return
        _pay(world, refund)
        world.store.save(refund)
        world.emit(account, "refund.updated", refund.body, {"status": "pending"})


WAITING.append(retry_waiting)


@job("refund_succeeds")
def succeed(world: World, id: str) -> None:
    refund = world.store.find(id)
    if refund and refund.body["status"] == "pending":
        refund.body["status"] = "succeeded"
        refund.body.pop("pending_reason", None)
        world.store.save(refund)
        world.emit(refund.account, "refund.updated", refund.body, {"status": "pending"})


@job("refund_fails")
def fail(world: World, id: str) -> None:
    give_up(world, id, "expired_or_canceled_card")


def give_up(world: World, id: str, reason: str) -> None:
    """The bank sends a refund back: the money returns to our balance, and the customer must be paid another way."""
    refund = world.store.find(id)
    if refund is None or refund.body["status"] not in ("pending", "succeeded"):
        return
    _require_bank(refund)
    before = _take_back(world, refund, "failed")
    refund.body["failure_reason"] = reason
    world.store.save(refund)
    world.emit(refund.account, "refund.updated", refund.body, before)
    world.emit(refund.account, "refund.failed", refund.body, before)


def _require_bank(refund: Record) -> None:
    """Raises ApiError for the vendor's side of a reversed transfer: no bank has it, and none can send it back."""
    if refund.body.get("source_transfer_reversal"):
        raise refused("This refund is the other side of a reversed transfer, which passes no bank.")


def require_action(world: World, refund: Record) -> None:
    """The customer has to say where the money shall go, by an e-mail from Stripe; until then it can be canceled."""
    if refund.body["status"] not in ("pending", "succeeded"):
        raise refused(f"This refund is {refund.body['status']}.")
    _require_bank(refund)
    before = {"status": refund.body["status"]}
    sent = {"email_sent": {"email_sent_at": world.now, "email_sent_to": "customer@example.com"}}
    refund.body |= {
        "status": "requires_action",
        "next_action": {
            "type": "display_details",
            "display_details": {**sent, "expires_at": world.now + ACTION_LASTS_SECONDS},
        },
    }
    refund.body.pop("pending_reason", None)
    world.store.save(refund)
    world.schedule("refund_action_expires", refund.id, world.now + ACTION_LASTS_SECONDS)
    world.emit(refund.account, "refund.updated", refund.body, before)


def cancel(world: World, refund: Record) -> None:
    """Call a refund off that waits for the customer. Raises ApiError in any other state, as cards' always are."""
    if refund.body["status"] != "requires_action":
        raise refused(
            f"You can only cancel refunds that have a status of requires_action. This refund has a status of "
            f"{refund.body['status']}."
        )
    before = _take_back(world, refund, "canceled")
    refund.body.pop("next_action", None)
    world.store.save(refund)
    world.emit(refund.account, "refund.updated", refund.body, before)


@job("refund_action_expires")
def expire_action(world: World, id: str) -> None:
    refund = world.store.find(id)
    if refund and refund.body["status"] == "requires_action":
        cancel(world, refund)


def _take_back(world: World, refund: Record, status: str) -> dict[str, Any]:
    """End a refund without success: its money returns, and the charge may be refunded again. Gives what it was."""
    before = {"status": refund.body["status"]}
    if refund.body["balance_transaction"]:
        refund.body["failure_balance_transaction"] = move(
            world,
            refund.account,
            type="refund_failure",
            amount=refund.body["amount"],
            currency=refund.body["currency"],
            source=refund.id,
            description="REFUND FAILURE",
        )
    refund.body["status"] = status
    refund.body.pop("pending_reason", None)
    world.store.save(refund)
    charge = world.store.find(refund.body["charge"])
    assert charge
    charge.body["amount_refunded"] -= refund.body["amount"]
    charge.body["refunded"] = False
    world.store.save(charge)
    return before
