"""Crediting and debiting a vendor by hand: with a reason, by two people above an amount, entered at once.

A credit is transferred after. A debit is a debt of the vendor's, netted from later transfers: see `debts`. What is made has
the id that its form was given (`once`), so that a form sent twice is one credit, whoever presses how often.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, connection, transaction

from approvals.actions import NoReason, WaitsAlready, carried_out, granted, needs_four_eyes, request_approval
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


class SentBefore(Conflict):
    """The form was sent before, and this is what came of it: `made`."""

    code = "adjustment_sent_before"

    def __init__(self, made: Adjustment | VendorDebt | Approval):
        super().__init__("This was sent before, and is done once.")
        self.made = made


class SentDifferently(Conflict):
    """The form was sent before, with another vendor, amount or reason."""

    code = "adjustment_sent_differently"


@transaction.atomic
def credit_vendor(
    *, vendor: Vendor, amount_minor: int, reason: str, by: UUID, once: UUID | None = None
) -> Adjustment | Approval:
    """Credit a vendor, or above `settings.FOUR_EYES_MINOR` ask somebody else to grant it; no more than `most_by_hand`.

    What the vendor was credited within a day without a second person counts toward that amount.

    `once` comes from the form. Raises BadAdjustment, NoReason, SentBefore, SentDifferently.
    """
    given = _given(vendor, amount_minor, reason, once)
    with _once(CREDIT, given):
        waits = _second_person(CREDIT, f"Credit {vendor.name}", given, by)
        return waits or _credit(given)


@transaction.atomic
def debit_vendor(
    *, vendor: Vendor, amount_minor: int, reason: str, by: UUID, once: UUID | None = None
) -> VendorDebt | Approval:
    """Have a vendor pay an amount out of its later earnings. In the same way, and as `credit_vendor`."""
    given = _given(vendor, amount_minor, reason, once)
    with _once(DEBIT, given):
        waits = _second_person(DEBIT, f"Debit {vendor.name}", given, by)
        return waits or _debit(given)


def most_by_hand() -> int:
    """The largest single credit or debit, whoever agrees: an amount above it is a slip of the keys. Minor units."""
    return int(settings.MOST_BY_HAND_MINOR)


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


def _given(vendor: Vendor, amount_minor: int, reason: str, once: UUID | None) -> dict[str, Any]:
    if amount_minor <= 0:
        raise BadAdjustment("An amount above nothing.", field="amount_minor")
    if amount_minor > most_by_hand():
        most = Money(most_by_hand(), settings.CURRENCY)
        raise BadAdjustment(f"At most {most} at once.", field="amount_minor")
    if not reason.strip():
        raise NoReason("Say why: the vendor reads it.", field="reason")
    return {
        "id": str(once or uuid7()),
        "vendor": str(vendor.id),
        "amount_minor": amount_minor,
        "reason": reason.strip()[:250],
    }


@contextmanager
def _once(kind: str, given: dict[str, Any]) -> Iterator[None]:
    """Make what was given, unless it was made before, or is being made at this moment: then say what it is."""
    _refuse_a_repeat(kind, given)
    try:
        with transaction.atomic():
            yield
    except (IntegrityError, WaitsAlready):
        _refuse_a_repeat(kind, given)
        raise


def _refuse_a_repeat(kind: str, given: dict[str, Any]) -> None:
    """Raises SentBefore, or SentDifferently, where the id that was given is taken."""
    model: type[Adjustment | VendorDebt] = Adjustment if kind == CREDIT else VendorDebt
    made: Adjustment | VendorDebt | Approval | None = model.objects.filter(id=given["id"]).first()
    made = made or Approval.objects.filter(kind=kind, subject=_subject(kind, given)).first()
    if made is None:
        return
    if isinstance(made, Approval):
        asked = (made.payload["vendor"], made.payload["amount_minor"], made.payload["reason"])
    else:
        asked = (str(made.vendor_id), made.amount_minor, made.reason)
    if asked != (given["vendor"], given["amount_minor"], given["reason"]):
        raise SentDifferently(
            "This form was sent before, with something else in it. To make another, send it once more."
        )
    raise SentBefore(made)


def _subject(kind: str, given: dict[str, Any]) -> str:
    return f"{'adjustment' if kind == CREDIT else 'vendor_debt'}:{given['id']}"


def _second_person(kind: str, what: str, given: dict[str, Any], by: UUID) -> Approval | None:
    amount = Money(given["amount_minor"], settings.CURRENCY)
    before = _credited_by_one(given["vendor"]) if kind == CREDIT else 0
    if not needs_four_eyes(Money(given["amount_minor"] + before, settings.CURRENCY)):
        return None
    return request_approval(
        kind=kind,
        subject=_subject(kind, given),
        summary=f"{what} {amount}",
        payload=given,
        amount=amount,
        reason=given["reason"],
        by=by,
    )


def _credited_by_one(vendor_id: str) -> int:
    """What a vendor was credited in a day without a second person's word, whoever did it: in parts it is still so much."""
    with connection.cursor() as cursor:
        # One credit of a vendor at a time, or two at once would not see each other.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('credits of vendor ' || %s, 0))", [vendor_id])
    rows = Adjustment.objects.filter(
        vendor_id=vendor_id, currency=settings.CURRENCY, made_at__gt=clock.now() - timedelta(days=1)
    )
    credits = {f"adjustment:{id}": amount for id, amount in rows.values_list("id", "amount_minor")}
    agreed = Approval.objects.filter(kind=CREDIT, subject__in=credits).values_list("subject", flat=True)
    return sum(credits.values()) - sum(credits[subject] for subject in set(agreed))


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
