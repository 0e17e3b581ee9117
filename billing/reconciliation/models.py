"""Proof: runs of the three-way match between orders, ledger and provider, what they could not explain, and corrections."""

from uuid import UUID

from django.db import models
from django.db.models import Q

from billing.ledger.entries import EntryDraft, Line
from kit import clock
from kit.access import APPEND, Access
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
    reference_id = models.UUIDField(null=True, blank=True, help_text="the order or vendor order it is about")
    owner_id = models.UUIDField(null=True, blank=True, help_text="the user who sees to it")
    resolved_by = models.UUIDField(null=True, blank=True, help_text="the user; none when a match no longer found it")
    resolution = models.CharField(max_length=250, blank=True, help_text="why it was set right so")
    resolution_entry_id = models.UUIDField(null=True, blank=True)
    came_back = models.BooleanField(default=False, help_text="it was found again after somebody had resolved it")

    access = Access()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key"], name="exception_open_once", condition=Q(state="open"))]
        indexes = [models.Index(fields=["state", "-last_seen_at"], name="exception_open")]

    @property
    def difference_minor(self) -> int:
        return self.found_minor - self.expected_minor


class Correction(models.Model):
    """An entry made by hand to set the books right: the source that the match rebuilds it from. It stays as it is."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    exception_key = models.CharField(max_length=200, help_text="of the difference it explains")
    lines = models.JSONField(help_text="[[account code, minor units, vendor or empty], ...]")
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=250)
    entered_by = models.UUIDField(help_text="the user")
    entered_at = models.DateTimeField(default=clock.now)

    access = Access(platform=APPEND)

    class Meta:
        indexes = [models.Index(fields=["exception_key"], name="correction_exception")]

    def draft(self) -> EntryDraft:
        """Its entry."""
        return EntryDraft(
            source_key=f"correction:{self.id}",
            kind="correction",
            lines=tuple(Line(code, amount, UUID(vendor) if vendor else None) for code, amount, vendor in self.lines),
            currency=self.currency,
            occurred_at=self.entered_at,
            description=self.reason,
        )
