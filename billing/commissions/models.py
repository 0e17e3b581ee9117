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


class CommissionDraft(models.Model):
    """A whole order of rules that is not in force: made from those that are, changed, tried on past orders, adopted."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=100)
    based_on = models.CharField(
        max_length=64, help_text="of the rules in force when it was made, to see whether others came"
    )
    created_at = models.DateTimeField(default=clock.now)
    created_by = models.UUIDField(null=True, blank=True)
    adopted_at = models.DateTimeField(null=True, blank=True)
    discarded_at = models.DateTimeField(null=True, blank=True)

    access = Access()

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        return self.adopted_at is None and self.discarded_at is None


class DraftRule(RuleTerms):
    """A rule of a draft: `source` is the version in force that it keeps or changes, none for a new rule."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    draft = models.ForeignKey(CommissionDraft, on_delete=models.CASCADE, related_name="rules")
    source = models.ForeignKey(CommissionRule, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    access = Access()

    class Meta:
        ordering = ["position", "id"]

    @property
    def version(self) -> int:
        """What it would be once adopted."""
        if self.source is None:
            return 1
        return self.source.version + (1 if self.is_changed else 0)

    @property
    def is_changed(self) -> bool:
        return self.source is None or any(
            getattr(self, name) != getattr(self.source, name) for name in ("name", *TERMS)
        )


class SimulationState(models.TextChoices):
    DUE = "due", "Waiting"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"


class Simulation(models.Model):
    """A draft replayed over the orders of a period: what each vendor would have paid. Run by the worker."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    draft = models.ForeignKey(CommissionDraft, on_delete=models.CASCADE, related_name="simulations")
    first_on = models.DateField()
    last_on = models.DateField()
    state = models.CharField(max_length=8, choices=SimulationState, default=SimulationState.DUE)
    due_at = models.DateTimeField(default=clock.now)
    orders_total = models.PositiveIntegerField(default=0)
    orders_done = models.PositiveIntegerField(default=0)
    result = models.JSONField(default=dict)
    error = models.TextField(blank=True)
    requested_by = models.UUIDField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    access = Access()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(last_on__gte=models.F("first_on")), name="simulation_ends_later")
        ]
        indexes = [
            models.Index(fields=["due_at"], name="simulation_due", condition=Q(state__in=["due", "running"])),
        ]
