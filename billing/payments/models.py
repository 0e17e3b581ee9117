"""Money in: a customer pays an order once, at one provider, for many vendors.

Billing knows no products: `reference_id` is the order, a share's `reference_id` the vendor order, and neither is a
foreign key.
"""

from django.db import models
from django.db.models import F, Q

from kit import clock
from kit.access import Access
from kit.ids import uuid7
from kit.personal import PSEUDONYM, Personal


class PaymentState(models.TextChoices):
    PENDING = "pending", "Awaiting payment"
    PROCESSING = "processing", "Processing"
    PAID = "paid", "Paid"
    EXPIRED = "expired", "Expired"
    CANCELED = "canceled", "Canceled"


class Purpose(models.TextChoices):
    """What a payment is for. A gift card has no vendor, so its payment has no shares."""

    ORDER = "order", "An order"
    GIFT_CARD = "gift_card", "A gift card"


class Payment(models.Model):
    """What one order, or one gift card, costs and what has been paid of it. Amounts in minor units of `currency`.

    `amount = charged + prepaid`: the provider takes the one, gift cards and store credit (`billing.prepaid`) pay the other.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    purpose = models.CharField(max_length=10, choices=Purpose, default=Purpose.ORDER, db_default=Purpose.ORDER)
    reference_id = models.UUIDField(help_text="the order, or the gift card")
    reference_number = models.CharField(max_length=20, help_text="what people call the order")
    customer_email = models.EmailField(max_length=254)
    amount_minor = models.BigIntegerField()
    prepaid_minor = models.BigIntegerField(
        default=0, db_default=0, help_text="of the amount, with gift cards and store credit"
    )
    refunds_to_credit_of = models.UUIDField(
        null=True, blank=True, help_text="the user who wants what was charged back as store credit, should it go back"
    )
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=12, choices=PaymentState, default=PaymentState.PENDING)
    provider = models.CharField(max_length=20, default="stripe", help_text="by which it was paid")
    provider_charge_id = models.CharField(max_length=80, blank=True, help_text="the charge transfers draw on")
    provider_intent_id = models.CharField(max_length=80, blank=True)
    refunded_minor = models.BigIntegerField(default=0)
    fee_minor = models.BigIntegerField(default=0, help_text="what the provider took, borne by the platform")
    risk_level = models.CharField(max_length=12, blank=True, help_text="the provider's word: normal, elevated, highest")
    refunds_blocked_at = models.DateTimeField(
        null=True, blank=True, help_text="since when the customer's bank disputes it, so that no refund is possible"
    )
    created_at = models.DateTimeField(default=clock.now)
    paid_at = models.DateTimeField(null=True, blank=True)

    access = Access(store="select insert update")
    personal = Personal(
        "Payments",
        order="reference_id",
        blank={"customer_email": PSEUDONYM},
        keep={"reference_number": "the books name the order"},
        more=("amount_minor", "currency", "state", "refunded_minor", "paid_at"),
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reference_id"], name="payment_once_per_order"),
            models.CheckConstraint(condition=Q(amount_minor__gte=0), name="payment_not_below_zero"),
            models.CheckConstraint(
                condition=Q(refunded_minor__gte=0, refunded_minor__lte=F("amount_minor")),
                name="payment_refunded_within_amount",
            ),
            models.CheckConstraint(
                condition=Q(prepaid_minor__gte=0, prepaid_minor__lte=F("amount_minor")),
                name="payment_prepaid_within_amount",
            ),
        ]

    @property
    def charged_minor(self) -> int:
        """What the provider takes."""
        return self.amount_minor - self.prepaid_minor


class AttemptState(models.TextChoices):
    OPENING = "opening", "Opening"
    OPEN = "open", "Open"
    PAID = "paid", "Paid"
    EXPIRED = "expired", "Expired"


class PaymentAttempt(models.Model):
    """One session at the provider. `(payment, number)` makes the idempotency key; at most one attempt is open."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    payment = models.ForeignKey(Payment, on_delete=models.CASCADE, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    provider = models.CharField(max_length=20, default="stripe")
    state = models.CharField(max_length=10, choices=AttemptState, default=AttemptState.OPENING)
    provider_session_id = models.CharField(max_length=120, blank=True)
    url = models.TextField(blank=True, help_text="where the provider takes the payment; we only redirect there")
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField(default=clock.now)
    closed_at = models.DateTimeField(null=True, blank=True)

    access = Access(store="select insert update")
    personal = Personal(
        "Tries to pay", order="payment__reference_id", blank={"url": ""}, hidden=("url",), more=("created_at", "state")
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["payment", "number"], name="attempt_once"),
            models.UniqueConstraint(
                fields=["payment"], name="attempt_one_open", condition=Q(state__in=["opening", "open"])
            ),
            models.UniqueConstraint(
                fields=["provider_session_id"], name="attempt_session", condition=~Q(provider_session_id="")
            ),
        ]
        indexes = [
            models.Index(fields=["expires_at"], name="attempt_expiring", condition=Q(state__in=["opening", "open"]))
        ]


