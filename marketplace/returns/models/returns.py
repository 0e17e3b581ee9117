"""Goods on their way back: what a customer asked to return and why, what the vendor said, what came and how it was found.

The money a return gives back is a RefundRequest like any other; a return only names it.
"""

from django.db import models
from django.db.models import F, Q

from kit import clock
from kit.access import APPEND, Access
from kit.ids import uuid7
from kit.personal import Personal
from marketplace.orders.models import Order, OrderLine, VendorOrder
from marketplace.returns.models.claims import Claim
from marketplace.returns.models.refunds import RefundRequest


class ReturnReason(models.TextChoices):
    CHANGED_MIND = "changed_mind", "I do not want it any more"
    DOES_NOT_FIT = "does_not_fit", "It does not fit"
    ARRIVED_LATE = "arrived_late", "It arrived too late"
    DAMAGED = "damaged", "It arrived damaged"
    DEFECTIVE = "defective", "It does not work"
    NOT_AS_DESCRIBED = "not_as_described", "It is not as described"
    WRONG_ITEM = "wrong_item", "Something else was sent"


class ReturnState(models.TextChoices):
    """What may follow what stands in `returns.states`."""

    ASKED = "asked", "Asked for"
    ACCEPTED = "accepted", "Accepted"
    DECLINED = "declined", "Declined"
    WITHDRAWN = "withdrawn", "Taken back by the customer"
    LAPSED = "lapsed", "Never sent"
    SENT = "sent", "On its way back"
    RECEIVED = "received", "Received"
    INSPECTED = "inspected", "Inspected"
    REFUNDED = "refunded", "Refunded"
    EXCHANGED = "exchanged", "Replaced"
    CLOSED = "closed", "Closed without a refund"
    SETTLED = "settled", "Decided by the platform"


# Somebody is still to do something about these.
OPEN_RETURNS = (
    ReturnState.ASKED,
    ReturnState.ACCEPTED,
    ReturnState.SENT,
    ReturnState.RECEIVED,
    ReturnState.INSPECTED,
)


class ShippingPaidBy(models.TextChoices):
    CUSTOMER = "customer", "The customer"
    VENDOR = "vendor", "The shop"


