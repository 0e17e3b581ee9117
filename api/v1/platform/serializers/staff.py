"""The platform's own staff."""

from rest_framework import serializers

from accounts.models import StaffRole


class StaffSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    user_id = serializers.UUIDField()
    name = serializers.CharField(source="user.name")
    email = serializers.CharField(source="user.email")
    role = serializers.ChoiceField(StaffRole.choices)
    joined_at = serializers.DateTimeField(source="created_at")


class StaffRoleSerializer(serializers.Serializer):
    role = serializers.ChoiceField(StaffRole.choices)


class HiringSerializer(StaffRoleSerializer):
    email = serializers.EmailField(max_length=254, help_text="Of an account whose address is confirmed.")
