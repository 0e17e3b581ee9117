"""Money in: payments and refunds."""

from rest_framework import serializers

from api.fields import Text
from api.v1.office import VendorNameSerializer
from billing.payments.models import AttemptState, PaymentState, RefundState


class PaymentFilterSerializer(serializers.Serializer):
    state = serializers.ChoiceField(PaymentState.choices, required=False)
    q = serializers.CharField(
        required=False, max_length=80, help_text="The beginning of an order's number, or the provider's id."
    )


class PaymentSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    order_id = serializers.UUIDField(source="reference_id")
    order_number = serializers.CharField(source="reference_number")
    amount_minor = serializers.IntegerField()
    refunded_minor = serializers.IntegerField()
    fee_minor = serializers.IntegerField(help_text="The provider's, borne by the marketplace.")
    currency = serializers.CharField()
    state = serializers.ChoiceField(PaymentState.choices)
    provider_charge_id = serializers.CharField()
    provider_intent_id = serializers.CharField()
    created_at = serializers.DateTimeField()
    paid_at = serializers.DateTimeField(allow_null=True)


class RefundFilterSerializer(serializers.Serializer):
    state = serializers.ChoiceField(RefundState.choices, required=False)


class RefundSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    payment_id = serializers.UUIDField()
    order_number = serializers.CharField(source="payment.reference_number")
    vendor = VendorNameSerializer(allow_null=True)
    vendor_order_id = serializers.UUIDField(source="share.reference_id")
    amount_minor = serializers.IntegerField(help_text="To the customer.")
    earnings_minor = serializers.IntegerField(source="net_minor", help_text="Of it, from the vendor's earnings.")
    commission_minor = serializers.IntegerField(help_text="And from our commission.")
    currency = serializers.CharField()
    reason = serializers.CharField()
    state = serializers.ChoiceField(RefundState.choices)
    due_at = serializers.DateTimeField()
    created_at = serializers.DateTimeField()
    done_at = serializers.DateTimeField(allow_null=True)
    provider_refund_id = serializers.CharField()
    error = serializers.CharField()
    by_hand_at = serializers.DateTimeField(allow_null=True, help_text="Paid from our bank, after it came back.")
    by_hand_reference = serializers.CharField(allow_blank=True)


class BankTransferInput(serializers.Serializer):
    reference = Text(max_length=80, help_text="Of the transfer at our bank.")
    paid_on = serializers.DateField()


class BankTransferSerializer(serializers.Serializer):
    approval_id = serializers.UUIDField(allow_null=True, help_text="The approval that waits; null: it is entered.")
    refund = RefundSerializer()


class ShareSerializer(serializers.Serializer):
    """A vendor's part of a payment: gross is commission and earnings."""

    vendor = VendorNameSerializer(allow_null=True)
    vendor_order_id = serializers.UUIDField(source="reference_id")
    gross_minor = serializers.IntegerField()
    commission_minor = serializers.IntegerField()
    earnings_minor = serializers.IntegerField(source="net_minor")
    refunded_minor = serializers.IntegerField()
    refunded_earnings_minor = serializers.IntegerField(source="refunded_net_minor")
    transferred_minor = serializers.IntegerField()
    reversed_minor = serializers.IntegerField()


class AttemptSerializer(serializers.Serializer):
    number = serializers.IntegerField()
    state = serializers.ChoiceField(AttemptState.choices)
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)


class PaymentDetailSerializer(PaymentSerializer):
    shares = ShareSerializer(many=True)
    attempts = AttemptSerializer(many=True, help_text="The customer's tries at the provider.")
    refunds = RefundSerializer(many=True)
