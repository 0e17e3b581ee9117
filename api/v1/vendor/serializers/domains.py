"""A vendor's own domains."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from tenants.vendors import domains as keeping
from tenants.vendors.models import CustomDomain, DomainState


class DnsRecordSerializer(serializers.Serializer[Any]):
    type = serializers.ChoiceField(["TXT"])
    name = serializers.CharField()
    value = serializers.CharField()


class DomainSerializer(serializers.Serializer[CustomDomain]):
    id = serializers.UUIDField()
    host = serializers.CharField(help_text="In its ASCII form: `xn--ldchen-bua.example`.")
    state = serializers.ChoiceField(
        DomainState.choices, help_text="`failed`: nobody proved it in a week. `lost`: the proof was gone for too long."
    )
    reason = serializers.CharField(help_text="What the last look found amiss; empty when all is well.")
    leads_here = serializers.BooleanField(allow_null=True, help_text="The name's addresses are ours; null: not looked.")
    record = serializers.SerializerMethodField(help_text="The record that proves it. It must stay.")
    added_at = serializers.DateTimeField()
    checked_at = serializers.DateTimeField(allow_null=True)
    verified_at = serializers.DateTimeField(allow_null=True)
    lost_at = serializers.SerializerMethodField(help_text="When it is lost if the record does not come back.")
    serves_until = serializers.SerializerMethodField(
        help_text="When it stops serving, or did: the plan has no domains."
    )

    @extend_schema_field(DnsRecordSerializer)
    def get_record(self, domain: CustomDomain) -> dict[str, str]:
        return {"type": "TXT", "name": keeping.record_name(domain), "value": keeping.record_value(domain)}

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_lost_at(self, domain: CustomDomain) -> str | None:
        return _instant(keeping.lost_at(domain))

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_serves_until(self, domain: CustomDomain) -> str | None:
        return _instant(keeping.serves_until(domain))


class DomainInput(serializers.Serializer[Any]):
    host = serializers.CharField(max_length=300)


def _instant(value: Any) -> str | None:
    return serializers.DateTimeField().to_representation(value) if value else None
