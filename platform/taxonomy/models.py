"""The vocabulary all vendors share: the category tree. Rates of tax are in `taxonomy.tax`."""

from django.db import models

from kit import clock
from kit.access import APPEND, Access
from kit.ids import uuid7


class TaxCategory(models.TextChoices):
    """What a country's VAT law distinguishes; the rates themselves are dated, in `taxonomy.tax`."""

    STANDARD = "standard", "Standard rate"
    BOOKS = "books", "Books"
    FOOD = "food", "Food"
    REDUCED = "reduced", "Reduced rate"
    SUPER_REDUCED = "super_reduced", "Super-reduced rate"
    ZERO = "zero", "Zero rate"
    EXEMPT = "exempt", "Exempt"


class Category(models.Model):
    """A node of the marketplace's category tree. `path` holds the slugs from the root, joined by "/"."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    slug = models.CharField(max_length=80)
    name = models.CharField(max_length=100)
    path = models.CharField(max_length=250)
    depth = models.PositiveSmallIntegerField(default=0)
    position = models.PositiveSmallIntegerField(default=0)
    tax_category = models.CharField(max_length=20, choices=TaxCategory, default=TaxCategory.STANDARD)
    icon = models.CharField(max_length=40, blank=True)

    access = Access(store="select", vendor="select", vendor_rows="all")

    class Meta:
        verbose_name_plural = "categories"
        ordering = ["path"]
        constraints = [
            models.UniqueConstraint(fields=["path"], name="category_path_unique"),
            models.UniqueConstraint(fields=["slug"], name="category_slug_unique"),
        ]

    def __str__(self) -> str:
        return self.name


class TaxRate(models.Model):
    """A rate that staff added to the project's own table, from a day on; the latest that has begun counts."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    country = models.CharField(max_length=2, help_text="ISO 3166-1 alpha-2")
    tax_category = models.CharField(max_length=20, choices=TaxCategory)
    rate = models.DecimalField(max_digits=6, decimal_places=4, help_text="0.19 is 19 %")
    valid_from = models.DateField()
    source = models.CharField(max_length=200, help_text="the law that says so")
    made_by = models.UUIDField(help_text="the user")
    made_at = models.DateTimeField(default=clock.now)

    access = Access(store="select", vendor="select", platform=APPEND, vendor_rows="all")

    class Meta:
        ordering = ["country", "tax_category", "-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["country", "tax_category", "valid_from"], name="tax_rate_once_a_day"),
            models.CheckConstraint(condition=models.Q(rate__gte=0, rate__lt=1), name="tax_rate_is_a_part"),
        ]

    def __str__(self) -> str:
        return f"{self.country} {self.tax_category} from {self.valid_from}"
