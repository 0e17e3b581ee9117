"""The endpoints. Importing this package registers them all."""
from . import accounts, balance, charges, checkout, customers, disputes, events, intents, payouts, refunds, transfers, webhooks  # noqa: F401
