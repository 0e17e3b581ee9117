"""Money that people have with us and pay with: gift cards, and customers' store credit.

A `Prepaid` holds a balance, of which orders that are not paid yet hold a part. What changes a balance is a
`PrepaidMovement`, appended; what an order takes of one is a `Tender`. The balances of a kind are what the books say we owe:
2120 for gift cards, 2130 for store credit.
"""

from django.db import models
from django.db.models import F, Q

from kit import clock
from kit.access import APPEND, Access
from kit.ids import uuid7
from kit.personal import PSEUDONYM, Personal


class PrepaidKind(models.TextChoices):
    GIFT_CARD = "gift_card", "Gift card"
    STORE_CREDIT = "store_credit", "Store credit"


class Prepaid(models.Model):
    """What somebody may still pay with: `balance` is ours to give goods for, `held` of it is promised to unpaid orders."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=12, choices=PrepaidKind)
    user_id = models.UUIDField(null=True, blank=True, help_text="whose store credit it is; a gift card is its holder's")
    balance_minor = models.BigIntegerField(default=0)
    held_minor = models.BigIntegerField(default=0, help_text="of the balance, for orders that are not paid yet")
    currency = models.CharField(max_length=3)
    created_at = models.DateTimeField(default=clock.now)

    access = Access(store="select insert update")
    personal = Personal("Store credit", user="user_id", more=("kind", "balance_minor", "currency", "created_at"))

    class Meta:
        verbose_name_plural = "prepaid balances"
        constraints = [
            models.CheckConstraint(
                condition=Q(held_minor__gte=0, held_minor__lte=F("balance_minor")), name="prepaid_never_below_zero"
            ),
            models.CheckConstraint(
                condition=Q(kind="gift_card", user_id=None) | Q(kind="store_credit", user_id__isnull=False),
                name="prepaid_credit_is_somebodys",
            ),
            models.UniqueConstraint(
                fields=["user_id", "currency"], name="prepaid_credit_once", condition=Q(kind="store_credit")
            ),
        ]

    @property
    def free_minor(self) -> int:
        """What can be paid with now."""
        return self.balance_minor - self.held_minor


class GiftCard(models.Model):
    """A gift card: bought by one, given to another. Its code is kept nowhere: it is derived from the id and a key of the
    installation (`prepaid.codes`), shown once, and known again by its digest.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    prepaid = models.OneToOneField(Prepaid, on_delete=models.PROTECT, related_name="gift_card")
    number = models.CharField(max_length=12, help_text="what people call it; pays nothing")
    amount_minor = models.BigIntegerField(help_text="what was paid for it")
    currency = models.CharField(max_length=3)
    code_version = models.PositiveSmallIntegerField(default=1)
    code_digest = models.CharField(max_length=64, blank=True)
    last_four = models.CharField(max_length=4, blank=True)
    buyer_id = models.UUIDField(null=True, blank=True, help_text="the user, where they were signed in")
    buyer_email = models.EmailField(max_length=254)
    buyer_name = models.CharField(max_length=80, blank=True)
    recipient_email = models.EmailField(max_length=254)
    recipient_name = models.CharField(max_length=80, blank=True)
    message = models.CharField(max_length=400, blank=True)
    deliver_on = models.DateField()
    created_at = models.DateTimeField(default=clock.now)
    issued_at = models.DateTimeField(null=True, blank=True, help_text="when it was paid")
    mailed_at = models.DateTimeField(null=True, blank=True)
    shown_at = models.DateTimeField(null=True, blank=True, help_text="when its code was shown, which is done once")
    expires_on = models.DateField(null=True, blank=True, help_text="the last day; none: it is good for ever")
    frozen_at = models.DateTimeField(null=True, blank=True)
    frozen_reason = models.CharField(max_length=200, blank=True)
    voided_at = models.DateTimeField(null=True, blank=True)
    void_reason = models.CharField(max_length=200, blank=True)

    access = Access(store="select insert update")
    # Of two people: neither learns the other's address from a copy of their own data.
    personal = Personal(
        "Gift cards",
        user="buyer_id",
        email=("buyer_email", "recipient_email"),
        blank={
            "buyer_email": PSEUDONYM,
            "buyer_name": "",
            "recipient_email": PSEUDONYM,
            "recipient_name": "",
            "message": "",
        },
        keep={"frozen_reason": "why it pays nothing", "void_reason": "likewise"},
        hidden=("code_digest", "buyer_email", "buyer_name", "recipient_email"),
        more=("number", "amount_minor", "currency", "deliver_on", "expires_on"),
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number"], name="gift_card_number"),
            models.UniqueConstraint(fields=["code_digest"], name="gift_card_code", condition=~Q(code_digest="")),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="gift_card_positive"),
            models.CheckConstraint(
                condition=Q(issued_at=None, code_digest="") | (Q(issued_at__isnull=False) & ~Q(code_digest="")),
                name="gift_card_issued_has_code",
            ),
        ]
        indexes = [
            models.Index(
                fields=["deliver_on"],
                name="gift_card_to_deliver",
                condition=Q(issued_at__isnull=False, mailed_at=None, voided_at=None),
            ),
            models.Index(fields=["expires_on"], name="gift_card_expiry", condition=Q(issued_at__isnull=False)),
            models.Index(fields=["buyer_id", "-id"], name="gift_card_buyer"),
        ]

    def __str__(self) -> str:
        return self.number


