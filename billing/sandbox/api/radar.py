"""Early fraud warnings and reviews."""

from __future__ import annotations

from typing import Any

from ..listing import page
from ..money.radar import close_review
from ..objects import get
from .registry import Call, endpoint

WARNING = "radar.early_fraud_warning"


@endpoint("GET", "/v1/radar/early_fraud_warnings")
def list_warnings(call: Call) -> dict[str, Any]:
    return page(call.world, call.account, WARNING, call.params, call.path, by=("charge", "payment_intent"))


@endpoint("GET", "/v1/radar/early_fraud_warnings/{early_fraud_warning}")
def retrieve_warning(call: Call) -> dict[str, Any]:
    return get(call.world, call.account, WARNING, call.id).body


@endpoint("GET", "/v1/reviews")
def list_reviews(call: Call) -> dict[str, Any]:
    return page(call.world, call.account, "review", call.params, call.path)


@endpoint("GET", "/v1/reviews/{review}")
def retrieve_review(call: Call) -> dict[str, Any]:
    return get(call.world, call.account, "review", call.id).body


@endpoint("POST", "/v1/reviews/{review}/approve")
def approve(call: Call) -> dict[str, Any]:
    review = get(call.world, call.account, "review", call.id)
    close_review(call.world, review, "approved")
    return review.body
