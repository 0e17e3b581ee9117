"""Stock, inside the vendor's wall. StockMovement is the record of every change; nothing else writes levels."""

from datetime import time

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest

from kit import clock
from kit.ids import uuid7
from kit.sound import IsDate
from tenants.shop.catalog.models import Variant


class WarehouseQuerySet(models.QuerySet["Warehouse"]):
    def open(self) -> "WarehouseQuerySet":
        """Those that are in use, in the shop's order."""
        return self.filter(retired_at=None).order_by("position", "id")


class Warehouse(models.Model):
    """Where stock lies, and when parcels leave there. A shop starts with one; a retired one keeps its history."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=100, default="Main")
    street = models.CharField(max_length=150, blank=True, default="", db_default="")
    postal_code = models.CharField(max_length=15, blank=True, default="", db_default="")
    city = models.CharField(max_length=100, blank=True, default="", db_default="")
    country = models.CharField(max_length=2, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    working_days = models.CharField(
        max_length=7, default="12345", db_default="12345", help_text="1 is Monday, 7 Sunday"
    )
    cut_off = models.TimeField(default=time(12), db_default=time(12), help_text="what is paid by then leaves that day")
    time_zone = models.CharField(max_length=40, default="Europe/Berlin", db_default="Europe/Berlin")
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = WarehouseQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(working_days=""), name="warehouse_works_some_day")]

    def __str__(self) -> str:
        return self.name


class AllocationStrategy(models.TextChoices):
    POSITION = "position", "The first of your list that has it"
    NEAREST = "nearest", "One in the customer's country, then by your list"
    FASTEST = "fastest", "The one whose next parcels leave first"
    FEWEST_PARCELS = "fewest_parcels", "As few parcels as can be"


class StockSettings(models.Model):
    """How the shop's stock is promised; a shop has one row at most, and none as long as it keeps to the defaults."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    strategy = models.CharField(max_length=20, choices=AllocationStrategy, default=AllocationStrategy.POSITION)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="stock_settings_once")]