class TenderState(models.TextChoices):
    HELD = "held", "Held for an unpaid order"
    USED = "used", "Paid with"
    RELEASED = "released", "Given back, unpaid"


class Tender(models.Model):
    """What a payment takes from one gift card, or from a customer's store credit; and what of that went back."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    payment = models.ForeignKey("payments.Payment", on_delete=models.PROTECT, related_name="tenders")
    prepaid = models.ForeignKey(Prepaid, on_delete=models.PROTECT, related_name="tenders")
    amount_minor = models.BigIntegerField()
    refunded_minor = models.BigIntegerField(default=0)
    state = models.CharField(max_length=8, choices=TenderState, default=TenderState.HELD)
    created_at = models.DateTimeField(default=clock.now)
    closed_at = models.DateTimeField(null=True, blank=True)

    access = Access(store="select insert update")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["payment", "prepaid"], name="tender_once"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="tender_positive"),
            models.CheckConstraint(
                condition=Q(refunded_minor__gte=0, refunded_minor__lte=F("amount_minor")), name="tender_refunded_within"
            ),
        ]


class MovementKind(models.TextChoices):
    SOLD = "sold", "Bought"
    USED = "used", "Paid with"
    REFUNDED = "refunded", "Given back"
    GOODWILL = "goodwill", "Credited by the marketplace"
    TAKEN_BACK = "taken_back", "Taken back by the marketplace"
    EXPIRED = "expired", "Expired"
    VOIDED = "voided", "Voided"


class PrepaidMovement(models.Model):
    """What changed a balance, and why: the balance is the sum of these. `key` makes each happen once."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    prepaid = models.ForeignKey(Prepaid, on_delete=models.PROTECT, related_name="movements")
    kind = models.CharField(max_length=12, choices=MovementKind)
    key = models.CharField(max_length=120)
    amount_minor = models.BigIntegerField(help_text="below zero: it was taken")
    payment_id = models.UUIDField(null=True, blank=True, help_text="it moved with; none: it has an entry of its own")
    refund_id = models.UUIDField(null=True, blank=True)
    number = models.CharField(max_length=24, blank=True, help_text="of the order, for people")
    reason = models.CharField(max_length=200, blank=True)
    by = models.UUIDField(null=True, blank=True, help_text="the user of the staff")
    at = models.DateTimeField(default=clock.now)

    access = Access(store=APPEND, platform=APPEND)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key"], name="prepaid_movement_once"),
            models.CheckConstraint(condition=~Q(amount_minor=0), name="prepaid_movement_moves"),
        ]
        indexes = [
            models.Index(fields=["prepaid", "-id"], name="prepaid_movement_newest"),
            models.Index(fields=["refund_id"], name="prepaid_movement_refund", condition=Q(refund_id__isnull=False)),
        ]
