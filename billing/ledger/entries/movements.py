"""The entry of any movement of our balance at the provider."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from billing.ledger.entries.disputes import dispute
from billing.ledger.entries.drafts import (
    DISPUTES,
    KEPT_BACK,
    PAYOUTS,
    REFUND_FAILURES,
    REFUNDS,
    SALES,
    Earmark,
    EntryDraft,
    Movement,
)
from billing.ledger.entries.prepaid import gift_card_sold
from billing.ledger.entries.provider import PROVIDER_FEES, kept_back, payout, provider_fee, unknown
from billing.ledger.entries.refunds import refund, refund_failure
from billing.ledger.entries.sales import Sale, bill_paid, sale
from billing.ledger.entries.vendors import debt_paid, transfer, transfer_reversed


@dataclass(frozen=True, slots=True)
class Sources:
    """What our own records know of the provider's objects, by the provider's id.

    `debts`: charges by which a vendor paid what it owed, and which vendor; `gift_cards`: those that bought one, and which.
    """

    sales: Mapping[str, Sale] = field(default_factory=dict)
    transfers: Mapping[str, Earmark] = field(default_factory=dict)
    refunds: Mapping[str, Earmark] = field(default_factory=dict)
    bills: Mapping[str, Earmark] = field(default_factory=dict)
    reversals: Mapping[str, Earmark] = field(default_factory=dict)
    debts: Mapping[str, UUID] = field(default_factory=dict)
    gift_cards: Mapping[str, UUID] = field(default_factory=dict)


def entry_for(movement: Movement, sources: Sources) -> EntryDraft | None:
    """The entry of a movement, whatever its type; None when it moves nothing (a zero amount).

    What is not known to us goes to suspense, where reconciliation reports it: an unknown type, or a provider's object
    that none of our records made.
    """
    source = movement.source_id
    if movement.type in SALES and source in sources.sales:
        return sale(movement, sources.sales[source])
    if movement.type in SALES and source in sources.gift_cards:
        return gift_card_sold(movement, sources.gift_cards[source])
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
