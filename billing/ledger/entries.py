"""Which entry each fact of the money makes: pure functions from plain data to drafts, nothing read and nothing written.

The poster and the reconciliation build from the same functions, so what is in the books can be rebuilt and compared.

Pending and available. A movement of our balance at the provider enters 1010 (pending) or 1020 (available) with its
*net*:

- a sale always enters 1010, even when its money is there at once (some test cards, some methods);
- a payout, and a payout that came back, always moves 1020: payouts are made of available money;
- anything else enters 1010 when its `available_at` lies after its `created_at`, otherwise 1020. So a transfer drawn
  on a charge that is still pending is pending too, and becomes available on the charge's day: Stripe counts it the
  same way.

Whatever entered 1010 moves to 1020 by one `funds_available` entry, once the provider says the movement is available.
The choice hangs on what never changes about a movement, not on when we heard of it: any order of news gives the same
books, and the sums of 1010 and 1020 are what the provider calls pending and available, to the cent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from billing.ledger.models import AccountCode as Code


class CannotBuild(ValueError):
    """The given facts contradict each other, so no entry can be made of them."""


@dataclass(frozen=True, slots=True)
class Line:
    """One side of an entry, in minor units of the entry's currency: positive debits `code`, negative credits it."""

    code: str
    amount_minor: int
    vendor_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class EntryDraft:
    """An entry that can be posted. `source_key` names the fact it comes from; a fact is posted once."""

    source_key: str
    kind: str
    lines: tuple[Line, ...]
    currency: str
    occurred_at: datetime
    reference_id: UUID | None = None
    description: str = ""
    reverses_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Movement:
    """A movement of the platform's balance at the provider; net = amount - fee, and money out is negative."""

    id: str
    type: str
    category: str
    amount_minor: int
    fee_minor: int
    net_minor: int
    currency: str
    created_at: datetime
    available_at: datetime
    source_id: str = ""

    @property
    def key(self) -> str:
        return f"txn:{self.id}"


@dataclass(frozen=True, slots=True)
class ShareOfSale:
    """A vendor's part of a payment: gross = commission + net; `reference_id` is the vendor order.

    `commission_minor` is all that is withheld; `commission_tax_minor` of it is the VAT that we owe on our commission.
    """

    vendor_id: UUID
    reference_id: UUID
    gross_minor: int
    commission_minor: int
    commission_tax_minor: int = 0


@dataclass(frozen=True, slots=True)
class Sale:
    """What a charge paid for: `reference_id` is the order."""

    reference_id: UUID
    shares: tuple[ShareOfSale, ...]


@dataclass(frozen=True, slots=True)
class Earmark:
    """Whose money a transfer, reversal or refund at the provider moves; `reference_id` is the vendor order."""

    vendor_id: UUID
    reference_id: UUID


@dataclass(frozen=True, slots=True)
class Sources:
    """What our own records know of the provider's objects, by the provider's id.

    `debts`: charges by which a vendor paid what it owed, and which vendor.
    """

    sales: Mapping[str, Sale] = field(default_factory=dict)
    transfers: Mapping[str, Earmark] = field(default_factory=dict)
    refunds: Mapping[str, Earmark] = field(default_factory=dict)
    bills: Mapping[str, Earmark] = field(default_factory=dict)
    reversals: Mapping[str, Earmark] = field(default_factory=dict)
    debts: Mapping[str, UUID] = field(default_factory=dict)


SALES = frozenset({"charge", "payment"})
REFUNDS = frozenset({"refund", "payment_refund"})
REFUND_FAILURES = frozenset({"refund_failure"})
PAYOUTS = frozenset({"payout", "payout_failure", "payout_cancel"})
KEPT_BACK = frozenset({"payout_minimum_balance_hold", "payout_minimum_balance_release"})
PROVIDER_FEES = {
    "stripe_fee": Code.PAYOUT_FEES,
    "tax_fee": Code.PAYOUT_FEES,
    "stripe_fx_fee": Code.FX_ROUNDING,
    "exchange_rate": Code.FX_ROUNDING,
}
DISPUTES = frozenset({"dispute", "dispute_reversal"})


def enters_pending(movement: Movement) -> bool:
    """Whether the movement enters 1010 first, by the rule at the top of this file."""
    if movement.type in SALES:
        return True
    return movement.type not in PAYOUTS and movement.available_at > movement.created_at


