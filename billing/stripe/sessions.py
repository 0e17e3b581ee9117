"""A Checkout Session as Stripe has it now, with its intent, charge and balance transaction, in our words."""

from dataclasses import dataclass
from typing import Any

from billing.stripe.amounts import from_stripe
from billing.stripe.balances import Transaction, transaction_of
from billing.stripe.client import named_errors, stripe_client


@dataclass(frozen=True, slots=True)
class FetchedSession:
    """`status`: open, processing (money may come), paid, or expired (it can no longer be paid).

    Amounts in minor units; `expires_at` in seconds since 1970.
    """

    session_id: str
    status: str
    url: str
    expires_at: int
    reference_id: str
    payment_id: str
    attempt: int
    amount_minor: int
    currency: str
    intent_id: str
    charge_id: str
    transfer_group: str
    risk_level: str
    transaction: Transaction | None
    debt_checkout: str = ""


def fetch_session(session_id: str) -> FetchedSession:
    """Raises ProviderUnavailable or ProviderRefused. Network: not inside a transaction."""
    with named_errors("reading a payment"):
        session: Any = stripe_client().v1.checkout.sessions.retrieve(
            session_id, {"expand": ["payment_intent.latest_charge.balance_transaction"]}
        )
    intent = session.payment_intent
    charge = intent.latest_charge if intent else None
    movement = charge.balance_transaction if charge else None
    metadata = session.metadata.to_dict() if session.metadata else {}
    return FetchedSession(
        session_id=session.id,
        status=_status(session, intent, charge, movement),
        url=session.url or "",
        expires_at=session.expires_at,
        reference_id=session.client_reference_id or "",
        payment_id=metadata.get("payment", ""),
        attempt=int(metadata.get("attempt", "0")),
        amount_minor=from_stripe(session.amount_total, session.currency),
        currency=session.currency.upper(),
        intent_id=intent.id if intent else "",
        charge_id=charge.id if charge else "",
        transfer_group=(charge.transfer_group or "") if charge else "",
        risk_level=(charge.outcome.risk_level or "") if charge and charge.outcome else "",
        transaction=transaction_of(movement) if movement else None,
        debt_checkout=metadata.get("debt_checkout", ""),
    )


def session_of_intent(intent_id: str) -> str:
    """The session that a payment intent was made by, "" when it was made otherwise."""
    with named_errors("finding a payment"):
        found = stripe_client().v1.checkout.sessions.list({"payment_intent": intent_id, "limit": 1})
    return found.data[0].id if found.data else ""


def _status(session: Any, intent: Any, charge: Any, movement: Any) -> str:
    if session.status == "expired":
        return "expired"
    if session.status == "open":
        return "open"
    if session.payment_status == "paid" and charge is not None and charge.status == "succeeded":
        # Stripe writes the movement a moment after the charge; without it the money has no figures yet.
        return "paid" if movement is not None else "processing"
    if intent is not None and intent.status in ("requires_payment_method", "canceled"):
        return "expired"
    return "processing"
