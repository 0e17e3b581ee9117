"""Working through the exceptions: whose each is, and setting the books right by an entry with a reason.

A correction is itself a source that the next match rebuilds its entry from. It closes its exception at once; should the
match find the difference again, it opens again.
"""

from uuid import UUID

from django.db import transaction

from approvals.actions import NoReason, carried_out, four_eyes, granted
from approvals.models import Approval
from audit.actions import record
from billing.ledger.actions import post_all, reverse
from billing.ledger.models import JournalEntry
from billing.reconciliation.causes import Suggestion, differences_of_entry, suggestions
from billing.reconciliation.expected import expected_entries
from billing.reconciliation.models import Correction, ExceptionState, ReconciliationException
from kit import clock
from kit.errors import Conflict, InvalidInput
from kit.ids import uuid7
from kit.money import Money
from outbox.models import Fact

KIND = "reconciliation.resolution"


class NotOpen(Conflict):
    """The exception is closed: somebody was faster, or a match explained it."""

    code = "exception_not_open"


class NoSuchSuggestion(InvalidInput):
    code = "suggestion_unknown"


class HasChanged(Conflict):
    """The difference is another one than when this was asked for."""

    code = "exception_changed"


@transaction.atomic
def assign(*, exception_id: UUID, owner_id: UUID | None, by: UUID) -> ReconciliationException:
    """Say who of the staff sees to an exception (a user id; None: nobody). Raises NotOpen."""
    row = _open(exception_id)
    row.owner_id = owner_id
    row.save(update_fields=["owner_id"])
    _note("exception.assigned", row, by, owner=str(owner_id or ""))
    return row


@transaction.atomic
def resolve(*, exception_id: UUID, suggestion: str, reason: str, by: UUID) -> Approval | ReconciliationException:
    """Set the books right as one of the suggestions says; from an amount on, ask for a second person's decision first.

    Gives the closed exception, or the request that waits. Raises NotOpen, NoSuchSuggestion, NoReason, WaitsAlready.
    """
    if not reason.strip():
        raise NoReason("Say why: it stands in the entry.", field="reason")
    row = _open(exception_id)
    chosen = _chosen(row, suggestion)
    waiting = four_eyes(
        kind=KIND,
        subject=f"exception:{row.id}",
        summary=f"{chosen.title} ({row.key})",
        payload={
            "exception": str(row.id),
            "suggestion": chosen.name,
            "expected_minor": row.expected_minor,
            "found_minor": row.found_minor,
        },
        amount=Money(chosen.amount_minor, row.currency or "EUR"),
        reason=reason,
        by=by,
    )
    return waiting or _do(row, chosen, reason.strip(), by)


def on_approval_granted(fact: Fact) -> None:
    """`approval.granted`, inside: a second person agreed, so it is done, unless the difference is another one by now."""
    if fact.payload["kind"] != KIND:
        return
    approval = granted(fact)
    row = _open(UUID(approval.payload["exception"]))
    if (row.expected_minor, row.found_minor) != (approval.payload["expected_minor"], approval.payload["found_minor"]):
        raise HasChanged("The difference has changed since this was asked for: ask anew.")
    done = _do(row, _chosen(row, approval.payload["suggestion"]), approval.reason, approval.requested_by)
    carried_out(approval, done_as=f"entry:{done.resolution_entry_id}")


def _open(exception_id: UUID) -> ReconciliationException:
    row = ReconciliationException.objects.select_for_update().filter(id=exception_id).first()
    if row is None or row.state != ExceptionState.OPEN:
        raise NotOpen("This difference is closed already.")
    return row


def _chosen(row: ReconciliationException, name: str) -> Suggestion:
    for suggestion in suggestions(row):
        if suggestion.name == name:
            return suggestion
    raise NoSuchSuggestion("Choose one of the ways that are offered.", field="suggestion")


def _do(row: ReconciliationException, chosen: Suggestion, reason: str, by: UUID) -> ReconciliationException:
    others = [each for each in differences_of_entry(row) if each.id != row.id]
    entry = {"correction": _correct, "reversal": _reverse, "entry": _enter}[chosen.kind](row, chosen, reason, by)
    for each in (row, *others):
        each.state, each.resolved_at, each.resolved_by = ExceptionState.RESOLVED, clock.now(), by
        each.resolution_entry_id, each.resolution = entry.id, reason[:250]
        each.save(update_fields=["state", "resolved_at", "resolved_by", "resolution_entry_id", "resolution"])
    _note("exception.resolved", row, by, entry=entry.source_key, how=chosen.name, reason=reason)
    return row


def _correct(row: ReconciliationException, chosen: Suggestion, reason: str, by: UUID) -> JournalEntry:
    correction = Correction(
        id=uuid7(),
        exception_key=row.key,
        lines=[[line.code, line.amount_minor, str(line.vendor_id or "")] for line in chosen.lines],
        currency=row.currency,
        reason=reason[:250],
        entered_by=by,
        entered_at=clock.now(),
    )
    correction.save(force_insert=True)
    (entry,) = post_all([correction.draft()])
    return entry


def _reverse(row: ReconciliationException, chosen: Suggestion, reason: str, by: UUID) -> JournalEntry:
    assert row.entry_id is not None  # only what names its entry offers this
    return reverse(entry=JournalEntry.objects.get(id=row.entry_id), reason=reason)


def _enter(row: ReconciliationException, chosen: Suggestion, reason: str, by: UUID) -> JournalEntry:
    """The entry that is missing, as the match would have it."""
    wanted = row.key.removeprefix("entry:").removesuffix(":missing")
    for part in expected_entries():
        for expected in part:
            if expected.key == wanted and expected.draft:
                (entry,) = post_all([expected.draft])
                return entry
    raise HasChanged("Nothing calls for this entry any more: match again.")


def _note(action: str, row: ReconciliationException, by: UUID, **data: str) -> None:
    record(
        action=action,
        subject=f"exception:{row.id}",
        actor_kind="staff",
        actor_id=by,
        vendor_id=row.vendor_id,
        data={"key": row.key, **data},
    )
