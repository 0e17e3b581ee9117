"""What vendors and the platform tell of promotions alike: what is given, and how one is shown."""

from collections.abc import Iterable
from typing import Any

from rest_framework import serializers

from kit import clock
from marketplace.promotions.actions import Given, given_of
from marketplace.promotions.models import Kind, Promotion
from marketplace.promotions.queries import state_of, tallies

STATES = ("running", "scheduled", "paused", "used_up", "expired", "ended", "proposed")
LATEST = 30_000


class PromotionSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    made_by = serializers.ChoiceField(["vendor", "platform"])
    vendor_id = serializers.UUIDField(allow_null=True, help_text="Whose goods it is on; null: everybody's.")
    state = serializers.ChoiceField(STATES, help_text="`proposed`: the vendor has not agreed to bear its part yet.")
    name = serializers.CharField()
    code = serializers.CharField(help_text="Empty: it applies by itself.")
    kind = serializers.ChoiceField(Kind.choices)
    rate_bps = serializers.IntegerField(allow_null=True, help_text="1250 is 12.5 %.")
    amount_minor = serializers.IntegerField(allow_null=True)
    buy_quantity = serializers.IntegerField(allow_null=True)
    get_quantity = serializers.IntegerField(allow_null=True)
    currency = serializers.CharField()
    category_paths = serializers.ListField(child=serializers.CharField())
    product_ids = serializers.ListField(child=serializers.UUIDField())
    minimum_minor = serializers.IntegerField()
    is_first_order_only = serializers.BooleanField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField(allow_null=True)
    uses_limit = serializers.IntegerField(allow_null=True)
    customer_limit = serializers.IntegerField(allow_null=True)
    budget_minor = serializers.IntegerField(allow_null=True)
    priority = serializers.IntegerField()
    is_exclusive = serializers.BooleanField()
    platform_share_bps = serializers.IntegerField(help_text="Of each discount, borne by the marketplace.")
    used = serializers.IntegerField(help_text="Orders that used it; those canceled unpaid do not count.")
    given_by_vendor_minor = serializers.IntegerField()
    given_by_platform_minor = serializers.IntegerField()


def _limit(help_text: str) -> serializers.IntegerField:
    return serializers.IntegerField(
        min_value=1, max_value=LATEST, required=False, allow_null=True, help_text=f"{help_text} Null: no limit."
    )


class PromotionInput(serializers.Serializer[Any]):
    """What `kind` does not ask for is left out. Amounts are in the marketplace's currency."""

    name = serializers.CharField(max_length=80, help_text="Customers read it.")
    code = serializers.CharField(max_length=60, required=False, allow_blank=True)
    kind = serializers.ChoiceField(Kind.choices)
    rate_bps = serializers.IntegerField(min_value=1, max_value=10_000, required=False, allow_null=True)
    amount_minor = serializers.IntegerField(min_value=1, max_value=10**12, required=False, allow_null=True)
    buy_quantity = serializers.IntegerField(min_value=1, max_value=99, required=False, allow_null=True)
    get_quantity = serializers.IntegerField(min_value=1, max_value=99, required=False, allow_null=True)
    category_paths = serializers.ListField(child=serializers.CharField(max_length=250), max_length=100, required=False)
    product_ids = serializers.ListField(child=serializers.UUIDField(), max_length=200, required=False)
    minimum_minor = serializers.IntegerField(min_value=0, max_value=10**12, required=False)
    is_first_order_only = serializers.BooleanField(required=False)
    starts_at = serializers.DateTimeField(required=False)
    ends_at = serializers.DateTimeField(required=False, allow_null=True)
    uses_limit = _limit("Orders altogether.")
    customer_limit = _limit("Orders of one customer.")
    budget_minor = serializers.IntegerField(min_value=1, max_value=10**12, required=False, allow_null=True)
    priority = serializers.IntegerField(min_value=-100, max_value=100, required=False)
    is_exclusive = serializers.BooleanField(required=False)


class OurPromotionInput(PromotionInput):
    vendor_id = serializers.UUIDField(required=False, allow_null=True, help_text="Only on this vendor's goods.")
    platform_share_bps = serializers.IntegerField(min_value=0, max_value=10_000, required=False)


class PromotionChange(PromotionInput):
    """What is left out stays as it is."""

    name = serializers.CharField(max_length=80, required=False)
    kind = serializers.ChoiceField(Kind.choices, required=False)


def given(data: dict[str, Any], before: Promotion | None = None) -> Given:
    """For the action: what was said, over what was said before."""
    said = {} if before is None else {name: getattr(given_of(before), name) for name in Given.__dataclass_fields__}
    return Given(**{**said, **data})


def shown(promotions: Iterable[Promotion]) -> list[dict[str, Any]]:
    """Each as the API tells it. One query for all of them."""
    found = list(promotions)
    counted, now = tallies(found), clock.now()
    return [
        {
            **PromotionSerializer(
                _Told(
                    one,
                    state=state_of(one, counted[one.id], now),
                    used=counted[one.id].orders,
                    given_by_vendor_minor=counted[one.id].vendor_minor,
                    given_by_platform_minor=counted[one.id].platform_minor,
                )
            ).data
        }
        for one in found
    ]


class _Told:
    """A promotion with what is counted of it."""

    def __init__(self, promotion: Promotion, **counted: Any):
        self._promotion = promotion
        self.__dict__.update(counted)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._promotion, name)
