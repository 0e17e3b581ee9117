"""What of a vendor's money keeps it from being closed."""

from uuid import UUID

from django.db.models import F, Sum

from billing.ledger.models import AccountCode
from billing.ledger.queries import balances
from billing.payouts.models import Payout, PayoutState, Transfer, TransferState, VendorDebt
from kit.money import Money
from kit.words import counted
from tenants.vendors.leaving import Obstacle

OPEN_TRANSFERS = (TransferState.HELD, TransferState.DUE, TransferState.SENT, TransferState.FAILED)


def open_money(vendor_id: UUID) -> list[Obstacle]:
    """Debts, earnings that are not transferred, payouts on their way, and whatever else is on the vendor's accounts."""
    found = []
    owed = VendorDebt.objects.filter(vendor_id=vendor_id, settled_at__isnull=True)
    for currency, minor in _sums(owed, F("amount_minor") - F("settled_minor")):
        found.append(Obstacle("money", f"it owes {Money(minor, currency)}"))
    transfers = Transfer.objects.filter(vendor_id=vendor_id, state__in=OPEN_TRANSFERS)
    for currency, minor in _sums(transfers, F("amount_minor")):
        found.append(Obstacle("money", f"{Money(minor, currency)} of its earnings are not transferred yet"))
    payouts = Payout.objects.filter(
        vendor_id=vendor_id, state__in=[PayoutState.PENDING, PayoutState.IN_TRANSIT]
    ).count()
    if payouts:
        found.append(Obstacle("money", f"{counted(payouts, 'payout is', 'payouts are')} on the way to its bank"))
    for account in balances(vendor_id=vendor_id):
        if account.amount_minor:
            name = AccountCode(account.code).label.removesuffix("/v")
            left = Money(abs(account.amount_minor), account.currency)
            found.append(Obstacle("money", f"its account {account.code} {name} is not at zero: {left}"))
    return found


def _sums(rows: object, amount: object) -> list[tuple[str, int]]:
    found = rows.order_by().values_list("currency").annotate(sum=Sum(amount))  # type: ignore[attr-defined]
    return [(currency, minor) for currency, minor in found if minor]
