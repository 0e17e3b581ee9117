"""A vendor's disputes and debts as the vendor API gives them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from billing.disputes.evidence import is_open
from billing.disputes.models import DisputeAnswer, DisputeFile, DisputeSlice
from billing.payouts.models import DebtPayment, VendorDebt
from marketplace.orders.models import VendorOrder

Orders = Mapping[UUID, VendorOrder]


def dispute(part: DisputeSlice, orders: Orders, now: datetime) -> dict[str, Any]:
    found = part.dispute
    return {
        "id": found.id,
        "order": _order(part.reference_id, orders, found.reference_number),
        "state": found.state,
        "reason": found.reason,
        "amount_minor": part.amount_minor,
        "earnings_minor": part.net_minor,
        "currency": part.currency,
        "evidence_due_at": found.evidence_due_at,
        "can_be_answered": is_open(part, now),
        "answered_at": found.submitted_at,
        "loss_borne_by": found.borne_by,
        "fee_borne_by": found.fee_borne_by,
        "opened_at": found.opened_at,
        "closed_at": found.closed_at,
    }


def answer(said: DisputeAnswer | None, files: Sequence[DisputeFile]) -> dict[str, Any]:
    return {
        "texts": said.texts if said else {},
        "handed_in_at": said.handed_in_at if said else None,
        "files": [file(each) for each in files],
    }


def file(row: DisputeFile) -> dict[str, Any]:
    return {
        "id": row.id,
        "proves": row.kind,
        "name": row.name,
        "content_type": row.content_type,
        "size_bytes": row.size_bytes,
        "created_at": row.created_at,
    }


def debt(row: VendorDebt, payments: Sequence[DebtPayment], orders: Orders) -> dict[str, Any]:
    return {
        "id": row.id,
        "order": _order(row.reference_id, orders, row.reference_number) if row.reference_id else None,
        "cause": row.cause,
        "reason": row.reason,
        "amount_minor": row.amount_minor,
        "left_minor": row.left_minor,
        "currency": row.currency,
        "created_at": row.created_at,
        "settled_at": row.settled_at,
        "payments": [_payment(each, orders) for each in payments],
    }


def _payment(row: DebtPayment, orders: Orders) -> dict[str, Any]:
    paid_by = row.transfer
    return {
        "id": row.id,
        "kind": row.kind,
        "amount_minor": row.amount_minor,
        "order": _order(paid_by.reference_id, orders, paid_by.reference_number) if paid_by else None,
        "created_at": row.created_at,
    }


def _order(reference_id: UUID, orders: Orders, number: str) -> dict[str, Any]:
    found = orders.get(reference_id)
    return {"id": reference_id, "number": found.number if found else number}
