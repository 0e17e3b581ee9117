"""Placing an order over many walls, and taking its payment.

One lock order, always: cart, order, vendor orders by id, payment, stock by (schema, variant id), promotions by id, gift
cards and store credit by id, ledger accounts by id.
No network call inside a transaction.
"""

from marketplace.checkout.actions.checks import (
    CannotShip,
    CartChanged,
    CartEmpty,
    MethodGone,
    PricesChanged,
    TooLittle,
    TooMuch,
    TotalChanged,
    check_address,
    check_company,
    check_email,
)
from marketplace.checkout.actions.joining import join_carts
from marketplace.checkout.actions.paying import COVERED, session_lines, start_payment
from marketplace.checkout.actions.placing import place_order

__all__ = [
    "COVERED",
    "CannotShip",
    "CartChanged",
    "CartEmpty",
    "MethodGone",
    "PricesChanged",
    "TooLittle",
    "TooMuch",
    "TotalChanged",
    "check_address",
    "check_company",
    "check_email",
    "join_carts",
    "place_order",
    "session_lines",
    "start_payment",
]
