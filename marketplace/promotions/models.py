"""What makes things cheaper: coupons and automatic promotions, of a vendor or of the platform, and every time one was used.

Who funds it is a rate: `platform_share_bps` of each discount the platform bears, the rest the vendor whose goods it is on. A
vendor's own it bears wholly. What a promotion is worth on some goods is told by `promotions.discounts`, a pure function.
"""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper

from kit import clock
from kit.access import Access
from kit.ids import uuid7
from kit.personal import Personal

ALL_BPS = 10_000


class MadeBy(models.TextChoices):
    VENDOR = "vendor", "The vendor"
    PLATFORM = "platform", "The marketplace"


class Kind(models.TextChoices):
    PERCENTAGE = "percentage", "Percentage off"
    FIXED = "fixed", "Fixed amount off"
    FREE_SHIPPING = "free_shipping", "Free shipping"
    BUY_GET = "buy_get", "Buy some, get some cheaper"


class Promotion(models.Model):
    """One promotion: what it takes off, on what, when, for whom, how often. With a code it is a coupon, without it applies by
    itself.

    `vendor_id` keeps it to one vendor's goods; the platform's own may be for everybody's (null). Where the platform has a
    vendor bear a part of one of its own, it counts only once that vendor has agreed (`PromotionAgreement`). Paused, it can be
    taken up again; ended, it stays what it was.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    made_by = models.CharField(max_length=10, choices=MadeBy)
    vendor_id = models.UUIDField(null=True, blank=True, help_text="whose goods it is on; none: everybody's")
    name = models.CharField(max_length=80, help_text="customers read it")
    code = models.CharField(max_length=30, blank=True, help_text="capitals; empty: it applies by itself")
    kind = models.CharField(max_length=14, choices=Kind)
    rate_bps = models.PositiveIntegerField(
        null=True, blank=True, help_text="off everything, or off the units that are got, in hundredths of a percent"
    )
    amount_minor = models.BigIntegerField(null=True, blank=True, help_text="of a fixed one, off each order")
    buy_quantity = models.PositiveSmallIntegerField(null=True, blank=True)
    get_quantity = models.PositiveSmallIntegerField(null=True, blank=True)
    currency = models.CharField(max_length=3)
    category_paths = models.JSONField(default=list, blank=True, help_text="only on goods of these; none: of all")
    product_ids = models.JSONField(default=list, blank=True, help_text="only on these of the vendor's; none: on all")
    minimum_minor = models.BigIntegerField(default=0, help_text="so much of the goods it is on must be bought")
    is_first_order_only = models.BooleanField(default=False)
    starts_at = models.DateTimeField(default=clock.now)
    ends_at = models.DateTimeField(null=True, blank=True)
    uses_limit = models.PositiveIntegerField(null=True, blank=True, help_text="orders, altogether")
    customer_limit = models.PositiveSmallIntegerField(null=True, blank=True, help_text="orders of one customer")
    budget_minor = models.BigIntegerField(null=True, blank=True, help_text="never more than this is given altogether")
    priority = models.SmallIntegerField(default=0, help_text="the higher is taken off first")
    is_exclusive = models.BooleanField(default=False, help_text="alone in the part of an order that it is on")
    platform_share_bps = models.PositiveIntegerField(help_text="of each discount, borne by the platform")
    paused_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    created_by = models.UUIDField(help_text="the user")

    # A vendor makes and changes its own, which it funds itself; of the platform's it reads those that are on its goods.
    access = Access(
        store="select",
        vendor="select insert update(name, code, kind, rate_bps, amount_minor, buy_quantity, get_quantity, category_paths,"
        " product_ids, minimum_minor, is_first_order_only, starts_at, ends_at, uses_limit, customer_limit, budget_minor,"
        " priority, is_exclusive, paused_at, ended_at)",
        vendor_check="made_by = 'vendor' AND platform_share_bps = 0",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "made_by",
                "vendor_id",
                Upper("code"),
                name="promotion_code_once",
                condition=Q(ended_at__isnull=True) & ~Q(code=""),
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(made_by="vendor", vendor_id__isnull=False, platform_share_bps=0)
                | Q(made_by="platform", platform_share_bps=ALL_BPS)
                | Q(made_by="platform", vendor_id__isnull=False, platform_share_bps__lt=ALL_BPS),
                name="promotion_somebody_funds_it",
            ),
            models.CheckConstraint(
                condition=Q(kind="percentage", rate_bps__gte=1, rate_bps__lte=ALL_BPS)
                | Q(kind="fixed", amount_minor__gte=1)
                | Q(kind="free_shipping")
                | Q(kind="buy_get", rate_bps__gte=1, rate_bps__lte=ALL_BPS, buy_quantity__gte=1, get_quantity__gte=1),
                name="promotion_says_how_much",
            ),
            models.CheckConstraint(
                condition=Q(is_first_order_only=False) | Q(customer_limit=1), name="promotion_first_order_is_one"
            ),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")), name="promotion_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(minimum_minor__gte=0)
                & (Q(uses_limit__isnull=True) | Q(uses_limit__gte=1))
                & (Q(customer_limit__isnull=True) | Q(customer_limit__gte=1))
                & (Q(budget_minor__isnull=True) | Q(budget_minor__gte=1)),
                name="promotion_limits_allow_something",
            ),
        ]
        indexes = [
            models.Index(fields=["vendor_id"], name="promotion_automatic", condition=Q(ended_at__isnull=True, code="")),
            models.Index(fields=["vendor_id", "-id"], name="promotion_newest"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_shared(self) -> bool:
        """The platform's, of which the vendor bears a part: nothing without its word."""
        return self.made_by == MadeBy.PLATFORM and self.platform_share_bps < ALL_BPS

    @property
    def is_limited(self) -> bool:
        """Whether its uses must be counted before it is used once more."""
        return self.uses_limit is not None or self.customer_limit is not None or self.budget_minor is not None


