"""Plans that vendors may choose, what a vendor has subscribed to, and its invoices, as the provider last told us."""

from django.db import models
from django.db.models import F, Q

from kit import clock
from kit.access import Access
from kit.ids import uuid7

START = "start"


class Plan(models.Model):
    """What the platform offers to vendors. The plan `start` costs nothing and is everybody's who has no other."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=30)
    name = models.CharField(max_length=60)
    description = models.CharField(max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(help_text="the cheapest first")
    products_limit = models.PositiveIntegerField(null=True, blank=True, help_text="empty: no limit")
    staff_limit = models.PositiveIntegerField(null=True, blank=True, help_text="empty: no limit")
    warehouses_limit = models.PositiveIntegerField(null=True, blank=True, help_text="empty: no limit")
    has_api = models.BooleanField(default=False)
    has_custom_domain = models.BooleanField(default=False)
    provider_product_id = models.CharField(max_length=80, blank=True)
    provider_name = models.CharField(max_length=60, blank=True, help_text="the name the provider knows")
    created_at = models.DateTimeField(default=clock.now)
    retired_at = models.DateTimeField(null=True, blank=True, help_text="not offered any more; subscribers keep it")

    # Whoever opens a page at the provider tells it of the plan first, if the sweep has not been there yet.
    access = Access(store="select update(provider_product_id, provider_name)", vendor="select", vendor_rows="all")

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["code"], name="plan_code_once"),
            models.CheckConstraint(condition=~Q(code=START) | Q(retired_at=None), name="plan_start_is_offered"),
        ]

    def __str__(self) -> str:
        return self.name


class Interval(models.TextChoices):
    MONTH = "month", "Monthly"
    YEAR = "year", "Yearly"


class PlanPrice(models.Model):
    """What a plan costs before VAT. Never changed: another price is another row, and whoever has the old one keeps it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="prices")
    interval = models.CharField(max_length=6, choices=Interval)
    version = models.PositiveIntegerField(default=1)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    trial_days = models.PositiveSmallIntegerField(default=0)
    provider_price_id = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    retired_at = models.DateTimeField(null=True, blank=True)
    provider_retired_at = models.DateTimeField(null=True, blank=True)

    access = Access(store="select update(provider_price_id, provider_retired_at)", vendor="select", vendor_rows="all")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "interval", "version"], name="plan_price_version"),
            models.UniqueConstraint(
                fields=["plan", "interval"], name="plan_price_current", condition=Q(retired_at=None)
            ),
            models.UniqueConstraint(
                fields=["provider_price_id"], name="plan_price_provider", condition=~Q(provider_price_id="")
            ),
            models.CheckConstraint(condition=Q(amount_minor__gte=50), name="plan_price_can_be_charged"),
            models.CheckConstraint(condition=Q(trial_days__lte=90), name="plan_price_trial_within_90_days"),
        ]

    def __str__(self) -> str:
        return f"{self.plan} {self.get_interval_display().lower()}"

    @property
    def lookup_key(self) -> str:
        """By which the provider knows this price, whoever made it there."""
        return f"souk-{self.plan.code}-{self.interval}-{self.version}"


class Status(models.TextChoices):
    """The provider's words."""

    TRIALING = "trialing", "Trial"
    ACTIVE = "active", "Active"
    PAST_DUE = "past_due", "Payment failed"
    UNPAID = "unpaid", "Unpaid"
    CANCELED = "canceled", "Ended"
    PAUSED = "paused", "Paused"
    INCOMPLETE = "incomplete", "First payment open"
    INCOMPLETE_EXPIRED = "incomplete_expired", "Never paid"