def entry_for(movement: Movement, sources: Sources) -> EntryDraft | None:
    """The entry of a movement, whatever its type; None when it moves nothing (a zero amount).

    What is not known to us goes to suspense, where reconciliation reports it: an unknown type, or a provider's object
    that none of our records made.
    """
    source = movement.source_id
    if movement.type in SALES and source in sources.sales:
        return sale(movement, sources.sales[source])
    if movement.type in SALES and source in sources.bills:
        return bill_paid(movement, sources.bills[source])
    if movement.type in SALES and source in sources.debts:
        return debt_paid(movement, sources.debts[source])
    if movement.type == "transfer" and source in sources.transfers:
        return transfer(movement, sources.transfers[source])
    if movement.type == "transfer_refund" and source in sources.reversals:
        return transfer_reversed(movement, sources.reversals[source])
    if movement.type in REFUNDS and source in sources.refunds:
        return refund(movement, sources.refunds[source])
    if movement.type in REFUND_FAILURES and source in sources.refunds:
        return refund_failure(movement, sources.refunds[source])
    if movement.type == "adjustment" and movement.category in DISPUTES:
        return dispute(movement)
    if movement.type in PAYOUTS:
        return payout(movement)
    if movement.type in KEPT_BACK:
        return kept_back(movement)
    if movement.type in PROVIDER_FEES:
        return provider_fee(movement)
    return unknown(movement)


def sale(movement: Movement, sold: Sale) -> EntryDraft | None:
    """The customer paid: we hold the net, the provider kept its fee, and owe every vendor its gross.

    Raises CannotBuild when the shares do not sum to what was charged.
    """
    if sum(share.gross_minor for share in sold.shares) != movement.amount_minor:
        raise CannotBuild(f"{movement.id}: the shares do not sum to the {movement.amount_minor} that was charged")
    return _moved(
        movement,
        "sale",
        Line(Code.STRIPE_PROCESSING, movement.fee_minor),
        *(Line(Code.VENDOR_PAYABLE, -share.gross_minor, share.vendor_id) for share in sold.shares),
        reference_id=sold.reference_id,
        description="Customer's payment",
    )


def bill_paid(movement: Movement, mark: Earmark) -> EntryDraft | None:
    """A vendor paid the invoice for its plan; `mark.reference_id` is the invoice."""
    return _moved(
        movement,
        "bill_paid",
        Line(Code.STRIPE_PROCESSING, movement.fee_minor),
        Line(Code.SUBSCRIPTION_RECEIVABLE, -movement.amount_minor, mark.vendor_id),
        reference_id=mark.reference_id,
        description="Invoice for the plan paid",
    )


def commission(share: ShareOfSale, *, currency: str, occurred_at: datetime) -> EntryDraft | None:
    """Our part of a vendor's sale, taken from what we owe it, and the VAT in it; None when the commission is zero."""
    if not share.commission_minor:
        return None
    return _draft(
        f"commission:{share.reference_id}",
        "commission",
        currency,
        occurred_at,
        Line(Code.VENDOR_PAYABLE, share.commission_minor, share.vendor_id),
        Line(Code.COMMISSION, share.commission_tax_minor - share.commission_minor),
        Line(Code.TAX_PAYABLE, -share.commission_tax_minor),
        reference_id=share.reference_id,
        description="Commission",
    )


def funds_available(movement: Movement) -> EntryDraft | None:
    """What entered 1010 has become available; None when the movement did not enter there, or is zero.

    To be posted once the provider's own status of the movement says so.
    """
    if not enters_pending(movement) or not movement.net_minor:
        return None
    return _draft(
        f"{movement.key}:avail",
        "funds_available",
        movement.currency,
        movement.available_at,
        Line(Code.STRIPE_AVAILABLE, movement.net_minor),
        Line(Code.STRIPE_PENDING, -movement.net_minor),
        description="Funds became available",
    )


def transfer(movement: Movement, mark: Earmark) -> EntryDraft | None:
    """Earnings sent to a vendor's balance (the movement is negative)."""
    return _vendor_movement(movement, "transfer", mark, "Earnings transferred")


def transfer_reversed(movement: Movement, mark: Earmark) -> EntryDraft | None:
    """Earnings taken back from a vendor's balance (the movement is positive)."""
    return _vendor_movement(movement, "transfer_reversed", mark, "Earnings taken back")


