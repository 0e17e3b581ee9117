"""Disputes: the bank takes the money and a fee from the platform; an inquiry takes nothing."""

from __future__ import annotations

from typing import Any

from ..cards import Card
from ..errors import missing, refused
from ..store import Record
from ..world import World
from .movements import find_movement, move
from .settings import DAY

DISPUTE_FEE_MINOR = 2000
EVIDENCE_DUE_SECONDS = 10 * DAY
FINAL = ("won", "lost", "warning_closed", "prevented")
VERDICTS = {"winning_evidence": "won", "losing_evidence": "lost"}
FILES = (
    "cancellation_policy",
    "customer_communication",
    "customer_signature",
    "duplicate_charge_documentation",
    "receipt",
    "refund_policy",
    "service_documentation",
    "shipping_documentation",
    "uncategorized_file",
)
TEXTS = (
    "access_activity_log",
    "billing_address",
    "cancellation_policy_disclosure",
    "cancellation_rebuttal",
    "customer_email_address",
    "customer_name",
    "customer_purchase_ip",
    "duplicate_charge_explanation",
    "duplicate_charge_id",
    "product_description",
    "refund_policy_disclosure",
    "refund_refusal_explanation",
    "service_date",
    "shipping_address",
    "shipping_carrier",
    "shipping_date",
    "shipping_tracking_number",
    "uncategorized_text",
)


def open_for(world: World, charge: Record, card: Card) -> None:
    """Open the dispute that a test card brings with it, if it brings one."""
    if card.dispute:
        open_dispute(world, charge, card.dispute)


def open_dispute(world: World, charge: Record, reason: str, amount: int | None = None) -> Record:
    """Dispute a charge, or ``amount`` of it. ``reason`` is Stripe's, or ``inquiry``, with which no money moves (yet)."""
    inquiry = reason == "inquiry"
    dispute = world.create(
        "dispute",
        "du",
        charge.account,
        {
            "amount": amount or charge.body["amount"],
            "balance_transactions": [],
            "charge": charge.id,
            "currency": charge.body["currency"],
            "enhanced_eligibility_types": [],
            "evidence": {**dict.fromkeys(FILES + TEXTS), "enhanced_evidence": {}},
            "evidence_details": {
                "due_by": world.now + EVIDENCE_DUE_SECONDS,
                "enhanced_eligibility": {},
                "has_evidence": False,
                "past_due": False,
                "submission_count": 0,
                "submission_method": "not_submitted",
            },
            "is_charge_refundable": inquiry,
            "livemode": False,
            "metadata": {},
            "network_reason_code": "10.4",
            "payment_intent": charge.body["payment_intent"],
            "payment_method_details": {
                "type": "card",
                "card": {
                    "brand": charge.body["payment_method_details"]["card"]["brand"],
                    "case_type": "inquiry" if inquiry else "chargeback",
                    "network": charge.body["payment_method_details"]["card"]["brand"],
                    "network_reason_code": "10.4",
                },
            },
            "reason": "general" if inquiry else reason,
            "status": "warning_needs_response" if inquiry else "needs_response",
        },
    )
    charge.body["disputed"] = True
    world.store.save(charge)
    if not inquiry:
        _book(world, dispute, -dispute.body["amount"], DISPUTE_FEE_MINOR, "dispute")
    world.emit(charge.account, "charge.dispute.created", dispute.body)
    if not inquiry:
        world.emit(charge.account, "charge.dispute.funds_withdrawn", dispute.body)
    return dispute


def close_dispute(world: World, dispute: Record, status: str) -> None:
    """Decide a dispute: ``won`` brings the money and the fee back, ``lost`` and ``warning_closed`` move nothing."""
    if dispute.body["status"] in FINAL:
        raise refused("This dispute is already closed.")
    if dispute.body["status"].startswith("warning"):
        status = "warning_closed"
    before = {"status": dispute.body["status"]}
    dispute.body |= {"status": status, "is_charge_refundable": status == "warning_closed"}
    if status == "won":
        _book(world, dispute, dispute.body["amount"], -DISPUTE_FEE_MINOR, "dispute_reversal")
    world.store.save(dispute)
    world.emit(dispute.account, "charge.dispute.closed", dispute.body, before)
    if status == "won":
        world.emit(dispute.account, "charge.dispute.funds_reinstated", dispute.body)


def escalate(world: World, dispute: Record) -> None:
    """The bank is not content with the answer to its inquiry: it takes the money after all."""
    if not dispute.body["status"].startswith("warning") or dispute.body["status"] in FINAL:
        raise refused("This dispute is not an open inquiry.")
    before = {"status": dispute.body["status"]}
    dispute.body |= {"status": "needs_response", "is_charge_refundable": False}
    dispute.body["payment_method_details"]["card"]["case_type"] = "chargeback"
    dispute.body["evidence_details"] |= {"submission_count": 0, "due_by": world.now + EVIDENCE_DUE_SECONDS}
    _book(world, dispute, -dispute.body["amount"], DISPUTE_FEE_MINOR, "dispute")
    world.emit(dispute.account, "charge.dispute.updated", dispute.body, before)
    world.emit(dispute.account, "charge.dispute.funds_withdrawn", dispute.body)


def submit_evidence(world: World, dispute: Record, evidence: dict[str, Any], *, submit: bool) -> None:
    """Store evidence; submitted, its ``uncategorized_text`` decides the case: winning_evidence, losing_evidence or
    escalate_inquiry_evidence.

    Raises ApiError once it is decided or was answered, and for a file that was not sent as evidence.
    """
    if dispute.body["status"] in FINAL:
        raise refused("This dispute is already closed, and evidence can no longer be submitted.")
    for kind in FILES:
        file = world.store.find(evidence.get(kind) or "")
        if evidence.get(kind) and (file is None or file.kind != "file" or file.body["purpose"] != "dispute_evidence"):
            raise missing("file upload", evidence[kind], param=f"evidence[{kind}]", status=400)
    dispute.body["evidence"] |= {key: value or None for key, value in evidence.items()}
    details = dispute.body["evidence_details"]
    details["has_evidence"] = True
    if submit:
        if details["submission_count"]:
            raise refused("Evidence for this dispute has already been submitted.")
        details |= {"submission_count": 1, "submission_method": "manual"}
        dispute.body["status"] = (
            "warning_under_review" if dispute.body["status"].startswith("warning") else "under_review"
        )
    world.store.save(dispute)
    world.emit(dispute.account, "charge.dispute.updated", dispute.body)
    word = dispute.body["evidence"]["uncategorized_text"] or ""
    if submit and word in VERDICTS:
        close_dispute(world, dispute, VERDICTS[word])
    elif submit and word == "escalate_inquiry_evidence":
        escalate(world, dispute)


def _book(world: World, dispute: Record, amount: int, fee: int, category: str) -> None:
    id = move(
        world,
        dispute.account,
        type="adjustment",
        amount=amount,
        fee=fee,
        currency=dispute.body["currency"],
        source=dispute.id,
        category=category,
        description=f"Chargeback {'withdrawal' if amount < 0 else 'reversal'} for {dispute.body['charge']}",
    )
    dispute.body["balance_transactions"].append(find_movement(world, id))
    world.store.save(dispute)