class StockLevel(models.Model):
    """Units of one variant in one warehouse.

    What is promised (`allocated` and `reserved`) is never more than what is there and what may be sold before it comes:
    `backorder_limit` is 0 but on the one level that takes a variant's backorders. Of `safety_stock` units nothing is sold.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    variant = models.ForeignKey(Variant, on_delete=models.CASCADE, related_name="stock_levels")
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="stock_levels")
    on_hand = models.IntegerField(default=0)
    allocated = models.IntegerField(default=0, help_text="promised to paid orders, not shipped yet")
    reserved = models.IntegerField(default=0, help_text="held for orders awaiting payment")
    safety_stock = models.IntegerField(default=0, db_default=0, help_text="kept back: not for sale")
    backorder_limit = models.IntegerField(
        default=0, db_default=0, help_text="so many may be promised beyond what is there"
    )
    ships_on = models.DateField(null=True, blank=True, help_text="from when backorders are shipped")
    low_at = models.PositiveIntegerField(
        null=True, blank=True, help_text="tell the shop when so few are left on the shelf"
    )
    low_since = models.DateTimeField(null=True, blank=True, help_text="when it fell to that and the shop was told")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["variant", "warehouse"], name="stock_level_once"),
            models.UniqueConstraint(
                fields=["variant"], name="stock_backorders_at_one_place", condition=Q(backorder_limit__gt=0)
            ),
            models.CheckConstraint(condition=Q(allocated__gte=0), name="stock_allocated_not_negative"),
            models.CheckConstraint(condition=Q(reserved__gte=0), name="stock_reserved_not_negative"),
            models.CheckConstraint(condition=Q(on_hand__gte=0), name="stock_on_hand_not_negative"),
            models.CheckConstraint(condition=Q(safety_stock__gte=0), name="stock_safety_not_negative"),
            models.CheckConstraint(
                condition=Q(backorder_limit=0) | Q(backorder_limit__gt=0, ships_on__isnull=False),
                name="stock_backorder_has_a_date",
            ),
            models.CheckConstraint(
                condition=Q(on_hand__gte=F("allocated") + F("reserved") - F("backorder_limit")),
                name="stock_never_oversold",
            ),
            # It is copied into the catalogue that all share.
            models.CheckConstraint(condition=IsDate("ships_on"), name="stock_ships_on_sound"),
        ]

    @property
    def available(self) -> int:
        """Units that can be promised now, backorders among them."""
        return max(self.on_hand + self.backorder_limit - self.safety_stock - self.allocated - self.reserved, 0)

    @property
    def on_shelf(self) -> int:
        """Of them, those that are there."""
        return max(self.on_hand - self.safety_stock - self.allocated - self.reserved, 0)

    @property
    def missing(self) -> int:
        """Units that are promised and have not come in."""
        return max(self.allocated + self.reserved - self.on_hand, 0)


def available_in(prefix: str = "") -> Greatest:
    """`StockLevel.available` in SQL; `prefix` leads to the level."""
    level = {name: F(prefix + name) for name in ("on_hand", "backorder_limit", "safety_stock", "allocated", "reserved")}
    return Greatest(
        level["on_hand"] + level["backorder_limit"] - level["safety_stock"] - level["allocated"] - level["reserved"], 0
    )


class ReservationState(models.TextChoices):
    HELD = "held", "Held"
    ALLOCATED = "allocated", "Allocated"
    RELEASED = "released", "Released"
    SHIPPED = "shipped", "Shipped"


class Reservation(models.Model):
    """A hold on stock for one order line: held while unpaid, allocated once paid, then shipped; or released.

    `order_line_id` is the line in public; the pair (line, warehouse) exists once, so that repeating a step does
    nothing.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    variant = models.ForeignKey(Variant, on_delete=models.PROTECT, related_name="reservations")
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="reservations")
    order_id = models.UUIDField()
    order_line_id = models.UUIDField()
    quantity = models.PositiveIntegerField()
    shipped = models.PositiveIntegerField(default=0, help_text="how many of `quantity` have left")
    ships_on = models.DateField(null=True, blank=True, help_text="when some of it were promised before they came in")
    state = models.CharField(max_length=10, choices=ReservationState, default=ReservationState.HELD)
    created_at = models.DateTimeField(default=clock.now)
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order_line_id", "warehouse"], name="reservation_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="reservation_quantity_positive"),
            models.CheckConstraint(condition=Q(shipped__lte=F("quantity")), name="reservation_shipped_within"),
        ]
        indexes = [models.Index(fields=["order_id"], name="reservation_order")]


class HoldFreeing(models.Model):
    """The shop asks that an unpaid order gives back what it holds. The marketplace does it, unless it is paid."""

    order_id = models.UUIDField(primary_key=True)
    reason = models.CharField(max_length=200)
    asked_by = models.UUIDField()
    asked_at = models.DateTimeField(default=clock.now)


class StockCount(models.Model):
    """A warehouse is counted: a sheet of what was expected and what was found, applied at once or given up."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="counts")
    started_at = models.DateTimeField(default=clock.now)
    started_by = models.UUIDField()
    applied_at = models.DateTimeField(null=True, blank=True)
    applied_by = models.UUIDField(null=True, blank=True)
    given_up_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["warehouse"],
                name="stock_count_one_at_a_time",
                condition=Q(applied_at__isnull=True, given_up_at__isnull=True),
            ),
            models.CheckConstraint(
                condition=Q(applied_at__isnull=True) | Q(given_up_at__isnull=True), name="stock_count_ends_once"
            ),
        ]

    @property
    def is_open(self) -> bool:
        return self.applied_at is None and self.given_up_at is None


class StockCountLine(models.Model):
    """One variant on a sheet. `expected` is what the level said when `counted` was written down."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    count = models.ForeignKey(StockCount, on_delete=models.CASCADE, related_name="lines")
    variant = models.ForeignKey(Variant, on_delete=models.CASCADE, related_name="+")
    sku = models.CharField(max_length=60)
    expected = models.IntegerField()
    counted = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["count", "variant"], name="stock_count_line_once")]

    @property
    def difference(self) -> int:
        """What is there beyond what was expected; 0 while it is not counted."""
        return 0 if self.counted is None else self.counted - self.expected


