"""Stock, inside the vendor's wall. StockMovement is the record of every change; nothing else writes levels."""

from django.db import models
from django.db.models import F, Q

from kit import clock
from kit.ids import uuid7
from tenants.shop.catalog.models import Variant


class Warehouse(models.Model):
    """Where stock lies. A shop starts with one."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=100, default="Main")
    country = models.CharField(max_length=2, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return self.name


class StockLevel(models.Model):
    """Units of one variant in one warehouse. `available = on_hand - allocated - reserved` never goes below zero."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    variant = models.ForeignKey(Variant, on_delete=models.CASCADE, related_name="stock_levels")
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="stock_levels")
    on_hand = models.IntegerField(default=0)
    allocated = models.IntegerField(default=0, help_text="promised to paid orders, not shipped yet")
    reserved = models.IntegerField(default=0, help_text="held for orders awaiting payment")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["variant", "warehouse"], name="stock_level_once"),
            models.CheckConstraint(condition=Q(allocated__gte=0), name="stock_allocated_not_negative"),
            models.CheckConstraint(condition=Q(reserved__gte=0), name="stock_reserved_not_negative"),
            models.CheckConstraint(
                condition=Q(on_hand__gte=F("allocated") + F("reserved")), name="stock_never_oversold"
            ),
        ]

    @property
    def available(self) -> int:
        return self.on_hand - self.allocated - self.reserved


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


class MovementKind(models.TextChoices):
    RECEIVED = "received", "Received"
    ADJUSTED = "adjusted", "Adjusted"
    RESERVED = "reserved", "Reserved"
    RELEASED = "released", "Released"
    ALLOCATED = "allocated", "Allocated"
    SHIPPED = "shipped", "Shipped"
    RETURNED = "returned", "Returned"


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
