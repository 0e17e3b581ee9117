"""What stock takes and gives."""

from typing import Any

from rest_framework import serializers

from api.fields import Text, Whole
from tenants.shop.inventory.actions import MAX_UNITS
from tenants.shop.inventory.models import MovementKind
from tenants.shop.inventory.queries import LOW

MAX_REASON = 200


class StockFilterSerializer(serializers.Serializer[Any]):
    sku = serializers.CharField(
        required=False, allow_blank=True, max_length=100, help_text="The start of a SKU, or part of a title."
    )
    low = serializers.BooleanField(required=False, default=False, help_text=f"Only those with {LOW} or fewer to sell.")


class CountInput(serializers.Serializer[Any]):
    on_hand = Whole(min_value=0, max_value=MAX_UNITS, help_text="What lies in the warehouse, promised units included.")
    reason = Text(max_length=MAX_REASON, default="Counted")


class MovementInput(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(
        ["received", "adjusted"], help_text="`received`: a delivery came in. `adjusted`: up or down by so many."
    )
    quantity = Whole(min_value=-MAX_UNITS, max_value=MAX_UNITS, help_text="Negative only when `adjusted`; never 0.")
    reason = Text(max_length=MAX_REASON, allow_blank=True, default="")


class StockSerializer(serializers.Serializer[Any]):
    variant_id = serializers.UUIDField()
    product_id = serializers.UUIDField()
    title = serializers.CharField()
    sku = serializers.CharField()
    options = serializers.DictField(child=serializers.CharField())
    on_hand = serializers.IntegerField()
    allocated = serializers.IntegerField(help_text="Promised to paid orders, not shipped yet.")
    reserved = serializers.IntegerField(help_text="Held for orders that are being paid.")
    available = serializers.IntegerField(help_text="What can be bought: on hand less allocated and reserved.")


class MovementSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    kind = serializers.ChoiceField(MovementKind.choices)
    on_hand_delta = serializers.IntegerField()
    allocated_delta = serializers.IntegerField()
    reserved_delta = serializers.IntegerField()
    reference = serializers.CharField(allow_blank=True, help_text="What it was for: an order line's id, perhaps.")
    reason = serializers.CharField(allow_blank=True)
    actor_id = serializers.UUIDField(allow_null=True, help_text="The user who did it, or in whose name a key did.")
    at = serializers.DateTimeField()
