"""Vendors: who they are, where they are found, who works there, what state they are in."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models.functions import Lower

from accounts.models import StaffRole
from kit import clock
from kit.access import APPEND, Access
from kit.context import CurrentVendor
from kit.ids import uuid7
from kit.personal import PSEUDONYM, Personal


class VendorState(models.TextChoices):
    APPLIED = "applied", "Applied"
    REJECTED = "rejected", "Rejected"
    ONBOARDING = "onboarding", "Onboarding"
    ACTIVE = "active", "Active"
    SUSPENDED = "suspended", "Suspended"
    CLOSING = "closing", "Closing"
    CLOSED = "closed", "Closed"


def is_within(begins: datetime | None, ends: datetime | None, now: datetime) -> bool:
    """Whether a span that has its first instant and not its last one, and may have no end, is on."""
    return begins is not None and begins <= now and (ends is None or now < ends)


class Vendor(models.Model):
    """Who sells. Its shop lives in the schema `schema_name`, given at approval; before that it has none.

    A plain model, not django-tenants' TenantMixin: that makes schemas on save, and its `with vendor:` mixes up threads.

    `payouts_ready_at` is a copy of a fact of `billing.stripe`: the provider can pay this vendor. `out_of_service_at` is one
    of the wall's: since then its shop has been quarantined, or on another cluster, and nobody but the operator reaches it.
    `selling_cleared_at`, `payouts_cleared_at` and `waits_for_us_at` are what `tenants.onboarding` makes of the checklist:
    two doors, each open or not whatever the state, and whether a step waits for the platform.

    `closing_asked_at` is an owner's word, which ends sales before the platform has heard it. A suspension stands while
    `suspended_at` does, also in a vendor that is closing. `away_*` is the vacation that is on or planned, or was the last.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    schema_name = models.CharField(max_length=63, null=True, blank=True)
    slug = models.CharField(max_length=40)
    name = models.CharField(max_length=100)
    legal_name = models.CharField(max_length=150)
    country = models.CharField(max_length=2, help_text="ISO 3166-1 alpha-2")
    street = models.CharField(max_length=150, blank=True, default="", db_default="", help_text="with the number")
    postal_code = models.CharField(max_length=15, blank=True, default="", db_default="")
    city = models.CharField(max_length=100, blank=True)
    email = models.EmailField(max_length=254)
    vat_id = models.CharField(max_length=20, blank=True)
    is_small_business = models.BooleanField(
        default=False,
        db_default=False,
        help_text="exempt from VAT as a small enterprise (Article 284, Directive 2006/112/EC)",
    )
    tagline = models.CharField(max_length=150, blank=True)
    story = models.TextField(blank=True)
    logo = models.CharField(max_length=200, blank=True, help_text="path in public media")
    palette = models.JSONField(default=list, blank=True, help_text="up to five colors")
    currency = models.CharField(max_length=3, default="EUR")
    state = models.CharField(max_length=12, choices=VendorState, default=VendorState.APPLIED)
    cluster = models.CharField(max_length=40, default="main")
    applied_at = models.DateTimeField(default=clock.now)
    approved_at = models.DateTimeField(null=True, blank=True)
    activated_at = models.DateTimeField(null=True, blank=True)
    rejected_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.TextField(blank=True)
    payouts_ready_at = models.DateTimeField(null=True, blank=True)
    selling_cleared_at = models.DateTimeField(null=True, blank=True)
    payouts_cleared_at = models.DateTimeField(null=True, blank=True)
    waits_for_us_at = models.DateTimeField(null=True, blank=True)
    out_of_service_at = models.DateTimeField(null=True, blank=True)
    closing_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    still_open = models.JSONField(default=list, blank=True, db_default=[], help_text="what keeps it from being closed")
    closing_asked_at = models.DateTimeField(null=True, blank=True)
    suspended_at = models.DateTimeField(null=True, blank=True)
    suspension_reason = models.TextField(blank=True, default="", db_default="")
    payouts_held_at = models.DateTimeField(null=True, blank=True)
    away_from = models.DateTimeField(null=True, blank=True)
    away_until = models.DateTimeField(null=True, blank=True)
    away_message = models.CharField(max_length=300, blank=True, default="", db_default="")

    # This table's own id is the vendor's id: the policy for vendors compares `id`.
    access = Access(
        store="select insert update(payouts_ready_at, state, activated_at, "
        "selling_cleared_at, payouts_cleared_at, waits_for_us_at)",
        vendor="select update(name, tagline, story, logo, palette, street, postal_code, city, "
        "away_from, away_until, away_message, closing_asked_at, vat_id, is_small_business)",
        doorman="select",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("slug"), name="vendor_slug_unique"),
            models.UniqueConstraint(fields=["schema_name"], name="vendor_schema_unique"),
            models.CheckConstraint(
                condition=models.Q(away_until=None)
                | models.Q(away_from__isnull=False, away_until__gt=models.F("away_from")),
                name="vendor_away_ends_after",
            ),
            models.CheckConstraint(
                condition=models.Q(suspended_at=None, payouts_held_at=None) | ~models.Q(suspension_reason=""),
                name="vendor_suspended_says_why",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-applied_at"], name="vendor_state"),
            models.Index(
                fields=["waits_for_us_at", "id"],
                name="vendor_waits_for_us",
                condition=models.Q(waits_for_us_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def current(self) -> CurrentVendor:
        """What `kit.context` carries while we work for this vendor."""
        return CurrentVendor(id=self.id, slug=self.slug, schema=self.schema_name or "")

    @property
    def postal_address(self) -> list[str]:
        """Its lines without the country, as far as they are known."""
        place = " ".join(filter(None, [self.postal_code, self.city]))
        return [line for line in (self.street, place) if line]

    @property
    def may_sell(self) -> bool:
        return (
            self.state == VendorState.ACTIVE
            and self.selling_cleared_at is not None
            and self.out_of_service_at is None
            and self.closing_asked_at is None
        )

    def is_away(self, now: datetime) -> bool:
        """On vacation: it sells, and nobody can buy."""
        return is_within(self.away_from, self.away_until, now)

    def has_vacation(self, now: datetime) -> bool:
        """One that is on, or planned."""
        return self.away_from is not None and (self.away_until is None or now < self.away_until)

    @property
    def is_reachable(self) -> bool:
        """It has a shop, and that is in service."""
        return bool(self.schema_name) and self.out_of_service_at is None


class VendorEventName(models.TextChoices):
    """What happens to a vendor. The first are the transitions of `lifecycle`; by the others its state stays."""

    APPLIED = "applied", "Applied"
    APPROVED = "approved", "Approved"
    REJECTED = "rejected", "Turned down"
    ACTIVATED = "activated", "Began to sell"
    SUSPENDED = "suspended", "Suspended"
    LIFTED = "lifted", "Suspension lifted"
    CLOSING = "closing", "Began to close"
    CLOSED = "closed", "Closed"
    REOPENED = "reopened", "Taken back"
    CLOSING_ASKED = "closing_asked", "Asked to be closed"
    CLOSING_TAKEN_BACK = "closing_taken_back", "Asked to stay"
    VACATION_SET = "vacation_set", "Vacation set"
    VACATION_ENDED = "vacation_ended", "Vacation ended"


class VendorEvent(models.Model):
    """One thing in the life of a vendor: what, who, why, and the states before and after. Never changed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    vendor = models.ForeignKey(Vendor, on_delete=models.CASCADE, related_name="events")
    name = models.CharField(max_length=30, choices=VendorEventName)
    before = models.CharField(max_length=12, blank=True)
    after = models.CharField(max_length=12, choices=VendorState)
    actor_kind = models.CharField(max_length=20, help_text="customer, member, staff or system")
    actor_id = models.UUIDField(null=True, blank=True, help_text="the user; none for the system")
    reason = models.TextField(blank=True)
    data = models.JSONField(default=dict)
    at = models.DateTimeField(default=clock.now)

    # A vendor says what it did. What became of it, the platform alone says.
    access = Access(
        store=APPEND,
        vendor=APPEND,
        platform=APPEND,
        vendor_check="actor_kind = 'member' AND before = after AND name IN "
        "('closing_asked', 'closing_taken_back', 'vacation_set', 'vacation_ended')",
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(actor_kind="system", actor_id__isnull=True)
                | (~models.Q(actor_kind="system") & models.Q(actor_id__isnull=False)),
                name="vendor_event_has_actor",
            ),
            models.CheckConstraint(
                condition=~models.Q(name__in=["rejected", "suspended", "lifted", "closing", "closing_asked"])
                | ~models.Q(reason=""),
                name="vendor_event_says_why",
            ),
        ]
        indexes = [models.Index(fields=["vendor", "-at", "-id"], name="vendor_event_newest")]

    def __str__(self) -> str:
        return f"{self.get_name_display()} ({self.vendor_id})"


class Domain(models.Model):
    """A host name under which a vendor is found: its slug under the marketplace's domain, later its own domain."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    vendor = models.ForeignKey(Vendor, on_delete=models.CASCADE, related_name="domains")
    host = models.CharField(max_length=253, help_text="lower case, without port")
    is_primary = models.BooleanField(default=True)

    access = Access(store="select insert", doorman="select", vendor="select")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["host"], name="domain_host_unique")]

    def __str__(self) -> str:
        return self.host


class TextKind(models.TextChoices):
    ABOUT = "about", "About"
    RETURNS = "returns", "Returns"
    SHIPPING = "shipping", "Shipping"
    PRIVACY = "privacy", "Privacy"
    IMPRINT = "imprint", "Imprint"


class ShopText(models.Model):
    """What a vendor says on a page of its shop front. Plain text: it is shown escaped, in paragraphs, and as nothing else."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    vendor = models.ForeignKey(Vendor, on_delete=models.CASCADE, related_name="texts")
    kind = models.CharField(max_length=10, choices=TextKind)
    text = models.TextField(help_text="empty: no such page")
    changed_at = models.DateTimeField(default=clock.now)

    access = Access(store="select", vendor="select insert update(text, changed_at)")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["vendor", "kind"], name="shop_text_once")]


class DomainState(models.TextChoices):
    PENDING = "pending", "Waiting for the record"
    VERIFIED = "verified", "Verified"
    FAILED = "failed", "Not proven"
    LOST = "lost", "Lost"


class CustomDomain(models.Model):
    """A host name of a vendor's own, for its shop front. A vendor asks for it; a record in its zone proves it.

    Several vendors may ask for one name, one at a time has it: whoever proved it last (`tenants.vendors.domains`). A vendor's
    own role asks and gives up; what was proven, only the worker writes.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    vendor = models.ForeignKey(Vendor, on_delete=models.CASCADE, related_name="custom_domains")
    host = models.CharField(max_length=253, help_text="lower case, in its ASCII form, without port")
    token = models.CharField(max_length=64, help_text="what the record must say")
    state = models.CharField(max_length=10, choices=DomainState, default=DomainState.PENDING)
    reason = models.CharField(max_length=300, blank=True, help_text="what the last look found amiss")
    leads_here = models.BooleanField(
        null=True, help_text="the name's addresses are the marketplace's; empty: not looked"
    )
    added_at = models.DateTimeField(default=clock.now)
    added_by = models.UUIDField(help_text="user id of the member")
    pending_since = models.DateTimeField(default=clock.now)
    checked_at = models.DateTimeField(null=True, blank=True)
    next_check_at = models.DateTimeField(null=True, blank=True, default=clock.now)
    verified_at = models.DateTimeField(null=True, blank=True)
    failing_since = models.DateTimeField(null=True, blank=True, help_text="of a verified one: the proof is gone since")
    unentitled_at = models.DateTimeField(null=True, blank=True, help_text="since then the plan does not include it")
    removed_at = models.DateTimeField(null=True, blank=True)

    access = Access(
        store="select",
        vendor="select insert update(removed_at)",
        vendor_check="(state = 'pending' AND verified_at IS NULL) OR removed_at IS NOT NULL",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["host"],
                condition=models.Q(state=DomainState.VERIFIED, removed_at=None),
                name="custom_domain_host_once",
            ),
            models.UniqueConstraint(
                fields=["vendor", "host"], condition=models.Q(removed_at=None), name="custom_domain_asked_once"
            ),
        ]
        indexes = [
            models.Index(fields=["next_check_at"], name="custom_domain_due", condition=models.Q(removed_at=None)),
        ]

    def __str__(self) -> str:
        return self.host


