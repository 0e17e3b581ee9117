"""What a vendor's money gives."""

from typing import Any

from rest_framework import serializers

from billing.payouts.models import PayoutState, TransferPart, TransferState
from billing.payouts.queries import PLACES

WHERE = sorted({*PLACES.values(), "In the bank"})


class TransferFilterSerializer(serializers.Serializer[Any]):
    state = serializers.ChoiceField(TransferState.choices, required=False)
    order = serializers.UUIDField(required=False, help_text="An order's id: the transfer of its earnings.")


class PayoutFilterSerializer(serializers.Serializer[Any]):
    state = serializers.ChoiceField(PayoutState.choices, required=False)


class BalanceSerializer(serializers.Serializer[Any]):
    """All earnings by where they are now, refunds taken off."""

    currency = serializers.CharField()
    held_minor = serializers.IntegerField(help_text="Paid by customers; waits for delivery or the end of the hold.")
    held_count = serializers.IntegerField(help_text="Of how many orders.")
    next_release_at = serializers.DateTimeField(allow_null=True)
    on_its_way_minor = serializers.IntegerField(help_text="Released, and not in the bank yet.")
    arrives_on = serializers.DateField(allow_null=True, help_text="Of the next payout under way.")
    in_the_bank_minor = serializers.IntegerField(help_text="In payouts that arrived.")
    owed_minor = serializers.IntegerField(
        help_text="What the books owe you: earnings that are not transferred to your balance yet. Below 0: you owe."
    )


class OrderNameSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    number = serializers.CharField()


class StageSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    state = serializers.ChoiceField(["done", "now", "later", "failed"])
    on = serializers.DateField(allow_null=True)
    note = serializers.CharField(allow_blank=True)


class HoldSerializer(serializers.Serializer[Any]):
    rule = serializers.CharField(
        help_text="delivered_plus_days, reserve, large_order, elevated_risk, manual, dispute …"
    )
    reason = serializers.CharField()
    days_after_delivery = serializers.IntegerField(allow_null=True, help_text="When delivery sets the date.")
    release_at = serializers.DateTimeField(allow_null=True, help_text="Null: not known yet.")
    released_at = serializers.DateTimeField(allow_null=True, help_text="When it was ended before its date.")
    is_open = serializers.BooleanField(help_text="The transfer is made once none is open.")


class EarnedLineSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    title = serializers.CharField()
    sku = serializers.CharField()
    quantity = serializers.IntegerField()
    earned_minor = serializers.IntegerField(help_text="The line less commission, before refunds; shipping is apart.")


class TransferSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    order = OrderNameSerializer()
    amount_minor = serializers.IntegerField()
    reversed_minor = serializers.IntegerField(help_text="Taken back for refunds.")
    currency = serializers.CharField()
    state = serializers.ChoiceField(TransferState.choices)
    place = serializers.ChoiceField(WHERE, help_text="Where it is, in a word for people.")
    explanation = serializers.CharField(allow_blank=True, help_text="Why it waits, or when it arrives.")
    hold_rule = serializers.CharField()
    release_at = serializers.DateTimeField(allow_null=True)
    done_at = serializers.DateTimeField(allow_null=True, help_text="When it reached your balance.")
    part = serializers.ChoiceField(TransferPart.choices, help_text="A reserve goes by a transfer of its own, later.")
    waits_for = serializers.CharField(allow_blank=True, help_text="What has to happen next; empty: nothing.")
    turn = serializers.CharField(allow_blank=True, help_text="Whose turn it is, in words.")
    stages = StageSerializer(many=True, help_text="The whole way, from paid to your bank.")
    holds = HoldSerializer(many=True, help_text="Why it waits or waited, oldest first.")
    lines = EarnedLineSerializer(many=True, help_text="The order's lines that it pays for.")


class PayoutSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    provider_id = serializers.CharField(help_text="As the payment provider calls it.")
    amount_minor = serializers.IntegerField()
    currency = serializers.CharField()
    state = serializers.ChoiceField(PayoutState.choices)
    arrives_on = serializers.DateField(allow_null=True)
    failure_reason = serializers.CharField(allow_blank=True)
    created_at = serializers.DateTimeField()


class CarriedSerializer(serializers.Serializer[Any]):
    transfer_id = serializers.UUIDField()
    order = OrderNameSerializer()
    amount_minor = serializers.IntegerField()


class PayoutDetailSerializer(PayoutSerializer):
    transfers = CarriedSerializer(many=True, help_text="What it carried.")


class LedgerStepSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    at = serializers.DateTimeField()
    kind = serializers.CharField(help_text="sale, commission, transfer, transfer_reversal, refund_owed …")
    description = serializers.CharField(allow_blank=True)
    corrects = serializers.BooleanField(help_text="It takes an earlier entry back.")
    order = OrderNameSerializer(allow_null=True)
    amount_minor = serializers.IntegerField(help_text="Above 0: we owe you more.")
    balance_minor = serializers.IntegerField(help_text="What we owed you after it.")


class LedgerSerializer(serializers.Serializer[Any]):
    currency = serializers.CharField()
    opening_minor = serializers.IntegerField(help_text="Before this page's entries.")
    closing_minor = serializers.IntegerField(help_text="After them.")
    items = LedgerStepSerializer(many=True)
    next_cursor = serializers.CharField(allow_null=True)
    previous_cursor = serializers.CharField(allow_null=True)
