"""Money out: transfers from our balance to a vendor's, held until their date; payouts to banks, mirrored."""

from django.db import models
from django.db.models import F, Q

from kit import clock
from kit.access import Access
from kit.ids import uuid7


class TransferState(models.TextChoices):
    HELD = "held", "Held"
    DUE = "due", "Due"
    SENT = "sent", "Sent"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    CANCELED = "canceled", "Canceled"


class Transfer(models.Model):
    """A vendor's earnings of one vendor order, on their way from our balance to the vendor's.

    Held until `release_at` (null: until delivery sets it), with the rule and the reason a person can read; then due,
    sent by the worker under the key `tr:<vendor order>:<attempt>`, and done when the provider's own balance transaction
    is in the books.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    payment_id = models.UUIDField()
    share_id = models.UUIDField()
    reference_id = models.UUIDField(help_text="the vendor order")
    reference_number = models.CharField(max_length=24)
    vendor_id = models.UUIDField()
    amount_minor = models.BigIntegerField()
    reversed_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3)
    source_charge_id = models.CharField(max_length=80, blank=True)
    state = models.CharField(max_length=10, choices=TransferState, default=TransferState.HELD)
    hold_rule = models.CharField(max_length=60, default="delivered_plus_days")
    hold_reason = models.CharField(max_length=200, blank=True)
    release_at = models.DateTimeField(null=True, blank=True)
    attempt = models.PositiveSmallIntegerField(default=1)
    next_try_at = models.DateTimeField(null=True, blank=True)
    first_sent_at = models.DateTimeField(null=True, blank=True, help_text="of this attempt; keys are good for 24 hours")
    provider_transfer_id = models.CharField(max_length=80, blank=True)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(default=clock.now)
    done_at = models.DateTimeField(null=True, blank=True)

    access = Access(store="select insert update", vendor="select")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reference_id"], name="transfer_once"),
            models.UniqueConstraint(
                fields=["provider_transfer_id"], name="transfer_provider", condition=~Q(provider_transfer_id="")
            ),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="transfer_positive"),
            models.CheckConstraint(
                condition=Q(reversed_minor__gte=0, reversed_minor__lte=F("amount_minor")),
                name="transfer_reversed_within_amount",
            ),
        ]
        indexes = [
            models.Index(fields=["release_at"], name="transfer_waiting", condition=Q(state__in=["held", "due"])),
            models.Index(fields=["next_try_at"], name="transfer_sent", condition=Q(state="sent")),
            models.Index(fields=["-id"], name="transfer_failed", condition=Q(state="failed")),
            models.Index(fields=["done_at"], name="transfer_done", condition=Q(state="done")),
            models.Index(fields=["vendor_id", "-id"], name="transfer_vendor"),
        ]


class PayoutState(models.TextChoices):
    PENDING = "pending", "Pending"
    IN_TRANSIT = "in_transit", "In transit"
    PAID = "paid", "Paid"
    FAILED = "failed", "Failed"
    CANCELED = "canceled", "Canceled"


class Payout(models.Model):
    """A payout as last fetched: of a vendor's balance to its bank, or of the platform's (no vendor)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    vendor_id = models.UUIDField(null=True, blank=True)
    provider_payout_id = models.CharField(max_length=80)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=12, choices=PayoutState)
    arrives_on = models.DateField(null=True, blank=True)
    failure_reason = models.CharField(max_length=250, blank=True)
    reconciled_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    synced_at = models.DateTimeField(default=clock.now)

    access = Access(vendor="select")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider_payout_id"], name="payout_once")]
        indexes = [models.Index(fields=["vendor_id", "-created_at"], name="payout_vendor")]


class PayoutTransfer(models.Model):
    """Which transfers a vendor's payout carried to the bank, told by the provider's balance transactions."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    payout = models.ForeignKey(Payout, on_delete=models.CASCADE, related_name="transfers")
    transfer = models.ForeignKey(Transfer, on_delete=models.PROTECT, related_name="payouts")
    vendor_id = models.UUIDField()
    amount_minor = models.BigIntegerField()

    access = Access(vendor="select")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["payout", "transfer"], name="payout_transfer_once")]
