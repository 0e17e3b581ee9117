"""Facts: what happened, recorded in the transaction that made it so, delivered after it committed."""

from uuid import UUID

from django.db import models

from kit import clock
from kit.access import Access
from kit.ids import uuid7


class Fact(models.Model):
    """A past-tense event. A fact is a hint: whoever hears it re-reads the truth."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=60, help_text="past tense, e.g. order.placed, shop.product_published")
    vendor_id = models.UUIDField(null=True, blank=True)
    payload = models.JSONField(default=dict)
    recorded_at = models.DateTimeField(default=clock.now)
    fanned_out_at = models.DateTimeField(null=True, blank=True)

    # A vendor's process may tell what happened in its shop, and cannot read what others told.
    access = Access(store="insert", vendor="insert", vendor_check="name LIKE 'shop.%'")

    class Meta:
        indexes = [
            models.Index(fields=["id"], name="fact_waiting", condition=models.Q(fanned_out_at__isnull=True)),
            models.Index(fields=["vendor_id", "id"], name="fact_lanes", condition=models.Q(fanned_out_at__isnull=True)),
        ]


class DeliveryState(models.TextChoices):
    DUE = "due", "Due"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"


# What is told of no vendor in particular.
COMMON_LANE = UUID(int=0)


class Delivery(models.Model):
    """One fact on its way to one listener. Done in the listener's own transaction; retried with back-off until it is.

    `lane` is the fact's vendor: lanes are served in turns, so that a vendor who tells much keeps nobody else waiting.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    fact = models.ForeignKey(Fact, on_delete=models.CASCADE, related_name="deliveries")
    lane = models.UUIDField(default=COMMON_LANE)
    listener = models.CharField(max_length=120)
    state = models.CharField(max_length=10, choices=DeliveryState, default=DeliveryState.DUE)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=clock.now)
    done_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)

    access = Access()

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [models.UniqueConstraint(fields=["fact", "listener"], name="delivery_once")]
        indexes = [
            models.Index(fields=["due_at"], name="delivery_due", condition=models.Q(state="due")),
            models.Index(fields=["lane", "due_at", "id"], name="delivery_lanes", condition=models.Q(state="due")),
            models.Index(fields=["-id"], name="delivery_failed", condition=models.Q(state="failed")),
        ]
