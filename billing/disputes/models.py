"""Disputes: a customer's bank asks for the money back, and may have taken it already.

What the provider says is kept in its own words; what it means for money follows from its balance transactions alone.
"""

from django.db import models
from django.db.models import F, Q

from billing.payments.models import Payment
from kit import clock
from kit.access import APPEND, Access
from kit.ids import uuid7
from kit.personal import Personal


class DisputeState(models.TextChoices):
    WARNING_NEEDS_RESPONSE = "warning_needs_response", "Inquiry, to be answered"
    WARNING_UNDER_REVIEW = "warning_under_review", "Inquiry, answered"
    WARNING_CLOSED = "warning_closed", "Inquiry closed"
    NEEDS_RESPONSE = "needs_response", "To be answered"
    UNDER_REVIEW = "under_review", "Answered"
    WON = "won", "Won"
    LOST = "lost", "Lost"
    PREVENTED = "prevented", "Prevented"
    APPEAL_NEEDS_RESPONSE = "appeal_needs_response", "Appeal, to be answered"
    APPEAL_UNDER_REVIEW = "appeal_under_review", "Appeal, answered"


FINAL = (DisputeState.WON, DisputeState.LOST, DisputeState.WARNING_CLOSED, DisputeState.PREVENTED)
INQUIRIES = (DisputeState.WARNING_NEEDS_RESPONSE, DisputeState.WARNING_UNDER_REVIEW)
TO_ANSWER = (
    DisputeState.WARNING_NEEDS_RESPONSE,
    DisputeState.NEEDS_RESPONSE,
    DisputeState.APPEAL_NEEDS_RESPONSE,
)


# Why, in our words, by Stripe's: https://docs.stripe.com/disputes/categories
REASONS = {
    "bank_cannot_process": "The bank cannot process it",
    "check_returned": "A check was returned",
    "credit_not_processed": "A refund did not arrive",
    "customer_initiated": "The customer takes it back",
    "debit_not_authorized": "The debit was not allowed",
    "duplicate": "Charged twice",
    "fraudulent": "The customer did not pay this",
    "general": "No reason given",
    "incorrect_account_details": "Wrong account",
    "insufficient_funds": "Not enough in the account",
    "noncompliant": "Against the card network's rules",
    "product_not_received": "Goods did not arrive",
    "product_unacceptable": "Goods not as described",
    "subscription_canceled": "The subscription was canceled",
    "unrecognized": "The customer does not know it",
}


class Bearer(models.TextChoices):
    VENDOR = "vendor", "The vendor"
    PLATFORM = "platform", "The marketplace"


class Phase(models.TextChoices):
    """What a dispute means for money. `none`: nothing was taken (an inquiry)."""

    NONE = "none", "No money taken"
    HELD = "held", "Taken, not decided"
    LOST = "lost", "Taken for good"
    RETURNED = "returned", "Given back"


