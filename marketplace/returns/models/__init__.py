"""Promises withdrawn, goods sent back, money given back, and what the platform is asked to decide about."""

from marketplace.returns.models.claims import Claim, ClaimKind, ClaimMessage, ClaimState
from marketplace.returns.models.refunds import (
    STANDING,
    Cancellation,
    CommissionOnRefund,
    CustomerCancels,
    RefundItem,
    RefundPolicy,
    RefundRequest,
    RequestKind,
    RequestState,
    SilentVendor,
)
from marketplace.returns.models.returns import (
    OPEN_RETURNS,
    Photo,
    Return,
    ReturnLine,
    ReturnReason,
    ReturnState,
    ShippingPaidBy,
)

__all__ = [
    "OPEN_RETURNS",
    "STANDING",
    "Cancellation",
    "Claim",
    "ClaimKind",
    "ClaimMessage",
    "ClaimState",
    "CommissionOnRefund",
    "CustomerCancels",
    "Photo",
    "RefundItem",
    "RefundPolicy",
    "RefundRequest",
    "RequestKind",
    "RequestState",
    "Return",
    "ReturnLine",
    "ReturnReason",
    "ReturnState",
    "ShippingPaidBy",
    "SilentVendor",
]
