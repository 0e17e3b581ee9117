"""Money out: transfers from our balance to a vendor's, held until their date; payouts to banks, mirrored."""

from billing.payouts.models.adjustments import Adjustment, AdjustmentState
from billing.payouts.models.debts import (
    CheckoutState,
    DebtCheckout,
    DebtLimit,
    DebtPayment,
    DebtPaymentKind,
    VendorDebt,
)
from billing.payouts.models.holds import Hold, HoldKind, HoldRule, HoldScope
from billing.payouts.models.payouts import (
    Payout,
    PayoutInterval,
    PayoutMethod,
    PayoutSchedule,
    PayoutState,
    PayoutTransfer,
    PayoutWish,
    WishState,
)
from billing.payouts.models.transfers import (
    DISPUTED,
    SENT_AGAIN,
    Cause,
    Reversal,
    ReversalState,
    Transfer,
    TransferPart,
    TransferState,
)

__all__ = [
    "DISPUTED",
    "SENT_AGAIN",
    "Adjustment",
    "AdjustmentState",
    "Cause",
    "CheckoutState",
    "DebtCheckout",
    "DebtLimit",
    "DebtPayment",
    "DebtPaymentKind",
    "Hold",
    "HoldKind",
    "HoldRule",
    "HoldScope",
    "Payout",
    "PayoutInterval",
    "PayoutMethod",
    "PayoutSchedule",
    "PayoutState",
    "PayoutTransfer",
    "PayoutWish",
    "Reversal",
    "ReversalState",
    "Transfer",
    "TransferPart",
    "TransferState",
    "VendorDebt",
    "WishState",
]
