"""Earnings on their way from our balance to a vendor's, and what is asked back of them."""

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


# A further part of a share whose earlier transfers were made: again1, again2 ...
SENT_AGAIN = "again"
# Why a transfer is not made whose earnings the customer's bank has, until it decides.
DISPUTED = "The customer's bank disputes the payment"


class TransferPart(models.TextChoices):
    """What of a vendor order's earnings a transfer carries: a new vendor's reserve goes later, by a transfer of its own."""

    EARNINGS = "earnings", "Earnings"
    RESERVE = "reserve", "Reserve"


class Transfer(models.Model):
    """A vendor's earnings of one vendor order, or the reserve of them, on their way from our balance to the vendor's.

    Held while a `Hold` of it is open; then due, sent by the worker under the key `tr:<vendor order>:<attempt>`, and
    done when the provider's own balance transaction is in the books. `hold_rule`, `hold_reason` and `release_at` are
    those of the hold that ends last (`release_at` null: nobody knows yet when), kept by `billing.payouts.holds`. The
    database sees to it that the transfers of a share never come to more than its net.

    What was taken back and is the vendor's after all goes as a further part, `again1`.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    payment_id = models.UUIDField()
    share_id = models.UUIDField()
    reference_id = models.UUIDField(help_text="the vendor order")
    reference_number = models.CharField(max_length=24)
    vendor_id = models.UUIDField()
    part = models.CharField(max_length=10, choices=TransferPart, default=TransferPart.EARNINGS)
    planned_minor = models.BigIntegerField(help_text="of the share's net when it was sold; refunds leave it as it is")
    amount_minor = models.BigIntegerField(help_text="what is sent: earnings less what they pay of the vendor's debt")
    netted_minor = models.BigIntegerField(default=0, help_text="kept back to pay what the vendor owed")
    set_off_at = models.DateTimeField(null=True, blank=True, help_text="when this attempt was set against debts")
    reversed_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3)
    source_charge_id = models.CharField(max_length=80, blank=True)
    draws_on_charge = models.BooleanField(
        default=True,
        db_default=True,
        help_text="not where the vendor earns more of it than was charged: our balance pays that",
    )
    state = models.CharField(max_length=10, choices=TransferState, default=TransferState.HELD)
    hold_rule = models.CharField(max_length=60, default="delivered_plus_days")
    hold_reason = models.CharField(max_length=200, blank=True)
    release_at = models.DateTimeField(null=True, blank=True)
    attempt = models.PositiveSmallIntegerField(default=1)
    next_try_at = models.DateTimeField(null=True, blank=True)
    leased_until = models.DateTimeField(
        null=True, blank=True, help_text="a worker is sending it; one a vendor at a time"
    )
    first_sent_at = models.DateTimeField(null=True, blank=True, help_text="of this attempt; keys are good for 24 hours")
    provider_transfer_id = models.CharField(max_length=80, blank=True)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(default=clock.now)
    done_at = models.DateTimeField(null=True, blank=True)

    access = Access(store="select insert update", vendor="select")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reference_id", "part"], name="transfer_once_a_part"),
            models.UniqueConstraint(
                fields=["provider_transfer_id"], name="transfer_provider", condition=~Q(provider_transfer_id="")
            ),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0) | Q(amount_minor=0, netted_minor__gt=0), name="transfer_positive"
            ),
            models.CheckConstraint(condition=Q(planned_minor__gt=0), name="transfer_planned_positive"),
            models.CheckConstraint(
                condition=Q(reversed_minor__gte=0, reversed_minor__lte=F("amount_minor")),
                name="transfer_reversed_within_amount",
            ),
        ]
        indexes = [
            models.Index(
                fields=["release_at", "id"], name="transfer_unsent", condition=Q(state__in=["held", "due", "sent"])
            ),
            models.Index(fields=["next_try_at"], name="transfer_sent", condition=Q(state="sent")),
            models.Index(fields=["-id"], name="transfer_failed", condition=Q(state="failed")),
            models.Index(fields=["done_at"], name="transfer_done", condition=Q(state="done")),
            models.Index(fields=["vendor_id", "-id"], name="transfer_vendor"),
        ]

    @property
    def is_sent_again(self) -> bool:
        return self.part.startswith(SENT_AGAIN)


class Cause(models.TextChoices):
    """Why money is asked back from a vendor."""

    REFUND = "refund", "Refund to the customer"
    DISPUTE = "dispute", "Dispute by the customer's bank"
    DISPUTE_FEE = "dispute_fee", "Fee of a dispute"
    BY_HAND = "by_hand", "Debited by the marketplace"
    PROVIDER = "provider", "Taken back at the provider"


class ReversalState(models.TextChoices):
    DUE = "due", "Due"
    SENT = "sent", "Sent"
    DONE = "done", "Done"
    FAILED = "failed", "Refused"
    CANCELED = "canceled", "Not needed"


class Reversal(models.Model):
    """Money of a transfer asked back from a vendor's balance: sent by the worker, as `rv:<id>:<attempt>`.

    `recovery` names why, once for each transfer. Refused, it becomes the vendor's debt.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    recovery = models.CharField(max_length=120, help_text="e.g. refund:<refund id>")
    transfer = models.ForeignKey(Transfer, on_delete=models.PROTECT, related_name="reversals")
    share_id = models.UUIDField()
    payment_id = models.UUIDField()
    vendor_id = models.UUIDField()
    cause = models.CharField(max_length=12, choices=Cause)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=10, choices=ReversalState, default=ReversalState.DUE)
    attempt = models.PositiveSmallIntegerField(default=1)
    next_try_at = models.DateTimeField(default=clock.now)
    first_sent_at = models.DateTimeField(null=True, blank=True, help_text="of this attempt; keys are good for 24 hours")
    provider_reversal_id = models.CharField(max_length=80, blank=True)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(default=clock.now)
    done_at = models.DateTimeField(null=True, blank=True)

    access = Access(store="select insert update", vendor="select")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["recovery", "transfer"], name="reversal_once"),
            models.UniqueConstraint(
                fields=["provider_reversal_id"], name="reversal_provider", condition=~Q(provider_reversal_id="")
            ),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="reversal_positive"),
        ]
        indexes = [
            models.Index(fields=["next_try_at"], name="reversal_due", condition=Q(state__in=["due", "sent"])),
            models.Index(fields=["share_id"], name="reversal_share"),
            models.Index(fields=["vendor_id", "-id"], name="reversal_vendor"),
        ]
