"""Reading what the provider told."""

from uuid import UUID

from billing.stripe.models import BalanceTransaction, ConnectedAccount


def account_of(vendor_id: UUID) -> ConnectedAccount | None:
    """A vendor's payout account, as last fetched; None before the vendor has begun with it."""
    return ConnectedAccount.objects.filter(vendor_id=vendor_id).first()


def movement_of(source_key: str) -> BalanceTransaction | None:
    """The provider's movement that a journal entry ("txn:txn_1", "txn:txn_1:avail") was made from, if it was."""
    kind, _, rest = source_key.partition(":")
    if kind != "txn":
        return None
    return BalanceTransaction.objects.filter(transaction_id=rest.partition(":")[0]).first()
