"""Above its debt limit a vendor's payouts to its bank are held: what we may yet take back stays in its balance.

The provider's schedule is set to manual meanwhile, and to what the vendor wants again after.
"""

from datetime import UTC, datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from billing.payouts.debts import default_limit, limit_of
from billing.payouts.models import DebtLimit, PayoutSchedule, WishState
from billing.payouts.owed import owed_by, owed_by_age
from kit import clock
from kit.money import Money
from outbox.actions import announce
from outbox.doorbell import ring
from outbox.models import Fact

# A schedule that exists because of a debt only: whatever the vendor wants is newer.
NEVER_ASKED = datetime(1970, 1, 1, tzinfo=UTC)


def on_debt_changed(fact: Fact) -> None:
    """`debt.made` and `debt.changed`, after."""
    assert fact.vendor_id is not None
    follow_debt(vendor_id=fact.vendor_id)


@transaction.atomic
def follow_debt(*, vendor_id: UUID) -> PayoutSchedule | None:
    """Hold a vendor's payouts, or let them go, by what it owes now. None when there was never anything to hold.

    Announces `payouts.held` or `payouts.released` when that is news.
    """
    currency = settings.CURRENCY
    if owed_by(vendor_id, currency) > limit_of(vendor_id, currency):
        PayoutSchedule.objects.get_or_create(
            vendor_id=vendor_id,
            defaults={"currency": currency, "version": 0, "state": WishState.DONE, "asked_at": NEVER_ASKED},
        )
    row = PayoutSchedule.objects.select_for_update().filter(vendor_id=vendor_id).first()
    if row is None:
        return None
    # Read under the lock: two debts that come at once are both counted by the later.
    owed, limit = owed_by(vendor_id, currency), limit_of(vendor_id, currency)
    is_over, was_held = owed > limit, row.is_held
    if is_over != was_held:
        row.held_at = clock.now() if is_over else None
        row.version += 1
        row.state, row.error, row.next_try_at = WishState.ASKED, "", None
        transaction.on_commit(lambda: ring("stripe.apply_payout_wishes"))
    row.held_reason = (
        f"{Money(owed, currency)} are owed to the marketplace, and {Money(limit, currency)} may be at most"
        if is_over
        else ""
    )
    row.save()
    if is_over != was_held:
        announce(
            "payouts.held" if is_over else "payouts.released",
            vendor_id=vendor_id,
            payload={"schedule": str(row.id), "version": row.version, "reason": row.held_reason},
        )
    return row


def follow_debts() -> int:
    """Hold or release whoever the limits of this moment say, changed by a setting since; gives how many. Three queries."""
    currency = settings.CURRENCY
    owed = {row.vendor_id: row.total_minor for row in owed_by_age(now=clock.now()) if row.currency == currency}
    own = dict(DebtLimit.objects.filter(currency=currency).values_list("vendor_id", "limit_minor"))
    held = set(PayoutSchedule.objects.filter(held_at__isnull=False).values_list("vendor_id", flat=True))
    over = {vendor_id for vendor_id, minor in owed.items() if minor > own.get(vendor_id, default_limit())}
    changed = sorted(over ^ held)
    for vendor_id in changed:
        follow_debt(vendor_id=vendor_id)
    return len(changed)
