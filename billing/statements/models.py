"""Documents of a closed month, immutable once issued, and files of the books for accounting packages."""

from django.db import models
from django.db.models import Q

from billing.ledger.models import AccountCode
from kit import clock
from kit.access import Access
from kit.ids import uuid7


class DocumentKind(models.TextChoices):
    STATEMENT = "statement", "Statement"
    INVOICE = "commission_invoice", "Commission invoice"
    CREDIT_NOTE = "credit_note", "Credit note"


class DocumentSeries(models.Model):
    """The last number given out of a kind in a year. Its row is locked by whoever takes the next one."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=20, choices=DocumentKind)
    year = models.PositiveSmallIntegerField()
    last_number = models.PositiveIntegerField(default=0)

    access = Access(platform="select insert update(last_number)")

    class Meta:
        verbose_name_plural = "document series"
        constraints = [models.UniqueConstraint(fields=["kind", "year"], name="document_series_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.year}"


class FiledDocument(models.Model):
    """What every document with a number has: whose wall it lies in, and the PDF that is made of it once."""

    number = models.CharField(max_length=30)
    vendor_id = models.UUIDField()
    file_path = models.CharField(max_length=200, blank=True, help_text="in the private storage; empty until it is made")
    file_sha256 = models.CharField(max_length=64, blank=True)
    file_bytes = models.PositiveIntegerField(default=0)
    filed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def filename(self) -> str:
        return self.number.lower()


class Document(FiledDocument):
    """A vendor's document of a month: its words and figures, frozen in `data`, and the PDF made of them once.

    Nothing of it ever changes but that the file is added, once: the database keeps that. What is wrong is corrected by
    another document, a credit note, which names it in `corrects`.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=20, choices=DocumentKind)
    year = models.PositiveSmallIntegerField()
    sequence = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    starts_on = models.DateField(help_text="the month's first day")
    corrects = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="credit_notes")
    net_minor = models.BigIntegerField(default=0)
    tax_minor = models.BigIntegerField(default=0)
    total_minor = models.BigIntegerField(help_text="of a statement, its closing balance")
    data = models.JSONField()
    data_sha256 = models.CharField(max_length=64)
    issued_at = models.DateTimeField(default=clock.now)

    access = Access(vendor="select", platform="select insert update(file_path, file_sha256, file_bytes, filed_at)")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number"], name="document_number_once"),
            models.UniqueConstraint(fields=["kind", "year", "sequence"], name="document_sequence_once"),
            models.UniqueConstraint(
                fields=["vendor_id", "kind", "currency", "starts_on", "corrects"],
                name="document_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(kind="statement") | Q(total_minor=models.F("net_minor") + models.F("tax_minor")),
                name="document_total_is_sum",
            ),
            models.CheckConstraint(condition=Q(sequence__gt=0), name="document_sequence_positive"),
        ]
        indexes = [
            models.Index(fields=["vendor_id", "-starts_on", "-id"], name="document_vendor"),
            models.Index(fields=["-starts_on", "-id"], name="document_newest"),
            models.Index(fields=["id"], name="document_without_file", condition=Q(file_path="")),
        ]

    def __str__(self) -> str:
        return self.number


class AccountMapping(models.Model):
    """What an account of ours is called in the accountants' chart; without a row, `exports.accounts` suggests one."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=4, choices=AccountCode)
    number = models.CharField(max_length=9, help_text="digits, as the accounting package wants them")
    name = models.CharField(max_length=60, blank=True)
    changed_at = models.DateTimeField(default=clock.now)

    access = Access()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code"], name="account_mapping_once")]

    def __str__(self) -> str:
        return f"{self.code} is {self.number}"


class ExportFormat(models.TextChoices):
    LEDGER = "ledger", "General ledger (CSV)"
    TRIAL = "trial_balance", "Trial balance (CSV)"
    JOURNAL = "journal", "Double-entry journal (CSV)"
    DATEV = "datev", "DATEV Buchungsstapel (EXTF)"


class ExportState(models.TextChoices):
    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"


class Export(models.Model):
    """A file of the books, made by the worker: whole entries of `starts_on` to the day before `ends_on`."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    format = models.CharField(max_length=20, choices=ExportFormat)
    currency = models.CharField(max_length=3)
    starts_on = models.DateField()
    ends_on = models.DateField()
    state = models.CharField(max_length=10, choices=ExportState, default=ExportState.QUEUED)
    asked_by = models.UUIDField(help_text="a user")
    asked_at = models.DateTimeField(default=clock.now)
    alive_at = models.DateTimeField(default=clock.now, help_text="when the worker last said how far it is")
    done_at = models.DateTimeField(null=True, blank=True)
    entries_total = models.PositiveIntegerField(default=0)
    entries_done = models.PositiveIntegerField(default=0)
    postings_done = models.PositiveIntegerField(default=0)
    debits_minor = models.BigIntegerField(default=0)
    credits_minor = models.BigIntegerField(default=0)
    file_path = models.CharField(max_length=200, blank=True)
    file_sha256 = models.CharField(max_length=64, blank=True)
    file_bytes = models.BigIntegerField(default=0)
    error = models.CharField(max_length=250, blank=True)

    access = Access()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(starts_on__lt=models.F("ends_on")), name="export_has_days"),
        ]
        indexes = [
            models.Index(fields=["-id"], name="export_newest"),
            models.Index(fields=["id"], name="export_waiting", condition=Q(state__in=["queued", "running"])),
        ]

    @property
    def percent(self) -> int:
        if self.state == ExportState.DONE:
            return 100
        return min(99, 100 * self.entries_done // self.entries_total) if self.entries_total else 0

    @property
    def filename(self) -> str:
        ending = "zip" if self.format == ExportFormat.DATEV else "csv"
        return f"{self.format.replace('_', '-')}-{self.starts_on:%Y-%m-%d}-{self.currency.lower()}.{ending}"