def debt(
    *,
    debt_id: UUID,
    vendor_id: UUID,
    amount_minor: int,
    currency: str,
    occurred_at: datetime,
    is_fee: bool = False,
    reference_id: UUID | None = None,
) -> EntryDraft:
    """A vendor owes us: what could not be taken back of its earnings, or a dispute's fee that it is to bear."""
    against = Line(Code.DISPUTE_FEES, -amount_minor) if is_fee else Line(Code.VENDOR_PAYABLE, -amount_minor, vendor_id)
    return _draft(
        f"debt:{debt_id}",
        "vendor_debt",
        currency,
        occurred_at,
        Line(Code.VENDOR_RECEIVABLE, amount_minor, vendor_id),
        against,
        reference_id=reference_id,
        description="Fee of a dispute, to be paid by the vendor"
        if is_fee
        else "Could not be taken back, owed by vendor",
    )


def debt_netted(
    *,
    payment_id: UUID,
    vendor_id: UUID,
    amount_minor: int,
    currency: str,
    occurred_at: datetime,
    reference_id: UUID | None = None,
) -> EntryDraft:
    """Later earnings pay a part of a vendor's debt."""
    return _draft(
        f"debt_payment:{payment_id}",
        "debt_netted",
        currency,
        occurred_at,
        Line(Code.VENDOR_PAYABLE, amount_minor, vendor_id),
        Line(Code.VENDOR_RECEIVABLE, -amount_minor, vendor_id),
        reference_id=reference_id,
        description="Kept from later earnings to pay a debt",
    )


def debt_written_off(
    *, payment_id: UUID, vendor_id: UUID, amount_minor: int, currency: str, occurred_at: datetime, reason: str = ""
) -> EntryDraft:
    """We no longer expect a vendor to pay."""
    return _draft(
        f"debt_payment:{payment_id}",
        "debt_written_off",
        currency,
        occurred_at,
        Line(Code.BAD_DEBT, amount_minor),
        Line(Code.VENDOR_RECEIVABLE, -amount_minor, vendor_id),
        description=f"Debt written off: {reason}"[:250] if reason else "Debt written off",
    )


def debt_paid(movement: Movement, vendor_id: UUID) -> EntryDraft | None:
    """A vendor paid what it owed, by card; the provider's fee is ours."""
    return _moved(
        movement,
        "debt_paid",
        Line(Code.STRIPE_PROCESSING, movement.fee_minor),
        Line(Code.VENDOR_RECEIVABLE, -movement.amount_minor, vendor_id),
        description="Debt paid by the vendor",
    )


def refund_owed(
    *,
    refund_id: UUID,
    mark: Earmark,
    amount_minor: int,
    net_minor: int,
    commission_tax_minor: int,
    currency: str,
    occurred_at: datetime,
) -> EntryDraft:
    """The provider accepted a refund: the vendor gives `net_minor` of it, the rest is commission given back.

    Of what is given back `commission_tax_minor` is VAT that we owe no longer.

    A refund always passes through 2100, also when it succeeds at once. So it makes no difference whether we hear
    first of its acceptance or of its movement. `refund_id` is ours.
    """
    return _draft(
        f"refund:{refund_id}",
        "refund_owed",
        currency,
        occurred_at,
        Line(Code.VENDOR_PAYABLE, net_minor, mark.vendor_id),
        Line(Code.COMMISSION, amount_minor - net_minor - commission_tax_minor),
        Line(Code.TAX_PAYABLE, commission_tax_minor),
        Line(Code.REFUNDS_OWED, -amount_minor),
        reference_id=mark.reference_id,
        description="Refund accepted",
    )


def refund(movement: Movement, mark: Earmark) -> EntryDraft | None:
    """A refund left our balance (the movement is negative)."""
    return _moved(
        movement,
        "refund",
        Line(Code.REFUNDS_OWED, -movement.amount_minor),
        Line(Code.STRIPE_PROCESSING, movement.fee_minor),
        reference_id=mark.reference_id,
        description="Refund paid",
    )


def refund_failure(movement: Movement, mark: Earmark) -> EntryDraft | None:
    """A refund came back to our balance: we still owe it to the customer, who must be paid another way."""
    return _moved(
        movement,
        "refund_failure",
        Line(Code.REFUNDS_OWED, -movement.amount_minor),
        Line(Code.STRIPE_PROCESSING, movement.fee_minor),
        reference_id=mark.reference_id,
        description="Refund came back",
    )


