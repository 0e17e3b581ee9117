"""Cards and charges as Stripe's objects: what is written down when somebody tries to pay."""

from __future__ import annotations

from typing import Any

from .. import cards
from ..cards import Card, Decline
from ..store import Record
from ..world import World


def add_payment_method(
    world: World,
    account: str,
    card: Card,
    *,
    email: str | None = None,
    name: str | None = None,
    exp_month: int = 12,
    exp_year: int = 2034,
) -> Record:
    """Store a card as a payment method: its test behavior is remembered, its number is not."""
    return world.create(
        "payment_method",
        "pm",
        account,
        {
            "allow_redisplay": "unspecified",
            "billing_details": billing_details(email, name),
            "customer": None,
            "livemode": False,
            "metadata": {},
            "type": "card",
            "card": {
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
            },
        },
        {"card": card.token},
    )


def card_of(payment_method: Record) -> Card:
    return cards.BY_TOKEN[payment_method.hidden["card"]]


def add_charge(
    world: World,
    intent: Record,
    payment_method: Record,
    *,
    succeeded: bool,
    captured: bool,
    authenticated: bool,
    why: Decline | None = None,
) -> Record:
    body, card = intent.body, card_of(payment_method)
    blocked = why is not None and why.decline_code == "fraudulent"
    outcome = {
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": "approved_by_network"
        if succeeded
        else "not_sent_to_network"
        if blocked
        else "declined_by_network",
        "reason": why and (why.decline_code or why.code),
        "risk_level": "highest" if blocked else "normal",
        "risk_score": 90 if blocked else 12,
        "type": "authorized" if succeeded else "blocked" if blocked else "issuer_declined",
        "seller_message": "Payment complete."
        if succeeded
        else "The bank did not return any further details with this decline.",
    }
    method = payment_method.body["card"]
    details = {
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
    return world.create(
        "charge",
        "ch",
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
            "status": "succeeded" if succeeded else "failed",
            "transfer_data": None,
            "transfer_group": body["transfer_group"],
        },
        {"card": card.token},
    )


def billing_details(email: str | None, name: str | None) -> dict[str, Any]:
    address = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))
    return {"address": address, "email": email, "name": name, "phone": None, "tax_id": None}


def checks(card: Card) -> dict[str, Any]:
    wrong = card.decline is not None and card.decline.code == "incorrect_cvc"
    return {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "fail" if wrong else "pass"}
