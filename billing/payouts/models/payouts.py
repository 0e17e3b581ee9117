"""Vendors' balances on their way to banks: as mirrored, and as wished."""

from django.db import models
from django.db.models import Q

from billing.payouts.models.transfers import Transfer
from kit import clock
from kit.access import Access
from kit.ids import uuid7


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
    method = models.CharField(max_length=8, default="standard")
    is_automatic = models.BooleanField(
        default=True, help_text="made by the schedule; one by hand has no list of contents"
    )
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

    access = Access(store="select", vendor="select")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["payout", "transfer"], name="payout_transfer_once")]


class PayoutInterval(models.TextChoices):
    DAILY = "daily", "Every day"
    WEEKLY = "weekly", "Once a week"
    MONTHLY = "monthly", "Once a month"
    MANUAL = "manual", "Only when asked for"


class WishState(models.TextChoices):
    ASKED = "asked", "Being applied"
    DONE = "done", "In force"
    REFUSED = "refused", "Refused"


class PayoutSchedule(models.Model):
    """When a vendor wants its balance paid out, and what must be left of it: asked here, applied at the provider by the
    worker under the key `ps:<vendor>:<version>`. What is below `minimum_minor` stays, and is carried to the next payout.

    While `held_at` is set nothing is paid out, whatever the vendor wants; both sides read `held_reason`.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    vendor_id = models.UUIDField()
    interval = models.CharField(max_length=8, choices=PayoutInterval, default=PayoutInterval.DAILY)
    weekday = models.CharField(max_length=9, blank=True, help_text="of a weekly schedule: monday to friday")
    month_day = models.PositiveSmallIntegerField(null=True, blank=True, help_text="of a monthly schedule: 1 to 31")
    minimum_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3)
    version = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=8, choices=WishState, default=WishState.ASKED)
    error = models.CharField(max_length=500, blank=True)
    next_try_at = models.DateTimeField(null=True, blank=True)
    asked_at = models.DateTimeField(default=clock.now)
    applied_at = models.DateTimeField(null=True, blank=True)
    held_at = models.DateTimeField(null=True, blank=True)
    held_reason = models.CharField(max_length=200, blank=True)

    access = Access(vendor="select")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(held_at__isnull=True, held_reason="") | (Q(held_at__isnull=False) & ~Q(held_reason="")),
                name="payout_schedule_held_says_why",
            ),
            models.UniqueConstraint(fields=["vendor_id"], name="payout_schedule_vendor"),
            models.CheckConstraint(condition=Q(minimum_minor__gte=0), name="payout_schedule_minimum"),
            models.CheckConstraint(
                condition=(Q(interval="weekly") & ~Q(weekday="")) | (~Q(interval="weekly") & Q(weekday="")),
                name="payout_schedule_weekday",
            ),
            models.CheckConstraint(
                condition=Q(interval="monthly", month_day__gte=1, month_day__lte=31)
                | (~Q(interval="monthly") & Q(month_day__isnull=True)),
                name="payout_schedule_month_day",
            ),
        ]
        indexes = [models.Index(fields=["asked_at"], name="payout_schedule_asked", condition=Q(state="asked"))]

    @property
    def is_held(self) -> bool:
        return self.held_at is not None


class PayoutMethod(models.TextChoices):
    STANDARD = "standard", "Standard"
    INSTANT = "instant", "Instant"


class PayoutWish(models.Model):
    """A payout asked for by hand: by a vendor, or, without one, of our own free money by finance.

    Without an amount all that is there. The worker sends it under the key `po:<id>:<attempt>`, or says why it is refused.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    vendor_id = models.UUIDField(null=True, blank=True)
    amount_minor = models.BigIntegerField(null=True, blank=True)
    currency = models.CharField(max_length=3)
    method = models.CharField(max_length=8, choices=PayoutMethod, default=PayoutMethod.STANDARD)
    state = models.CharField(max_length=8, choices=WishState, default=WishState.ASKED)
    attempt = models.PositiveSmallIntegerField(default=1)
    first_sent_at = models.DateTimeField(null=True, blank=True)
    next_try_at = models.DateTimeField(null=True, blank=True)
    provider_payout_id = models.CharField(max_length=80, blank=True)
    error = models.CharField(max_length=500, blank=True)
    asked_at = models.DateTimeField(default=clock.now)
    done_at = models.DateTimeField(null=True, blank=True)

    access = Access(vendor="select")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_minor__isnull=True) | Q(amount_minor__gt=0), name="payout_wish_positive"
            ),
            # One at a time, or two clicks would pay out twice.
            models.UniqueConstraint(
                fields=["vendor_id"], name="payout_wish_one_asked", condition=Q(state="asked"), nulls_distinct=False
            ),
        ]
        indexes = [
            models.Index(fields=["asked_at"], name="payout_wish_asked", condition=Q(state="asked")),
            models.Index(fields=["vendor_id", "-id"], name="payout_wish_vendor"),
        ]
