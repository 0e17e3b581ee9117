"""Vendors and their applications."""

from rest_framework import serializers

from tenants.vendors.models import MemberRole, VendorState

UNREAD = "null for whoever may not read orders."


class VendorFilterSerializer(serializers.Serializer):
    state = serializers.ChoiceField(VendorState.choices, required=False)
    q = serializers.CharField(
        required=False, max_length=150, help_text="Part of a name, or the start of a slug or an e-mail address."
    )
    waits_for_us = serializers.BooleanField(
        required=False, help_text="Only those with an application to decide on, or a step to look at."
    )
    country = serializers.RegexField("^[A-Za-z]{2}$", required=False, help_text="ISO 3166-1, two letters.")


class VendorSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    slug = serializers.CharField()
    name = serializers.CharField()
    state = serializers.ChoiceField(VendorState.choices)
    country = serializers.CharField()
    email = serializers.CharField()
    currency = serializers.CharField()
    applied_at = serializers.DateTimeField()
    approved_at = serializers.DateTimeField(allow_null=True)
    activated_at = serializers.DateTimeField(allow_null=True)
    rejected_at = serializers.DateTimeField(allow_null=True)
    selling_cleared_at = serializers.DateTimeField(allow_null=True, help_text="Since when its checklist lets it sell.")
    payouts_cleared_at = serializers.DateTimeField(
        allow_null=True, help_text="Since when its checklist lets it be paid."
    )
    waits_for_us_at = serializers.DateTimeField(allow_null=True, help_text="Since when a step waits for the platform.")
    suspended_at = serializers.DateTimeField(allow_null=True)
    payouts_held_at = serializers.DateTimeField(
        allow_null=True, help_text="Since when its money is held for a suspension."
    )
    closing_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    payouts_ready_at = serializers.DateTimeField(allow_null=True, help_text="Since when the provider can pay it.")
    orders = serializers.IntegerField(allow_null=True, help_text=f"Its paid vendor orders. {UNREAD}")
    sales_minor = serializers.IntegerField(allow_null=True, help_text=f"What customers paid for them. {UNREAD}")
    owed_minor = serializers.IntegerField(
        allow_null=True, help_text=f"What the books owe it; negative: it owes us. {UNREAD}"
    )


class PersonSerializer(serializers.Serializer):
    user_id = serializers.UUIDField()
    name = serializers.CharField()
    email = serializers.CharField()
    role = serializers.ChoiceField(MemberRole.choices)


class PayoutAccountSerializer(serializers.Serializer):
    """The vendor's account at the payment provider, as last fetched."""

    account_id = serializers.CharField(help_text="The provider's id; empty until it has answered.")
    transfers_status = serializers.CharField()
    payouts_status = serializers.CharField()
    requirements_due = serializers.IntegerField(help_text="How many details the provider still asks for.")
    disabled_reason = serializers.CharField()
    synced_at = serializers.DateTimeField(allow_null=True)


class VendorDetailSerializer(VendorSerializer):
    legal_name = serializers.CharField()
    vat_id = serializers.CharField()
    city = serializers.CharField()
    tagline = serializers.CharField()
    decision_reason = serializers.CharField(help_text="Why it was turned down, suspended or closed.")
    has_shop = serializers.BooleanField(help_text="False while its shop is being made.")
    hosts = serializers.ListField(child=serializers.CharField(), help_text="Where its shop front is found.")
    people = PersonSerializer(many=True)
    payout_account = PayoutAccountSerializer(allow_null=True)


class SuspensionSerializer(serializers.Serializer):
    reason = serializers.CharField(max_length=2000, help_text="The vendor reads it, beside its money too.")
    hold_payouts = serializers.BooleanField(help_text="Whether what it earns is held until the suspension is lifted.")


class ReasonSerializer(serializers.Serializer):
    reason = serializers.CharField(max_length=2000, help_text="The vendor reads it in the mail.")


class RejectionSerializer(serializers.Serializer):
    reason = serializers.CharField(max_length=2000, help_text="The applicant reads it in the mail.")
