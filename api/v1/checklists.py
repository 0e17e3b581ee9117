"""A checklist as both audiences have it."""

from typing import Any

from rest_framework import serializers

from tenants.onboarding.checklist import (
    AT_PROVIDER,
    DONE,
    LATER,
    PLATFORM,
    PROVIDER,
    SENT_BACK,
    TO_DO,
    VENDOR,
    WAITING,
    WAIVED,
    Checklist,
)
from tenants.onboarding.models import StepKind
from tenants.vendors.models import Vendor

STATES = (TO_DO, SENT_BACK, WAITING, AT_PROVIDER, LATER, DONE, WAIVED)


class ItemSerializer(serializers.Serializer):
    code = serializers.CharField()
    kind = serializers.ChoiceField(StepKind.choices)
    title = serializers.CharField()
    explanation = serializers.CharField()
    for_selling = serializers.BooleanField(help_text="Selling is closed until it is done or waived.")
    for_payout = serializers.BooleanField(help_text="Payouts are held until it is done or waived.")
    state = serializers.ChoiceField(STATES)
    waits_for = serializers.ChoiceField((VENDOR, PLATFORM, PROVIDER), allow_null=True, help_text="Whose turn it is.")
    what = serializers.CharField(help_text="What they have to do; empty once it is done or waived.")
    reason = serializers.CharField(help_text="Why it was sent back, or waived.")
    at = serializers.DateTimeField(allow_null=True, help_text="Of what last counted.")
    document_id = serializers.UUIDField(allow_null=True, help_text="The document that was sent last.")
    terms_version = serializers.IntegerField(allow_null=True, help_text="The version that was agreed to last.")
    seen = serializers.UUIDField(
        allow_null=True, help_text="The step's last event: to be named when deciding about it."
    )


class ChecklistSerializer(serializers.Serializer):
    selling_cleared_at = serializers.DateTimeField(allow_null=True, help_text="Since when its offers may be shown.")
    payouts_cleared_at = serializers.DateTimeField(allow_null=True, help_text="Since when it may be paid.")
    items = ItemSerializer(many=True)


def shown(vendor: Vendor, found: Checklist) -> dict[str, Any]:
    return {
        "selling_cleared_at": vendor.selling_cleared_at,
        "payouts_cleared_at": vendor.payouts_cleared_at,
        "items": [
            {
                **{name: getattr(item, name) for name in ItemSerializer().fields if name != "waits_for"},
                "waits_for": item.who or None,
            }
            for item in found.items
        ],
    }
