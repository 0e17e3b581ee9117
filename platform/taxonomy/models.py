"""The vocabulary all vendors share: the category tree. Rates of tax are in `taxonomy.tax`."""

from django.db import models

from kit.access import Access
from kit.ids import uuid7


class TaxCategory(models.TextChoices):
    """What a country's VAT law distinguishes; the rates themselves are dated, in `taxonomy.tax`."""

    STANDARD = "standard", "Standard rate"
    BOOKS = "books", "Books"
    FOOD = "food", "Food"


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
