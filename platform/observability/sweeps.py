"""What a worker's sweeps leave: a line when one did something, and how often and when each was done."""

import time
from typing import Any

import structlog
from celery import signals

from observability.jobs import Run, note
from observability.metrics import SWEEPS, SWEPT_AT

log = structlog.get_logger("sweep")
_started: dict[str, float] = {}


@signals.task_prerun.connect
def _begin(task_id: str, **_: Any) -> None:
    _started[task_id] = time.perf_counter()


@signals.task_postrun.connect
def _end(task_id: str, task: Any, retval: Any, state: str, **_: Any) -> None:
    seconds = time.perf_counter() - _started.pop(task_id, time.perf_counter())
    succeeded = state == "SUCCESS"
    SWEEPS.labels(task.name, "ok" if succeeded else "error").inc()
    if succeeded:
        SWEPT_AT.labels(task.name).set_to_current_time()
        # Most find nothing to do, every few seconds; those are counted only. Failures are told by Celery.
        if retval:
            log.info("swept", done=retval, duration_ms=round(seconds * 1000, 1))
    done = int(retval) if succeeded and isinstance(retval, int) else 0
    error = "" if succeeded else f"{type(retval).__name__}: {retval}" if retval is not None else state
    note(Run(task.name, seconds, done, error))
