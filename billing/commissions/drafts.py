"""Drafts: the rules as they might be. Changed in peace, tried on past orders, and put in force in one go, or not at all."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Unpack
from uuid import UUID

from django.db import transaction

from billing.commissions.actions import BadRule, Changes, check_terms, end_version, lock_rules, next_version, put
from billing.commissions.models import TERMS, CommissionDraft, CommissionRule, DraftRule, Simulation
from billing.commissions.queries import live_rows
from kit import clock
from kit.errors import Conflict, InvalidInput
from outbox.doorbell import ring

LONGEST_DAYS = 731


class DraftClosed(Conflict):
    """The draft was adopted or discarded."""

    code = "commission_draft_closed"


class DraftOutdated(Conflict):
    """The rules in force are no longer those that the draft was made from."""

    code = "commission_draft_outdated"


@transaction.atomic
def start_draft(*, name: str, by: UUID | None = None) -> CommissionDraft:
    """A draft that says what is in force now. Raises InvalidInput without a name."""
    if not name.strip() or len(name.strip()) > 100:
        raise InvalidInput("Give the draft a name, of 100 characters at most.", field="name")
    lock_rules()
    live = list(live_rows())
    draft = CommissionDraft.objects.create(name=name.strip(), based_on=_fingerprint(live), created_by=by)
    DraftRule.objects.bulk_create(
        DraftRule(
            draft=draft,
            source=rule,
            name=rule.name,
            position=rule.position,
            **{name: getattr(rule, name) for name in TERMS},
        )
        for rule in live
    )
    return draft


@transaction.atomic
def draft_rule(
    *, draft_id: UUID, rule_id: UUID | None = None, position: int | None = None, **changes: Unpack[Changes]
) -> DraftRule:
    """Change a rule of the draft (what is not given stays), or add one. Raises DraftClosed, BadRule."""
    draft = _open(draft_id)
    rows = list(draft.rules.select_related("source"))
    row = _row(rows, rule_id) if rule_id else DraftRule(draft=draft, position=len(rows) + 1)
    for name, value in changes.items():
        setattr(row, name, value)
    row.name = row.name.strip()
    check_terms(row)
    if rule_id is None or position is not None:
        put(rows, row, len(rows) + 1 if position is None else position)
    row.save()
    DraftRule.objects.bulk_update([each for each in rows if each is not row], ["position"])
    return row


@transaction.atomic
def move_in_draft(*, draft_id: UUID, rule_id: UUID, position: int) -> DraftRule:
    """Ask a rule of the draft earlier or later. Raises DraftClosed, BadRule."""
    rows = list(_open(draft_id).rules.all())
    row = _row(rows, rule_id)
    put(rows, row, position)
    DraftRule.objects.bulk_update(rows, ["position"])
    return row


@transaction.atomic
def end_in_draft(*, draft_id: UUID, rule_id: UUID) -> None:
    """Leave a rule out of the draft; adopted, it ends. Raises DraftClosed, BadRule."""
    rows = list(_open(draft_id).rules.all())
    row = _row(rows, rule_id)
    rows.remove(row)
    row.delete()
    for place, each in enumerate(rows, start=1):
        each.position = place
    DraftRule.objects.bulk_update(rows, ["position"])


@transaction.atomic
def rewrite_draft(*, draft_id: UUID, rules: Sequence[Mapping[str, Any]]) -> CommissionDraft:
    """The whole draft anew, in this order: terms with a name, and as `source_id` the version in force that they follow.

    Raises DraftClosed, and BadRule for terms that cannot be read, a source that is not in force, or one that is named twice.
    """
    draft = _open(draft_id)
    live = {rule.id: rule for rule in live_rows()}
    rows = []
    for place, terms in enumerate(rules, start=1):
        terms = dict(terms)
        source_id = terms.pop("source_id", None)
        if source_id is not None and source_id not in live:
            raise BadRule("A rule follows a version that is in force.", field=f"rules.{place - 1}.source_id")
        source = live.pop(source_id) if source_id else None
        row = DraftRule(draft=draft, source=source, position=place, **terms)
        try:
            check_terms(row)
        except BadRule as refused:
            raise BadRule(str(refused), field=f"rules.{place - 1}.{refused.field}") from refused
        rows.append(row)
    draft.rules.all().delete()
    DraftRule.objects.bulk_create(rows)
    return draft


@transaction.atomic
def adopt_draft(*, draft_id: UUID, by: UUID | None = None) -> CommissionDraft:
    """Put the draft in force, all of it at one moment: new rules, next versions, ends and places.

    Raises DraftClosed, DraftOutdated when the rules in force have changed since it was made, BadRule.
    """
    draft = _open(draft_id)
    lock_rules()
    live = {rule.id: rule for rule in live_rows()}
    if _fingerprint(list(live.values())) != draft.based_on:
        raise DraftOutdated(
            "The rules in force have changed since this draft was made. Make a new draft, so that nothing is undone unseen."
        )
    for row in draft.rules.select_related("source"):
        rule = live.pop(row.source_id) if row.source_id else None
        if rule is None:
            check_terms(row)
            terms = {name: getattr(row, name) for name in ("name", "position", *TERMS)}
            CommissionRule.objects.create(created_by=by, **terms)
        elif row.is_changed:
            changes = {name: getattr(row, name) for name in ("name", *TERMS)}
            next_version(rule, position=row.position, by=by, changes=changes)
        elif rule.position != row.position:
            rule.position = row.position
            rule.save(update_fields=["position"])
    for left_out in live.values():
        end_version(left_out)
    draft.adopted_at = clock.now()
    draft.save(update_fields=["adopted_at"])
    return draft


@transaction.atomic
def discard_draft(*, draft_id: UUID) -> CommissionDraft:
    """Put a draft away. Raises DraftClosed."""
    draft = _open(draft_id)
    draft.discarded_at = clock.now()
    draft.save(update_fields=["discarded_at"])
    return draft


@transaction.atomic
def simulate(*, draft_id: UUID, first_on: date, last_on: date, by: UUID | None = None) -> Simulation:
    """Have the draft replayed over the orders that were placed in a period and paid. Raises DraftClosed, InvalidInput."""
    draft = _open(draft_id)
    if last_on < first_on:
        raise InvalidInput("The period ends before it begins.", field="last_on")
    if (last_on - first_on).days > LONGEST_DAYS:
        raise InvalidInput("A period is two years at most.", field="first_on")
    made = Simulation.objects.create(draft=draft, first_on=first_on, last_on=last_on, requested_by=by)
    transaction.on_commit(lambda: ring("checkout.simulate_commissions"))
    return made


def _open(draft_id: UUID) -> CommissionDraft:
    draft = CommissionDraft.objects.select_for_update().filter(id=draft_id).first()
    if draft is None:
        raise BadRule("There is no such draft.", field="draft_id")
    if not draft.is_open:
        raise DraftClosed("This draft is closed: it was adopted or discarded.")
    return draft


def _row(rows: Sequence[DraftRule], rule_id: UUID) -> DraftRule:
    for row in rows:
        if row.id == rule_id:
            return row
    raise BadRule("The draft has no such rule.", field="rule_id")


def _fingerprint(rules: Sequence[CommissionRule]) -> str:
    """Of which versions are in force, and in which order."""
    return hashlib.sha256(" ".join(f"{rule.position}:{rule.id}" for rule in rules).encode()).hexdigest()
