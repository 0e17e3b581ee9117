"""How a vendor ships: profiles with zones and rates, where parcels can be fetched, and which products go another way.

All amounts include the destination's VAT. What is offered for a parcel is computed by `terms`, from these rows as plain data.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from kit.ids import uuid7
from tenants.shop.catalog.models import Product
from tenants.shop.inventory.models import Warehouse


class ShippingProfile(models.Model):
    """How some of the shop's products are sent. One is the default: whatever is not said to go by another goes by it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=80, default="Standard")
    is_default = models.BooleanField(default=False, db_default=False)
    handling_days = models.PositiveSmallIntegerField(
        default=2, help_text="working days from the cut-off until it leaves"
    )
    version = models.PositiveIntegerField(default=1, db_default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["is_default"], name="shipping_one_default", condition=Q(is_default=True))
        ]

    def __str__(self) -> str:
        return self.name


class ShippingZone(models.Model):
    """Countries that cost the same. A zone that names none is for all that no other zone of its profile names."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    profile = models.ForeignKey(ShippingProfile, on_delete=models.CASCADE, related_name="zones")
    name = models.CharField(max_length=80)
    countries = ArrayField(models.CharField(max_length=2), default=list, help_text="ISO codes; none: all the others")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["profile"], name="shipping_one_rest", condition=Q(countries=[])),
        ]

    def __str__(self) -> str:
        return self.name


class ShippingRate(models.Model):
    """A way to a zone and its price, for parcels whose weight, goods and number of pieces lie in its bands.

    Bands are counted as people do: weight over 2 kg up to and with 5 kg, goods from 20.00 and below 50.00, from 2 to 4
    pieces. So two neighbors that share a border never both take a parcel, and none falls between them. No limit: NULL.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    zone = models.ForeignKey(ShippingZone, on_delete=models.CASCADE, related_name="rates")
    name = models.CharField(max_length=80)
    carrier = models.CharField(max_length=60, blank=True, default="")
    price_minor = models.BigIntegerField()
    free_from_minor = models.BigIntegerField(null=True, blank=True, help_text="goods of so much go free")
    over_grams = models.PositiveIntegerField(null=True, blank=True)
    up_to_grams = models.PositiveIntegerField(null=True, blank=True)
    from_goods_minor = models.BigIntegerField(null=True, blank=True)
    below_goods_minor = models.BigIntegerField(null=True, blank=True)
    from_pieces = models.PositiveIntegerField(null=True, blank=True)
    to_pieces = models.PositiveIntegerField(null=True, blank=True)
    transit_min_days = models.PositiveSmallIntegerField(default=1)
    transit_max_days = models.PositiveSmallIntegerField(default=3)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(price_minor__gte=0), name="shipping_rate_not_negative"),
            models.CheckConstraint(
                condition=Q(transit_max_days__gte=F("transit_min_days")), name="shipping_transit_in_order"
            ),
            models.CheckConstraint(
                condition=Q(up_to_grams__gt=F("over_grams")) | Q(up_to_grams=None) | Q(over_grams=None),
                name="shipping_weights_in_order",
            ),
            models.CheckConstraint(
                condition=Q(below_goods_minor__gt=F("from_goods_minor"))
                | Q(below_goods_minor=None)
                | Q(from_goods_minor=None),
                name="shipping_goods_in_order",
            ),
            models.CheckConstraint(
                condition=Q(to_pieces__gte=F("from_pieces")) | Q(to_pieces=None) | Q(from_pieces=None),
                name="shipping_pieces_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PickupPoint(models.Model):
    """A warehouse where customers fetch their parcels themselves."""

    warehouse = models.OneToOneField(Warehouse, on_delete=models.CASCADE, primary_key=True, related_name="pickup_point")
    price_minor = models.BigIntegerField(default=0)
    hours = models.CharField(max_length=300, help_text="when somebody is there, in words")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(price_minor__gte=0), name="pickup_price_not_negative")]


class ProductProfile(models.Model):
    """A product that is not sent by the shop's default profile."""

    product = models.OneToOneField(
        Product, on_delete=models.CASCADE, primary_key=True, related_name="shipping_assignment"
    )
    profile = models.ForeignKey(ShippingProfile, on_delete=models.CASCADE, related_name="assignments")
