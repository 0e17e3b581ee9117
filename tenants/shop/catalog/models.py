"""What a vendor sells, inside its wall. Published products are projected into the unified catalogue.

Foreign keys that would leave the wall (category) carry no database constraint: a constraint from thousands of schemas
would hang thousands of triggers on the public table.
"""

from django.db import models

from kit import clock
from kit.ids import uuid7
from kit.sound import IsFacts, IsText, IsTime, IsWords


class ProductState(models.TextChoices):
    DRAFT = "draft", "Draft"
    PUBLISHED = "published", "Published"
    ARCHIVED = "archived", "Archived"


class Condition(models.TextChoices):
    NEW = "new", "New"
    REFURBISHED = "refurbished", "Refurbished"
    USED = "used", "Used"


class Product(models.Model):
    """A thing the vendor sells, in one or more variants. `version` rises with every change, for optimistic locking."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    title = models.CharField(max_length=250)
    slug = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    brand = models.CharField(max_length=100, blank=True)
    category_id = models.UUIDField(null=True, blank=True, help_text="taxonomy.Category")
    condition = models.CharField(max_length=12, choices=Condition, default=Condition.NEW)
    attributes = models.JSONField(default=dict, blank=True)
    tags = models.JSONField(default=list, blank=True, help_text="words in small letters, in one order; not shown")
    state = models.CharField(max_length=10, choices=ProductState, default=ProductState.DRAFT)
    version = models.PositiveIntegerField(default=1)
    external_id = models.CharField(max_length=100, blank=True, help_text="the vendor's own id, from an import")
    created_at = models.DateTimeField(default=clock.now)
    updated_at = models.DateTimeField(default=clock.now)
    published_at = models.DateTimeField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True, help_text="not on sale: more than the plan allows")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["external_id"], name="product_external_unique", condition=~models.Q(external_id="")
            ),
            # What is copied into the catalogue that all share.
            models.CheckConstraint(condition=IsText("description"), name="product_description_sound"),
            models.CheckConstraint(condition=IsFacts("attributes"), name="product_attributes_sound"),
            models.CheckConstraint(condition=IsWords("tags"), name="product_tags_sound"),
            models.CheckConstraint(condition=IsTime("published_at"), name="product_published_sound"),
            # Written out: the database would show a list of words otherwise where it was made and where it was copied to.
            models.CheckConstraint(
                condition=models.Q(condition="new") | models.Q(condition="refurbished") | models.Q(condition="used"),
                name="product_condition_known",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-updated_at", "-id"], name="product_state"),
            models.Index(fields=["-updated_at", "-id"], name="product_newest"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_on_sale(self) -> bool:
        return self.state == ProductState.PUBLISHED and self.paused_at is None


class Variant(models.Model):
    """What is bought: one combination of a product's options, with the vendor's SKU and price.

    `price_minor` includes the destination's VAT.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="variants")
    sku = models.CharField(max_length=60)
    gtin = models.CharField(max_length=14, blank=True)
    options = models.JSONField(default=dict, blank=True, help_text='e.g. {"Size": "M", "Color": "Sand"}')
    price_minor = models.BigIntegerField()
    compare_at_minor = models.BigIntegerField(null=True, blank=True)
    currency = models.CharField(max_length=3, default="EUR")
    weight_grams = models.PositiveIntegerField(default=0)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["sku"], name="variant_sku_unique"),
            models.CheckConstraint(condition=models.Q(price_minor__gt=0), name="variant_price_positive"),
            models.CheckConstraint(
                condition=models.Q(compare_at_minor__isnull=True)
                | models.Q(compare_at_minor__gt=models.F("price_minor")),
                name="variant_compare_at_higher",
            ),
            models.CheckConstraint(condition=IsFacts("options"), name="variant_options_sound"),
        ]

    def __str__(self) -> str:
        return self.sku


class Picture(models.Model):
    """A public picture: what the vendor gave, re-encoded by us (see `pictures`), under a name made of its content."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="pictures")
    path = models.CharField(max_length=200, help_text="in public media; sizes lie beside it")
    alt = models.CharField(max_length=250, blank=True)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]


class Document(models.Model):
    """A private file of a product (a certificate, a data sheet): for this vendor's members and the platform's staff."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="documents")
    title = models.CharField(max_length=150)
    path = models.CharField(max_length=200, help_text="in the private storage")
    content_type = models.CharField(max_length=80)
    size_bytes = models.PositiveIntegerField()
    created_at = models.DateTimeField(default=clock.now)


class ImportState(models.TextChoices):
    DUE = "due", "Waiting"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"


class ProductImport(models.Model):
    """A CSV file of products, read by the shopworker row by row; every row gets a result."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    filename = models.CharField(max_length=200)
    path = models.CharField(max_length=200, help_text="in the private storage")
    publish = models.BooleanField(default=True)
    state = models.CharField(max_length=10, choices=ImportState, default=ImportState.DUE)
    rows_total = models.PositiveIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)
    created_count = models.PositiveIntegerField(default=0)
    updated_count = models.PositiveIntegerField(default=0)
    error_count = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)
    requested_by = models.UUIDField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["-created_at"], name="import_newest")]


class RowResult(models.TextChoices):
    CREATED = "created", "Created"
    UPDATED = "updated", "Updated"
    WARNING = "warning", "Imported with a warning"
    ERROR = "error", "Not imported"


class ImportRow(models.Model):
    """What became of one row of an import, in words the vendor can act on."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    product_import = models.ForeignKey(ProductImport, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField(help_text="line of the file, the header being 1")
    result = models.CharField(max_length=10, choices=RowResult)
    field = models.CharField(max_length=60, blank=True)
    message = models.CharField(max_length=300, blank=True)
    product_id = models.UUIDField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["product_import", "number"], name="import_row_once")]
