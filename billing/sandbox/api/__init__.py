"""The endpoints. Importing this package registers them all."""

from . import (  # noqa: F401
    accounts,
    balance,
    charges,
    checkout,
    customers,
    disputes,
    events,
    external_accounts,
    files,
    intents,
    methods,
    payouts,
    radar,
    refunds,
    setups,
    tax,
    transfers,
    webhooks,
)
