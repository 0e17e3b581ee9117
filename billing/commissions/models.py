"""What the platform takes: rules in order, the first that matches wins; lines freeze the outcome."""

from django.db import models
from django.db.models import Q

from kit import clock
from kit.access import Access
from kit.ids import uuid7


class Per(models.TextChoices):
    ITEM = "item", "For each item"
    ORDER = "order", "Once for a vendor order"


class RuleTerms(models.Model):
    """What a rule covers and takes, as stored; `engine.read_rule` reads it, or refuses. Amounts are {currency: minor}."""

    name = models.CharField(max_length=100)
    position = models.PositiveIntegerField()
    conditions = models.JSONField(default=dict, blank=True, help_text="by kind; see billing.commissions.conditions")
    rate_bps = models.PositiveIntegerField(default=0, help_text="hundredths of a percent: 1000 is 10 %")
    tiers = models.JSONField(default=list, blank=True, help_text="[{currency, from_minor, rate_bps}]")
    fixed = models.JSONField(default=dict, blank=True)
    fixed_per = models.CharField(max_length=5, choices=Per, default=Per.ITEM)
    minimum = models.JSONField(default=dict, blank=True)
    maximum = models.JSONField(default=dict, blank=True)
    limits_per = models.CharField(max_length=5, choices=Per, default=Per.ITEM)
    on_shipping = models.BooleanField(default=False)
    includes_tax = models.BooleanField(default=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


# What makes a rule what it is; name and place apart.
TERMS = (
    *("conditions", "rate_bps", "tiers", "fixed", "fixed_per", "minimum", "maximum", "limits_per"),
    *("on_shipping", "includes_tax"),
)


class CommissionRule(RuleTerms):
    """One version of a rule.

    Rules are never changed in what they cover or take: a change ends this version and adds the next, so that "why was
    this charged" stays answerable. Lower `position` goes first.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    version = models.PositiveIntegerField(default=1)
    replaces = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by")
    created_at = models.DateTimeField(default=clock.now)
    created_by = models.UUIDField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    access = Access(store="select")

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(rate_bps__lte=10000), name="commission_rate_at_most_all"),
        ]
