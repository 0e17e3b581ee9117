"""The table of listeners when billing stands alone: its references lead to no order, so no order listens."""

from typing import Any
from uuid import UUID

INSIDE: dict[str, list[str]] = {
    "approval.granted": ["billing.payouts.write_offs.on_approval_granted"],
    "payment.captured": [
        "billing.payouts.events.on_payment_captured",
        "billing.prepaid.events.on_payment_captured",
    ],
    "payment.expired": ["tests.support.only_billing.release_held"],
    "refund.succeeded": ["billing.prepaid.events.on_refund_made"],
    "dispute.opened": ["billing.prepaid.events.on_dispute_opened"],
    "refund.requested": ["billing.payouts.events.on_refund_changed"],
    "refund.failed": ["billing.payouts.events.on_refund_changed", "billing.prepaid.events.on_refund_made"],
    "refund.accepted": ["billing.payouts.events.on_refund_accepted"],
}

AFTER: dict[str, list[str]] = {
    "debt.made": ["billing.payouts.over_limit.on_debt_changed"],
    "debt.changed": ["billing.payouts.over_limit.on_debt_changed"],
    "account.changed": ["billing.stripe.events.on_account_changed"],
    "payout.changed": ["billing.payouts.events.mail_returned_payout"],
    "payouts.held": ["billing.payouts.events.mail_held"],
    "payouts.released": ["billing.payouts.events.mail_held"],
    "transfer.held": ["billing.payouts.events.mail_held_transfer"],
    "transfer.released": ["billing.payouts.events.mail_held_transfer"],
    "shop.payout_schedule_wanted": ["billing.payouts.wishes.on_schedule_wanted"],
    "shop.payout_wanted": ["billing.payouts.wishes.on_payout_wanted"],
}


def release_held(fact: Any) -> None:
    """What an order's keeper does when nobody can pay any more."""
    from billing.prepaid.actions import release

    release([UUID(fact.payload["order"])])
