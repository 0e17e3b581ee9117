"""What stock takes and gives."""

from typing import Any

from rest_framework import serializers

from api.fields import Text, Whole
from tenants.shop.inventory.actions import MAX_UNITS
from tenants.shop.inventory.models import MovementKind
from tenants.shop.inventory.queries import LOW
from tenants.shop.inventory.terms import MAX_BACKORDERS

MAX_REASON = 200


class StockFilterSerializer(serializers.Serializer[Any]):
    sku = serializers.CharField(
        required=False, allow_blank=True, max_length=100, help_text="The start of a SKU, or part of a title."
    )
    low = serializers.BooleanField(required=False, default=False, help_text=f"Only those with {LOW} or fewer to sell.")


WAREHOUSE = "Of `GET /warehouses`. Left out: the shop's first."


class CountInput(serializers.Serializer[Any]):
    warehouse_id = serializers.UUIDField(required=False, allow_null=True, default=None, help_text=WAREHOUSE)
    on_hand = Whole(min_value=0, max_value=MAX_UNITS, help_text="What lies in the warehouse, promised units included.")
    reason = Text(max_length=MAX_REASON, default="Counted")


class MovementInput(serializers.Serializer[Any]):
    warehouse_id = serializers.UUIDField(required=False, allow_null=True, default=None, help_text=WAREHOUSE)
    kind = serializers.ChoiceField(
        ["received", "adjusted"], help_text="`received`: a delivery came in. `adjusted`: up or down by so many."
    )
    quantity = Whole(min_value=-MAX_UNITS, max_value=MAX_UNITS, help_text="Negative only when `adjusted`; never 0.")
    reason = Text(max_length=MAX_REASON, allow_blank=True, default="")


class MoveInput(serializers.Serializer[Any]):
    quantity = Whole(min_value=1, max_value=MAX_UNITS)
    from_warehouse_id = serializers.UUIDField()
    to_warehouse_id = serializers.UUIDField()
    reason = Text(max_length=MAX_REASON, allow_blank=True, default="")


class SafetyStockInput(serializers.Serializer[Any]):
    warehouse_id = serializers.UUIDField(required=False, allow_null=True, default=None, help_text=WAREHOUSE)
    units = Whole(min_value=0, max_value=MAX_UNITS, help_text="So many are never sold.")


class BackordersInput(serializers.Serializer[Any]):
    limit = Whole(min_value=0, max_value=MAX_BACKORDERS, help_text="Units beyond what is there. 0: none is sold ahead.")
    ships_on = serializers.DateField(allow_null=True, default=None, help_text="Needed unless the limit is 0.")


class WarehouseSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    street = serializers.CharField(allow_blank=True)
    postal_code = serializers.CharField(allow_blank=True)
    city = serializers.CharField(allow_blank=True)
    country = serializers.CharField(allow_blank=True)
    position = serializers.IntegerField(help_text="The lowest is asked first.")
    working_days = serializers.ListField(child=serializers.IntegerField(), help_text="1 is Monday, 7 Sunday.")
    cut_off = serializers.CharField(help_text="`14:30`: what is paid by then leaves the same working day.")
    time_zone = serializers.CharField()


class LevelSerializer(serializers.Serializer[Any]):
    warehouse_id = serializers.UUIDField()
    warehouse = serializers.CharField()
    on_hand = serializers.IntegerField()
    allocated = serializers.IntegerField()
    reserved = serializers.IntegerField()
    safety_stock = serializers.IntegerField(help_text="Kept back: not sold.")
    backorder_limit = serializers.IntegerField(help_text="So many are sold before they come in.")
    ships_on = serializers.DateField(allow_null=True, help_text="From when those are shipped.")
    available = serializers.IntegerField()


class StockSerializer(serializers.Serializer[Any]):
    variant_id = serializers.UUIDField()
    product_id = serializers.UUIDField()
    title = serializers.CharField()
    sku = serializers.CharField()
    options = serializers.DictField(child=serializers.CharField())
    on_hand = serializers.IntegerField()
    allocated = serializers.IntegerField(help_text="Promised to paid orders, not shipped yet.")
    reserved = serializers.IntegerField(help_text="Held for orders that are being paid.")
    available = serializers.IntegerField(
        help_text="What can be bought: on hand less allocated, reserved and kept back, and what is sold ahead."
    )


class StockInDetailSerializer(StockSerializer):
    levels = LevelSerializer(many=True, help_text="In each warehouse in use.")


class MovementSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    warehouse_id = serializers.UUIDField()
    kind = serializers.ChoiceField(MovementKind.choices)
    on_hand_delta = serializers.IntegerField()
    allocated_delta = serializers.IntegerField()
    reserved_delta = serializers.IntegerField()
    reference = serializers.CharField(allow_blank=True, help_text="What it was for: an order line's id, perhaps.")
    reason = serializers.CharField(allow_blank=True)
    actor_id = serializers.UUIDField(allow_null=True, help_text="The user who did it, or in whose name a key did.")
    at = serializers.DateTimeField()
