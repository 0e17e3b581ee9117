"""Sums that metrics keep, so that nothing is counted twice over a million rows."""

from django.db import models

from kit.access import Access


class Tally(models.Model):
    """What a fold has added up: `totals` of all rows before `through`. See `observability.tallies`."""

    name = models.CharField(max_length=60, primary_key=True)
    through = models.DateTimeField(null=True, blank=True)
    totals = models.JSONField(default=dict)

    access = Access()

    class Meta:
        verbose_name_plural = "tallies"
