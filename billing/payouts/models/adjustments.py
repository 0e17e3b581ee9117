"""Money that staff credit vendors by hand."""

from django.db import models
from django.db.models import Q

from kit import clock
from kit.access import Access
from kit.ids import uuid7


class AdjustmentState(models.TextChoices):
    DUE = "due", "Due"
    SENT = "sent", "Sent"
    DONE = "done", "Transferred"
    FAILED = "failed", "Refused"


class Adjustment(models.Model):
    """Money that staff credit a vendor by hand, with a reason it reads: entered at once, and transferred by the worker.

    It draws on our available balance, for no charge stands behind it: when that is short it waits, and says so.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    vendor_id = models.UUIDField()
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=250)
    state = models.CharField(max_length=8, choices=AdjustmentState, default=AdjustmentState.DUE)
    attempt = models.PositiveSmallIntegerField(default=1)
    first_sent_at = models.DateTimeField(null=True, blank=True)
    next_try_at = models.DateTimeField(null=True, blank=True)
    provider_transfer_id = models.CharField(max_length=80, blank=True)
    error = models.CharField(max_length=500, blank=True)
    made_at = models.DateTimeField(default=clock.now)
    done_at = models.DateTimeField(null=True, blank=True)

    access = Access(store="select", vendor="select")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="adjustment_positive"),
            models.CheckConstraint(condition=~Q(reason=""), name="adjustment_says_why"),
            models.UniqueConstraint(
                fields=["provider_transfer_id"], name="adjustment_provider", condition=~Q(provider_transfer_id="")
            ),
        ]
        indexes = [
            models.Index(fields=["made_at"], name="adjustment_due", condition=Q(state__in=["due", "sent"])),
            models.Index(fields=["vendor_id", "-id"], name="adjustment_vendor"),
        ]
