"""Payment methods and charges as Stripe's objects: what is written down when somebody tries to pay."""

from __future__ import annotations

from typing import Any

from .. import cards
from ..cards import Card, Debit, Decline, Method
from ..store import Record
from ..world import World


def add_payment_method(
    world: World,
    account: str,
    method: Method,
    *,
    email: str | None = None,
    name: str | None = None,
    exp_month: int = 12,
    exp_year: int = 2034,
    billing: dict[str, Any] | None = None,
    metadata: dict[str, str] | None = None,
) -> Record:
    """Store a card or a bank account as a payment method: its behavior is remembered, a card's number is not."""
    details = _card(method, exp_month, exp_year) if isinstance(method, Card) else _bank(method)
    return world.create(
        "payment_method",
        "pm",
        account,
        {
            "allow_redisplay": "unspecified",
            "billing_details": {**billing_details(email, name), **(billing or {})},
            "customer": None,
            "customer_account": None,
            "livemode": False,
            "metadata": metadata or {},
            "type": method.type,
            method.type: details,
        },
        {"card": method.token},
    )


def _card(card: Card, exp_month: int, exp_year: int) -> dict[str, Any]:
    return {
        "brand": card.brand,
        "checks": checks(card),
        "country": card.country,
        "display_brand": card.brand,
        "exp_month": exp_month,
        "exp_year": exp_year,
        "fingerprint": f"souk{card.token[-12:]}",
        "funding": card.funding,
        "generated_from": None,
        "last4": card.last4,
        "networks": {"available": [card.brand], "preferred": None},
        "regulated_status": "unregulated",
        "three_d_secure_usage": {"supported": True},
        "wallet": None,
    }


def _bank(debit: Debit) -> dict[str, Any]:
    fingerprint = f"souk{debit.token[-12:]}"
    if debit.type == "sepa_debit":
        return {
            "bank_code": debit.number[4:9],
            "branch_code": "",
            "country": debit.country,
            "fingerprint": fingerprint,
            "generated_from": {"charge": None, "setup_attempt": None},
            "last4": debit.last4,
        }
    return {
        "account_holder_type": "individual",
        "account_type": "checking",
        "bank_name": "STRIPE TEST BANK",
        "financial_connections_account": None,
        "fingerprint": fingerprint,
        "last4": debit.last4,
        "networks": {"preferred": "ach", "supported": ["ach"]},
        "routing_number": debit.number.partition("/")[0],
        "status_details": {},
    }


def method_of(payment_method: Record) -> Method:
    """The test card or bank account that a payment method stands for."""
    return cards.BY_TOKEN[payment_method.hidden["card"]]


def method_for(charge: Record) -> Method | None:
    """The test card or bank account that a charge was taken from; None for a transfer's payment."""
    return cards.BY_TOKEN.get(charge.hidden.get("card", ""))


def add_charge(
    world: World,
    intent: Record,
    payment_method: Record,
    *,
    succeeded: bool,
    captured: bool,
    authenticated: bool,
    why: Decline | None = None,
    pending: bool = False,
) -> Record:
    """Write down an attempt to take an intent's amount; ``pending``: a debit that the bank has not answered yet."""
    body, card = intent.body, method_of(payment_method)
    blocked = why is not None and why.decline_code == "fraudulent"
    outcome = {
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": "approved_by_network"
        if succeeded or pending
        else "not_sent_to_network"
        if blocked
        else "declined_by_network",
        "reason": why and (why.decline_code or why.code),
        "risk_level": card.risk,
        "risk_score": {"highest": 90, "elevated": 70, "normal": 12}.get(card.risk),
        "type": "authorized" if succeeded or pending else "blocked" if blocked else "issuer_declined",
        "seller_message": "Payment complete."
        if succeeded or pending
        else "The bank did not return any further details with this decline.",
    }
    if isinstance(card, Debit):
        details = _debit_details(payment_method.body[card.type], card)
    else:
        details = _card_details(body, payment_method.body["card"], card, succeeded, authenticated)
    return world.create(
        "charge",
        "ch" if card.type == "card" else "py",
        intent.account,
        {
            "amount": body["amount"],
            "amount_captured": body["amount"] if captured else 0,
            "amount_refunded": 0,
            "application": None,
            "application_fee": None,
            "application_fee_amount": None,
            "balance_transaction": None,
            "billing_details": payment_method.body["billing_details"],
            "calculated_statement_descriptor": "SOUK",
            "captured": captured,
            "currency": body["currency"],
            "customer": body["customer"],
            "description": body["description"],
            "disputed": False,
            "failure_balance_transaction": None,
            "failure_code": why and why.code,
            "failure_message": why and why.message,
            "fraud_details": {},
            "livemode": False,
            "metadata": body["metadata"],
            "on_behalf_of": None,
            "outcome": outcome,
            "paid": succeeded,
            "payment_intent": intent.id,
            "payment_method": payment_method.id,
            "payment_method_details": details,
            "radar_options": {},
            "receipt_email": body["receipt_email"],
            "receipt_number": None,
            "receipt_url": None,
            "refunded": False,
            "review": None,
            "shipping": body["shipping"],
            "source": None,
            "source_transfer": None,
            "statement_descriptor": body["statement_descriptor"],
            "statement_descriptor_suffix": body["statement_descriptor_suffix"],
            "status": "pending" if pending else "succeeded" if succeeded else "failed",
            "transfer_data": None,
            "transfer_group": body["transfer_group"],
        },
        {"card": card.token},
    )


def _debit_details(method: dict[str, Any], debit: Debit) -> dict[str, Any]:
    shown = ("bank_code", "branch_code", "country", "account_holder_type", "account_type", "bank_name")
    kept = {name: method[name] for name in (*shown, "fingerprint", "last4", "routing_number") if name in method}
    return {"type": debit.type, debit.type: {**kept, "expected_debit_date": None, "mandate": None}}


def _card_details(
    body: dict[str, Any], method: dict[str, Any], card: Card, succeeded: bool, authenticated: bool
) -> dict[str, Any]:
    return {
        "type": "card",
        "card": {
            "amount_authorized": body["amount"] if succeeded else None,
            "authorization_code": None,
            "brand": card.brand,
            "checks": checks(card),
            "country": card.country,
            "exp_month": method["exp_month"],
            "exp_year": method["exp_year"],
            "fingerprint": method["fingerprint"],
            "funding": card.funding,
            "installments": None,
            "last4": card.last4,
            "mandate": None,
            "network": card.brand,
            "network_token": None,
            "network_transaction_id": None,
            "regulated_status": "unregulated",
            "wallet": None,
            "three_d_secure": None
            if not authenticated
            else {
                "authentication_flow": "challenge",
                "electronic_commerce_indicator": "05",
                "exemption_indicator": None,
                "result": "authenticated",
                "result_reason": None,
                "transaction_id": None,
                "version": "2.2.0",
            },
        },
    }


def billing_details(email: str | None, name: str | None) -> dict[str, Any]:
    address = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))
    return {"address": address, "email": email, "name": name, "phone": None, "tax_id": None}


def checks(card: Method) -> dict[str, Any]:
    wrong = card.decline is not None and card.decline.code == "incorrect_cvc"
    return {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "fail" if wrong else "pass"}
