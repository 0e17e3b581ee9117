"""Who calls, and whose shop it is."""

from typing import Any

from rest_framework import serializers

from tenants.vendors.models import MemberRole, VendorState


class CallerSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(["member", "key"])
    id = serializers.UUIDField(help_text="The member's user, or the key.")
    name = serializers.CharField()
    role = serializers.ChoiceField(MemberRole.choices, allow_null=True, help_text="Of a member; a key has scopes only.")
    expires_at = serializers.DateTimeField(allow_null=True, help_text="Of a key.")
    scopes = serializers.ListField(child=serializers.CharField(), help_text="What this caller may do: `catalog:read` …")


class ShopSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    slug = serializers.CharField()
    state = serializers.ChoiceField(VendorState.choices)
    country = serializers.CharField()
    currency = serializers.CharField(help_text="Of every amount of this API.")
    caller = CallerSerializer()
