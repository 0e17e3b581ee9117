"""Parcels: what a vendor sent, how to follow it, when it arrived."""

from django.db import models
from django.db.models import Q

from kit import clock
from kit.access import Access
from kit.ids import uuid7
from kit.personal import Personal
from marketplace.orders.models import OrderLine, VendorOrder


class Parcel(models.Model):
    """One box of a vendor order. First cut: a vendor order ships in one or more parcels, each with whole or part lines."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    vendor_order = models.ForeignKey(VendorOrder, on_delete=models.PROTECT, related_name="parcels")
    vendor_id = models.UUIDField()
    number = models.PositiveSmallIntegerField(default=1)
    carrier = models.CharField(max_length=60, blank=True)
    tracking_number = models.CharField(max_length=80, blank=True)
    tracking_url = models.URLField(max_length=300, blank=True)
    packed_at = models.DateTimeField(default=clock.now)
    shipped_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)

    access = Access(store="select", vendor="select insert update")
    personal = Personal(
        "Parcels",
        order="vendor_order__order_id",
        keep={"tracking_number": "proof that it was sent", "tracking_url": "likewise"},
        more=("carrier", "packed_at", "shipped_at", "delivered_at"),
    )

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["vendor_order", "number"], name="parcel_number_once")]

    @property
    def status(self) -> str:
        """Where it is, in a word: ready_to_ship, shipped or delivered."""
        if self.delivered_at:
            return "delivered"
        return "shipped" if self.shipped_at else "ready_to_ship"

    @property
    def followed_by(self) -> str:
        """Carrier, number and link in one line, as the order's history keeps them."""
        return " ".join(filter(None, (self.carrier, self.tracking_number, self.tracking_url))) or "no tracking"


class ParcelLine(models.Model):
    """So many of an order line in a parcel."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    parcel = models.ForeignKey(Parcel, on_delete=models.CASCADE, related_name="lines")
    order_line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="parcel_lines")
    vendor_id = models.UUIDField()
    quantity = models.PositiveIntegerField()

    access = Access(store="select", vendor="select insert")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["parcel", "order_line"], name="parcel_line_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="parcel_line_quantity_positive"),
        ]
