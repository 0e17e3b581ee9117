"""The customer's bank takes a payment back, and decides."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from billing.ledger.entries.drafts import EntryDraft, Line, Movement, draft, draft_of_any, moved
from billing.ledger.models import AccountCode as Code


def dispute(movement: Movement) -> EntryDraft | None:
    """Disputed money withdrawn from us, or reinstated; the provider's fee with it, either way."""
    return moved(
        movement,
        "dispute",
        Line(Code.DISPUTED_FUNDS, -movement.amount_minor),
        Line(Code.DISPUTE_FEES, movement.fee_minor),
        description="Disputed money withdrawn" if movement.amount_minor < 0 else "Disputed money reinstated",
    )


@dataclass(frozen=True, slots=True)
class DisputedPart:
    """A vendor's part of a disputed amount, and `subsidy_minor`, what we had added to it: of both `net_minor` its earnings,
    the rest our commission with the VAT on it, and the VAT of the sale that we owe. `reference_id` is its vendor order.
    """

    vendor_id: UUID
    reference_id: UUID
    amount_minor: int
    net_minor: int
    commission_tax_minor: int
    subsidy_minor: int = 0
    sales_tax_minor: int = 0


def dispute_held(
    *,
    dispute_id: UUID,
    order_id: UUID,
    version: int,
    parts: Sequence[DisputedPart],
    currency: str,
    occurred_at: datetime,
) -> EntryDraft | None:
    """The vendors' parts of what the bank took are no longer owed to them while it is not decided."""
    lines = [line for part in parts for line in _hold(part, part.net_minor)]
    key = f"dispute:{dispute_id}:held:{version}"
    return draft_of_any(key, "dispute_held", currency, occurred_at, lines, "Held for a dispute", reference_id=order_id)


def dispute_released(
    *,
    dispute_id: UUID,
    order_id: UUID,
    version: int,
    parts: Sequence[DisputedPart],
    currency: str,
    occurred_at: datetime,
) -> EntryDraft | None:
    """The vendors' parts are owed to them again."""
    lines = [line for part in parts for line in _hold(part, -part.net_minor)]
    return draft_of_any(
        f"dispute:{dispute_id}:released:{version}",
        "dispute_released",
        currency,
        occurred_at,
        lines,
        "Released from a dispute",
        reference_id=order_id,
    )


def dispute_lost(
    *,
    dispute_id: UUID,
    order_id: UUID,
    version: int,
    parts: Sequence[DisputedPart],
    outstanding_minor: int,
    is_borne_by_vendors: bool,
    currency: str,
    occurred_at: datetime,
) -> list[EntryDraft]:
    """The bank keeps what it took. The vendors bear their parts, our commission of them was earned in vain, and what we had
    paid of their discounts comes back to us; or we bear all of it. What no vendor's part covers is ours either way.

    Each part has an entry of its own, which names its vendor order: the vendor's invoice is corrected by it.
    """
    key, borne = f"dispute:{dispute_id}:lost:{version}", parts if is_borne_by_vendors else ()
    ours = outstanding_minor - sum(part.amount_minor for part in borne)
    drafts = [
        draft(
            f"{key}:{part.reference_id}",
            "dispute_lost",
            currency,
            occurred_at,
            Line(Code.DISPUTED_FUNDS, -part.amount_minor),
            Line(Code.DISPUTE_HOLD, part.net_minor, part.vendor_id),
            Line(
                Code.COMMISSION,
                part.amount_minor
                + part.subsidy_minor
                - part.net_minor
                - part.sales_tax_minor
                - part.commission_tax_minor,
            ),
            Line(Code.TAX_PAYABLE, part.commission_tax_minor),
            Line(Code.SALES_TAX, part.sales_tax_minor),
            Line(Code.PROMOTIONS, -part.subsidy_minor),
            reference_id=part.reference_id,
            description="Dispute lost",
        )
        for part in borne
    ]
    rest = [Line(Code.DISPUTED_FUNDS, -ours), Line(Code.BAD_DEBT, ours)]
    left = draft_of_any(key, "dispute_lost", currency, occurred_at, rest, "Dispute lost", reference_id=order_id)
    return drafts if left is None else [*drafts, left]


def _hold(part: DisputedPart, net_minor: int) -> list[Line]:
    return [
        Line(Code.VENDOR_PAYABLE, net_minor, part.vendor_id),
        Line(Code.DISPUTE_HOLD, -net_minor, part.vendor_id),
    ]
