"""Who works at the shop, and who is invited to."""

from typing import Any

from rest_framework import serializers

from tenants.vendors.models import MemberRole


class MemberSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    email = serializers.CharField()
    role = serializers.ChoiceField(MemberRole.choices)
    joined_at = serializers.DateTimeField()


class RoleInput(serializers.Serializer[Any]):
    role = serializers.ChoiceField(MemberRole.choices)


class InvitationSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    email = serializers.CharField()
    role = serializers.ChoiceField(MemberRole.choices)
    state = serializers.ChoiceField(["pending", "accepted", "withdrawn", "expired"])
    invited_at = serializers.DateTimeField()
    sent_count = serializers.IntegerField(help_text="How often its mail was asked for.")
    expires_at = serializers.DateTimeField(help_text="Until when it can be accepted.")
    accepted_at = serializers.DateTimeField(allow_null=True)
    withdrawn_at = serializers.DateTimeField(allow_null=True)


class InvitationInput(serializers.Serializer[Any]):
    email = serializers.EmailField(max_length=254, help_text="They accept with an account of this address.")
    role = serializers.ChoiceField(MemberRole.choices)
