"""What the APIs of vendors and finance say alike of disputes and debts."""

from typing import Any

from rest_framework import serializers

from api.fields import Text
from billing.disputes.evidence import KIND_CHOICES, LONGEST_TEXT, TEXTS

# By the provider's own names: https://docs.stripe.com/api/disputes/evidence_object
TextsSerializer: type[serializers.Serializer[Any]] = type(
    "TextsSerializer",
    (serializers.Serializer,),
    {
        "__doc__": "What is said of a dispute, by the provider's names.",
        **{
            name: Text(required=False, allow_blank=True, max_length=LONGEST_TEXT, help_text=f"{label}.")
            for name, label in TEXTS.items()
        },
    },
)


class EvidenceFileSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    proves = serializers.ChoiceField(KIND_CHOICES, source="kind")
    name = serializers.CharField()
    content_type = serializers.CharField()
    size_bytes = serializers.IntegerField()
    created_at = serializers.DateTimeField()
