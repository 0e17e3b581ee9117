"""Money that comes and goes by the platform's own bank account: what staff recorded, and files of payouts."""

from django.db import models
from django.db.models import F, Q

from billing.payments.models import Payment
from billing.payouts.models import Transfer
from kit import clock
from kit.access import Access
from kit.ids import uuid7
from kit.personal import Personal


class IncomingPayment(models.Model):
    """A line of the bank's statement, for an order. What is too much of it is given back once, from the same account."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="incoming")
    bank_reference = models.CharField(max_length=80, help_text="the bank's own name of the line")
    payer = models.CharField(max_length=140, blank=True)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    received_on = models.DateField()
    recorded_by = models.UUIDField(help_text="the user")
    recorded_at = models.DateTimeField(default=clock.now)
    returned_minor = models.BigIntegerField(default=0)
    returned_reference = models.CharField(max_length=80, blank=True)
    returned_at = models.DateTimeField(null=True, blank=True)

    access = Access(store="select")
    personal = Personal(
        "Money you sent by bank",
        order="payment__reference_id",
        keep={"payer": "as the bank's statement has it, which the books keep"},
        more=("amount_minor", "currency"),
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bank_reference"], name="incoming_once"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="incoming_positive"),
            models.CheckConstraint(
                condition=Q(returned_minor__gte=0, returned_minor__lte=F("amount_minor")),
                name="incoming_returned_within",
            ),
        ]


class VendorBankAccount(models.Model):
    """Where a vendor is paid by bank transfer."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    vendor_id = models.UUIDField()
    holder = models.CharField(max_length=70)
    iban = models.CharField(max_length=34)
    set_by = models.UUIDField(help_text="the user")
    set_at = models.DateTimeField(default=clock.now)

    access = Access(vendor="select")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["vendor_id"], name="vendor_bank_account_once")]


class AccountWishState(models.TextChoices):
    WAITING = "waiting", "Waits for the marketplace"
    AGREED = "agreed", "Agreed"
    REFUSED = "refused", "Refused"


class AccountWish(models.Model):
    """Where a vendor's owner wants it to be paid: finance agrees or refuses, and the vendor reads what became of it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    vendor_id = models.UUIDField()
    holder = models.CharField(max_length=70)
    iban = models.CharField(max_length=34)
    state = models.CharField(max_length=8, choices=AccountWishState, default=AccountWishState.WAITING)
    note = models.CharField(max_length=250, blank=True, help_text="why it was refused")
    approval_id = models.UUIDField(null=True, blank=True, help_text="by which it was asked for; none where one waited")
    asked_by = models.UUIDField(help_text="the user, an owner")
    asked_at = models.DateTimeField(default=clock.now)
    decided_at = models.DateTimeField(null=True, blank=True)

    access = Access(vendor="select")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["vendor_id"], name="account_wish_one_waits", condition=Q(state="waiting")),
            models.CheckConstraint(
                condition=Q(state="waiting", decided_at__isnull=True)
                | (~Q(state="waiting") & Q(decided_at__isnull=False)),
                name="account_wish_decided_when",
            ),
        ]
        indexes = [models.Index(fields=["vendor_id", "-id"], name="account_wish_vendor")]


class SettlementFile(models.Model):
    """A file of payments to vendors for the bank (SEPA pain.001), as it was written."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=35, help_text="the message id in the file")
    xml = models.TextField()
    total_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    lines_count = models.PositiveIntegerField()
    made_by = models.UUIDField(help_text="the user")
    made_at = models.DateTimeField(default=clock.now)
    released_at = models.DateTimeField(null=True, blank=True, help_text="when as many as it takes had agreed")
    withdrawn_at = models.DateTimeField(null=True, blank=True, help_text="refused, and without lines since")
    sent_by = models.UUIDField(null=True, blank=True, help_text="the user who gave it to the bank")
    sent_at = models.DateTimeField(null=True, blank=True)

    access = Access()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name"], name="settlement_file_once"),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True) | Q(released_at__isnull=False), name="settlement_file_sent_released"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | Q(released_at__isnull=True),
                name="settlement_file_withdrawn_or_released",
            ),
        ]


class SettlementLine(models.Model):
    """A transfer within a file. Sent, until the bank gives it back."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    file = models.ForeignKey(SettlementFile, on_delete=models.PROTECT, related_name="lines")
    transfer = models.ForeignKey(Transfer, on_delete=models.PROTECT, related_name="settlement_lines")
    vendor_id = models.UUIDField()
    holder = models.CharField(max_length=70)
    iban = models.CharField(max_length=34)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    returned_at = models.DateTimeField(null=True, blank=True)
    return_reason = models.CharField(max_length=200, blank=True)

    access = Access()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["transfer"], name="settlement_line_once", condition=Q(returned_at__isnull=True)
            ),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="settlement_line_positive"),
        ]
