"""What the storefront API tells of waiting rooms."""

from typing import Any

from rest_framework import serializers

from marketplace.waiting.queries import Where


class StandingSerializer(serializers.Serializer[Any]):
    room_id = serializers.UUIDField()
    title = serializers.CharField(help_text="The product's.")
    state = serializers.ChoiceField(
        [where.value for where in Where],
        help_text="`outside`: no place taken. `early`: a place, and it has not opened; then lots are drawn. `waiting`. "
        "`admitted`: this cart may order, until `until`. `late`: it might have. `over`: it is ordered as ever.",
    )
    ahead = serializers.IntegerField(allow_null=True, help_text="How many are let in before this cart.")
    wait_seconds = serializers.IntegerField(
        allow_null=True, help_text="Until its turn, at the present rate; of `early`, until it opens."
    )
    admit_at = serializers.DateTimeField(allow_null=True)
    until = serializers.DateTimeField(allow_null=True)
    per_minute = serializers.IntegerField(help_text="How many are let in.")
    opens_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