class VendorSubscription(models.Model):
    """A vendor's subscription as last fetched. `fetched_at` is when the fetching began: an older answer changes nothing."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    vendor_id = models.UUIDField()
    provider_subscription_id = models.CharField(max_length=80)
    provider_item_id = models.CharField(max_length=80, blank=True)
    price = models.ForeignKey(PlanPrice, on_delete=models.PROTECT, related_name="subscriptions")
    status = models.CharField(max_length=20, choices=Status)
    period_start = models.DateTimeField()
    period_end = models.DateTimeField()
    trial_end = models.DateTimeField(null=True, blank=True)
    cancels_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    past_due_since = models.DateTimeField(null=True, blank=True)
    begun_at = models.DateTimeField()
    fetched_at = models.DateTimeField()

    access = Access(store="select insert update", vendor="select")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider_subscription_id"], name="vendor_subscription_once"),
        ]
        indexes = [
            models.Index(fields=["vendor_id", "-begun_at"], name="vendor_subscription_vendor"),
            models.Index(fields=["past_due_since"], name="vendor_subscription_due", condition=Q(status="past_due")),
        ]


class CheckoutState(models.TextChoices):
    OPENING = "opening", "Being opened"
    OPEN = "open", "Open"
    CLOSED = "closed", "Closed"


class PlanCheckout(models.Model):
    """A page of the provider's on which a vendor subscribes: one under way for each vendor, counted.

    What it asks for is frozen, so that asking again under its key gives the same page and never a second one.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    vendor_id = models.UUIDField()
    number = models.PositiveIntegerField()
    price = models.ForeignKey(PlanPrice, on_delete=models.PROTECT, related_name="checkouts")
    trial_days = models.PositiveSmallIntegerField(default=0)
    tax_rates = models.JSONField(default=list, help_text="the provider's ids")
    state = models.CharField(max_length=7, choices=CheckoutState, default=CheckoutState.OPENING)
    provider_session_id = models.CharField(max_length=120, blank=True)
    url = models.CharField(max_length=2000, blank=True)
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField(default=clock.now)
    closed_at = models.DateTimeField(null=True, blank=True)

    access = Access(store="select insert update")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["vendor_id", "number"], name="plan_checkout_number"),
            models.UniqueConstraint(
                fields=["vendor_id"], name="plan_checkout_one_under_way", condition=Q(state__in=["opening", "open"])
            ),
            models.UniqueConstraint(
                fields=["provider_session_id"], name="plan_checkout_session", condition=~Q(provider_session_id="")
            ),
            models.CheckConstraint(
                condition=~Q(state="open") | ~Q(provider_session_id=""), name="plan_checkout_open_has_session"
            ),
        ]

    @property
    def key(self) -> str:
        """Under which the provider is asked for the page."""
        return f"subscribe:{self.vendor_id}:{self.number}"


class InvoiceStatus(models.TextChoices):
    DRAFT = "draft", "Being prepared"
    OPEN = "open", "To be paid"
    PAID = "paid", "Paid"
    UNCOLLECTIBLE = "uncollectible", "Given up"
    VOID = "void", "Void"


class SubscriptionInvoice(models.Model):
    """An invoice for a plan as last fetched. total = net + tax, below zero for a credit.

    `lines` are [{description, net_minor, start, end (seconds since 1970), proration}]. `recognized_until`: revenue of whole
    months before this day is in the books.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    vendor_id = models.UUIDField()
    subscription = models.ForeignKey(VendorSubscription, on_delete=models.PROTECT, related_name="invoices")
    provider_invoice_id = models.CharField(max_length=80)
    provider_charge_id = models.CharField(max_length=80, blank=True)
    number = models.CharField(max_length=60, blank=True)
    status = models.CharField(max_length=14, choices=InvoiceStatus)
    reason = models.CharField(max_length=40, blank=True)
    net_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField()
    total_minor = models.BigIntegerField()
    due_minor = models.BigIntegerField()
    paid_minor = models.BigIntegerField(default=0)
    credited_minor = models.BigIntegerField(default=0, help_text="by credit notes")
    currency = models.CharField(max_length=3)
    lines = models.JSONField(default=list)
    hosted_url = models.CharField(max_length=500, blank=True)
    pdf_url = models.CharField(max_length=500, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    finalized_at = models.DateTimeField(null=True, blank=True)
    paid_at = models.DateTimeField(null=True, blank=True)
    voided_at = models.DateTimeField(null=True, blank=True)
    given_up_at = models.DateTimeField(null=True, blank=True)
    earned_by = models.DateTimeField(null=True, blank=True, help_text="the end of the last period it pays for")
    recognized_until = models.DateField(null=True, blank=True)
    fetched_at = models.DateTimeField()

    access = Access(store="select insert update", vendor="select")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider_invoice_id"], name="subscription_invoice_once"),
            models.UniqueConstraint(
                fields=["provider_charge_id"], name="subscription_invoice_charge", condition=~Q(provider_charge_id="")
            ),
            models.CheckConstraint(
                condition=Q(total_minor=F("net_minor") + F("tax_minor")), name="subscription_invoice_sums"
            ),
        ]
        indexes = [
            models.Index(fields=["vendor_id", "-created_at", "-id"], name="subscription_invoice_vendor"),
            models.Index(
                fields=["recognized_until"],
                name="subscription_invoice_earning",
                condition=Q(finalized_at__isnull=False),
            ),
        ]


class SubscriptionCredit(models.Model):
    """A credit note for an invoice: a part of it that is not owed, or given back as credit for later invoices."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    vendor_id = models.UUIDField()
    invoice = models.ForeignKey(SubscriptionInvoice, on_delete=models.PROTECT, related_name="credits")
    provider_note_id = models.CharField(max_length=80)
    net_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    created_at = models.DateTimeField()

    access = Access(store="select insert", vendor="select")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider_note_id"], name="subscription_credit_once")]


class KeptAtProvider(models.Model):
    """What we made once at the provider for all vendors: a tax rate, the portal's configuration."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(max_length=80)
    provider_id = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, blank=True, help_text="of what it was made from")

    access = Access(store="select insert update")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key"], name="kept_at_provider_once")]
