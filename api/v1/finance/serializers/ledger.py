"""The books: accounts, entries and postings."""

from rest_framework import serializers

from api.v1.office import VendorNameSerializer
from billing.ledger.models import AccountCode

CODES = [(code.value, code.name) for code in AccountCode]
KINDS = ("order", "vendor_order", "payout")


class AccountFilterSerializer(serializers.Serializer):
    code = serializers.ChoiceField(CODES, required=False)
    vendor = serializers.UUIDField(required=False, help_text="Only this vendor's accounts.")


class AccountSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    code = serializers.ChoiceField(CODES)
    name = serializers.CharField()
    vendor = VendorNameSerializer(allow_null=True, help_text="Whose account it is, of a code kept per vendor.")
    currency = serializers.CharField()
    balance_minor = serializers.IntegerField(help_text="Debits less credits: what we owe is negative.")


class TrialLineSerializer(serializers.Serializer):
    code = serializers.ChoiceField(CODES)
    name = serializers.CharField()
    debits_minor = serializers.IntegerField()
    credits_minor = serializers.IntegerField()
    balance_minor = serializers.IntegerField()


class TrialSerializer(serializers.Serializer):
    currency = serializers.CharField()
    debits_minor = serializers.IntegerField()
    credits_minor = serializers.IntegerField()
    balance_minor = serializers.IntegerField(help_text="Zero, or the books are broken.")
    lines = TrialLineSerializer(many=True)


class ReferenceSerializer(serializers.Serializer):
    """What an entry is about."""

    kind = serializers.ChoiceField(KINDS)
    id = serializers.UUIDField()
    number = serializers.CharField(help_text="Of a payout, the provider's id.")


class EntryHeadSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    kind = serializers.CharField(help_text="sale, commission, transfer, refund ...")
    source_key = serializers.CharField(help_text="Names the one fact that it enters, e.g. txn:txn_1.")
    description = serializers.CharField()
    occurred_at = serializers.DateTimeField()
    posted_at = serializers.DateTimeField()
    reverses_id = serializers.UUIDField(allow_null=True)
    reference = ReferenceSerializer(allow_null=True)


class StepSerializer(serializers.Serializer):
    """A posting with what the account held once it was entered."""

    id = serializers.UUIDField(source="posting.id")
    amount_minor = serializers.IntegerField(source="posting.amount_minor", help_text="Positive: a debit.")
    balance_minor = serializers.IntegerField()
    entry = EntryHeadSerializer()


class AccountHistorySerializer(serializers.Serializer):
    account = AccountSerializer()
    opening_minor = serializers.IntegerField(help_text="Before the oldest posting of this page.")
    closing_minor = serializers.IntegerField(help_text="After its newest.")
    items = StepSerializer(many=True)
    next_cursor = serializers.CharField(allow_null=True)
    previous_cursor = serializers.CharField(allow_null=True)


class KindFilterSerializer(serializers.Serializer):
    since = serializers.DateTimeField(help_text="Occurred at this instant or later.")
    until = serializers.DateTimeField(required=False, help_text="Occurred before this instant; none: till now.")


class KindSumSerializer(serializers.Serializer):
    entry_kind = serializers.CharField(source="kind", help_text="sale, commission, transfer, refund ...")
    debits_minor = serializers.IntegerField()
    credits_minor = serializers.IntegerField()
    moved_minor = serializers.IntegerField(help_text="Debits less credits.")
    postings_count = serializers.IntegerField()


class AccountKindsSerializer(serializers.Serializer):
    account = AccountSerializer()
    opening_minor = serializers.IntegerField()
    kinds = KindSumSerializer(many=True)
    closing_minor = serializers.IntegerField(help_text="The opening and what every kind moved.")


class EntryFilterSerializer(serializers.Serializer):
    kind = serializers.CharField(required=False, max_length=40)
    q = serializers.CharField(required=False, max_length=120, help_text="The beginning of a source key.")
    reference = serializers.UUIDField(required=False, help_text="The id of an order, a vendor order or a payout.")
    since = serializers.DateTimeField(required=False, help_text="Occurred at this instant or later.")
    until = serializers.DateTimeField(required=False, help_text="Occurred before this instant.")


class PostingSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    account_id = serializers.UUIDField()
    code = serializers.ChoiceField(CODES, source="account.code")
    name = serializers.CharField(source="account.name")
    vendor_id = serializers.UUIDField(allow_null=True)
    amount_minor = serializers.IntegerField(help_text="Positive: a debit.")
    currency = serializers.CharField()


class EntrySerializer(EntryHeadSerializer):
    postings = PostingSerializer(many=True, source="postings.all", help_text="They sum to zero.")


class MovementSerializer(serializers.Serializer):
    """The movement of the provider's balance that an entry was made from."""

    transaction_id = serializers.CharField()
    type = serializers.CharField()
    amount_minor = serializers.IntegerField()
    fee_minor = serializers.IntegerField()
    net_minor = serializers.IntegerField()
    currency = serializers.CharField()
    status = serializers.CharField()
    source_id = serializers.CharField()
    created_at = serializers.DateTimeField()
    available_at = serializers.DateTimeField()


class EntryDetailSerializer(EntrySerializer):
    movement = MovementSerializer(allow_null=True)
    reversal_ids = serializers.ListField(child=serializers.UUIDField(), help_text="Entries that reverse it.")
