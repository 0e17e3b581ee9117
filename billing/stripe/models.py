"""The provider's side of things: whose account is whose, what it told us, and every movement of its balances."""

from django.db import models
from django.db.models import Q

from kit import clock
from kit.access import Access
from kit.ids import uuid7


class ConnectedAccount(models.Model):
    """A vendor's account at Stripe, as last fetched. `transfers_status` is what payout is gated on."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    vendor_id = models.UUIDField()
    account_id = models.CharField(max_length=60, blank=True, help_text="acct_...; empty until Stripe has answered")
    country = models.CharField(max_length=2)
    transfers_status = models.CharField(max_length=20, default="none")
    payouts_status = models.CharField(max_length=20, default="none")
    requirements_due = models.JSONField(default=list)
    disabled_reason = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    synced_at = models.DateTimeField(null=True, blank=True)

    access = Access(store="select insert update", vendor="select")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["vendor_id"], name="connected_account_vendor"),
            models.UniqueConstraint(fields=["account_id"], name="connected_account_id", condition=~Q(account_id="")),
        ]

    @property
    def can_receive(self) -> bool:
        return self.transfers_status == "active"


class WebhookEvent(models.Model):
    """The inbox. An event is a hint: stored under its id, acknowledged, then whatever it is about is fetched again."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    event_id = models.CharField(max_length=80)
    endpoint = models.CharField(max_length=12, help_text="platform, connect or accounts")
    type = models.CharField(max_length=120)
    account_id = models.CharField(max_length=60, blank=True)
    object_id = models.CharField(max_length=120, blank=True)
    livemode = models.BooleanField(default=False)
    body = models.JSONField()
    received_at = models.DateTimeField(default=clock.now)
    times_received = models.PositiveIntegerField(default=1)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=clock.now)
    done_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)

    access = Access(store="select insert update(times_received)")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event_id"], name="webhook_event_once")]
        indexes = [
            models.Index(fields=["due_at"], name="webhook_event_due", condition=Q(done_at__isnull=True)),
            models.Index(fields=["object_id"], name="webhook_event_same_errand", condition=Q(done_at__isnull=True)),
            models.Index(fields=["-received_at"], name="webhook_event_newest"),
            models.Index(fields=["-received_at", "-id"], name="webhook_event_failing", condition=~Q(error="")),
        ]


class BalanceTransaction(models.Model):
    """A movement of a balance at Stripe, ours (`account_id` empty) or a vendor's.

    `net = amount - fee`; it never changes but for `status`.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    transaction_id = models.CharField(max_length=80)
    account_id = models.CharField(max_length=60, blank=True)
    vendor_id = models.UUIDField(null=True, blank=True)
    type = models.CharField(max_length=60)
    reporting_category = models.CharField(max_length=60)
    amount_minor = models.BigIntegerField()
    fee_minor = models.BigIntegerField()
    net_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=12)
    source_id = models.CharField(max_length=120, blank=True)
    payout_id = models.CharField(max_length=80, blank=True)
    available_at = models.DateTimeField()
    created_at = models.DateTimeField()
    posted_at = models.DateTimeField(null=True, blank=True, help_text="when it was entered in the books")

    access = Access(store="select insert update")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["transaction_id"], name="balance_transaction_once"),
            models.CheckConstraint(
                condition=Q(net_minor=models.F("amount_minor") - models.F("fee_minor")), name="balance_net_is_sum"
            ),
        ]
        indexes = [
            models.Index(fields=["source_id"], name="balance_source"),
            models.Index(fields=["account_id", "-created_at", "-id"], name="balance_account"),
        ]


class SyncCursor(models.Model):
    """How far a list at Stripe has been read, per list and account."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=60)
    account_id = models.CharField(max_length=60, blank=True)
    position = models.CharField(max_length=120, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)

    access = Access(store="select insert update")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "account_id"], name="sync_cursor_once")]


class CallPace(models.Model):
    """When the next call of a kind may be made, by whichever process."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=40)
    free_at = models.DateTimeField()

    access = Access()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name"], name="call_pace_once")]
