"""What holds for refunds at a moment: commission given back or kept, until when customers cancel, who may refund how much."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from kit import clock
from kit.errors import InvalidInput
from kit.pagination import Page, keyset_page
from marketplace.returns.models import CommissionOnRefund, CustomerCancels, RefundPolicy


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy as it holds. `limits` by role in minor units, None for any."""

    commission: str
    kept_after_days: int | None
    customer_cancels: str
    limits: Mapping[str, int | None]
    valid_from: datetime | None = None

    def keeps_commission(self, *, paid_at: datetime | None, now: datetime) -> bool:
        """Whether a refund at this moment of what was paid at that one leaves the commission with the platform."""
        if self.commission == CommissionOnRefund.KEPT_AFTER:
            return paid_at is not None and now >= paid_at + timedelta(days=self.kept_after_days or 0)
        return self.commission == CommissionOnRefund.KEPT

    def allows(self, role: str, amount_minor: int) -> bool:
        """Whether this role may refund so much by itself."""
        limit = self.limits.get(role, 0)
        return limit is None or amount_minor <= limit

    def knows(self, role: str) -> bool:
        """Whether this role may refund anything."""
        return self.limits.get(role, 0) != 0

    def roles_for(self, amount_minor: int) -> list[str]:
        """The roles that may refund so much."""
        return [role for role in self.limits if self.allows(role, amount_minor)]


def policy_at(instant: datetime) -> Policy:
    """The policy that holds then. One query."""
    row = RefundPolicy.objects.filter(valid_from__lte=instant).order_by("-valid_from").first()
    if row is None:
        return Policy(
            commission=settings.REFUND_COMMISSION,
            kept_after_days=settings.REFUND_COMMISSION_DAYS,
            customer_cancels=settings.REFUND_CUSTOMER_CANCELS,
            limits=settings.REFUND_LIMITS,
        )
    return Policy(row.commission, row.kept_after_days, row.customer_cancels, row.limits, row.valid_from)


def policies() -> list[RefundPolicy]:
    """All that were ever made, the latest first."""
    return list(RefundPolicy.objects.order_by("-valid_from"))


def policies_page(*, cursor: str | None = None, size: int = 25) -> Page[RefundPolicy]:
    """The same, a page at a time. One query."""
    return keyset_page(RefundPolicy.objects.all(), order=["-valid_from"], cursor=cursor, size=size)


@transaction.atomic
def set_policy(
    *,
    commission: str,
    kept_after_days: int | None,
    customer_cancels: str,
    limits: Mapping[str, int | None],
    reason: str,
    by: UUID,
    valid_from: datetime | None = None,
) -> RefundPolicy:
    """What holds from then on (now, where none is given); what was given back before stays as it was. Raises InvalidInput."""
    now = clock.now()
    if commission not in CommissionOnRefund.values:
        raise InvalidInput("Choose what becomes of the commission.", field="commission")
    if customer_cancels not in CustomerCancels.values:
        raise InvalidInput("Choose until when customers cancel.", field="customer_cancels")
    if commission == CommissionOnRefund.KEPT_AFTER and not 0 < (kept_after_days or 0) <= 3650:
        raise InvalidInput("Say after how many days it is kept: 1 to 3650.", field="kept_after_days")
    if valid_from is not None and valid_from < now:
        raise InvalidInput("A policy begins now or later.", field="valid_from")
    if not reason.strip():
        raise InvalidInput("Say why.", field="reason")
    for role, limit in limits.items():
        if role not in settings.REFUND_LIMITS or (limit is not None and limit < 0):
            raise InvalidInput("A limit is an amount, or empty for any.", field=f"limit-{role}")
    return RefundPolicy.objects.create(
        valid_from=valid_from or now,
        commission=commission,
        kept_after_days=kept_after_days if commission == CommissionOnRefund.KEPT_AFTER else None,
        customer_cancels=customer_cancels,
        limits=dict(limits),
        reason=reason.strip()[:200],
        made_by=by,
        made_at=now,
    )
