"""The office keeps the checklist: which steps there are, in which order, for which door; and the terms."""

import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max

from audit.actions import record
from kit import clock
from kit.errors import Conflict, InvalidInput
from outbox.actions import announce
from tenants.onboarding.models import Step, StepKind, Terms
from tenants.vendors.countries import VENDOR_COUNTRIES

MOST_PRODUCTS = 1000
LONGEST_TERMS = 100_000


class StepTaken(Conflict):
    """There is a step of that name."""

    code = "step_taken"


class NoTerms(Conflict):
    """Nobody can agree to terms that were never published."""

    code = "no_terms"


@transaction.atomic
def change_step(
    *,
    code: str,
    by: UUID,
    title: str,
    explanation: str,
    is_on: bool,
    for_selling: bool,
    for_payout: bool,
    minimum: int | None = None,
    countries: Sequence[str] = (),
) -> Step:
    """Say of a step whether it is asked, of whom, and which doors need it. Raises Step.DoesNotExist, InvalidInput, NoTerms.

    Whoever waits for a door is looked at again; nobody's door is closed by it.
    """
    step = Step.objects.select_for_update().get(code=code)
    if is_on and step.kind == StepKind.TERMS and not Terms.objects.exists():
        raise NoTerms("Publish the terms first: nobody can agree to what is not there.", field="is_on")
    step.title, step.explanation = _line(title, "title", 80), _line(explanation, "explanation", 300, empty=True)
    step.is_on, step.for_selling, step.for_payout = is_on, for_selling, for_payout
    if step.kind == StepKind.PRODUCTS:
        step.minimum = _clean_minimum(minimum)
    if step.kind == StepKind.DOCUMENT:
        step.countries = _clean_countries(countries)
    step.changed_at = clock.now()
    step.save()
    _note("onboarding.step_changed", step, by)
    return step


@transaction.atomic
def add_document_step(*, title: str, explanation: str, countries: Sequence[str], by: UUID) -> Step:
    """Ask for one more document: it is off until it is switched on. Raises InvalidInput, StepTaken."""
    title = _line(title, "title", 80)
    code = re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")[:40]
    if not code:
        raise InvalidInput("Name it with letters or digits.", field="title")
    last = Step.objects.aggregate(last=Max("position"))["last"] or 0
    step = Step(
        code=code,
        kind=StepKind.DOCUMENT,
        title=title,
        explanation=_line(explanation, "explanation", 300, empty=True),
        position=last + 1,
        countries=_clean_countries(countries),
        changed_at=clock.now(),
    )
    try:
        with transaction.atomic():
            step.save(force_insert=True)
    except IntegrityError as error:
        raise StepTaken("There is a step of this name.", field="title") from error
    _note("onboarding.step_added", step, by)
    return step


@transaction.atomic
def move_step(*, code: str, up: bool, by: UUID) -> Step:
    """Change places with the step before or after it; the first and the last stay. Raises Step.DoesNotExist."""
    ordered = list(Step.objects.select_for_update().order_by("position", "code"))
    place = next((place for place, step in enumerate(ordered) if step.code == code), None)
    if place is None:
        raise Step.DoesNotExist(code)
    step, other = ordered[place], place + (-1 if up else 1)
    if 0 <= other < len(ordered):
        ordered[place], ordered[other] = ordered[other], ordered[place]
    for position, each in enumerate(ordered, 1):
        each.position = position
    Step.objects.bulk_update(ordered, ["position"])
    _note("onboarding.step_moved", step, by)
    return step


@transaction.atomic
def publish_terms(*, text: str, by: UUID) -> Terms:
    """Put a new version of the terms in force. Who agreed to an earlier one is asked again. Raises InvalidInput, Conflict."""
    cleaned = text.replace("\r\n", "\n").strip()
    if not cleaned:
        raise InvalidInput("Write the terms.", field="text")
    if len(cleaned) > LONGEST_TERMS:
        raise InvalidInput(f"The terms are longer than {LONGEST_TERMS:,} characters.", field="text")
    last = Terms.objects.order_by("-version").first()
    if last is not None and last.text == cleaned:
        raise InvalidInput(f"These are the terms of version {last.version}, word for word.", field="text")
    terms = Terms(version=last.version + 1 if last else 1, text=cleaned, published_at=clock.now(), published_by=by)
    try:
        with transaction.atomic():
            terms.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict(f"Somebody published version {terms.version} at the same moment. Look at it first.") from error
    record(
        action="onboarding.terms_published",
        subject=f"terms:{terms.id}",
        actor_kind="staff",
        actor_id=by,
        data={"version": terms.version},
    )
    _announce()
    return terms


def _note(action: str, step: Step, by: UUID) -> None:
    data: dict[str, Any] = {
        "step": step.code,
        "position": step.position,
        "is_on": step.is_on,
        "for_selling": step.for_selling,
        "for_payout": step.for_payout,
    }
    if step.minimum:
        data["minimum"] = step.minimum
    if step.countries:
        data["countries"] = step.countries
    record(action=action, subject=f"step:{step.id}", actor_kind="staff", actor_id=by, data=data)
    _announce()


def _announce() -> None:
    announce("onboarding.checklist_changed")


def _line(text: str, field: str, longest: int, *, empty: bool = False) -> str:
    line = " ".join(text.split())
    if not line and not empty:
        raise InvalidInput("Fill this in.", field=field)
    if len(line) > longest:
        raise InvalidInput(f"Say it in {longest} characters.", field=field)
    return line


def _clean_minimum(minimum: int | None) -> int:
    if minimum is None or not 1 <= minimum <= MOST_PRODUCTS:
        raise InvalidInput(f"Ask for 1 to {MOST_PRODUCTS} products.", field="minimum")
    return minimum


def _clean_countries(countries: Sequence[str]) -> list[str]:
    cleaned = sorted({country.strip().upper() for country in countries if country.strip()})
    if unknown := [country for country in cleaned if country not in VENDOR_COUNTRIES]:
        raise InvalidInput(f"No vendor can be in {', '.join(unknown)}.", field="countries")
    return cleaned
