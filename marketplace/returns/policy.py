"""What holds for refunds at a moment: commission given back or kept, until when customers cancel, who may refund how much."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from kit import clock
from kit.errors import InvalidInput
from kit.pagination import Page, keyset_page
from marketplace.returns.models import CommissionOnRefund, CustomerCancels, RefundPolicy, ReturnReason, SilentVendor
from marketplace.returns.models.refunds import vendors_fault

# The days of a policy by name, with what they are called and the most there may be.
DAYS: dict[str, tuple[str, int]] = {
    "return_days": ("Customers return within, days after delivery", 365),
    "answer_days": ("A vendor answers within, days", 30),
    "send_days": ("An accepted return is sent within, days", 60),
    "inspect_days": ("What came back is inspected within, days", 30),
    "claim_days": ("Customers claim within, days after delivery", 730),
}


RETURN_TERMS = (*DAYS, "silent_vendor", "accept_days", "vendor_pays_for")


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy as it holds. `limits` by role in minor units, None for any."""

    commission: str
    kept_after_days: int | None
    customer_cancels: str
    limits: Mapping[str, int | None]
    valid_from: datetime | None = None
    return_days: int = 30
    answer_days: int = 3
    silent_vendor: str = SilentVendor.ACCEPT
    send_days: int = 14
    inspect_days: int = 7
    claim_days: int = 60
    accept_days: int | None = None
    vendor_pays_for: Sequence[str] = tuple(vendors_fault())

    def shipping_paid_by(self, reasons: Iterable[str]) -> str:
        """Who pays the way back of articles that go back for these reasons: the vendor, where it answers for one of them."""
        return "vendor" if {*reasons} & {*self.vendor_pays_for} else "customer"

    def accept_by(self, paid_at: datetime) -> datetime | None:
        """Until when a vendor takes a new order on, before it is canceled; None where it may take as long as it likes."""
        return None if self.accept_days is None else paid_at + timedelta(days=self.accept_days)

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
    return Policy(
        commission=row.commission,
        kept_after_days=row.kept_after_days,
        customer_cancels=row.customer_cancels,
        limits=row.limits,
        valid_from=row.valid_from,
        silent_vendor=row.silent_vendor,
        accept_days=row.accept_days,
        vendor_pays_for=row.vendor_pays_for,
        **{name: getattr(row, name) for name in DAYS},
    )


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
    **returns: Any,
) -> RefundPolicy:
    """What holds from then on (now, where none is given); what was given back before stays as it was. Raises InvalidInput.

    `returns` has what a Policy says of returns, claims and new orders, by its names; what it leaves out stays as it is.
    """
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
    holds = policy_at(now)
    kept = {name: getattr(holds, name) for name in RETURN_TERMS} | returns
    _check_terms(kept)
    return RefundPolicy.objects.create(
        **{**kept, "vendor_pays_for": list(kept["vendor_pays_for"])},
        valid_from=valid_from or now,
        commission=commission,
        kept_after_days=kept_after_days if commission == CommissionOnRefund.KEPT_AFTER else None,
        customer_cancels=customer_cancels,
        limits=dict(limits),
        reason=reason.strip()[:200],
        made_by=by,
        made_at=now,
    )


def _check_terms(terms: Mapping[str, Any]) -> None:
    for name, (_, most) in DAYS.items():
        if not 1 <= terms[name] <= most:
            raise InvalidInput(f"Give 1 to {most} days.", field=name)
    if terms["accept_days"] is not None and not 1 <= terms["accept_days"] <= 60:
        raise InvalidInput("Give 1 to 60 days, or none.", field="accept_days")
    if terms["silent_vendor"] not in SilentVendor.values:
        raise InvalidInput("Choose what becomes of a return that its vendor does not answer.", field="silent_vendor")
    if not {*terms["vendor_pays_for"]} <= {*ReturnReason.values}:
        raise InvalidInput("Choose reasons of the list.", field="vendor_pays_for")