class PromotionAgreement(models.Model):
    """A vendor's word that it bears its part of one of the platform's promotions, as that was when it gave it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    promotion = models.OneToOneField(Promotion, on_delete=models.PROTECT, related_name="agreement")
    vendor_id = models.UUIDField()
    agreed_by = models.UUIDField(help_text="the user")
    agreed_at = models.DateTimeField(default=clock.now)

    access = Access(
        store="select",
        vendor="select insert",
        platform="select delete",
        vendor_check="EXISTS (SELECT 1 FROM public.promotions_promotion p WHERE p.id = promotion_id"
        " AND p.vendor_id = promotions_promotionagreement.vendor_id AND p.made_by = 'platform')",
    )


class PromotionUse(models.Model):
    """A promotion was used by an order, once however many lines it is on; given back when the order is canceled unpaid.

    How often one was used and what it has cost are sums of these. Whose order it is stands here as well, for the limits of
    one customer: the account where there was one, and a digest of the address it was ordered with.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    promotion = models.ForeignKey(Promotion, on_delete=models.PROTECT, related_name="uses", db_index=False)
    vendor_id = models.UUIDField(null=True, blank=True, help_text="of the promotion")
    order_id = models.UUIDField()
    user_id = models.UUIDField(null=True, blank=True)
    email_digest = models.CharField(max_length=64)
    vendor_minor = models.BigIntegerField(help_text="borne by vendors")
    platform_minor = models.BigIntegerField(help_text="borne by the platform")
    currency = models.CharField(max_length=3)
    used_at = models.DateTimeField(default=clock.now)
    returned_at = models.DateTimeField(null=True, blank=True)

    access = Access(
        store="select insert update(returned_at)",
        vendor="select(id, promotion_id, vendor_id, order_id, vendor_minor, platform_minor, currency, used_at, returned_at)",
    )
    personal = Personal(
        "Coupons and promotions you used",
        order="order_id",
        blank={"email_digest": ""},
        hidden=("email_digest",),
        more=("order_id", "vendor_minor", "platform_minor", "currency", "used_at"),
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["promotion", "order_id"], name="promotion_once_an_order"),
            models.CheckConstraint(
                condition=Q(vendor_minor__gte=0, platform_minor__gte=0) & ~Q(vendor_minor=0, platform_minor=0),
                name="promotion_use_takes_something",
            ),
        ]
        indexes = [
            # Counted under a lock before each further use: from the index alone.
            models.Index(
                fields=["promotion"],
                name="promotion_uses",
                include=["vendor_minor", "platform_minor", "user_id", "email_digest"],
                condition=Q(returned_at__isnull=True),
            ),
            models.Index(fields=["order_id"], name="promotion_use_order"),
        ]
