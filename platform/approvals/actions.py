"""Asking for a second pair of eyes, and deciding.

Whoever has something done only with four eyes asks `four_eyes` first. It gives None when one person is enough; else the
Approval that now waits. Once that is granted, the INSIDE listeners of `approval.granted` hear it in the same transaction;
the one whose kind it is does the work from the payload and says so by `carried_out`:

    def on_approval_granted(fact: Fact) -> None:
        if fact.payload["kind"] == "ledger.entry":
            approval = granted(fact)
            entry = post(...)
            carried_out(approval, done_as=f"entry:{entry.id}")
"""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from approvals.models import Approval, Decision
from audit.actions import record
from kit import clock
from kit.errors import Conflict, InvalidInput, NotAllowed
from kit.money import Money
from outbox.actions import announce
from outbox.models import Fact

DECIDED = "Somebody has decided about this already."


class NoReason(InvalidInput):
    """Whoever wants something done that others look at later says why."""

    code = "reason_missing"


class WaitsAlready(Conflict):
    """The same was asked for before, and nobody has decided yet."""

    code = "approval_waits"


class Decided(Conflict):
    """Somebody has decided already."""

    code = "approval_decided"


class OwnRequest(NotAllowed):
    """Whoever asked does not decide."""

    code = "approval_own_request"


class NobodyDoes(Conflict):
    """Nothing in this installation does what was granted."""

    code = "approval_without_listener"


def needs_four_eyes(amount: Money) -> bool:
    """Is the amount so high, either way, that a second person decides?"""
    return abs(amount.amount_minor) >= int(settings.FOUR_EYES_MINOR)


def four_eyes(
    *, kind: str, subject: str, summary: str, payload: dict[str, Any], amount: Money, reason: str, by: UUID
) -> Approval | None:
    """None when `by` may do it alone; else the request that now waits for another. As `request_approval`."""
    if needs_four_eyes(amount):
        return request_approval(
            kind=kind, subject=subject, summary=summary, payload=payload, amount=amount, reason=reason, by=by
        )
    return None


@transaction.atomic
def request_approval(
    *, kind: str, subject: str, summary: str, payload: dict[str, Any], amount: Money, reason: str, by: UUID
) -> Approval:
    """Ask that something be done; another of the staff decides. `by` is the user who asks, `payload` plain JSON.

    Raises NoReason, and WaitsAlready when the same kind of thing about the same subject waits.
    """
    if not reason.strip():
        raise NoReason("Say why, for whoever decides and whoever looks later.", field="reason")
    approval = Approval(
        kind=kind,
        subject=subject,
        summary=summary[:250],
        payload=payload,
        amount_minor=abs(amount.amount_minor),
        currency=amount.currency,
        reason=reason.strip()[:250],
        requested_by=by,
        requested_at=clock.now(),
    )
    if not Approval.objects.bulk_create([approval], ignore_conflicts=True) or not _is_there(approval):
        raise WaitsAlready("This was asked for already, and waits for somebody to decide.")
    _note("approval.requested", approval, by)
    return approval


@transaction.atomic
def decide(*, approval_id: UUID, grant: bool, by: UUID, note: str = "") -> Approval:
    """Grant or refuse. Granted, it is done within this transaction, or everything stays as it was. Twice by the same person
    is once.

    Raises Decided, OwnRequest, NobodyDoes, and whatever keeps the thing from being done.
    """
    decision = Decision.GRANTED if grant else Decision.REFUSED
    before = _locked(approval_id)
    if before is not None and (before.decision, before.decided_by) == (decision, by):
        return before
    approval = _lock_waiting(approval_id)
    if approval.requested_by == by:
        raise OwnRequest("You asked for this yourself: somebody else decides.")
    _settle(approval, decision, by, note)
    if grant:
        announce("approval.granted", payload={"approval": str(approval.id), "kind": approval.kind})
        approval.refresh_from_db()
        if not approval.done_as:
            raise NobodyDoes(f"Nothing does “{approval.kind}” here.")
    else:
        announce("approval.refused", payload={"approval": str(approval.id), "kind": approval.kind})
    _note(f"approval.{approval.decision}", approval, by)
    return approval


@transaction.atomic
def withdraw(*, approval_id: UUID, by: UUID) -> Approval:
    """Take one's own request back. Raises Decided, and NotAllowed when it is somebody else's."""
    approval = _lock_waiting(approval_id)
    if approval.requested_by != by:
        raise NotAllowed("Only whoever asked takes a request back.")
    _settle(approval, Decision.WITHDRAWN, by, "")
    announce("approval.refused", payload={"approval": str(approval.id), "kind": approval.kind})
    _note("approval.withdrawn", approval, by)
    return approval


def granted(fact: Fact) -> Approval:
    """The request that a fact `approval.granted` (or refused) tells of."""
    return Approval.objects.get(id=fact.payload["approval"])


def carried_out(approval: Approval, *, done_as: str) -> None:
    """Say, while hearing `approval.granted`, what was made: "kind:id"."""
    approval.done_as = done_as
    approval.save(update_fields=["done_as"])


def _is_there(approval: Approval) -> bool:
    return Approval.objects.filter(id=approval.id).exists()


def _lock_waiting(approval_id: UUID) -> Approval:
    approval = _locked(approval_id)
    if approval is None or not approval.waits:
        raise Decided(DECIDED)
    return approval


def _locked(approval_id: UUID) -> Approval | None:
    return Approval.objects.select_for_update().filter(id=approval_id).first()


def _settle(approval: Approval, decision: Decision, by: UUID, note: str) -> None:
    approval.decision, approval.decided_by, approval.decided_at = decision, by, clock.now()
    approval.note = note.strip()[:250]
    approval.save(update_fields=["decision", "decided_by", "decided_at", "note"])


def _note(action: str, approval: Approval, by: UUID) -> None:
    record(
        action=action,
        subject=approval.subject,
        actor_kind="staff",
        actor_id=by,
        data={
            "approval": str(approval.id),
            "kind": approval.kind,
            "amount_minor": approval.amount_minor,
            "currency": approval.currency,
            "reason": approval.note or approval.reason,
            **({"done_as": approval.done_as} if approval.done_as else {}),
        },
    )
