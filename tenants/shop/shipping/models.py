"""How a vendor ships. First cut: one flat rate per parcel, free from an amount on, to a list of countries."""

from django.db import models
from django.db.models import Q

from kit.ids import uuid7


class ShippingProfile(models.Model):
    """The shop's way of shipping; a shop has one. Amounts include the destination's VAT."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=80, default="Standard")
    flat_minor = models.BigIntegerField(default=0)
    free_from_minor = models.BigIntegerField(null=True, blank=True)
    currency = models.CharField(max_length=3, default="EUR")
    handling_days = models.PositiveSmallIntegerField(default=2)
    transit_days = models.PositiveSmallIntegerField(default=3)
    countries = models.JSONField(default=list, help_text="ISO codes it ships to; empty: everywhere we sell")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(flat_minor__gte=0), name="shipping_flat_not_negative")]
