"""What vendors owe, what settles it, and how much of it is borne."""

from django.db import models
from django.db.models import F, Q

from billing.payouts.models.adjustments import Adjustment
from billing.payouts.models.transfers import Cause, Transfer
from kit import clock
from kit.access import APPEND, Access
from kit.ids import uuid7


class VendorDebt(models.Model):
    """What a vendor owes because it could not be taken back, or because staff debited it. Settled by later earnings,
    oldest first, by payment, or by a write-off; `settled_minor` is the sum of its `DebtPayment`s, and all debts less all
    payments are account 1300.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(max_length=120, help_text="what it comes from, so that it comes once")
    vendor_id = models.UUIDField()
    share_id = models.UUIDField(null=True, blank=True, help_text="whose earnings it was; none for a fee")
    reference_id = models.UUIDField(null=True, blank=True, help_text="the vendor order")
    reference_number = models.CharField(max_length=24, blank=True)
    cause = models.CharField(max_length=12, choices=Cause)
    reason = models.CharField(max_length=250)
    amount_minor = models.BigIntegerField()
    settled_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3)
    created_at = models.DateTimeField(default=clock.now)
    settled_at = models.DateTimeField(null=True, blank=True)

    access = Access(store="select insert update", vendor="select")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key"], name="vendor_debt_once"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="vendor_debt_positive"),
            models.CheckConstraint(
                condition=Q(settled_minor__gte=0, settled_minor__lte=F("amount_minor")),
                name="vendor_debt_settled_within",
            ),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True, settled_minor__lt=F("amount_minor"))
                | Q(settled_at__isnull=False, settled_minor=F("amount_minor")),
                name="vendor_debt_settled_when_paid",
            ),
        ]
        indexes = [
            models.Index(fields=["vendor_id", "id"], name="vendor_debt_open", condition=Q(settled_at__isnull=True)),
            models.Index(fields=["vendor_id", "-id"], name="vendor_debt_vendor"),
            models.Index(fields=["share_id"], name="vendor_debt_share"),
        ]

    @property
    def left_minor(self) -> int:
        return self.amount_minor - self.settled_minor


class CheckoutState(models.TextChoices):
    OPENING = "opening", "Opening"
    OPEN = "open", "Open"
    PAID = "paid", "Paid"
    EXPIRED = "expired", "Expired"


class DebtCheckout(models.Model):
    """A vendor on its way to pay what it owes, on the provider's page. While it is open its earnings wait."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    vendor_id = models.UUIDField()
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=10, choices=CheckoutState, default=CheckoutState.OPENING)
    provider_session_id = models.CharField(max_length=120, blank=True)
    provider_charge_id = models.CharField(max_length=80, blank=True)
    url = models.TextField(blank=True)
    expires_at = models.DateTimeField()
    opened_by = models.UUIDField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    closed_at = models.DateTimeField(null=True, blank=True)

    access = Access(
        store="select insert update", vendor="select(id, vendor_id, amount_minor, currency, state, closed_at)"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="debt_checkout_positive"),
            models.UniqueConstraint(
                fields=["vendor_id", "currency"],
                name="debt_checkout_one_open",
                condition=Q(state__in=["opening", "open"]),
            ),
            models.UniqueConstraint(
                fields=["provider_session_id"], name="debt_checkout_session", condition=~Q(provider_session_id="")
            ),
        ]
        indexes = [
            models.Index(
                fields=["expires_at"], name="debt_checkout_expiring", condition=Q(state__in=["opening", "open"])
            ),
            models.Index(fields=["provider_charge_id"], name="debt_checkout_charge"),
        ]


class DebtPaymentKind(models.TextChoices):
    NETTED = "netted", "Kept from later earnings"
    PAID = "paid", "Paid by the vendor"
    WRITTEN_OFF = "written_off", "Written off"


class DebtPayment(models.Model):
    """What settled a part of a debt."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    debt = models.ForeignKey(VendorDebt, on_delete=models.PROTECT, related_name="payments")
    vendor_id = models.UUIDField()
    kind = models.CharField(max_length=12, choices=DebtPaymentKind)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    transfer = models.ForeignKey(Transfer, null=True, blank=True, on_delete=models.PROTECT, related_name="debts_paid")
    adjustment = models.ForeignKey(
        Adjustment, null=True, blank=True, on_delete=models.PROTECT, related_name="debts_paid"
    )
    checkout = models.ForeignKey(
        DebtCheckout, null=True, blank=True, on_delete=models.PROTECT, related_name="debts_paid"
    )
    reason = models.CharField(max_length=250, blank=True)
    made_by = models.UUIDField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    access = Access(store="select insert", vendor="select", platform=APPEND)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="debt_payment_positive"),
            models.CheckConstraint(
                condition=Q(kind="netted", transfer__isnull=False, adjustment__isnull=True, checkout__isnull=True)
                | Q(kind="netted", transfer__isnull=True, adjustment__isnull=False, checkout__isnull=True)
                | Q(kind="paid", transfer__isnull=True, adjustment__isnull=True, checkout__isnull=False)
                | Q(kind="written_off", transfer__isnull=True, adjustment__isnull=True, checkout__isnull=True)
                & ~Q(reason=""),
                name="debt_payment_has_its_source",
            ),
        ]


class DebtLimit(models.Model):
    """How much one vendor may owe before finance is told and its payouts are held.

    Without a row it is `settings.VENDOR_DEBT_LIMIT_MINOR`.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    vendor_id = models.UUIDField()
    limit_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=250)
    set_by = models.UUIDField()
    set_at = models.DateTimeField(default=clock.now)

    access = Access(store="select", vendor="select(id, vendor_id, limit_minor, currency)")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["vendor_id", "currency"], name="debt_limit_once"),
            models.CheckConstraint(condition=Q(limit_minor__gte=0), name="debt_limit_not_negative"),
        ]
