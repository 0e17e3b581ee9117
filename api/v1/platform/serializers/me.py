"""Who calls."""

from rest_framework import serializers


class MeSerializer(serializers.Serializer):
    user_id = serializers.UUIDField()
    name = serializers.CharField(source="user.name")
    email = serializers.CharField(source="user.email")
    role = serializers.CharField(
        help_text="administrator, moderator, support, finance_viewer, accountant or controller."
    )
    scopes = serializers.ListField(child=serializers.CharField(), help_text="What the role may do, as `area:read`.")
