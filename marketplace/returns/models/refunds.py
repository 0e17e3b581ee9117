"""Promises withdrawn and money given back: who asked, who decided, what it came to line by line.

A Cancellation withdraws the promise to send units of a line; a RefundItem is what a line or the shipping gave back. Both come
from one RefundRequest, which may wait for somebody else's approval. The money itself is `payments.Refund`.
"""

from django.db import models
from django.db.models import F, Q

from billing.payments.models import Refund
from kit import clock
from kit.access import APPEND, Access
from kit.ids import uuid7
from kit.personal import Personal
from marketplace.orders.models import Order, OrderLine, VendorOrder


class CommissionOnRefund(models.TextChoices):
    GIVEN_BACK = "given_back", "Given back in proportion"
    KEPT = "kept", "Kept"
    KEPT_AFTER = "kept_after", "Given back within a number of days, kept after them"


class CustomerCancels(models.TextChoices):
    UNTIL_ACCEPTED = "until_accepted", "Until the vendor accepts the order"
    UNTIL_PACKED = "until_packed", "Until the vendor packs a parcel of it"
    NEVER = "never", "Never"


class SilentVendor(models.TextChoices):
    """What becomes of a return that its vendor does not answer in time."""

    ACCEPT = "accept", "The return is accepted in its name"
    ESCALATE = "escalate", "The platform decides about it"


def vendors_fault() -> list[str]:
    """The reasons to return something for which a vendor answers."""
    return ["damaged", "defective", "not_as_described", "wrong_item"]


class RefundPolicy(models.Model):
    """What holds from an instant on; the latest that has begun counts, and before the first one the settings do.

    Days are counted from: the delivery (`return_days`, `claim_days`), the vendor's or the platform's question
    (`answer_days`), the acceptance (`send_days`), the parcel's leaving (`inspect_days`), the payment (`accept_days`; none:
    a new order waits for its vendor as long as it takes). `vendor_pays_for` are the reasons for which the vendor pays what
    the way back costs.

    `limits` has the largest refund by role ("member:manager", "staff:support"), in minor units, null for any; a role that
    is not named may refund nothing by itself.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    valid_from = models.DateTimeField()
    commission = models.CharField(max_length=12, choices=CommissionOnRefund, default=CommissionOnRefund.GIVEN_BACK)
    kept_after_days = models.PositiveSmallIntegerField(null=True, blank=True, help_text="days since it was paid")
    customer_cancels = models.CharField(max_length=16, choices=CustomerCancels, default=CustomerCancels.UNTIL_ACCEPTED)
    limits = models.JSONField(default=dict)
    return_days = models.PositiveSmallIntegerField(default=30)
    answer_days = models.PositiveSmallIntegerField(default=3)
    silent_vendor = models.CharField(max_length=10, choices=SilentVendor, default=SilentVendor.ACCEPT)
    send_days = models.PositiveSmallIntegerField(default=14)
    inspect_days = models.PositiveSmallIntegerField(default=7)
    claim_days = models.PositiveSmallIntegerField(default=60)
    accept_days = models.PositiveSmallIntegerField(null=True, blank=True)
    vendor_pays_for = models.JSONField(default=vendors_fault)
    reason = models.CharField(max_length=200)
    made_by = models.UUIDField(help_text="the user")
    made_at = models.DateTimeField(default=clock.now)

    access = Access(store="select", vendor="select", platform=APPEND, vendor_rows="all")

    class Meta:
        verbose_name_plural = "refund policies"
        constraints = [
            models.UniqueConstraint(fields=["valid_from"], name="refund_policy_one_at_a_time"),
            models.CheckConstraint(
                condition=Q(commission="kept_after", kept_after_days__isnull=False)
                | (~Q(commission="kept_after") & Q(kept_after_days__isnull=True)),
                name="refund_policy_days_where_they_count",
            ),
        ]


class RequestKind(models.TextChoices):
    CANCELLATION = "cancellation", "Cancellation"
    REFUND = "refund", "Refund"


class RequestState(models.TextChoices):
    WAITING = "waiting", "Waiting for approval"
    DUE = "due", "Being carried out"
    DONE = "done", "Done"
    REJECTED = "rejected", "Rejected"
    CHANGED = "changed", "Not done: the numbers changed"


# Done, or may yet be: what was rejected, or whose numbers changed, is neither.
STANDING = (RequestState.WAITING, RequestState.DUE, RequestState.DONE)


class RefundRequest(models.Model):
    """Somebody asked to give money back, with (cancellation) or without withdrawing the promise to send.

    `preview` is what they were shown and `digest` stands for it: nothing else is ever done. One that spans vendors has no
    `vendor_id`; a vendor's own names it. `asked_role` is the role that `limits` of the policy go by.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="refund_requests")
    vendor_id = models.UUIDField(null=True, blank=True)
    number = models.CharField(max_length=24, help_text="of the order, or of the vendor order where it is only one")
    kind = models.CharField(max_length=12, choices=RequestKind)
    reason = models.CharField(max_length=200, help_text="the customer reads it")
    asked = models.JSONField(help_text="what was asked for, by vendor order")
    preview = models.JSONField()
    digest = models.CharField(max_length=32)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=10, choices=RequestState, default=RequestState.DUE)
    asked_kind = models.CharField(max_length=12, help_text="customer, member or staff")
    asked_by = models.UUIDField(null=True, blank=True, help_text="the user; none for a guest")
    asked_role = models.CharField(max_length=30, blank=True)
    asked_at = models.DateTimeField(default=clock.now)
    decided_kind = models.CharField(max_length=12, blank=True)
    decided_by = models.UUIDField(null=True, blank=True, help_text="the user")
    decided_role = models.CharField(max_length=30, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_note = models.CharField(max_length=200, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=300, blank=True)

    # A vendor asks and decides for itself; the worker, which has every limit's word, carries out.
    access = Access(
        store="select insert update",
        vendor="select insert update(state, digest, preview, amount_minor, decided_kind, decided_by, decided_role, "
        "decided_at, decision_note)",
        vendor_check="state IN ('waiting', 'due', 'rejected') AND asked_kind = 'member'"
        " AND order_id IN (SELECT v.order_id FROM public.orders_vendororder v)",
    )
    personal = Personal(
        "Money back",
        order="order_id",
        keep={
            "reason": "why money went back, for the books",
            "decision_note": "likewise",
            "asked": "units and amounts",
            "preview": "units and amounts",
        },
        more=("number", "amount_minor", "currency", "state"),
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gte=0), name="refund_request_not_negative"),
            models.CheckConstraint(
                condition=Q(decided_by=None) | Q(asked_by=None) | ~Q(decided_by=F("asked_by")),
                name="refund_request_decided_by_another",
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None, decided_by=None) | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="refund_request_decided_by_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["id"], name="refund_request_due", condition=Q(state="due")),
            models.Index(fields=["-id"], name="refund_request_waiting", condition=Q(state="waiting")),
            models.Index(fields=["order", "-id"], name="refund_request_order"),
            models.Index(fields=["vendor_id", "-id"], name="refund_request_vendor"),
        ]


