"""Crediting and debiting a vendor by hand: with a reason, by two people above an amount, entered at once.

A credit is transferred after. A debit is a debt of the vendor's, netted from later transfers: see `debts`.
"""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from approvals.actions import NoReason, carried_out, four_eyes, granted
from approvals.models import Approval
from billing.ledger import entries
from billing.ledger.actions import post_all
from billing.ledger.entries import EntryDraft
from billing.payouts.debts import debit
from billing.payouts.models import Adjustment, AdjustmentState, Cause, VendorDebt
from kit import clock
from kit.errors import Conflict, InvalidInput
from kit.ids import uuid7
from kit.money import Money
from kit.pagination import Page, keyset_page
from outbox.doorbell import ring
from outbox.models import Fact
from tenants.vendors.models import Vendor

CREDIT, DEBIT = "vendor.credit", "vendor.debit"


class BadAdjustment(InvalidInput):
    code = "adjustment_invalid"


class NotRefused(Conflict):
    code = "adjustment_not_refused"


@transaction.atomic
def credit_vendor(*, vendor: Vendor, amount_minor: int, reason: str, by: UUID) -> Adjustment | Approval:
    """Credit a vendor, or above `settings.FOUR_EYES_MINOR` ask somebody else to grant it. Raises BadAdjustment, NoReason."""
    given = _given(vendor, amount_minor, reason)
    waits = _second_person(CREDIT, f"adjustment:{given['id']}", f"Credit {vendor.name}", given, by)
    return waits or _credit(given)


@transaction.atomic
def debit_vendor(*, vendor: Vendor, amount_minor: int, reason: str, by: UUID) -> VendorDebt | Approval:
    """Have a vendor pay an amount out of its later earnings. In the same way, and as `credit_vendor`."""
    given = _given(vendor, amount_minor, reason)
    waits = _second_person(DEBIT, f"vendor_debt:{given['id']}", f"Debit {vendor.name}", given, by)
    return waits or _debit(given)


def on_approval_granted(fact: Fact) -> None:
    """`approval.granted`, inside: a credit or a debit that waited for a second person is made."""
    if fact.payload["kind"] == CREDIT:
        approval = granted(fact)
        carried_out(approval, done_as=f"adjustment:{_credit(approval.payload).id}")
    elif fact.payload["kind"] == DEBIT:
        approval = granted(fact)
        carried_out(approval, done_as=f"vendor_debt:{_debit(approval.payload).id}")


@transaction.atomic
def retry_adjustment(*, adjustment_id: UUID) -> Adjustment:
    """Have a credit that the provider refused sent again. Raises NotRefused, Adjustment.DoesNotExist."""
    row = Adjustment.objects.select_for_update().get(id=adjustment_id)
    if row.state != AdjustmentState.FAILED:
        raise NotRefused("Only what was refused can be sent again.")
    row.state, row.error, row.next_try_at = AdjustmentState.DUE, "", None
    row.save(update_fields=["state", "error", "next_try_at"])
    transaction.on_commit(lambda: ring("stripe.send_credits"))
    return row


def adjustments_page(*, vendor_id: UUID | None = None, cursor: str | None = None, size: int = 50) -> Page[Adjustment]:
    """Credits by hand, newest first: one vendor's, or everyone's. One query."""
    rows = Adjustment.objects.all() if vendor_id is None else Adjustment.objects.filter(vendor_id=vendor_id)
    return keyset_page(rows, order=["-id"], cursor=cursor, size=size)


def draft_of(adjustment: Adjustment) -> EntryDraft:
    """The entry of a credit."""
    return entries.vendor_credit(
        adjustment_id=adjustment.id,
        vendor_id=adjustment.vendor_id,
        amount_minor=adjustment.amount_minor,
        currency=adjustment.currency,
        reason=adjustment.reason,
        occurred_at=adjustment.made_at,
    )


def debits_page(*, cursor: str | None = None, size: int = 50) -> Page[VendorDebt]:
    """Debits by hand, newest first. One query."""
    return keyset_page(VendorDebt.objects.filter(cause=Cause.BY_HAND), order=["-id"], cursor=cursor, size=size)


def _given(vendor: Vendor, amount_minor: int, reason: str) -> dict[str, Any]:
    if amount_minor <= 0:
        raise BadAdjustment("An amount above nothing.", field="amount")
    if not reason.strip():
        raise NoReason("Say why: the vendor reads it.", field="reason")
    return {"id": str(uuid7()), "vendor": str(vendor.id), "amount_minor": amount_minor, "reason": reason.strip()[:250]}


def _second_person(kind: str, subject: str, what: str, given: dict[str, Any], by: UUID) -> Approval | None:
    amount = Money(given["amount_minor"], settings.CURRENCY)
    return four_eyes(
        kind=kind,
        subject=subject,
        summary=f"{what} {amount}",
        payload=given,
        amount=amount,
        reason=given["reason"],
        by=by,
    )


def _credit(given: dict[str, Any]) -> Adjustment:
    made = Adjustment.objects.create(
        id=UUID(given["id"]),
        vendor_id=UUID(given["vendor"]),
        amount_minor=given["amount_minor"],
        currency=settings.CURRENCY,
        reason=given["reason"],
        made_at=clock.now(),
    )
    post_all([draft_of(made)])
    transaction.on_commit(lambda: ring("stripe.send_credits"))
    return made


def _debit(given: dict[str, Any]) -> VendorDebt:
    return debit(
        debt_id=UUID(given["id"]),
        vendor_id=UUID(given["vendor"]),
        amount_minor=given["amount_minor"],
        currency=settings.CURRENCY,
        reason=given["reason"],
    )
