"""Early fraud warnings and reviews: what may still be refunded before the bank takes it back."""

from __future__ import annotations

from ..errors import refused
from ..store import Record
from ..world import World


def warn(world: World, charge: Record) -> Record:
    """The card's bank takes a charge for fraud: there is still time to refund it. No money moves."""
    warning = world.create(
        "radar.early_fraud_warning",
        "issfr",
        charge.account,
        {
            "actionable": not (charge.body["refunded"] or charge.body["disputed"]),
            "charge": charge.id,
            "fraud_type": "misc",
            "livemode": False,
            "payment_intent": charge.body["payment_intent"],
        },
    )
    world.emit(charge.account, "radar.early_fraud_warning.created", warning.body)
    return warning


def open_review(world: World, charge: Record) -> Record:
    """Hold a payment up for a person to look at; the money has moved all the same."""
    review = world.create(
        "review",
        "prv",
        charge.account,
        {
            "billing_zip": None,
            "charge": charge.id,
            "closed_reason": None,
            "ip_address": None,
            "ip_address_location": None,
            "livemode": False,
            "open": True,
            "opened_reason": "rule",
            "payment_intent": charge.body["payment_intent"],
            "reason": "rule",
            "session": None,
        },
    )
    charge.body["review"] = review.id
    world.store.save(charge)
    world.emit(charge.account, "review.opened", review.body)
    return review


def close_review(world: World, review: Record, reason: str) -> None:
    """End a review as approved, refunded, refunded_as_fraud or disputed; raises ApiError if it has ended."""
    if not review.body["open"]:
        raise refused(f"The review {review.id} is already closed.")
    review.body |= {"open": False, "closed_reason": reason, "reason": reason}
    world.store.save(review)
    charge = world.store.find(review.body["charge"])
    if charge:
        charge.body["review"] = None
        world.store.save(charge)
    world.emit(review.account, "review.closed", review.body)


def settle_doubts(world: World, charge: Record, reason: str) -> None:
    """A charge was refunded or disputed: its review ends with that reason, and its warning asks for nothing more."""
    review = world.store.find(charge.body["review"] or "")
    if review and review.body["open"]:
        close_review(world, review, reason)
        charge.body["review"] = None
    for warning in world.store.where("radar.early_fraud_warning", "charge", charge.id):
        if warning.body["actionable"]:
            warning.body["actionable"] = False
            world.store.save(warning)
            world.emit(charge.account, "radar.early_fraud_warning.updated", warning.body, {"actionable": True})