def refund_by_hand(
    *, refund_id: UUID, mark: Earmark, amount_minor: int, currency: str, reference: str, occurred_at: datetime
) -> EntryDraft:
    """A refund that came back was paid to the customer from our own bank. `refund_id` is ours."""
    return _draft(
        f"refund:{refund_id}:by_hand",
        "refund_by_hand",
        currency,
        occurred_at,
        Line(Code.REFUNDS_OWED, amount_minor),
        Line(Code.BANK, -amount_minor),
        reference_id=mark.reference_id,
        description=f"Refund paid another way: {reference}",
    )


def dispute(movement: Movement) -> EntryDraft | None:
    """Disputed money withdrawn from us, or reinstated; the provider's fee with it, either way."""
    return _moved(
        movement,
        "dispute",
        Line(Code.DISPUTED_FUNDS, -movement.amount_minor),
        Line(Code.DISPUTE_FEES, movement.fee_minor),
        description="Disputed money withdrawn" if movement.amount_minor < 0 else "Disputed money reinstated",
    )


@dataclass(frozen=True, slots=True)
class DisputedPart:
    """A vendor's part of a disputed amount: of it `net_minor` its earnings, the rest our commission with the VAT on it."""

    vendor_id: UUID
    amount_minor: int
    net_minor: int
    commission_tax_minor: int


def dispute_held(
    *, dispute_id: UUID, version: int, parts: Sequence[DisputedPart], currency: str, occurred_at: datetime
) -> EntryDraft | None:
    """The vendors' parts of what the bank took are no longer owed to them while it is not decided."""
    lines = [line for part in parts for line in _hold(part, part.net_minor)]
    return _some(
        f"dispute:{dispute_id}:held:{version}", "dispute_held", currency, occurred_at, lines, "Held for a dispute"
    )


def dispute_released(
    *, dispute_id: UUID, version: int, parts: Sequence[DisputedPart], currency: str, occurred_at: datetime
) -> EntryDraft | None:
    """The vendors' parts are owed to them again."""
    lines = [line for part in parts for line in _hold(part, -part.net_minor)]
    return _some(
        f"dispute:{dispute_id}:released:{version}",
        "dispute_released",
        currency,
        occurred_at,
        lines,
        "Released from a dispute",
    )


def dispute_lost(
    *,
    dispute_id: UUID,
    version: int,
    parts: Sequence[DisputedPart],
    outstanding_minor: int,
    is_borne_by_vendors: bool,
    currency: str,
    occurred_at: datetime,
) -> EntryDraft | None:
    """The bank keeps what it took. The vendors bear their parts, and our commission of them was earned in vain; or we
    bear all of it. What no vendor's part covers is ours either way.
    """
    lines = [Line(Code.DISPUTED_FUNDS, -outstanding_minor)]
    covered = 0
    if is_borne_by_vendors:
        for part in parts:
            covered += part.amount_minor
            commission_minor = part.amount_minor - part.net_minor
            lines += [
                Line(Code.DISPUTE_HOLD, part.net_minor, part.vendor_id),
                Line(Code.COMMISSION, commission_minor - part.commission_tax_minor),
                Line(Code.TAX_PAYABLE, part.commission_tax_minor),
            ]
    lines.append(Line(Code.BAD_DEBT, outstanding_minor - covered))
    return _some(f"dispute:{dispute_id}:lost:{version}", "dispute_lost", currency, occurred_at, lines, "Dispute lost")


def _hold(part: DisputedPart, net_minor: int) -> list[Line]:
    return [
        Line(Code.VENDOR_PAYABLE, net_minor, part.vendor_id),
        Line(Code.DISPUTE_HOLD, -net_minor, part.vendor_id),
    ]


def _some(
    key: str, kind: str, currency: str, occurred_at: datetime, lines: Sequence[Line], description: str
) -> EntryDraft | None:
    """An entry of these lines; None when they come to nothing."""
    draft = _draft(key, kind, currency, occurred_at, *lines, description=description)
    return draft if draft.lines else None