class Dispute(models.Model):
    """One dispute of one payment. Amounts in minor units of `currency`.

    `withdrawn_minor` and `reinstated_minor` sum the provider's balance transactions. `version` counts the divisions of
    the amount among the vendors: staff may give all of it to one part, `assigned_share_id`. `is_counted` says whether
    the shares carry it now.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    provider_dispute_id = models.CharField(max_length=80)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="disputes")
    reference_number = models.CharField(max_length=20)
    state = models.CharField(max_length=24, choices=DisputeState)
    reason = models.CharField(max_length=60)
    amount_minor = models.BigIntegerField()
    withdrawn_minor = models.BigIntegerField(default=0)
    reinstated_minor = models.BigIntegerField(default=0)
    fee_minor = models.BigIntegerField(default=0, help_text="what the provider keeps for it, by its transactions")
    platform_minor = models.BigIntegerField(default=0, help_text="of the amount, what no vendor's part has left")
    currency = models.CharField(max_length=3)
    is_refundable = models.BooleanField(default=False, help_text="a refund still stops it")
    borne_by = models.CharField(max_length=10, choices=Bearer)
    fee_borne_by = models.CharField(max_length=10, choices=Bearer)
    assigned_share_id = models.UUIDField(null=True, blank=True)
    version = models.PositiveSmallIntegerField(default=1)
    is_counted = models.BooleanField(default=False)
    evidence_due_at = models.DateTimeField(null=True, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True, help_text="given in, by us")
    reminded_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    synced_at = models.DateTimeField(default=clock.now)

    access = Access(
        store="select",
        vendor="select(id, reference_number, state, reason, currency, evidence_due_at, submitted_at, accepted_at,"
        " opened_at, closed_at, borne_by, fee_borne_by, version)",
        vendor_where="EXISTS (SELECT 1 FROM public.disputes_disputeslice s WHERE s.dispute_id = disputes_dispute.id"
        " AND s.vendor_id = (SELECT souk.vendor_of_session()))",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider_dispute_id"], name="dispute_once"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="dispute_positive"),
            models.CheckConstraint(
                condition=Q(
                    withdrawn_minor__gte=0, reinstated_minor__gte=0, reinstated_minor__lte=F("withdrawn_minor")
                ),
                name="dispute_reinstated_within_withdrawn",
            ),
            models.CheckConstraint(
                condition=Q(platform_minor__gte=0, platform_minor__lte=F("amount_minor")),
                name="dispute_platform_within",
            ),
        ]
        indexes = [
            models.Index(fields=["-opened_at", "-id"], name="dispute_newest"),
            models.Index(fields=["evidence_due_at"], name="dispute_due", condition=Q(closed_at__isnull=True)),
        ]

    @property
    def reason_words(self) -> str:
        """The reason as people say it; one that is new to us as the provider writes it."""
        return REASONS.get(self.reason) or self.reason.replace("_", " ").capitalize()

    @property
    def phase(self) -> Phase:
        if not self.withdrawn_minor:
            return Phase.NONE
        if self.reinstated_minor >= self.withdrawn_minor:
            return Phase.RETURNED
        return Phase.LOST if self.state == DisputeState.LOST else Phase.HELD

    @property
    def is_final(self) -> bool:
        return self.state in FINAL

    @property
    def needs_answer(self) -> bool:
        return self.state in TO_ANSWER and self.submitted_at is None

    @property
    def outstanding_minor(self) -> int:
        """What the bank has of it now."""
        return self.withdrawn_minor - self.reinstated_minor


class DisputeSlice(models.Model):
    """A vendor's part of a disputed amount, in one division of it. The newest division counts."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="slices", db_index=False)
    version = models.PositiveSmallIntegerField()
    share_id = models.UUIDField()
    vendor_id = models.UUIDField()
    reference_id = models.UUIDField(help_text="the vendor order")
    amount_minor = models.BigIntegerField(help_text="of the disputed amount")
    subsidy_minor = models.BigIntegerField(
        default=0, db_default=0, help_text="beside it, what the platform had added of a discount"
    )
    net_minor = models.BigIntegerField(help_text="of both, the vendor's earnings; the rest is our commission")
    commission_tax_minor = models.BigIntegerField(default=0, help_text="the VAT within that commission")
    sales_tax_minor = models.BigIntegerField(
        default=0, db_default=0, help_text="and of both, the VAT of the sale that the platform owes"
    )
    currency = models.CharField(max_length=3)

    access = Access(store="select", vendor="select")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dispute", "version", "share_id"], name="dispute_slice_once"),
            models.CheckConstraint(
                condition=Q(
                    amount_minor__gt=0,
                    subsidy_minor__gte=0,
                    net_minor__gte=0,
                    net_minor__lte=F("amount_minor") + F("subsidy_minor"),
                ),
                name="dispute_slice_net_within",
            ),
        ]
        indexes = [
            models.Index(fields=["share_id"], name="dispute_slice_share"),
            models.Index(fields=["vendor_id", "-id"], name="dispute_slice_vendor"),
        ]

    @property
    def commission_minor(self) -> int:
        """Of what was sold, our commission with the VAT on it."""
        return self.amount_minor + self.subsidy_minor - self.net_minor - self.sales_tax_minor


class DisputeEvent(models.Model):
    """What happened to a dispute, for its timeline; append-only."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="events")
    at = models.DateTimeField(default=clock.now)
    kind = models.CharField(max_length=30)
    text = models.CharField(max_length=250)
    by = models.UUIDField(null=True, blank=True, help_text="who of the staff, when it was one")

    access = Access(platform=APPEND)
    personal = Personal(
        "Disputes of your payments",
        order="dispute__payment__reference_id",
        keep={"text": "what the bank and we did, kept with the books"},
        more=("kind", "at"),
    )


class DisputeAnswer(models.Model):
    """What a vendor says for itself: the texts by the provider's name for them, kept until staff sends one answer."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="answers")
    vendor_id = models.UUIDField()
    texts = models.JSONField(default=dict)
    handed_in_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField(default=clock.now)

    access = Access(vendor="select insert update(texts, handed_in_at, updated_at)")
    personal = Personal(
        "What your bank was told",
        order="dispute__payment__reference_id",
        keep={"texts": "evidence in a dispute of money, kept with the books"},
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dispute", "vendor_id"], name="dispute_answer_once")]


class DisputeFile(models.Model):
    """A document of a vendor's answer, in the private store. `kind` is the provider's name for what it proves."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="files")
    vendor_id = models.UUIDField()
    kind = models.CharField(max_length=40)
    name = models.CharField(max_length=120)
    content_type = models.CharField(max_length=40)
    size_bytes = models.PositiveIntegerField()
    path = models.CharField(max_length=200)
    provider_file_id = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    removed_at = models.DateTimeField(null=True, blank=True)

    access = Access(vendor="select insert update(removed_at)")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dispute", "vendor_id", "kind"],
                name="dispute_file_one_a_kind",
                condition=Q(removed_at__isnull=True),
            )
        ]