class PaymentShare(models.Model):
    """A vendor's part of a payment: gross + subsidy = commission + sales tax + net; the grosses sum to the payment's amount.

    The gross is what the customer pays, `prepaid` of it with gift cards and store credit. The subsidy is what the platform
    adds to it, where it bears a part of a discount: the vendor earns as if the customer had paid that too. The commission is
    all that is withheld, the VAT on it included.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="shares")
    vendor_id = models.UUIDField()
    reference_id = models.UUIDField(help_text="the vendor order")
    gross_minor = models.BigIntegerField(help_text="paid by the customer")
    prepaid_minor = models.BigIntegerField(
        default=0, db_default=0, help_text="of the gross, with gift cards and store credit"
    )
    subsidy_minor = models.BigIntegerField(
        default=0, db_default=0, help_text="discounts that the platform bears, paid beside the gross"
    )
    commission_minor = models.BigIntegerField(help_text="all that is withheld, with the VAT on it")
    commission_tax_minor = models.BigIntegerField(default=0, help_text="the VAT within the commission")
    sales_tax_minor = models.BigIntegerField(
        default=0, db_default=0, help_text="VAT of the sale that the platform owes, and does not pay to the vendor"
    )
    net_minor = models.BigIntegerField(help_text="the vendor's earnings, the VAT that it owes included")
    refunded_minor = models.BigIntegerField(default=0, help_text="of the gross")
    refunded_prepaid_minor = models.BigIntegerField(default=0, db_default=0, help_text="of what was prepaid")
    refunded_subsidy_minor = models.BigIntegerField(
        default=0, db_default=0, help_text="of the subsidy, returned to the platform with it"
    )
    refunded_net_minor = models.BigIntegerField(
        default=0, help_text="of both, from the vendor; more than its earnings where commission was kept"
    )
    refunded_commission_tax_minor = models.BigIntegerField(default=0, help_text="of the VAT within the commission")
    refunded_sales_tax_minor = models.BigIntegerField(
        default=0, db_default=0, help_text="of the platform's VAT of the sale"
    )
    disputed_minor = models.BigIntegerField(default=0, help_text="of the gross, withdrawn by the customer's bank")
    disputed_subsidy_minor = models.BigIntegerField(
        default=0, db_default=0, help_text="of the subsidy, held or lost with it"
    )
    disputed_net_minor = models.BigIntegerField(default=0, help_text="of the vendor's earnings, held or lost with it")
    disputed_commission_tax_minor = models.BigIntegerField(default=0, help_text="of the VAT within the commission")
    disputed_sales_tax_minor = models.BigIntegerField(
        default=0, db_default=0, help_text="of the platform's VAT of the sale"
    )
    platform_lost_minor = models.BigIntegerField(
        default=0, help_text="of the gross, kept by the customer's bank and borne by the platform"
    )
    platform_lost_subsidy_minor = models.BigIntegerField(
        default=0, db_default=0, help_text="of the subsidy, left to the vendor with it"
    )
    transferred_minor = models.BigIntegerField(default=0)
    reversed_minor = models.BigIntegerField(default=0, help_text="of what was transferred, taken back")
    netted_minor = models.BigIntegerField(default=0, help_text="kept back to pay what the vendor owed")
    indebted_minor = models.BigIntegerField(default=0, help_text="could not be taken back, and became debt")
    currency = models.CharField(max_length=3)
    category_paths = models.JSONField(default=list, blank=True, help_text="of what was sold, for the hold rules")

    access = Access(store="select insert update", vendor="select")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reference_id"], name="share_once"),
            models.CheckConstraint(
                condition=Q(
                    gross_minor=F("commission_minor") + F("sales_tax_minor") + F("net_minor") - F("subsidy_minor")
                ),
                name="share_gross_is_sum",
            ),
            models.CheckConstraint(
                condition=Q(gross_minor__gte=0, subsidy_minor__gte=0, commission_minor__gte=0, net_minor__gte=0),
                name="share_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(commission_tax_minor__gte=0, commission_tax_minor__lte=F("commission_minor")),
                name="share_tax_within_commission",
            ),
            models.CheckConstraint(
                condition=Q(
                    refunded_commission_tax_minor__gte=0, refunded_commission_tax_minor__lte=F("commission_tax_minor")
                ),
                name="share_refunded_tax_within_tax",
            ),
            models.CheckConstraint(
                condition=Q(refunded_minor__gte=0, refunded_minor__lte=F("gross_minor")),
                name="share_refunded_within_gross",
            ),
            models.CheckConstraint(
                condition=Q(
                    prepaid_minor__gte=0,
                    prepaid_minor__lte=F("gross_minor"),
                    refunded_prepaid_minor__gte=0,
                    refunded_prepaid_minor__lte=F("prepaid_minor"),
                ),
                name="share_prepaid_within",
            ),
            # What went back by the provider, and what banks took, is of what was charged.
            models.CheckConstraint(
                condition=Q(
                    gross_minor__gte=F("prepaid_minor")
                    + F("refunded_minor")
                    - F("refunded_prepaid_minor")
                    + F("disputed_minor")
                    + F("platform_lost_minor")
                ),
                name="share_taken_within_charged",
            ),
            models.CheckConstraint(
                condition=Q(
                    refunded_net_minor__gte=0,
                    refunded_net_minor__lte=F("refunded_minor") + F("refunded_subsidy_minor"),
                ),
                name="share_refunded_net_within_refunded",
            ),
            models.CheckConstraint(
                condition=Q(
                    refunded_subsidy_minor__gte=0,
                    disputed_subsidy_minor__gte=0,
                    platform_lost_subsidy_minor__gte=0,
                    subsidy_minor__gte=F("refunded_subsidy_minor")
                    + F("disputed_subsidy_minor")
                    + F("platform_lost_subsidy_minor"),
                ),
                name="share_subsidy_returned_within",
            ),
            models.CheckConstraint(
                condition=Q(
                    refunded_minor__lte=F("refunded_net_minor")
                    + F("refunded_sales_tax_minor")
                    + F("commission_minor")
                    - F("refunded_subsidy_minor")
                ),
                name="share_commission_given_back_within",
            ),
            models.CheckConstraint(
                condition=Q(transferred_minor__gte=0, transferred_minor__lte=F("net_minor") + F("indebted_minor")),
                name="share_transferred_within_net",
            ),
            models.CheckConstraint(
                condition=Q(reversed_minor__gte=0, reversed_minor__lte=F("transferred_minor")),
                name="share_reversed_within_transferred",
            ),
            models.CheckConstraint(
                condition=Q(disputed_minor__gte=0, disputed_minor__lte=F("gross_minor") - F("refunded_minor")),
                name="share_disputed_within_rest",
            ),
            models.CheckConstraint(
                condition=Q(
                    platform_lost_minor__gte=0,
                    platform_lost_minor__lte=F("gross_minor") - F("refunded_minor") - F("disputed_minor"),
                ),
                name="share_platform_lost_within_rest",
            ),
            models.CheckConstraint(
                condition=Q(
                    disputed_net_minor__gte=0,
                    disputed_net_minor__lte=F("disputed_minor") + F("disputed_subsidy_minor"),
                    disputed_commission_tax_minor__gte=0,
                    disputed_commission_tax_minor__lte=F("disputed_minor")
                    + F("disputed_subsidy_minor")
                    - F("disputed_net_minor"),
                ),
                name="share_disputed_parts_within",
            ),
            models.CheckConstraint(
                condition=Q(netted_minor__gte=0, indebted_minor__gte=0), name="share_debts_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(
                    refunded_sales_tax_minor__gte=0,
                    disputed_sales_tax_minor__gte=0,
                    sales_tax_minor__gte=F("refunded_sales_tax_minor") + F("disputed_sales_tax_minor"),
                ),
                name="share_sales_tax_returned_within",
            ),
        ]
        indexes = [models.Index(fields=["vendor_id", "-id"], name="share_vendor")]

    @property
    def charged_minor(self) -> int:
        """What of the gross the provider took."""
        return self.gross_minor - self.prepaid_minor

    @property
    def left_minor(self) -> int:
        """What of its earnings the vendor is still to have; below zero, it has had that much too much."""
        kept = self.net_minor - self.refunded_net_minor - self.disputed_net_minor + self.indebted_minor
        return kept - self.netted_minor - (self.transferred_minor - self.reversed_minor)


class RefundState(models.TextChoices):
    DUE = "due", "Due"
    SENT = "sent", "Sent"
    PENDING = "pending", "Pending at the provider"
    SUCCEEDED = "succeeded", "Succeeded"
    FAILED = "failed", "Failed"
    BY_HAND = "by_hand", "Paid another way"


class Refund(models.Model):
    """Money back to the customer, from one vendor's share. Sent by the worker; `key` names why, so it happens once.

    `amount + subsidy = net + sales tax + commission given back`. Of the amount, `prepaid` was paid with gift cards and store
    credit and goes back to them; `credited` was charged and is given as store credit, as the customer wished; the provider
    sends the rest. Of what cost the customer nothing, only the subsidy goes back: such a refund is done as soon as it is
    asked for.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    share = models.ForeignKey(PaymentShare, on_delete=models.PROTECT, related_name="refunds")
    vendor_id = models.UUIDField()
    key = models.CharField(max_length=120, help_text="e.g. sold_out:<vendor order id>")
    amount_minor = models.BigIntegerField(help_text="gross, to the customer")
    prepaid_minor = models.BigIntegerField(
        default=0, db_default=0, help_text="of it, back to the gift cards and the store credit that paid it"
    )
    credited_minor = models.BigIntegerField(
        default=0, db_default=0, help_text="of it, charged and given as store credit"
    )
    credited_to = models.UUIDField(null=True, blank=True, help_text="whose store credit: the user")
    kept_at = models.DateTimeField(
        null=True, blank=True, help_text="when what goes to gift cards and store credit was there"
    )
    subsidy_minor = models.BigIntegerField(
        default=0, db_default=0, help_text="beside it, back to the platform: its part of a discount"
    )
    net_minor = models.BigIntegerField(
        help_text="of both, from the vendor's earnings; the rest is commission given back"
    )
    commission_tax_minor = models.BigIntegerField(default=0, help_text="the VAT within the commission given back")
    sales_tax_minor = models.BigIntegerField(
        default=0, db_default=0, help_text="VAT of the sale that the platform owes no longer"
    )
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=200)
    is_counted = models.BooleanField(
        default=True, help_text="in the sums of payment and share; not when it failed before any money moved"
    )
    state = models.CharField(max_length=10, choices=RefundState, default=RefundState.DUE)
    attempt = models.PositiveSmallIntegerField(default=1)
    due_at = models.DateTimeField(default=clock.now)
    provider_refund_id = models.CharField(max_length=80, blank=True)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(default=clock.now)
    done_at = models.DateTimeField(null=True, blank=True)
    by_hand_at = models.DateTimeField(null=True, blank=True, help_text="paid another way, after it came back")
    by_hand_reference = models.CharField(max_length=80, blank=True, help_text="of the transfer at our bank")

    access = Access(store="select insert update", vendor="select")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key"], name="refund_once"),
            models.CheckConstraint(
                condition=Q(by_hand_at=None, by_hand_reference="")
                | (Q(by_hand_at__isnull=False, state="by_hand") & ~Q(by_hand_reference="")),
                name="refund_by_hand_has_reference",
            ),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0, subsidy_minor__gte=0) | Q(amount_minor=0, subsidy_minor__gt=0),
                name="refund_positive",
            ),
            models.CheckConstraint(
                condition=Q(
                    prepaid_minor__gte=0,
                    credited_minor__gte=0,
                    amount_minor__gte=F("prepaid_minor") + F("credited_minor"),
                ),
                name="refund_parts_within_amount",
            ),
            models.CheckConstraint(
                condition=Q(credited_minor=0) | Q(credited_to__isnull=False), name="refund_credits_somebody"
            ),
            models.CheckConstraint(
                condition=Q(net_minor__gte=0, net_minor__lte=F("amount_minor") + F("subsidy_minor")),
                name="refund_net_within_amount",
            ),
            models.CheckConstraint(
                condition=Q(
                    commission_tax_minor__gte=0,
                    sales_tax_minor__gte=0,
                    commission_tax_minor__lte=F("amount_minor")
                    + F("subsidy_minor")
                    - F("net_minor")
                    - F("sales_tax_minor"),
                ),
                name="refund_tax_within_commission",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="refund_due", condition=Q(state__in=["due", "sent"])),
            models.Index(fields=["-id"], name="refund_failed", condition=Q(state="failed")),
        ]

    @property
    def commission_minor(self) -> int:
        """Commission given back with it, the VAT on it included."""
        return self.amount_minor + self.subsidy_minor - self.net_minor - self.sales_tax_minor

    @property
    def kept_with_us_minor(self) -> int:
        """What of it goes to gift cards and store credit."""
        return self.prepaid_minor + self.credited_minor

    @property
    def sent_minor(self) -> int:
        """What of it the provider, or our bank, sends."""
        return self.amount_minor - self.kept_with_us_minor

    @property
    def was_refused(self) -> bool:
        """The provider never accepted it: nothing moved, and it counts for nothing until it is sent again."""
        return self.state == RefundState.FAILED and not self.provider_refund_id

    @property
    def came_back(self) -> bool:
        """Money left and returned to our balance: we owe it to the customer, who must be paid another way."""
        return self.state == RefundState.FAILED and self.is_counted
