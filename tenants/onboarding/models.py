"""A vendor's way to its first sale and its first payout: the checklist, and everything that was done about it.

What state a vendor is in stands on the vendor. Here is only which steps are asked of whom, and what happened to them; what
that comes to for one vendor is `tenants.onboarding.checklist`.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from kit import clock
from kit.access import APPEND, Access
from kit.ids import uuid7
from tenants.vendors.models import Vendor


class StepKind(models.TextChoices):
    TERMS = "terms", "Terms"
    PROFILE = "profile", "Shop profile"
    ADDRESS = "address", "Address"
    PAYOUT_ACCOUNT = "payout_account", "Payout account"
    DOCUMENT = "document", "Document"
    PRODUCTS = "products", "Products"
    REVIEW = "review", "Review"


class Step(models.Model):
    """One step of the checklist, the same for every vendor it applies to; kept by the office.

    There is one of each kind, and as many documents as are asked for. One that is off is nobody's; one that is on and
    needed for neither door is asked for and closes nothing.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=40, help_text="what events call it, e.g. terms or trade_register")
    kind = models.CharField(max_length=16, choices=StepKind)
    title = models.CharField(max_length=80)
    explanation = models.CharField(max_length=300, blank=True)
    position = models.PositiveSmallIntegerField()
    is_on = models.BooleanField(default=False)
    for_selling = models.BooleanField(default=False)
    for_payout = models.BooleanField(default=False)
    minimum = models.PositiveSmallIntegerField(null=True, blank=True, help_text="of published products")
    countries = ArrayField(
        models.CharField(max_length=2), default=list, blank=True, help_text="of a document: whose vendors; empty: all"
    )
    changed_at = models.DateTimeField(default=clock.now)

    access = Access(store="select", vendor="select", vendor_rows="all")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code"], name="onboarding_step_code"),
            models.UniqueConstraint(
                fields=["kind"], condition=~Q(kind="document"), name="onboarding_step_once_but_documents"
            ),
            models.CheckConstraint(
                condition=Q(kind="products", minimum__gt=0) | (~Q(kind="products") & Q(minimum__isnull=True)),
                name="onboarding_step_minimum",
            ),
            models.CheckConstraint(
                condition=Q(kind="document") | Q(countries=[]), name="onboarding_step_countries_of_documents"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def applies_to(self, country: str) -> bool:
        """Whether vendors of that country are asked for it."""
        return self.is_on and (not self.countries or country in self.countries)


class Terms(models.Model):
    """A version of what vendors agree to. Published once, never changed: an acceptance names the version it was of."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    version = models.PositiveIntegerField()
    text = models.TextField()
    published_at = models.DateTimeField(default=clock.now)
    published_by = models.UUIDField(help_text="user id of the member of staff")

    access = Access(store="select", vendor="select", vendor_rows="all", platform=APPEND)

    class Meta:
        verbose_name_plural = "terms"
        constraints = [models.UniqueConstraint(fields=["version"], name="onboarding_terms_version")]

    def __str__(self) -> str:
        return f"Terms, version {self.version}"


class VendorDocument(models.Model):
    """A paper that a vendor sent for a step. Private, and kept as it was sent; a better one is another row."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    step = models.CharField(max_length=40)
    name = models.CharField(max_length=120)
    content_type = models.CharField(max_length=40)
    size_bytes = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    path = models.CharField(max_length=200)
    sent_by = models.UUIDField(help_text="user id of the member")
    sent_at = models.DateTimeField(default=clock.now)

    # A row opens the file it names, to the vendor and to staff: one that names another's file must not be made.
    access = Access(
        store="select",
        vendor=APPEND,
        platform="select",
        vendor_check="path LIKE 'onboarding/' || vendor_id || '/%' AND path NOT LIKE '%..%'",
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["vendor", "path"], name="onboarding_document_path")]
        indexes = [models.Index(fields=["vendor", "step"], name="onboarding_document_of_step")]

    def __str__(self) -> str:
        return self.name


class EventName(models.TextChoices):
    TERMS_ACCEPTED = "terms_accepted", "Terms accepted"
    DOCUMENT_SENT = "document_sent", "Document sent"
    SENT_AGAIN = "sent_again", "Sent again"
    ACCEPTED = "accepted", "Accepted"
    REJECTED = "rejected", "Sent back"
    WAIVED = "waived", "Waived"
    SELLING_OPENED = "selling_opened", "Selling opened"
    SELLING_CLOSED = "selling_closed", "Selling closed"
    PAYOUTS_OPENED = "payouts_opened", "Payouts opened"
    PAYOUTS_CLOSED = "payouts_closed", "Payouts closed"
    REMINDED = "reminded", "Reminded"