class MemberRole(models.TextChoices):
    OWNER = "owner", "Owner"
    MANAGER = "manager", "Manager"
    CATALOG = "catalog", "Catalog"
    ORDERS = "orders", "Orders"
    FINANCE = "finance", "Finance"
    VIEWER = "viewer", "Viewer"


class Member(models.Model):
    """A user's role at a vendor: all the portal knows of a person. It never reads User, passwords or MFA.

    Sign-out, a changed password or a lost role raises `access_version`, which ends portal sessions with an older one.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    vendor = models.ForeignKey(Vendor, on_delete=models.CASCADE, related_name="members")
    user_id = models.UUIDField()
    name = models.CharField(max_length=150)
    email = models.EmailField(max_length=254)
    role = models.CharField(max_length=12, choices=MemberRole, default=MemberRole.OWNER)
    access_version = models.PositiveIntegerField(default=1)
    joined_at = models.DateTimeField(default=clock.now)
    left_at = models.DateTimeField(null=True, blank=True)

    # New rows are the marketplace's, where people sign in: a vendor's own role can make nobody a member.
    access = Access(
        store="select insert update(access_version, name, email, role, joined_at, left_at)",
        vendor="select update(role, access_version, left_at)",
    )
    personal = Personal(
        "Where you worked",
        user="user_id",
        blank={"name": "", "email": PSEUDONYM},
        more=("role", "joined_at", "left_at"),
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["vendor", "user_id"], name="member_once")]
        indexes = [models.Index(fields=["user_id"], name="member_user")]

    def __str__(self) -> str:
        return self.name or self.email


class Invitation(models.Model):
    """A place at a vendor, offered to whoever can show that an e-mail address is theirs. It stands for some days.

    Open until it is accepted or withdrawn, and good while `expires_at` has not passed. Who may be offered what, and by
    whom, is in `tenants.vendors.team`.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    vendor = models.ForeignKey(Vendor, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField(max_length=254, help_text="lower case")
    role = models.CharField(max_length=12, choices=MemberRole)
    invited_by = models.UUIDField(help_text="user id of the member")
    invited_at = models.DateTimeField(default=clock.now)
    sent_count = models.PositiveSmallIntegerField(default=1, help_text="how often the mail was asked for")
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.UUIDField(null=True, blank=True, help_text="user id")
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    access = Access(
        store="select update(accepted_at, accepted_by)",
        vendor="select insert update(sent_count, expires_at, withdrawn_at)",
    )
    personal = Personal("Invitations to a shop's team", email="email", blank={"email": PSEUDONYM})

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["vendor", "email"],
                condition=models.Q(accepted_at=None, withdrawn_at=None),
                name="invitation_open_once",
            )
        ]
        indexes = [models.Index(fields=["email"], name="invitation_email")]

    def __str__(self) -> str:
        return f"{self.email} ({self.get_role_display()})"

    @property
    def state(self) -> str:
        """pending, accepted, withdrawn or expired."""
        if self.accepted_at:
            return "accepted"
        if self.withdrawn_at:
            return "withdrawn"
        return "pending" if self.expires_at > clock.now() else "expired"


