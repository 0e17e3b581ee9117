"""Money out: transfers from our balance to a vendor's, held until their date; payouts to banks, mirrored."""

from django.db import models
from django.db.models import F, Q

from kit import clock
from kit.access import APPEND, Access
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


class HoldKind(models.TextChoices):
    """What the rules that finance keeps can ask for."""

    DELIVERED = "delivered_plus_days", "Delivery plus days"
    RESERVE = "reserve", "Reserve of a new vendor"
    LARGE_ORDER = "large_order", "Large order"
    RISK = "elevated_risk", "Elevated risk of the payment"


class HoldScope(models.TextChoices):
    """Whose earnings a rule is about. The order of these is that in which rules for delivery are asked."""

    VENDOR = "vendor", "One vendor"
    NEW_VENDOR = "new_vendor", "New vendors"
    CATEGORY = "category", "A category and all below it"
    COUNTRY = "country", "Vendors of one country"
    ALL = "all", "Everybody"


class HoldRule(models.Model):
    """How long earnings are held, and whose. Rules are ended and added, never changed: holds name the rule they follow.

    `days` counts from delivery; for a reserve it is how much longer the reserved part waits, and without days an order is
    held until finance releases it. A vendor is new for its first `new_for_days` or `new_for_orders`, whichever it is
    longer. Vendors read the rules that may concern them before they sell.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=20, choices=HoldKind)
    scope = models.CharField(max_length=10, choices=HoldScope)
    # Not `vendor_id`, by which rows are walled: rules for everybody are every vendor's to read.
    only_vendor = models.UUIDField(null=True, blank=True)
    category_path = models.CharField(max_length=250, blank=True, help_text="path of the category, e.g. home/kitchen")
    country = models.CharField(max_length=2, blank=True)
    days = models.PositiveSmallIntegerField(null=True, blank=True)
    rate_bps = models.PositiveIntegerField(
        null=True, blank=True, help_text="of a reserve: 2000 is 20 % of the earnings"
    )
    above_minor = models.BigIntegerField(null=True, blank=True, help_text="of a large order: the vendor order's gross")
    currency = models.CharField(max_length=3, default="EUR")
    new_for_days = models.PositiveSmallIntegerField(null=True, blank=True)
    new_for_orders = models.PositiveSmallIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    access = Access(
        store="select",
        vendor="select",
        vendor_where="only_vendor IS NULL OR only_vendor = (SELECT souk.vendor_of_session())",
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=(Q(scope="vendor") & Q(only_vendor__isnull=False))
                | (~Q(scope="vendor") & Q(only_vendor__isnull=True)),
                name="hold_rule_vendor",
            ),
            models.CheckConstraint(
                condition=(Q(scope="category") & ~Q(category_path="")) | (~Q(scope="category") & Q(category_path="")),
                name="hold_rule_category",
            ),
            models.CheckConstraint(
                condition=(Q(scope="country") & ~Q(country="")) | (~Q(scope="country") & Q(country="")),
                name="hold_rule_country",
            ),
            models.CheckConstraint(
                condition=Q(kind="reserve", rate_bps__gt=0, rate_bps__lte=10000)
                | (~Q(kind="reserve") & Q(rate_bps__isnull=True)),
                name="hold_rule_rate",
            ),
            models.CheckConstraint(
                condition=Q(kind="large_order", above_minor__gte=0)
                | (~Q(kind="large_order") & Q(above_minor__isnull=True)),
                name="hold_rule_above",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["large_order", "elevated_risk"]) | Q(days__isnull=False), name="hold_rule_days"
            ),
            models.CheckConstraint(
                condition=Q(scope="new_vendor") & (Q(new_for_days__gt=0) | Q(new_for_orders__gt=0))
                | ~Q(scope="new_vendor") & Q(new_for_days__isnull=True, new_for_orders__isnull=True),
                name="hold_rule_new",
            ),
        ]


class Hold(models.Model):
    """One reason why a transfer waits. Open until it is released, or until `release_at`, whichever comes first.

    `days_after_delivery` says that delivery will set the date; null with no `release_at`: until somebody releases it.
    `reason` is read by the vendor and stays as it was placed.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    transfer = models.ForeignKey(Transfer, on_delete=models.PROTECT, related_name="holds", db_index=False)
    vendor_id = models.UUIDField()
    rule = models.CharField(max_length=60)
    reason = models.CharField(max_length=200)
    hold_rule_id = models.UUIDField(null=True, blank=True, help_text="the rule of finance's that placed it")
    days_after_delivery = models.PositiveSmallIntegerField(null=True, blank=True)
    release_at = models.DateTimeField(null=True, blank=True)
    placed_at = models.DateTimeField(default=clock.now)
    released_at = models.DateTimeField(null=True, blank=True)
    released_reason = models.CharField(max_length=200, blank=True)

    access = Access(store="select insert update", vendor="select")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["transfer", "rule"], name="hold_open_once_a_rule", condition=Q(released_at__isnull=True)
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="hold_says_why"),
        ]
        indexes = [models.Index(fields=["transfer", "id"], name="hold_transfer")]


class Cause(models.TextChoices):
    """Why money is asked back from a vendor."""

    REFUND = "refund", "Refund to the customer"
    DISPUTE = "dispute", "Dispute by the customer's bank"
    DISPUTE_FEE = "dispute_fee", "Fee of a dispute"
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


class VendorDebt(models.Model):
    """What a vendor owes because it could not be taken back. Settled by later earnings, oldest first, by payment, or by
    a write-off; `settled_minor` is the sum of its `DebtPayment`s, and all debts less all payments are account 1300.
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
                condition=Q(kind="netted", transfer__isnull=False, checkout__isnull=True)
                | Q(kind="paid", transfer__isnull=True, checkout__isnull=False)
                | (Q(kind="written_off", transfer__isnull=True, checkout__isnull=True) & ~Q(reason="")),
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
