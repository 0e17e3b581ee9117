"""Why earnings wait: the rules that finance keeps, and the holds that they place."""

from django.db import models
from django.db.models import Q

from billing.payouts.models.transfers import Transfer
from kit import clock
from kit.access import Access
from kit.ids import uuid7


class HoldKind(models.TextChoices):
    """What the rules that finance keeps can ask for."""

    DELIVERED = "delivered_plus_days", "Delivery plus days"
    RESERVE = "reserve", "Reserve of a new vendor"
    LARGE_ORDER = "large_order", "Large order"
    RISK = "elevated_risk", "Elevated risk of the payment"


# The rule of a hold that no rule of finance's placed: steps of the vendor's checklist are not done.
CHECKLIST = "checklist"


class HoldScope(models.TextChoices):
    """Whose earnings a rule is about. The order of these is that in which rules for delivery are asked."""

    VENDOR = "vendor", "One vendor"
    NEW_VENDOR = "new_vendor", "New vendors"
    CATEGORY = "category", "A category and all below it"
    COUNTRY = "country", "Vendors of one country"
    ALL = "all", "Everybody"


class HoldRule(models.Model):
    """How long earnings are held, and whose. Rules are ended and added, never changed: holds name the rule they follow.

    `days` counts from delivery; for a reserve it is how much longer the reserved part waits, and without days an order is
    held until finance releases it. A vendor is new for its first `new_for_days` or `new_for_orders`, whichever it is
    longer. Vendors read the rules that may concern them before they sell.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=20, choices=HoldKind)
    scope = models.CharField(max_length=10, choices=HoldScope)
    # Not `vendor_id`, by which rows are walled: rules for everybody are every vendor's to read.
    only_vendor = models.UUIDField(null=True, blank=True)
    category_path = models.CharField(max_length=250, blank=True, help_text="path of the category, e.g. home/kitchen")
    country = models.CharField(max_length=2, blank=True)
    days = models.PositiveSmallIntegerField(null=True, blank=True)
    rate_bps = models.PositiveIntegerField(
        null=True, blank=True, help_text="of a reserve: 2000 is 20 % of the earnings"
    )
    above_minor = models.BigIntegerField(null=True, blank=True, help_text="of a large order: the vendor order's gross")
    currency = models.CharField(max_length=3, default="EUR")
    new_for_days = models.PositiveSmallIntegerField(null=True, blank=True)
    new_for_orders = models.PositiveSmallIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    access = Access(
        store="select",
        vendor="select",
        vendor_where="only_vendor IS NULL OR only_vendor = (SELECT souk.vendor_of_session())",
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=(Q(scope="vendor") & Q(only_vendor__isnull=False))
                | (~Q(scope="vendor") & Q(only_vendor__isnull=True)),
                name="hold_rule_vendor",
            ),
            models.CheckConstraint(
                condition=(Q(scope="category") & ~Q(category_path="")) | (~Q(scope="category") & Q(category_path="")),
                name="hold_rule_category",
            ),
            models.CheckConstraint(
                condition=(Q(scope="country") & ~Q(country="")) | (~Q(scope="country") & Q(country="")),
                name="hold_rule_country",
            ),
            models.CheckConstraint(
                condition=Q(kind="reserve", rate_bps__gt=0, rate_bps__lte=10000)
                | (~Q(kind="reserve") & Q(rate_bps__isnull=True)),
                name="hold_rule_rate",
            ),
            models.CheckConstraint(
                condition=Q(kind="large_order", above_minor__gte=0)
                | (~Q(kind="large_order") & Q(above_minor__isnull=True)),
                name="hold_rule_above",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["large_order", "elevated_risk"]) | Q(days__isnull=False), name="hold_rule_days"
            ),
            models.CheckConstraint(
                condition=Q(scope="new_vendor") & (Q(new_for_days__gt=0) | Q(new_for_orders__gt=0))
                | ~Q(scope="new_vendor") & Q(new_for_days__isnull=True, new_for_orders__isnull=True),
                name="hold_rule_new",
            ),
        ]


class Hold(models.Model):
    """One reason why a transfer waits. Open until it is released, or until `release_at`, whichever comes first.

    `days_after_delivery` says that delivery will set the date; null with no `release_at`: until somebody releases it.
    `reason` is read by the vendor and stays as it was placed.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    transfer = models.ForeignKey(Transfer, on_delete=models.PROTECT, related_name="holds", db_index=False)
    vendor_id = models.UUIDField()
    rule = models.CharField(max_length=60)
    reason = models.CharField(max_length=200)
    hold_rule_id = models.UUIDField(null=True, blank=True, help_text="the rule of finance's that placed it")
    days_after_delivery = models.PositiveSmallIntegerField(null=True, blank=True)
    release_at = models.DateTimeField(null=True, blank=True)
    placed_at = models.DateTimeField(default=clock.now)
    released_at = models.DateTimeField(null=True, blank=True)
    released_reason = models.CharField(max_length=200, blank=True)

    access = Access(store="select insert update", vendor="select")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["transfer", "rule"], name="hold_open_once_a_rule", condition=Q(released_at__isnull=True)
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="hold_says_why"),
        ]
        indexes = [
            models.Index(fields=["transfer", "id"], name="hold_transfer"),
            models.Index(
                fields=["vendor_id"], name="hold_checklist", condition=Q(rule=CHECKLIST, released_at__isnull=True)
            ),
        ]
