"""Customers: enough to be named by sessions and payment intents."""

from __future__ import annotations

from typing import Any

from ..store import Record
from ..world import World


def create_customer(world: World, account: str, **fields: Any) -> Record:
    """Add a customer; ``fields`` are further fields of the object."""
    customer = world.create(
        "customer",
        "cus",
        account,
        {
            "address": None,
            "balance": 0,
            "currency": None,
            "customer_account": None,
            "default_source": None,
            "delinquent": False,
            "description": None,
            "email": None,
            "invoice_settings": {
                "custom_fields": None,
                "default_payment_method": None,
                "footer": None,
                "rendering_options": None,
            },
            "livemode": False,
            "metadata": {},
            "name": None,
            "phone": None,
            "preferred_locales": [],
            "shipping": None,
            "tax_exempt": "none",
            **fields,
        },
    )
    world.emit(account, "customer.created", customer.body)
    return customer
