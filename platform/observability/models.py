"""Sums that metrics keep, so that nothing is counted twice over a million rows; and how the sweeps go."""

from datetime import datetime, timedelta

from django.db import models

from kit import clock
from kit.access import Access


class Tally(models.Model):
    """What a fold has added up: `totals` of all rows before `through`. See `observability.tallies`."""

    name = models.CharField(max_length=60, primary_key=True)
    through = models.DateTimeField(null=True, blank=True)
    totals = models.JSONField(default=dict)

    access = Access()

    class Meta:
        verbose_name_plural = "tallies"


class Job(models.Model):
    """A sweep of the worker and how its last run went. See `observability.jobs`."""

    name = models.CharField(max_length=80, primary_key=True)
    every_seconds = models.FloatField(default=0, help_text="between rings of the clock")
    started_at = models.DateTimeField(null=True, blank=True, help_text="the last run that was written down")
    duration_ms = models.PositiveIntegerField(default=0)
    succeeded_at = models.DateTimeField(null=True, blank=True)
    did_at = models.DateTimeField(null=True, blank=True, help_text="when it last found something to do")
    done = models.BigIntegerField(default=0, help_text="how many it did then")
    failing_since = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0, help_text="in a row, as far as written")
    error = models.TextField(blank=True)

    access = Access()

    @property
    def next_at(self) -> datetime | None:
        """When the clock rings for it next, as far as is known."""
        return self.started_at + timedelta(seconds=self.every_seconds) if self.started_at else None

    @property
    def is_late(self) -> bool:
        """Has nothing been heard of it for much longer than it takes to ring, and to write?"""
        patience = timedelta(seconds=max(3 * self.every_seconds, 120))
        return self.started_at is None or clock.now() - self.started_at > patience
