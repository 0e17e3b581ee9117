"""What is known of each sweep: when it ran, how long, what came of it, since when it fails.

The worker keeps a row for each of its own. Sweeps ring every few seconds, so a run that went as the one before is written
once in half a minute; one that fails, recovers or did something is written at once. The shops' workers have no right to
these rows: theirs are in their log and metrics.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.db import DatabaseError, transaction

from audit.actions import traced
from kit import clock
from kit.errors import InvalidInput
from observability.models import Job
from outbox.doorbell import ring

log = structlog.get_logger(__name__)
WRITTEN_EVERY_SECONDS = 30
_written: dict[str, float] = {}


class NoSuchJob(InvalidInput):
    """No worker of ours has a sweep of that name."""

    code = "no_such_job"


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a sweep. `done` is what it gave, `error` why it failed (empty: it did not)."""

    name: str
    seconds: float
    done: int
    error: str = ""


def expect(every_seconds: Mapping[str, float]) -> None:
    """Make a row for each sweep of this process, with how often it is rung; those it no longer has go."""
    Job.objects.bulk_create(
        [Job(name=name, every_seconds=seconds) for name, seconds in every_seconds.items()],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["every_seconds"],
    )
    Job.objects.exclude(name__in=every_seconds).delete()


def note(run: Run) -> bool:
    """Write down how a sweep went, unless nothing is new about it; gives whether it was written. Never raises."""
    if settings.PROCESS != "worker":
        return False
    now = time.monotonic()
    if not run.error and not run.done and now - _written.get(run.name, -WRITTEN_EVERY_SECONDS) < WRITTEN_EVERY_SECONDS:
        return False
    try:
        write(run)
    except DatabaseError as error:
        log.warning("job_not_noted", job=run.name, cause=str(error))
        return False
    # After a failure the next run is written, whatever it is: it may be the recovery.
    _written[run.name] = now if not run.error else -WRITTEN_EVERY_SECONDS
    return True


@transaction.atomic
def write(run: Run) -> Job:
    """Bring the row of a sweep up to its last run."""
    job, _ = Job.objects.select_for_update().get_or_create(name=run.name)
    ended = clock.now()
    job.started_at, job.duration_ms = ended - timedelta(seconds=run.seconds), round(run.seconds * 1000)
    if run.error:
        job.failing_since, job.failures, job.error = job.failing_since or ended, job.failures + 1, run.error[:2000]
    else:
        job.succeeded_at, job.failing_since, job.failures, job.error = ended, None, 0, ""
        if run.done:
            job.did_at, job.done = ended, run.done
    job.save()
    return job


def run_now(*, name: str, by: UUID) -> Job:
    """Have the worker run a sweep as soon as it hears. `by` is the user who asks. Raises NoSuchJob."""
    job = Job.objects.filter(name=name).first()
    if job is None:
        raise NoSuchJob("There is no such job.")
    with traced("job.rung", f"job:{name}", by=by):
        transaction.on_commit(lambda: ring(name))
    return job


def jobs() -> list[Job]:
    """Every sweep of the worker, those that fail first."""
    return sorted(Job.objects.all(), key=lambda job: (job.failing_since is None, job.name))


def failing_count() -> int:
    return Job.objects.filter(failing_since__isnull=False).count()
