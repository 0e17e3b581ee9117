"""Reading what vendors owe: how much, how old, what settled it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import F, QuerySet, Sum

from billing.payouts.models import DebtPayment, VendorDebt
from kit.pagination import Page, keyset_page

# Days after which a debt counts as older.
AGES = (30, 60, 90)


@dataclass(slots=True)
class Owed:
    """What one vendor owes, in minor units; `by_age`: up to 30 days old, up to 60, up to 90, older."""

    vendor_id: UUID
    currency: str
    total_minor: int = 0
    count: int = 0
    by_age: list[int] = field(default_factory=lambda: [0] * (len(AGES) + 1))


def debts_page(
    *, vendor_id: UUID | None = None, is_open: bool | None = None, cursor: str | None = None, size: int = 50
) -> Page[VendorDebt]:
    """Debts, newest first: a vendor's or everyone's; the open or the settled ones only with `is_open`."""
    rows: QuerySet[VendorDebt] = VendorDebt.objects.all()
    if vendor_id is not None:
        rows = rows.filter(vendor_id=vendor_id)
    if is_open is not None:
        rows = rows.filter(settled_at__isnull=is_open)
    return keyset_page(rows, order=["-id"], cursor=cursor, size=size)


def debt_of(debt_id: UUID, *, vendor_id: UUID | None = None) -> VendorDebt | None:
    """One debt; with `vendor_id`, None for another's."""
    rows = VendorDebt.objects.filter(id=debt_id)
    return (rows if vendor_id is None else rows.filter(vendor_id=vendor_id)).first()


def owed_by(vendor_id: UUID, currency: str) -> int:
    """What a vendor owes now, in minor units. One query."""
    rows = VendorDebt.objects.filter(vendor_id=vendor_id, currency=currency, settled_at__isnull=True)
    return rows.aggregate(sum=Sum(F("amount_minor") - F("settled_minor")))["sum"] or 0


def owed_by_age(*, now: datetime) -> list[Owed]:
    """What each vendor owes, by age, the largest first. One query; as many rows as there are open debts."""
    found: dict[tuple[UUID, str], Owed] = {}
    for debt in VendorDebt.objects.filter(settled_at__isnull=True).order_by("vendor_id", "id"):
        owed = found.setdefault((debt.vendor_id, debt.currency), Owed(debt.vendor_id, debt.currency))
        days = (now - debt.created_at).days
        owed.by_age[sum(days > age for age in AGES)] += debt.left_minor
        owed.total_minor += debt.left_minor
        owed.count += 1
    return sorted(found.values(), key=lambda owed: -owed.total_minor)


def payments_of(debts: Sequence[VendorDebt]) -> dict[UUID, list[DebtPayment]]:
    """What settled each of these debts, oldest first; one statement."""
    found: dict[UUID, list[DebtPayment]] = {}
    rows = DebtPayment.objects.filter(debt__in=[debt.id for debt in debts]).select_related("transfer")
    for payment in rows.order_by("id"):
        found.setdefault(payment.debt_id, []).append(payment)
    return found
