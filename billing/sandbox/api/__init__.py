"""The endpoints. Importing this package registers them all."""

from . import (  # noqa: F401
    accounts,
    balance,
    charges,
    checkout,
    customers,
    disputes,
    events,
    intents,
    payouts,
    refunds,
    transfers,
    webhooks,
)
