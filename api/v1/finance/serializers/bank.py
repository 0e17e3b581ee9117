"""Money by our own bank."""

from rest_framework import serializers

from api.fields import Text
from billing.payments.models import PaymentState


class ReferenceInput(serializers.Serializer):
    reference = Text(max_length=80, help_text="Of the transfer at our bank.")


class ReceiptInput(serializers.Serializer):
    order_number = Text(max_length=20, help_text="As the payer wrote it.")
    amount_minor = serializers.IntegerField(min_value=1, max_value=10**12)
    currency = serializers.RegexField(r"^[A-Z]{3}$")
    received_on = serializers.DateField()
    bank_reference = Text(max_length=80, help_text="The bank's own name of the line.")
    payer = Text(max_length=140, required=False, default="", allow_blank=True)


class ReceiptSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    order_number = serializers.CharField(source="payment.reference_number")
    payment_id = serializers.UUIDField()
    payment_state = serializers.ChoiceField(PaymentState.choices, source="payment.state")
    bank_reference = serializers.CharField()
    payer = serializers.CharField()
    amount_minor = serializers.IntegerField()
    currency = serializers.CharField()
    received_on = serializers.DateField()
    recorded_by = serializers.UUIDField(help_text="The person's user id.")
    recorded_at = serializers.DateTimeField()
    returned_minor = serializers.IntegerField(help_text="What of it was too much and went back.")
    returned_reference = serializers.CharField()
    returned_at = serializers.DateTimeField(allow_null=True)


class SettlementFileSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField(help_text="The message id in the file.")
    total_minor = serializers.IntegerField()
    currency = serializers.CharField()
    lines_count = serializers.IntegerField()
    made_by = serializers.UUIDField(help_text="The person's user id.")
    made_at = serializers.DateTimeField()
    released_at = serializers.DateTimeField(allow_null=True, help_text="Null while a second person has to agree.")
    withdrawn_at = serializers.DateTimeField(allow_null=True, help_text="When it was refused.")
    sent_at = serializers.DateTimeField(allow_null=True, help_text="When it was given to the bank.")


class SettlementLineSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    transfer_id = serializers.UUIDField()
    order_number = serializers.CharField(source="transfer.reference_number")
    vendor_id = serializers.UUIDField()
    holder = serializers.CharField()
    iban = serializers.CharField()
    amount_minor = serializers.IntegerField()
    currency = serializers.CharField()
    returned_at = serializers.DateTimeField(allow_null=True)
    return_reason = serializers.CharField()


class SettlementFileDetailSerializer(SettlementFileSerializer):
    lines = SettlementLineSerializer(many=True, source="lines.all")


class SettlementReturnInput(serializers.Serializer):
    reason = Text(max_length=200, help_text="What the bank wrote.")


class BankAccountInput(serializers.Serializer):
    holder = Text(max_length=70)
    iban = Text(max_length=42)
    reason = Text(max_length=250, help_text="How it is known to be the vendor's.")


class BankAccountSerializer(serializers.Serializer):
    vendor_id = serializers.UUIDField()
    holder = serializers.CharField()
    iban = serializers.CharField()
    set_by = serializers.UUIDField(help_text="Who agreed to it.")
    set_at = serializers.DateTimeField()
