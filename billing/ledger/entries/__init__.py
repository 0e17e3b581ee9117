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

from billing.ledger.entries.disputes import DisputedPart, dispute, dispute_held, dispute_lost, dispute_released
from billing.ledger.entries.drafts import (
    DISPUTES,
    KEPT_BACK,
    PAYOUTS,
    REFUND_FAILURES,
    REFUNDS,
    SALES,
    CannotBuild,
    Earmark,
    EntryDraft,
    Line,
    Movement,
    enters_pending,
)
from billing.ledger.entries.movements import Sources, entry_for
from billing.ledger.entries.prepaid import gift_card_ended, gift_card_sold, goodwill, prepaid_sale, refund_to_prepaid
from billing.ledger.entries.provider import (
    PROVIDER_FEES,
    funds_available,
    kept_back,
    payout,
    payout_paid,
    provider_fee,
    unknown,
)
from billing.ledger.entries.refunds import refund, refund_by_hand, refund_failure, refund_key, refund_owed
from billing.ledger.entries.sales import (
    Sale,
    ShareOfSale,
    besides_sale,
    bill_paid,
    commission,
    sale,
    sales_tax,
    subsidy,
)
from billing.ledger.entries.vendors import (
    debt,
    debt_netted,
    debt_paid,
    debt_written_off,
    transfer,
    transfer_reversed,
    vendor_credit,
    vendor_debit,
)

__all__ = [
    "DISPUTES",
    "KEPT_BACK",
    "PAYOUTS",
    "PROVIDER_FEES",
    "REFUNDS",
    "REFUND_FAILURES",
    "SALES",
    "CannotBuild",
    "DisputedPart",
    "Earmark",
    "EntryDraft",
    "Line",
    "Movement",
    "Sale",
    "ShareOfSale",
    "Sources",
    "besides_sale",
    "bill_paid",
    "commission",
    "debt",
    "debt_netted",
    "debt_paid",
    "debt_written_off",
    "dispute",
    "dispute_held",
    "dispute_lost",
    "dispute_released",
    "enters_pending",
    "entry_for",
    "funds_available",
    "gift_card_ended",
    "gift_card_sold",
    "goodwill",
    "kept_back",
    "payout",
    "payout_paid",
    "prepaid_sale",
    "provider_fee",
    "refund",
    "refund_by_hand",
    "refund_failure",
    "refund_key",
    "refund_owed",
    "refund_to_prepaid",
    "sale",
    "sales_tax",
    "subsidy",
    "transfer",
    "transfer_reversed",
    "unknown",
    "vendor_credit",
    "vendor_debit",
]