def payout(movement: Movement) -> EntryDraft | None:
    """Our own payout left for the bank, or came back (it failed or was canceled)."""
    return _moved(
        movement,
        "payout" if movement.type == "payout" else "payout_returned",
        Line(Code.PAYOUTS_IN_TRANSIT, -movement.amount_minor),
        Line(Code.PAYOUT_FEES, movement.fee_minor),
        description="Platform payout" if movement.type == "payout" else "Platform payout came back",
    )


def kept_back(movement: Movement) -> EntryDraft | None:
    """The floor that our own payout must leave is set aside while it is made, and given back with the next movement."""
    return _moved(
        movement, "kept_back", Line(Code.PAYOUTS_IN_TRANSIT, -movement.amount_minor), description="Kept from our payout"
    )


def payout_paid(
    *, provider_payout_id: str, payout_id: UUID, amount_minor: int, currency: str, occurred_at: datetime
) -> EntryDraft:
    """Our own payout reached the bank. Should it fail after all, this entry is reversed."""
    return _draft(
        f"payout:{provider_payout_id}:paid",
        "payout_paid",
        currency,
        occurred_at,
        Line(Code.BANK, amount_minor),
        Line(Code.PAYOUTS_IN_TRANSIT, -amount_minor),
        reference_id=payout_id,
        description="Platform payout arrived",
    )


def vendor_credit(
    *, adjustment_id: UUID, vendor_id: UUID, amount_minor: int, currency: str, reason: str, occurred_at: datetime
) -> EntryDraft:
    """Staff credit a vendor by hand: we owe it more, at our own cost. The vendor reads the reason."""
    return _draft(
        f"adjustment:{adjustment_id}",
        "adjustment",
        currency,
        occurred_at,
        Line(Code.ADJUSTMENTS, amount_minor),
        Line(Code.VENDOR_PAYABLE, -amount_minor, vendor_id),
        reference_id=adjustment_id,
        description=reason[:250],
    )


def provider_fee(movement: Movement) -> EntryDraft | None:
    """What the provider takes apart from a charge: account and payout fees, tax on fees, currency conversion."""
    code = PROVIDER_FEES[movement.type]
    return _moved(movement, "fee", Line(code, -movement.net_minor), description="Provider's fee")


def unknown(movement: Movement) -> EntryDraft | None:
    """A movement nobody can explain yet, kept in suspense so that the balances still agree."""
    description = f"Not explained: {movement.type} {movement.source_id}".strip()
    return _moved(movement, "unknown", Line(Code.SUSPENSE, -movement.net_minor), description=description[:250])


def _vendor_movement(movement: Movement, kind: str, mark: Earmark, description: str) -> EntryDraft | None:
    return _moved(
        movement,
        kind,
        Line(Code.VENDOR_PAYABLE, -movement.amount_minor, mark.vendor_id),
        Line(Code.PAYOUT_FEES, movement.fee_minor),
        reference_id=mark.reference_id,
        description=description,
    )


def _moved(
    movement: Movement, kind: str, *against: Line, reference_id: UUID | None = None, description: str
) -> EntryDraft | None:
    """The entry of a movement: its net on the provider's side, `against` the rest; None when nothing is left of it."""
    side = Code.STRIPE_PENDING if enters_pending(movement) else Code.STRIPE_AVAILABLE
    lines = [Line(side, movement.net_minor), *against]
    if not any(line.amount_minor for line in lines):
        return None
    return _draft(
        movement.key,
        kind,
        movement.currency,
        movement.created_at,
        *lines,
        reference_id=reference_id,
        description=description,
    )


def _draft(
    source_key: str,
    kind: str,
    currency: str,
    occurred_at: datetime,
    *lines: Line,
    reference_id: UUID | None = None,
    description: str,
) -> EntryDraft:
    return EntryDraft(
        source_key=source_key,
        kind=kind,
        lines=_combined(lines),
        currency=currency,
        occurred_at=occurred_at,
        reference_id=reference_id,
        description=description,
    )


def _combined(lines: Sequence[Line]) -> tuple[Line, ...]:
    """One line an account, none of zero: a fee of nothing is no posting."""
    sums: dict[tuple[str, UUID | None], int] = {}
    for line in lines:
        account = (str(line.code), line.vendor_id)
        sums[account] = sums.get(account, 0) + line.amount_minor
    return tuple(Line(code, amount, vendor_id) for (code, vendor_id), amount in sums.items() if amount)
