"""What the worker does by itself."""

from rest_framework import serializers


class JobSerializer(serializers.Serializer):
    """What the worker does by itself again and again, and how its last run went."""

    name = serializers.CharField()
    every_seconds = serializers.FloatField()
    started_at = serializers.DateTimeField(allow_null=True)
    duration_ms = serializers.IntegerField(allow_null=True)
    succeeded_at = serializers.DateTimeField(allow_null=True)
    did_at = serializers.DateTimeField(allow_null=True, help_text="When there last was something to do.")
    done = serializers.IntegerField(help_text="How much it did then.")
    failing_since = serializers.DateTimeField(allow_null=True)
    failures = serializers.IntegerField(help_text="In a row.")
    error = serializers.CharField()
