"""Our own balance at the provider: available, paid out, charged for, or not explained."""

from datetime import datetime
from uuid import UUID

from billing.ledger.entries.drafts import EntryDraft, Line, Movement, draft, enters_pending, moved
from billing.ledger.models import AccountCode as Code

PROVIDER_FEES = {
    "stripe_fee": Code.PAYOUT_FEES,
    "tax_fee": Code.PAYOUT_FEES,
    "stripe_fx_fee": Code.FX_ROUNDING,
    "exchange_rate": Code.FX_ROUNDING,
}


def funds_available(movement: Movement) -> EntryDraft | None:
    """What entered 1010 has become available; None when the movement did not enter there, or is zero.

    To be posted once the provider's own status of the movement says so.
    """
    if not enters_pending(movement) or not movement.net_minor:
        return None
    return draft(
        f"{movement.key}:avail",
        "funds_available",
        movement.currency,
        movement.available_at,
        Line(Code.STRIPE_AVAILABLE, movement.net_minor),
        Line(Code.STRIPE_PENDING, -movement.net_minor),
        description="Funds became available",
    )


def payout(movement: Movement) -> EntryDraft | None:
    """Our own payout left for the bank, or came back (it failed or was canceled)."""
    return moved(
        movement,
        "payout" if movement.type == "payout" else "payout_returned",
        Line(Code.PAYOUTS_IN_TRANSIT, -movement.amount_minor),
        Line(Code.PAYOUT_FEES, movement.fee_minor),
        description="Platform payout" if movement.type == "payout" else "Platform payout came back",
    )


def kept_back(movement: Movement) -> EntryDraft | None:
    """The floor that our own payout must leave is set aside while it is made, and given back with the next movement."""
    return moved(
        movement, "kept_back", Line(Code.PAYOUTS_IN_TRANSIT, -movement.amount_minor), description="Kept from our payout"
    )


def payout_paid(
    *, provider_payout_id: str, payout_id: UUID, amount_minor: int, currency: str, occurred_at: datetime
) -> EntryDraft:
    """Our own payout reached the bank. Should it fail after all, this entry is reversed."""
    return draft(
        f"payout:{provider_payout_id}:paid",
        "payout_paid",
        currency,
        occurred_at,
        Line(Code.BANK, amount_minor),
        Line(Code.PAYOUTS_IN_TRANSIT, -amount_minor),
        reference_id=payout_id,
        description="Platform payout arrived",
    )


def provider_fee(movement: Movement) -> EntryDraft | None:
    """What the provider takes apart from a charge: account and payout fees, tax on fees, currency conversion."""
    code = PROVIDER_FEES[movement.type]
    return moved(movement, "fee", Line(code, -movement.net_minor), description="Provider's fee")


def unknown(movement: Movement) -> EntryDraft | None:
    """A movement nobody can explain yet, kept in suspense so that the balances still agree."""
    description = f"Not explained: {movement.type} {movement.source_id}".strip()
    return moved(movement, "unknown", Line(Code.SUSPENSE, -movement.net_minor), description=description[:250])
