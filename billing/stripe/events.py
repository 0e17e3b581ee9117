"""What this app does on facts."""

from uuid import UUID

from billing.payouts.wishes import ask_again
from billing.stripe.transfers import vendor_can_receive
from outbox.doorbell import ring
from outbox.models import Fact


def on_account_changed(fact: Fact) -> None:
    """`account.changed`, after commit: a vendor that can be paid now does not wait for the next try."""
    if fact.payload["can_receive"] and vendor_can_receive(UUID(fact.payload["vendor"])):
        ring("stripe.send_transfers")
    if fact.payload["can_receive"] and ask_again(vendor_id=UUID(fact.payload["vendor"])):
        ring("stripe.apply_payout_wishes")
