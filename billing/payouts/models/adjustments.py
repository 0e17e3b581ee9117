"""Money that staff credit vendors by hand."""

from django.db import models
from django.db.models import F, Q

from billing.payouts.models.payouts import Payout
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

    It first pays what the vendor owes, oldest debt first; the rest draws on our available balance, for no charge stands
    behind it: when that is short it waits, and says so.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    vendor_id = models.UUIDField()
    amount_minor = models.BigIntegerField()
    netted_minor = models.BigIntegerField(default=0, help_text="kept back to pay what the vendor owed")
    set_off_at = models.DateTimeField(null=True, blank=True, help_text="when this attempt was set against debts")
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=250)
    state = models.CharField(max_length=8, choices=AdjustmentState, default=AdjustmentState.DUE)
    attempt = models.PositiveSmallIntegerField(default=1)
    first_sent_at = models.DateTimeField(null=True, blank=True)
    next_try_at = models.DateTimeField(null=True, blank=True)
    provider_transfer_id = models.CharField(max_length=80, blank=True)
    payout = models.ForeignKey(
        Payout,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="credits",
        help_text="the last to carry it",
    )
    error = models.CharField(max_length=500, blank=True)
    made_at = models.DateTimeField(default=clock.now)
    done_at = models.DateTimeField(null=True, blank=True)

    access = Access(store="select", vendor="select")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="adjustment_positive"),
            models.CheckConstraint(
                condition=Q(netted_minor__gte=0, netted_minor__lte=F("amount_minor")), name="adjustment_netted_within"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="adjustment_says_why"),
            models.UniqueConstraint(
                fields=["provider_transfer_id"], name="adjustment_provider", condition=~Q(provider_transfer_id="")
            ),
        ]
        indexes = [
            models.Index(fields=["made_at"], name="adjustment_due", condition=Q(state__in=["due", "sent"])),
            models.Index(fields=["vendor_id", "-id"], name="adjustment_vendor"),
        ]

    @property
    def sent_minor(self) -> int:
        """What is transferred of it."""
        return self.amount_minor - self.netted_minor
