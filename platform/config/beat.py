"""The clock's own rule: a clock that cannot ring ends."""

from typing import Any

from celery import beat


class Scheduler(beat.Scheduler):
    """Celery's scheduler in memory, which ends its process with the error when a ring cannot be sent.

    Celery's own logs the error and goes on, and after its broker died it may go on without ever ringing again: alive,
    mute, and unnoticed. Whoever keeps the processes starts a new one, which connects anew.
    """

    def apply_entry(self, entry: beat.ScheduleEntry, producer: Any = None) -> None:
        """Ring once. Raises celery.beat.SchedulingError when the broker does not take it."""
        self.apply_async(entry, producer=producer, advance=False)