class RefundItem(models.Model):
    """What one line, or the shipping (no line), gave back in a refund: frozen when it was promised.

    The amount goes to the customer, and the subsidy, what the platform had added where it bore a discount, back to the
    platform. Tax and commission are contained in both together; `kept_minor` is commission that policy kept.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    request = models.ForeignKey(RefundRequest, on_delete=models.PROTECT, related_name="items")
    refund = models.ForeignKey(Refund, on_delete=models.PROTECT, related_name="items")
    vendor_id = models.UUIDField()
    vendor_order = models.ForeignKey(VendorOrder, on_delete=models.PROTECT, related_name="refund_items")
    order_line = models.ForeignKey(
        OrderLine, null=True, blank=True, on_delete=models.PROTECT, related_name="refund_items"
    )
    kind = models.CharField(max_length=10, help_text="goods, shipping or goodwill")
    units = models.PositiveIntegerField(default=0, help_text="given back by number; 0 for an amount")
    amount_minor = models.BigIntegerField()
    subsidy_minor = models.BigIntegerField(default=0, db_default=0)
    tax_minor = models.BigIntegerField()
    commission_minor = models.BigIntegerField()
    kept_minor = models.BigIntegerField(default=0)

    access = Access(store=APPEND, vendor="select", platform=APPEND)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0, subsidy_minor__gte=0) | Q(amount_minor=0, subsidy_minor__gt=0),
                name="refund_item_positive",
            ),
            models.CheckConstraint(
                condition=Q(tax_minor__gte=0, tax_minor__lte=F("amount_minor") + F("subsidy_minor")),
                name="refund_item_tax_within",
            ),
            models.CheckConstraint(
                condition=Q(commission_minor__gte=0, kept_minor__gte=0)
                & Q(commission_minor__lte=F("amount_minor") + F("subsidy_minor") - F("kept_minor")),
                name="refund_item_commission_within",
            ),
        ]


class Cancellation(models.Model):
    """The promise to send units of a line, withdrawn: by the customer, the vendor or the platform, and why."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    request = models.ForeignKey(RefundRequest, on_delete=models.PROTECT, related_name="cancellations")
    vendor_id = models.UUIDField()
    vendor_order = models.ForeignKey(VendorOrder, on_delete=models.PROTECT, related_name="cancellations")
    order_line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="cancellations")
    quantity = models.PositiveIntegerField()
    canceled_at = models.DateTimeField(default=clock.now)

    access = Access(store=APPEND, vendor="select", platform=APPEND)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(quantity__gt=0), name="cancellation_positive")]
