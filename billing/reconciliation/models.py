"""Proof: runs of the three-way match between orders, ledger and provider, and what they could not explain."""

from django.db import models
from django.db.models import Q

from kit import clock
from kit.access import Access
from kit.ids import uuid7


class ReconciliationRun(models.Model):
    """One match. `totals` holds, per currency, what each of the three sides says."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    started_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    entries_checked = models.PositiveIntegerField(default=0)
    exceptions_count = models.PositiveIntegerField(default=0)
    totals = models.JSONField(default=dict)

    access = Access()

    class Meta:
        indexes = [models.Index(fields=["-started_at"], name="reconciliation_newest")]

    @property
    def matches(self) -> bool:
        return self.finished_at is not None and self.exceptions_count == 0


class ExceptionState(models.TextChoices):
    OPEN = "open", "Open"
    RESOLVED = "resolved", "Resolved"


class ReconciliationException(models.Model):
    """A difference somebody must explain: which check, entry and account, how much. Found again, it stays one row."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    run = models.ForeignKey(ReconciliationRun, on_delete=models.CASCADE, related_name="exceptions")
    key = models.CharField(max_length=200, help_text="what differs, e.g. entry:<source key>:<account>")
    check_name = models.CharField(max_length=60)
    entry_id = models.UUIDField(null=True, blank=True)
    account = models.CharField(max_length=120, blank=True)
    vendor_id = models.UUIDField(null=True, blank=True)
    expected_minor = models.BigIntegerField(default=0)
    found_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3, blank=True)
    explanation = models.TextField()
    state = models.CharField(max_length=10, choices=ExceptionState, default=ExceptionState.OPEN)
    first_seen_at = models.DateTimeField(default=clock.now)
    last_seen_at = models.DateTimeField(default=clock.now)
    resolved_at = models.DateTimeField(null=True, blank=True)

    access = Access()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key"], name="exception_open_once", condition=Q(state="open"))]
        indexes = [models.Index(fields=["state", "-last_seen_at"], name="exception_open")]

    @property
    def difference_minor(self) -> int:
        return self.found_minor - self.expected_minor
