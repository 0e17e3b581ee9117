"""What a customer asks the platform to decide: both sides' words, what staff asked, the decision and its money."""

from django.db import models
from django.db.models import Q

from kit import clock
from kit.access import APPEND, Access
from kit.ids import uuid7
from kit.personal import Personal
from marketplace.orders.models import Order, VendorOrder
from marketplace.returns.models.refunds import RefundRequest


class ClaimKind(models.TextChoices):
    DECLINED = "declined", "The shop declined a return"
    SILENT = "silent", "The shop does not answer"
    NOT_RECEIVED = "not_received", "It has not arrived"
    TOO_LITTLE = "too_little", "Too little was given back"
    OTHER = "other", "Something else"


class ClaimState(models.TextChoices):
    """What may follow what stands in `returns.states`."""

    OPEN = "open", "Open"
    GRANTING = "granting", "Granted, waits for a second person"
    GRANTED = "granted", "Granted"
    DISMISSED = "dismissed", "Declined"
    WITHDRAWN = "withdrawn", "Taken back by the customer"


class Claim(models.Model):
    """Something about a vendor order that the customer and the vendor could not settle; one open at a time.

    `due_at` is by when the vendor, or whoever staff asked last, has to have said something; nobody's answer is waited for
    longer than that.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.CharField(max_length=32)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="claims")
    vendor_order = models.ForeignKey(VendorOrder, on_delete=models.PROTECT, related_name="claims")
    vendor_id = models.UUIDField()
    returned = models.ForeignKey(
        "returns.Return", null=True, blank=True, on_delete=models.PROTECT, related_name="claims"
    )
    kind = models.CharField(max_length=14, choices=ClaimKind)
    state = models.CharField(max_length=10, choices=ClaimState, default=ClaimState.OPEN)
    opened_kind = models.CharField(max_length=12, help_text="customer, or system where a vendor stayed silent")
    opened_by = models.UUIDField(null=True, blank=True, help_text="the user")
    opened_at = models.DateTimeField(default=clock.now)
    due_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.UUIDField(null=True, blank=True, help_text="the user")
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_note = models.CharField(max_length=500, blank=True)
    refund = models.OneToOneField(RefundRequest, null=True, blank=True, on_delete=models.PROTECT, related_name="claim")

    # A vendor says its side in messages; the state is not its to change.
    access = Access(store="select insert update(state, due_at)", vendor="select")
    personal = Personal(
        "Claims",
        order="order_id",
        keep={"decision_note": "the staff's reasons, for the shop that paid"},
        more=("number", "kind", "state", "opened_at", "decided_at"),
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number"], name="claim_number_unique"),
            models.UniqueConstraint(
                fields=["vendor_order"], name="claim_one_open", condition=Q(state__in=["open", "granting"])
            ),
        ]
        indexes = [
            models.Index(fields=["vendor_id", "-id"], name="claim_vendor"),
            models.Index(fields=["id"], name="claim_open", condition=Q(state="open")),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        return self.state == ClaimState.OPEN


class ClaimMessage(models.Model):
    """What one side said, for all three to read. `asks` names whom staff wants an answer of: customer, member or nobody."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="messages")
    vendor_id = models.UUIDField()
    author_kind = models.CharField(max_length=12, help_text="customer, member or staff")
    author_id = models.UUIDField(null=True, blank=True, help_text="the user; none for a guest")
    text = models.TextField()
    asks = models.CharField(max_length=12, blank=True)
    at = models.DateTimeField(default=clock.now)

    access = Access(
        store=APPEND,
        vendor=APPEND,
        platform="select insert update(text)",  # erased with whoever said it
        vendor_check="author_kind = 'member' AND asks = ''"
        " AND claim_id IN (SELECT c.id FROM public.returns_claim c WHERE c.state = 'open')",
    )
    personal = Personal(
        "What you said in claims",
        order="claim__order_id",
        only={"author_kind": "customer"},
        blank={"text": ""},
        more=("at",),
    )
