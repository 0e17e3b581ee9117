"""Refunds: paid from the platform's available balance; what is short waits, what succeeded may still fail."""

from __future__ import annotations

from ..cards import BY_TOKEN
from ..errors import refused
from ..store import Record
from ..world import World, job
from .currencies import show
from .movements import WAITING, held, move

SETTLES_AFTER = 3600


def create_refund(
    world: World,
    charge: Record,
    amount: int | None,
    *,
    reason: str | None = None,
    metadata: dict[str, str] | None = None,
) -> Record:
    """Refund ``amount`` minor units of a charge, or all that is left of it.

    Raises ApiError if nothing is left, the amount exceeds the rest, the charge was not captured or is disputed.
    """
    body = charge.body
    if body["status"] != "succeeded" or not body["captured"]:
        raise refused(f"Charge {charge.id} has not been captured and cannot be refunded.", code="charge_not_refundable")
    if body["disputed"] and any(
        not d.body["is_charge_refundable"] for d in world.store.where("dispute", "charge", charge.id)
    ):
        raise refused(f"Charge {charge.id} has been charged back; cannot issue a refund.", code="charge_disputed")
    rest = body["amount_captured"] - body["amount_refunded"]
    if rest <= 0:
        raise refused(f"Charge {charge.id} has already been refunded.", code="charge_already_refunded")
    amount = rest if amount is None else amount
    if amount <= 0:
        raise refused("Refund amount must be greater than zero.", code="parameter_invalid_integer", param="amount")
    if amount > rest:
        raise refused(
            f"Refund amount ({show(amount, body['currency'])}) is greater than unrefunded amount on charge "
            f"({show(rest, body['currency'])})",
            param="amount",
        )
    behavior = BY_TOKEN[charge.hidden["card"]].refund if charge.hidden.get("card") else "succeeded"
    refund = world.create(
        "refund",
        "re",
        charge.account,
        {
            "amount": amount,
            "balance_transaction": None,
            "charge": charge.id,
            "currency": body["currency"],
            "destination_details": {
                "type": "card",
                "card": {
                    "reference_status": "pending",
                    "reference_type": "acquirer_reference_number",
                    "type": "refund",
                },
            },
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
    if held(world, charge.account, body["currency"])[1] >= amount:
        _pay(world, refund)
    else:
        refund.body["pending_reason"] = "insufficient_funds"
    world.store.save(refund)
    world.emit(charge.account, "refund.created", refund.body)
    world.emit(charge.account, "charge.refunded", charge.body)
    return refund


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
        if (refund.account, refund.body["currency"], refund.body.get("pending_reason")) != (
            account,
            currency,
            "insufficient_funds",
        ):
            continue
        if held(world, account, currency)[1] < refund.body["amount"]:
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
    """The bank sends a refund back: the money returns to our balance, and the customer must be paid another way."""
    refund = world.store.find(id)
    if refund is None or refund.body["status"] not in ("pending", "succeeded"):
        return
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
    refund.body |= {"status": "failed", "failure_reason": "expired_or_canceled_card"}
    refund.body.pop("pending_reason", None)
    world.store.save(refund)
    charge = world.store.find(refund.body["charge"])
    assert charge
    charge.body["amount_refunded"] -= refund.body["amount"]
    charge.body["refunded"] = False
    world.store.save(charge)
    world.emit(refund.account, "refund.updated", refund.body, before)
    world.emit(refund.account, "refund.failed", refund.body, before)