class Event(models.Model):
    """What happened to a step of one vendor, or to one of its two doors: dated, attributed, append-only.

    `reason` is read by the vendor. A step's state is a fold over its events; there is no other place where it stands.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    step = models.CharField(max_length=40, blank=True, help_text="empty: of the vendor as a whole")
    name = models.CharField(max_length=16, choices=EventName)
    actor_kind = models.CharField(max_length=12, help_text="member, staff or system")
    actor_id = models.UUIDField(null=True, blank=True, help_text="user id")
    reason = models.CharField(max_length=1000, blank=True)
    terms = models.ForeignKey(Terms, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    document = models.ForeignKey(VendorDocument, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    # A vendor says what it did. What became of it, the platform alone says.
    access = Access(
        store=APPEND,
        vendor=APPEND,
        platform=APPEND,
        vendor_check="actor_kind = 'member' AND name IN ('terms_accepted', 'document_sent', 'sent_again')",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["vendor", "terms"], condition=Q(name="terms_accepted"), name="onboarding_terms_accepted_once"
            ),
            models.UniqueConstraint(
                fields=["document"], condition=Q(name="document_sent"), name="onboarding_document_sent_once"
            ),
            models.CheckConstraint(
                condition=Q(actor_kind="system", actor_id__isnull=True)
                | (~Q(actor_kind="system") & Q(actor_id__isnull=False)),
                name="onboarding_event_has_actor",
            ),
            models.CheckConstraint(
                condition=~Q(name__in=["rejected", "waived"]) | ~Q(reason=""), name="onboarding_event_says_why"
            ),
            models.CheckConstraint(
                condition=(Q(name="terms_accepted") & Q(terms__isnull=False))
                | (~Q(name="terms_accepted") & Q(terms__isnull=True)),
                name="onboarding_event_terms",
            ),
            models.CheckConstraint(
                condition=~Q(name="document_sent") | Q(document__isnull=False), name="onboarding_event_document"
            ),
        ]
        indexes = [models.Index(fields=["vendor", "id"], name="onboarding_event_vendor")]

    def __str__(self) -> str:
        return f"{self.step or 'vendor'}: {self.get_name_display()}"


class VendorInvitation(models.Model):
    """Somebody whom the platform asks to sell here. It opens nothing: it leads to the application, filled in as far as we
    know it. Open until somebody applied by it or it was withdrawn, and good while `expires_at` has not passed.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(max_length=254, help_text="lower case")
    name = models.CharField(max_length=100, blank=True, help_text="of the shop, as far as we know it")
    country = models.CharField(max_length=2)
    currency = models.CharField(max_length=3)
    message = models.CharField(max_length=1000, blank=True)
    invited_by = models.UUIDField(help_text="user id of the member of staff")
    invited_at = models.DateTimeField(default=clock.now)
    sent_count = models.PositiveSmallIntegerField(default=1)
    expires_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_vendor = models.ForeignKey(Vendor, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    access = Access(store="select update(sent_count, expires_at, accepted_at, accepted_vendor_id)")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["email"],
                condition=Q(accepted_at=None, withdrawn_at=None),
                name="onboarding_invitation_open_once",
            )
        ]
        indexes = [models.Index(fields=["-invited_at", "-id"], name="onboarding_invitation_newest")]

    def __str__(self) -> str:
        return self.email

    @property
    def state(self) -> str:
        """pending, accepted, withdrawn or expired."""
        if self.accepted_at:
            return "accepted"
        if self.withdrawn_at:
            return "withdrawn"
        return "pending" if self.expires_at > clock.now() else "expired"


class ResumeLink(models.Model):
    """The address in a mail that leads a vendor's people back to their checklist.

    It is no key: whoever follows it signs in and must work there. So it may stand in a log, and be good for two weeks.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    step = models.CharField(max_length=40, blank=True, help_text="where to; empty: the first that waits for the vendor")
    made_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True)

    access = Access(store="select insert update(opened_at)")

    class Meta:
        indexes = [models.Index(fields=["vendor", "-made_at"], name="onboarding_resume_vendor")]

    def __str__(self) -> str:
        return str(self.id)
