"""What the platform takes: rules in order, the first that matches wins; lines freeze the outcome."""

from django.db import models
from django.db.models import Q

from kit import clock
from kit.access import Access
from kit.ids import uuid7


class RuleScope(models.TextChoices):
    VENDOR = "vendor", "One vendor"
    CATEGORY = "category", "A category and all below it"
    GLOBAL = "global", "Everything"


class CommissionRule(models.Model):
    """`rate_bps` of the line (after discounts, without VAT and shipping) plus `fixed_minor` per unit.

    Rules are never changed in what they take: a change ends this version and adds the next, so that "why was this
    charged" stays answerable. Lower `position` goes first.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=100)
    position = models.PositiveIntegerField()
    scope = models.CharField(max_length=10, choices=RuleScope)
    vendor_id = models.UUIDField(null=True, blank=True)
    category_path = models.CharField(max_length=250, blank=True, help_text="path of the category, e.g. home/kitchen")
    rate_bps = models.PositiveIntegerField(default=0, help_text="hundredths of a percent: 1000 is 10 %")
    fixed_minor = models.BigIntegerField(default=0, help_text="per unit, in `currency`")
    currency = models.CharField(max_length=3, default="EUR")
    version = models.PositiveIntegerField(default=1)
    replaces = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by")
    created_at = models.DateTimeField(default=clock.now)
    created_by = models.UUIDField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    access = Access(store="select")

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(scope="global", vendor_id__isnull=True, category_path="")
                | Q(scope="vendor", vendor_id__isnull=False, category_path="")
                | (Q(scope="category", vendor_id__isnull=True) & ~Q(category_path="")),
                name="commission_scope_says_what",
            ),
            models.CheckConstraint(condition=Q(rate_bps__lte=10000), name="commission_rate_at_most_all"),
            models.CheckConstraint(condition=Q(fixed_minor__gte=0), name="commission_fixed_not_negative"),
        ]

    def __str__(self) -> str:
        return self.name