class MovementKind(models.TextChoices):
    RECEIVED = "received", "Received"
    ADJUSTED = "adjusted", "Adjusted"
    RESERVED = "reserved", "Reserved"
    RELEASED = "released", "Released"
    ALLOCATED = "allocated", "Allocated"
    SHIPPED = "shipped", "Shipped"
    RETURNED = "returned", "Returned"
    MOVED = "moved", "Moved"


class StockMovement(models.Model):
    """One change of a stock level, with why: append-only, and the deltas of a level's movements sum to the level."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    variant = models.ForeignKey(Variant, on_delete=models.CASCADE, related_name="movements")
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="movements")
    kind = models.CharField(max_length=10, choices=MovementKind)
    on_hand_delta = models.IntegerField(default=0)
    allocated_delta = models.IntegerField(default=0)
    reserved_delta = models.IntegerField(default=0)
    reference = models.CharField(max_length=60, blank=True, help_text="e.g. order line id, import id")
    reason = models.CharField(max_length=200, blank=True)
    actor_id = models.UUIDField(null=True, blank=True)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = [models.Index(fields=["variant", "-at"], name="movement_variant")]


class Supplier(models.Model):
    """Whom the shop buys from."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=100)
    email = models.EmailField(max_length=254)
    lead_days = models.PositiveSmallIntegerField(default=7, help_text="from an order being sent until it is there")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name"], name="supplier_once")]

    def __str__(self) -> str:
        return self.name


class Source(models.Model):
    """Where a variant is bought, and how many at a time."""

    variant = models.OneToOneField(Variant, on_delete=models.CASCADE, primary_key=True, related_name="source")
    supplier = models.ForeignKey(Supplier, on_delete=models.CASCADE, related_name="sources")
    units = models.PositiveIntegerField(help_text="how many are ordered when it runs low")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(units__gt=0), name="source_units_positive")]


class PurchaseOrder(models.Model):
    """Goods that the shop orders from a supplier, for one warehouse. What came is told by its lines."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="orders")
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="purchases")
    drafted_at = models.DateTimeField(default=clock.now)
    drafted_by = models.UUIDField(null=True, blank=True, help_text="nobody: because something ran low")
    expected_on = models.DateField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(null=True, blank=True, help_text="when all of it was there")
    canceled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(received_at__isnull=True) | Q(sent_at__isnull=False, canceled_at__isnull=True),
                name="purchase_received_after_sent",
            )
        ]

    @property
    def is_open(self) -> bool:
        return self.received_at is None and self.canceled_at is None


class PurchaseLine(models.Model):
    """So many of a variant in a purchase order, and how many of them came."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    order = models.ForeignKey(PurchaseOrder, on_delete=models.CASCADE, related_name="lines")
    variant = models.ForeignKey(Variant, on_delete=models.CASCADE, related_name="+")
    sku = models.CharField(max_length=60)
    ordered = models.PositiveIntegerField()
    received = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["sku", "id"]
        constraints = [
            models.UniqueConstraint(fields=["order", "variant"], name="purchase_line_once"),
            models.CheckConstraint(condition=Q(ordered__gt=0), name="purchase_ordered_positive"),
        ]

    @property
    def missing(self) -> int:
        return max(self.ordered - self.received, 0)


class StockFeed(models.Model):
    """A file of what lies where, sent by the shop's own systems: each row has its answer."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    filename = models.CharField(max_length=150)
    sent_by = models.UUIDField()
    sent_at = models.DateTimeField(default=clock.now)


class FeedResult(models.TextChoices):
    CHANGED = "changed", "Changed"
    UNCHANGED = "unchanged", "As it was"
    REFUSED = "refused", "Refused"


class StockFeedRow(models.Model):
    """A row of such a file, and what became of it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    feed = models.ForeignKey(StockFeed, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField(help_text="the line in the file; the header is 1")
    sku = models.CharField(max_length=60, blank=True)
    warehouse = models.CharField(max_length=100, blank=True)
    result = models.CharField(max_length=10, choices=FeedResult)
    message = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["feed", "number"], name="stock_feed_row_once")]