class Return(models.Model):
    """Articles of one vendor order that go back. `due_at` is by when whoever's turn it is has to act; none when nobody's.

    `send_to` is where to send it: name, street, postal_code, city, country; `prepaid` a code or link of a label the vendor
    has paid for.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.CharField(max_length=32)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="returns")
    vendor_order = models.ForeignKey(VendorOrder, on_delete=models.PROTECT, related_name="returns")
    vendor_id = models.UUIDField()
    state = models.CharField(max_length=10, choices=ReturnState, default=ReturnState.ASKED)
    words = models.TextField(blank=True, help_text="the customer's own")
    shipping_paid_by = models.CharField(max_length=10, choices=ShippingPaidBy)
    asked_by = models.UUIDField(null=True, blank=True, help_text="the user; none for a guest")
    asked_at = models.DateTimeField(default=clock.now)
    due_at = models.DateTimeField(null=True, blank=True)
    answer_note = models.CharField(max_length=500, blank=True)
    send_to = models.JSONField(default=dict)
    prepaid = models.CharField(max_length=300, blank=True)
    carrier = models.CharField(max_length=60, blank=True)
    tracking_number = models.CharField(max_length=80, blank=True)
    tracking_url = models.URLField(max_length=300, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(null=True, blank=True)
    inspected_at = models.DateTimeField(null=True, blank=True)
    inspection_note = models.CharField(max_length=500, blank=True)
    replaced_at = models.DateTimeField(null=True, blank=True)
    replacement = models.JSONField(
        default=dict, help_text="carrier, tracking_number, tracking_url of what was sent instead"
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    refund = models.OneToOneField(
        RefundRequest, null=True, blank=True, on_delete=models.PROTECT, related_name="goods_return"
    )

    access = Access(
        store="select insert update(state, due_at, carrier, tracking_number, tracking_url, sent_at, ended_at)",
        vendor="select update(state, due_at, answer_note, send_to, prepaid, received_at, inspected_at, "
        "inspection_note, replaced_at, replacement, ended_at, refund_id)",
        # The customer's steps, the worker's and the platform's are not a vendor's to take.
        vendor_check="state IN ('accepted', 'declined', 'received', 'inspected', 'exchanged', 'closed')",
    )
    personal = Personal(
        "Returns",
        order="order_id",
        blank={"words": ""},
        keep={
            "answer_note": "the shop's words",
            "inspection_note": "the shop's words",
            "send_to": "the shop's address",
            "tracking_number": "proof that it was sent",
            "tracking_url": "likewise",
            "replacement": "tracking of what the shop sent instead",
        },
        more=("number", "state", "asked_at", "ended_at"),
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["number"], name="return_number_unique")]
        indexes = [
            models.Index(fields=["vendor_id", "state", "-id"], name="return_vendor_state"),
            models.Index(fields=["due_at"], name="return_due", condition=Q(due_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_RETURNS


class ReturnLine(models.Model):
    """So many units of an order line, why they go back, and how they were found: `ok`, `damaged` or `missing` (together
    the quantity, once it was inspected), of them `restocked`.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    returned = models.ForeignKey(Return, on_delete=models.PROTECT, related_name="lines")
    order_line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="return_lines")
    vendor_id = models.UUIDField()
    quantity = models.PositiveIntegerField()
    reason = models.CharField(max_length=20, choices=ReturnReason)
    ok = models.PositiveIntegerField(default=0)
    damaged = models.PositiveIntegerField(default=0)
    missing = models.PositiveIntegerField(default=0)
    restocked = models.PositiveIntegerField(default=0, help_text="of what came back")
    replace_with = models.UUIDField(null=True, blank=True, help_text="the variant wanted instead of the money")
    replace_title = models.CharField(max_length=250, blank=True)

    access = Access(store="select insert", vendor="select update(ok, damaged, missing, restocked, replace_with)")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["returned", "order_line"], name="return_line_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="return_line_positive"),
            models.CheckConstraint(
                condition=Q(ok=0, damaged=0, missing=0) | Q(quantity=F("ok") + F("damaged") + F("missing")),
                name="return_line_inspected_whole",
            ),
            models.CheckConstraint(
                condition=Q(restocked__lte=F("ok") + F("damaged")), name="return_line_restocked_within"
            ),
        ]


class Photo(models.Model):
    """A picture that a customer sent with a return or a claim: our own encoding of it, private to those it concerns.

    The marketplace's process keeps no documents: it leaves the picture here, as `content`, and the worker files it under
    `path`. `small` stays, to be looked at on a page.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    vendor_id = models.UUIDField()
    returned = models.ForeignKey(Return, null=True, blank=True, on_delete=models.PROTECT, related_name="photos")
    claim = models.ForeignKey(Claim, null=True, blank=True, on_delete=models.PROTECT, related_name="photos")
    hash = models.CharField(max_length=32, help_text="of what was sent: the same picture is taken once")
    small = models.BinaryField()
    content = models.BinaryField(null=True, blank=True)
    path = models.CharField(max_length=160, blank=True)
    added_at = models.DateTimeField(default=clock.now)

    access = Access(store=APPEND, vendor="select")
    personal = Personal(
        "Photos of returns and claims",
        order=("returned__order_id", "claim__order_id"),
        delete=True,
        hidden=("content", "path"),
        more=("small", "added_at"),
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(returned__isnull=True, claim__isnull=False) | Q(returned__isnull=False, claim__isnull=True),
                name="photo_of_a_return_or_a_claim",
            ),
            models.CheckConstraint(condition=Q(content__isnull=False) | ~Q(path=""), name="photo_lies_somewhere"),
        ]
        indexes = [models.Index(fields=["id"], name="photo_to_file", condition=Q(content__isnull=False))]
