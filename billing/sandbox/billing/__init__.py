"""Stripe Billing: plans, subscriptions, invoices, the customer's portal. Importing this package registers its endpoints."""

from ..store import REFERENCES

REFERENCES |= {
    "price": ("product", "lookup_key"),
    "customer": ("customer_account",),
    "subscription": ("customer", "customer_account", "status"),
    "invoice": ("customer", "customer_account", "status", "subscription", "open"),
    "invoice_payment": ("invoice", "intent"),
    "invoiceitem": ("customer", "customer_account", "invoice", "subscription"),
    "credit_note": ("customer", "customer_account", "invoice"),
}

from . import api, catalog, checkout, clocks, portal  # noqa: E402, F401 - after the references they are found by
