"""Double entry. Entries balance per currency, stay as they were posted, and are corrected by reversal.

The database itself keeps the first two: see the triggers in the second migration. A balance is always a fold over
postings; a checkpoint spares folding the oldest again, and is proved against them every night.
"""

from django.db import models

from kit import clock
from kit.access import APPEND, Access
from kit.ids import uuid7


class AccountCode(models.TextChoices):
    """The chart of accounts. A code with `/v` in its label is kept once per vendor."""

    STRIPE_PENDING = "1010", "Stripe pending"
    STRIPE_AVAILABLE = "1020", "Stripe available"
    PAYOUTS_IN_TRANSIT = "1030", "Payouts in transit"
    BANK = "1100", "Bank"
    VENDOR_RECEIVABLE = "1300", "Vendor receivable/v"
    DISPUTED_FUNDS = "1310", "Disputed funds with Stripe"
    SUBSCRIPTION_RECEIVABLE = "1320", "Subscription receivable/v"
    VENDOR_PAYABLE = "2000", "Vendor payable/v"
    REFUNDS_OWED = "2100", "Refunds owed to buyers"
    BUYERS_DEPOSITS = "2110", "Received from buyers, not placed"
    GIFT_CARDS = "2120", "Gift cards"
    STORE_CREDIT = "2130", "Store credit of customers"
    TAX_PAYABLE = "2200", "Tax payable"
    SALES_TAX = "2210", "VAT on sales we owe as supplier"
    DEFERRED_REVENUE = "2300", "Deferred subscription revenue"
    DISPUTE_HOLD = "2400", "Dispute hold/v"
    SUSPENSE = "2900", "Suspense"
    COMMISSION = "4000", "Commission"
    SUBSCRIPTIONS = "4010", "Subscriptions"
    FEES_RECHARGED = "4020", "Fees recharged to vendors"
    UNUSED_GIFT_CARDS = "4030", "Gift cards never used"
    STRIPE_PROCESSING = "5000", "Stripe processing"
    DISPUTE_FEES = "5010", "Dispute fees"
    PAYOUT_FEES = "5020", "Connect and payout fees"
    BAD_DEBT = "5030", "Bad debt"
    FX_ROUNDING = "5040", "FX and rounding"
    ADJUSTMENTS = "5050", "Adjustments to vendors"
    PROMOTIONS = "5060", "Discounts we bear"
    GOODWILL = "5070", "Goodwill to customers"


class LedgerAccount(models.Model):
    """One account of one currency; with a vendor for the codes kept per vendor."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=4, choices=AccountCode)
    vendor_id = models.UUIDField(null=True, blank=True)
    currency = models.CharField(max_length=3)

    access = Access(store=APPEND, vendor="select", platform=APPEND)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["code", "vendor_id", "currency"], name="ledger_account_once", nulls_distinct=False
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.get_code_display()}".replace("/v", f"/{self.vendor_id}" if self.vendor_id else "")

    @property
    def name(self) -> str:
        return AccountCode(self.code).label.removesuffix("/v")


class JournalEntry(models.Model):
    """One external fact in the books, exactly once: `source_key` names it, e.g. `txn:txn_123` or `commission:<id>`."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    source_key = models.CharField(max_length=120)
    kind = models.CharField(max_length=40, help_text="sale, commission, funds_available, transfer, refund ...")
    description = models.CharField(max_length=250, blank=True)
    reference_id = models.UUIDField(null=True, blank=True, help_text="order, vendor order or payout it is about")
    reverses = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="reversals")
    postings_count = models.PositiveSmallIntegerField(help_text="frozen, so that none can be added later")
    occurred_at = models.DateTimeField()
    posted_at = models.DateTimeField(default=clock.now)

    # A vendor reads the entries that moved its own account, and of them not how many other postings they have.
    access = Access(
        store=APPEND,
        platform=APPEND,
        vendor="select(id, kind, description, reference_id, reverses_id, occurred_at, posted_at)",
        vendor_where="EXISTS (SELECT 1 FROM public.ledger_posting p WHERE p.entry_id = ledger_journalentry.id"
        " AND p.vendor_id = (SELECT souk.vendor_of_session()))",
    )

    class Meta:
        verbose_name_plural = "journal entries"
        constraints = [models.UniqueConstraint(fields=["source_key"], name="journal_entry_once")]
        indexes = [
            models.Index(fields=["reference_id"], name="journal_reference"),
            models.Index(fields=["-occurred_at", "-id"], name="journal_newest"),
            models.Index(fields=["kind", "-occurred_at", "-id"], name="journal_kind"),
        ]


class Posting(models.Model):
    """One side of an entry: positive `amount_minor` debits the account, negative credits it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    entry = models.ForeignKey(JournalEntry, on_delete=models.PROTECT, related_name="postings")
    account = models.ForeignKey(LedgerAccount, on_delete=models.PROTECT, related_name="postings", db_index=False)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    vendor_id = models.UUIDField(null=True, blank=True, help_text="of the account, so that its rows can be walled")

    access = Access(store=APPEND, vendor="select", platform=APPEND)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(amount_minor=0), name="posting_not_zero"),
        ]
        indexes = [models.Index(fields=["account", "-id"], name="posting_account", include=["amount_minor"])]


class Period(models.Model):
    """A month of the books; `ends_on` is the first day after it. Closed, it and all before it take no entry any more.

    `checks` and `totals` say what was found when it was closed: the trial balance up to its end.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    starts_on = models.DateField()
    ends_on = models.DateField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.UUIDField(null=True, blank=True, help_text="a user")
    checks = models.JSONField(default=list)
    totals = models.JSONField(default=list)

    # Whoever posts asks whether the month is open.
    access = Access(store="select", platform="select insert update")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["starts_on"], name="period_once"),
            models.CheckConstraint(condition=models.Q(starts_on__lt=models.F("ends_on")), name="period_has_days"),
            models.CheckConstraint(
                condition=models.Q(closed_at__isnull=True, closed_by__isnull=True)
                | models.Q(closed_at__isnull=False, closed_by__isnull=False),
                name="period_closed_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_on:%B %Y}"


class Reopening(models.Model):
    """Why a closed month is to be opened again: one person asks, another agrees."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="reopenings")
    reason = models.CharField(max_length=250)
    asked_by = models.UUIDField(help_text="a user")
    asked_at = models.DateTimeField(default=clock.now)
    approved_by = models.UUIDField(null=True, blank=True, help_text="another user")
    approved_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    access = Access(platform="select insert update")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(approved_by__isnull=True) | ~models.Q(approved_by=models.F("asked_by")),
                name="reopening_four_eyes",
            ),
            models.UniqueConstraint(
                fields=["period"],
                name="reopening_one_waits",
                condition=models.Q(approved_at__isnull=True, withdrawn_at__isnull=True),
            ),
        ]


class Checkpoint(models.Model):
    """The fold of an account's postings up to one of them. It says nothing of its own: made anew, it is the same."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(LedgerAccount, on_delete=models.PROTECT, related_name="checkpoints", db_index=False)
    vendor_id = models.UUIDField(null=True, blank=True, help_text="of the account, so that its rows can be walled")
    through_id = models.UUIDField(help_text="the last posting in it")
    debits_minor = models.BigIntegerField()
    credits_minor = models.BigIntegerField(help_text="positive")
    postings_count = models.PositiveBigIntegerField()
    made_at = models.DateTimeField(default=clock.now)

    access = Access(store="select", vendor="select", platform="select insert delete")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "through_id"], name="checkpoint_once")]
