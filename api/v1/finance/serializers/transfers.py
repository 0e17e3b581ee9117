"""Money out: transfers, payouts, and where each vendor's money is."""

from rest_framework import serializers

from api.v1.office import VendorNameSerializer
from billing.payouts.models import PayoutState, TransferState


class TransferFilterSerializer(serializers.Serializer):
    state = serializers.ChoiceField(TransferState.choices, required=False)
    vendor = serializers.UUIDField(required=False)
    vendor_order = serializers.UUIDField(required=False)


class CarrierSerializer(serializers.Serializer):
    id = serializers.UUIDField(source="payout.id")
    provider_payout_id = serializers.CharField(source="payout.provider_payout_id")
    state = serializers.ChoiceField(PayoutState.choices, source="payout.state")
    arrives_on = serializers.DateField(source="payout.arrives_on", allow_null=True)
    amount_minor = serializers.IntegerField(help_text="Of the transfer, in this payout.")


class TransferSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    vendor = VendorNameSerializer(allow_null=True)
    vendor_order_id = serializers.UUIDField(source="reference_id")
    order_number = serializers.CharField(source="reference_number", help_text="Of the whole purchase.")
    payment_id = serializers.UUIDField()
    part = serializers.CharField(
        help_text="earnings, or reserve: what of them is sent later; again1, again2 ...: sent anew."
    )
    amount_minor = serializers.IntegerField(help_text="What is sent.")
    netted_minor = serializers.IntegerField(help_text="What paid the vendor's debts instead, oldest first.")
    reversed_minor = serializers.IntegerField()
    currency = serializers.CharField()
    state = serializers.ChoiceField(TransferState.choices)
    hold_rule = serializers.CharField()
    hold_reason = serializers.CharField()
    release_at = serializers.DateTimeField(allow_null=True, help_text="Null until delivery sets it.")
    next_try_at = serializers.DateTimeField(allow_null=True)
    provider_transfer_id = serializers.CharField()
    error = serializers.CharField()
    created_at = serializers.DateTimeField()
    done_at = serializers.DateTimeField(allow_null=True)
    payouts = CarrierSerializer(many=True, help_text="Which payouts carried it to the bank, oldest first.")


class PayoutFilterSerializer(serializers.Serializer):
    state = serializers.ChoiceField(PayoutState.choices, required=False)
    vendor = serializers.UUIDField(required=False)


class PayoutSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    vendor = VendorNameSerializer(allow_null=True, help_text="Null: the marketplace's own payout.")
    provider_payout_id = serializers.CharField()
    amount_minor = serializers.IntegerField()
    currency = serializers.CharField()
    state = serializers.ChoiceField(PayoutState.choices)
    arrives_on = serializers.DateField(allow_null=True)
    failure_reason = serializers.CharField()
    created_at = serializers.DateTimeField()
    reconciled_at = serializers.DateTimeField(allow_null=True)


class CarriedSerializer(serializers.Serializer):
    transfer_id = serializers.UUIDField()
    vendor_order_id = serializers.UUIDField(source="transfer.reference_id")
    order_number = serializers.CharField(source="transfer.reference_number")
    amount_minor = serializers.IntegerField()


class CarriedCreditSerializer(serializers.Serializer):
    credit_id = serializers.UUIDField(source="id")
    reason = serializers.CharField()
    amount_minor = serializers.IntegerField(source="sent_minor")


class PayoutDetailSerializer(PayoutSerializer):
    transfers = CarriedSerializer(many=True, help_text="What it carried.")
    credits = CarriedCreditSerializer(many=True, help_text="What it carried of what was given by hand.")
    taken_back_minor = serializers.IntegerField(help_text="Taken out of the vendor's balance again before it left.")
    left_minor = serializers.IntegerField(help_text="What none of these explain.")


class VendorBooksFilterSerializer(serializers.Serializer):
    q = serializers.CharField(required=False, max_length=100, help_text="Part of a name, or the start of a slug.")


class VendorBooksSerializer(serializers.Serializer):
    vendor = VendorNameSerializer()
    account_id = serializers.UUIDField(
        source="payable.account_id", default=None, allow_null=True, help_text="Its payable account; null before a sale."
    )
    currency = serializers.CharField()
    gross_minor = serializers.IntegerField(source="sold.gross_minor", help_text="Paid by customers.")
    refunded_minor = serializers.IntegerField(source="sold.refunded_minor")
    commission_minor = serializers.IntegerField(source="sold.kept_commission_minor")
    held_minor = serializers.IntegerField(source="out.held_minor")
    owed_minor = serializers.IntegerField(help_text="By the books.")
    transferred_minor = serializers.IntegerField(source="out.transferred_minor")
    in_the_bank_minor = serializers.IntegerField(source="out.in_the_bank_minor")
    debt_minor = serializers.IntegerField(help_text="What it owes us.")