VISIT_AT_MOST = timedelta(minutes=30)


class PortalVisit(models.Model):
    """One of the staff looking at a vendor's portal, for a reason that the vendor reads. It changes nothing there.

    On until it is ended or its time is up, which the database keeps to half an hour. `name` and `role` are the person's as
    they were then: a vendor's own role reads no users.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    vendor = models.ForeignKey(Vendor, on_delete=models.CASCADE, related_name="visits")
    user_id = models.UUIDField(help_text="of the member of staff")
    name = models.CharField(max_length=254)
    role = models.CharField(max_length=20, choices=StaffRole)
    reason = models.CharField(max_length=300)
    began_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    access = Access(
        store="select update(ended_at)",
        vendor="select update(ended_at)",
        vendor_check="ended_at IS NOT NULL",
        platform="select insert update(ended_at)",
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("began_at"), ends_at__lte=models.F("began_at") + VISIT_AT_MOST),
                name="visit_half_an_hour",
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="visit_says_why"),
        ]
        indexes = [
            models.Index(fields=["vendor", "-began_at"], name="visit_vendor"),
            models.Index(fields=["user_id"], name="visit_open", condition=models.Q(ended_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.name} at {self.vendor_id}"

    @property
    def over_at(self) -> datetime:
        """When it was over, or will be."""
        return self.ended_at or self.ends_at


class VendorEntitlements(models.Model):
    """What a vendor's plan allows it now. Written by `billing.subscriptions` alone; read inside every wall.

    A limit of NULL is no limit. A vendor without a row has what `entitlements.START` says.
    """

    vendor = models.OneToOneField(Vendor, on_delete=models.CASCADE, primary_key=True, related_name="entitlements")
    plan_code = models.CharField(max_length=30)
    plan_name = models.CharField(max_length=60)
    products_limit = models.PositiveIntegerField(null=True, blank=True, help_text="not archived; empty: no limit")
    staff_limit = models.PositiveIntegerField(null=True, blank=True, help_text="empty: no limit")
    warehouses_limit = models.PositiveIntegerField(null=True, blank=True, help_text="empty: no limit")
    has_api = models.BooleanField(default=False)
    has_custom_domain = models.BooleanField(default=False)
    changed_at = models.DateTimeField(default=clock.now)

    access = Access(store="select insert update", vendor="select")

    class Meta:
        verbose_name_plural = "vendor entitlements"
        indexes = [models.Index(fields=["plan_code"], name="entitlements_plan")]

    def __str__(self) -> str:
        return f"{self.plan_name} ({self.vendor_id})"
