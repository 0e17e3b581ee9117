"""What the finance API takes and gives."""

from rest_framework import serializers

from api.fields import Text, Whole
from api.v1.disputes import EvidenceFileSerializer, TextsSerializer
from api.v1.office import VendorNameSerializer
from approvals.models import Decision
from billing.disputes.models import Bearer, DisputeState, Phase
from billing.ledger.models import AccountCode, Reopening
from billing.payments.models import AttemptState, PaymentState, RefundState
from billing.payouts.models import Cause, DebtPaymentKind, PayoutState, TransferState
from billing.reconciliation.models import ExceptionState
from billing.statements.models import DocumentKind, ExportFormat, ExportState

CODES = [(code.value, code.name) for code in AccountCode]
KINDS = ("order", "vendor_order", "payout")


# --- The books ------------------------------------------------------------------------------------------------------------


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


# --- Money out ------------------------------------------------------------------------------------------------------------


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
    amount_minor = serializers.IntegerField()
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


class PayoutDetailSerializer(PayoutSerializer):
    transfers = CarriedSerializer(many=True, help_text="What it carried.")
    left_minor = serializers.IntegerField(help_text="What its transfers do not explain.")


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


# --- Money in -------------------------------------------------------------------------------------------------------------


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


# --- Proof ----------------------------------------------------------------------------------------------------------------


class ReconciliationSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    started_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    entries_checked = serializers.IntegerField()
    exceptions_count = serializers.IntegerField()
    matches = serializers.BooleanField(help_text="Orders, books and provider agree to the cent.")
    totals = serializers.DictField(
        child=serializers.DictField(child=serializers.DictField(child=serializers.IntegerField())),
        help_text='By currency, what each side says: {"EUR": {"orders": {"charged": 13310}}}, in minor units.',
    )


class ExceptionFilterSerializer(serializers.Serializer):
    state = serializers.ChoiceField(ExceptionState.choices, required=False, help_text="None: both.")
    reconciliation = serializers.UUIDField(
        required=False, help_text="Only what this one found and none after it found again."
    )


class ExceptionSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    reconciliation_id = serializers.UUIDField(source="run_id", help_text="The last that found it.")
    key = serializers.CharField(help_text="What differs; found again, it stays one exception.")
    check = serializers.CharField(source="check_name")
    entry_id = serializers.UUIDField(allow_null=True)
    account = serializers.CharField()
    vendor = VendorNameSerializer(allow_null=True)
    expected_minor = serializers.IntegerField()
    found_minor = serializers.IntegerField()
    difference_minor = serializers.IntegerField()
    currency = serializers.CharField()
    explanation = serializers.CharField()
    state = serializers.ChoiceField(ExceptionState.choices)
    first_seen_at = serializers.DateTimeField()
    last_seen_at = serializers.DateTimeField()
    resolved_at = serializers.DateTimeField(allow_null=True)
    cause = serializers.CharField(source="cause.label", help_text="What it is likely about.")
    advice = serializers.CharField(source="cause.advice")
    owner_id = serializers.UUIDField(allow_null=True, help_text="The user who sees to it.")
    order_id = serializers.UUIDField(source="reference_id", allow_null=True, help_text="The order or vendor order.")
    came_back = serializers.BooleanField(help_text="Found again after somebody had resolved it.")
    resolved_by = serializers.UUIDField(allow_null=True, help_text="None when a match no longer found it.")
    resolution = serializers.CharField(help_text="Why it was set right so.")
    resolution_entry_id = serializers.UUIDField(allow_null=True)


class ExceptionLineSerializer(serializers.Serializer):
    code = serializers.CharField()
    amount_minor = serializers.IntegerField(help_text="Positive debits.")
    vendor_id = serializers.UUIDField(allow_null=True)


class SuggestionSerializer(serializers.Serializer):
    name = serializers.CharField(help_text="What to send as `suggestion`.")
    kind = serializers.ChoiceField(
        [("correction", "An entry of these lines"), ("reversal", "The entry is reversed"), ("entry", "It is entered")]
    )
    title = serializers.CharField()
    amount_minor = serializers.IntegerField()
    lines = ExceptionLineSerializer(many=True)


class ExceptionDetailSerializer(ExceptionSerializer):
    suggestions = SuggestionSerializer(many=True, help_text="What would set the books right, the likeliest first.")
    approval_id = serializers.UUIDField(allow_null=True, help_text="The request that waits for a second person.")


class ResolutionSerializer(serializers.Serializer):
    suggestion = serializers.CharField(max_length=60)
    reason = serializers.CharField(max_length=250)


class OwnerSerializer(serializers.Serializer):
    owner_id = serializers.UUIDField(allow_null=True, help_text="A user of the staff; null for nobody.")


# --- Four eyes ------------------------------------------------------------------------------------------------------------


class ApprovalFilterSerializer(serializers.Serializer):
    state = serializers.ChoiceField([("waiting", "Waiting"), ("decided", "Decided")], default="waiting")


class ApprovalSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    kind = serializers.CharField(help_text="What is done when it is granted, e.g. ledger.entry.")
    subject = serializers.CharField(help_text="kind:id of what it is about.")
    summary = serializers.CharField()
    amount_minor = serializers.IntegerField()
    currency = serializers.CharField()
    reason = serializers.CharField()
    requested_by = serializers.UUIDField(help_text="The user who asked.")
    requested_at = serializers.DateTimeField()
    decision = serializers.ChoiceField([("", "Waiting"), *Decision.choices])
    decided_by = serializers.UUIDField(allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)
    note = serializers.CharField()
    done_as = serializers.CharField(help_text="kind:id of what was made when it was granted.")


class DecisionSerializer(serializers.Serializer):
    grant = serializers.BooleanField()
    note = serializers.CharField(required=False, default="", allow_blank=True, max_length=250)


# --- Months, documents, files -------------------------------------------------------------------------------------------


class CheckSerializer(serializers.Serializer):
    name = serializers.CharField()
    title = serializers.CharField()
    passed = serializers.BooleanField()
    text = serializers.CharField(help_text="What was found.")


class PeriodSerializer(serializers.Serializer):
    """A month of the books: closed, or the next to close."""

    month = serializers.CharField(help_text="2026-10")
    closed_at = serializers.DateTimeField(allow_null=True)
    closed_by = serializers.UUIDField(allow_null=True, help_text="The person's user id.")
    documents_count = serializers.IntegerField()
    checks = CheckSerializer(many=True)


class NewReopeningSerializer(serializers.Serializer):
    reason = serializers.CharField(max_length=250)


class ReopeningSerializer(serializers.Serializer):
    """That a closed month be opened again: one controller asks, another agrees."""

    id = serializers.UUIDField()
    month = serializers.SerializerMethodField(help_text="2026-10")
    reason = serializers.CharField()
    asked_by = serializers.UUIDField(help_text="The person's user id.")
    asked_at = serializers.DateTimeField()
    approved_by = serializers.UUIDField(allow_null=True)
    approved_at = serializers.DateTimeField(allow_null=True, help_text="When the month was opened again.")
    withdrawn_at = serializers.DateTimeField(allow_null=True, help_text="When it was left closed after all.")

    def get_month(self, row: Reopening) -> str:
        return f"{row.period.starts_on:%Y-%m}"


class ReopeningDecisionSerializer(serializers.Serializer):
    agree = serializers.BooleanField(help_text="False leaves the month closed.")


class DocumentFilterSerializer(serializers.Serializer):
    kind = serializers.ChoiceField(DocumentKind.choices, required=False)
    vendor = serializers.UUIDField(required=False)
    month = serializers.RegexField(r"^[1-9]\d{3}-(0[1-9]|1[0-2])$", required=False, help_text="2026-10")


class DocumentSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    document_kind = serializers.ChoiceField(DocumentKind.choices, source="kind")
    number = serializers.CharField()
    vendor = VendorNameSerializer(allow_null=True)
    month_starts_on = serializers.DateField(source="starts_on")
    corrects_id = serializers.UUIDField(allow_null=True, help_text="Of a credit note, the invoice it corrects.")
    currency = serializers.CharField()
    net_minor = serializers.IntegerField(help_text="Of a statement, zero.")
    tax_minor = serializers.IntegerField(help_text="VAT.")
    total_minor = serializers.IntegerField(help_text="Of a statement, its closing balance.")
    issued_at = serializers.DateTimeField()
    file_sha256 = serializers.CharField(help_text="Of the PDF; empty until it is made.")


class DocumentDetailSerializer(DocumentSerializer):
    data = serializers.JSONField(help_text="Everything the document says, frozen.")
    data_sha256 = serializers.CharField()


class NewExportSerializer(serializers.Serializer):
    format = serializers.ChoiceField(ExportFormat.choices)
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(help_text="The first day after.")


class ExportSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    format = serializers.ChoiceField(ExportFormat.choices)
    currency = serializers.CharField()
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(help_text="The first day after.")
    state = serializers.ChoiceField(ExportState.choices)
    percent = serializers.IntegerField()
    entries_done = serializers.IntegerField()
    debits_minor = serializers.IntegerField()
    credits_minor = serializers.IntegerField()
    file_sha256 = serializers.CharField()
    file_bytes = serializers.IntegerField()
    error = serializers.CharField()
    asked_at = serializers.DateTimeField()
    done_at = serializers.DateTimeField(allow_null=True)


# --- Jobs -----------------------------------------------------------------------------------------------------------------


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


# --- Our bank -------------------------------------------------------------------------------------------------------------


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


# --- Disputes and debts -----------------------------------------------------------------------------------------------------


class DisputeFilterSerializer(serializers.Serializer):
    state = serializers.ChoiceField(
        [("open", "Not decided"), *DisputeState.choices], required=False, help_text="`open`: all not decided."
    )


class DisputeSerializer(serializers.Serializer):
    """A customer's bank asks for the money back, or has taken it already."""

    id = serializers.UUIDField()
    provider_dispute_id = serializers.CharField()
    payment_id = serializers.UUIDField()
    order_number = serializers.CharField(source="reference_number")
    state = serializers.ChoiceField(DisputeState.choices)
    reason = serializers.CharField(help_text="As the bank gives it, e.g. product_not_received.")
    currency = serializers.CharField()
    amount_minor = serializers.IntegerField()
    withdrawn_minor = serializers.IntegerField(help_text="Taken from our balance.")
    reinstated_minor = serializers.IntegerField(help_text="Given back.")
    fee_minor = serializers.IntegerField(help_text="The provider's.")
    phase = serializers.ChoiceField(Phase.choices, help_text="What it means for money.")
    needs_answer = serializers.BooleanField()
    evidence_due_at = serializers.DateTimeField(allow_null=True)
    submitted_at = serializers.DateTimeField(allow_null=True, help_text="When the bank was sent the answer.")
    accepted_at = serializers.DateTimeField(allow_null=True, help_text="When we gave in.")
    loss_borne_by = serializers.ChoiceField(Bearer.choices, source="borne_by")
    fee_borne_by = serializers.ChoiceField(Bearer.choices)
    opened_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)


class DisputePartSerializer(serializers.Serializer):
    vendor = VendorNameSerializer(allow_null=True)
    share_id = serializers.UUIDField()
    vendor_order_id = serializers.UUIDField(source="reference_id")
    amount_minor = serializers.IntegerField()
    earnings_minor = serializers.IntegerField(source="net_minor")
    texts = TextsSerializer(help_text="What the vendor says.")
    handed_in_at = serializers.DateTimeField(allow_null=True)


class DisputeShareSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    vendor = VendorNameSerializer(allow_null=True)


class DisputeFileSerializer(EvidenceFileSerializer):
    vendor = VendorNameSerializer(allow_null=True)


class DisputeEventSerializer(serializers.Serializer):
    at = serializers.DateTimeField()
    kind = serializers.CharField()
    text = serializers.CharField()
    by = serializers.UUIDField(allow_null=True, help_text="The user of the staff, when it was one.")


class DisputeDetailSerializer(DisputeSerializer):
    assigned_share_id = serializers.UUIDField(allow_null=True, help_text="All of it is about this part of the payment.")
    platform_minor = serializers.IntegerField(help_text="Of the amount, what no vendor's part has left.")
    parts = DisputePartSerializer(many=True, help_text="The vendors' parts as it is divided now.")
    shares = DisputeShareSerializer(many=True, help_text="The parts of the payment it can be assigned to.")
    merged_texts = TextsSerializer(help_text="What the vendors say, made one answer.")
    files = DisputeFileSerializer(many=True)
    events = DisputeEventSerializer(many=True)


class AssignmentInput(serializers.Serializer):
    share_id = serializers.UUIDField(allow_null=True, help_text="Of `shares`; null: divided by what each sold.")
    loss_borne_by = serializers.ChoiceField(Bearer.choices)
    fee_borne_by = serializers.ChoiceField(Bearer.choices)


class SubmissionInput(serializers.Serializer):
    texts = TextsSerializer()
    file_ids = serializers.ListField(
        child=serializers.UUIDField(), max_length=50, default=list, help_text="Of `files`; one of each kind is sent."
    )


class DebtFilterSerializer(serializers.Serializer):
    vendor = serializers.UUIDField(required=False)
    open = serializers.BooleanField(required=False, allow_null=True, default=None, help_text="None: both.")


class DebtPaymentSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    kind = serializers.ChoiceField(DebtPaymentKind.choices)
    amount_minor = serializers.IntegerField()
    transfer_id = serializers.UUIDField(allow_null=True, help_text="The transfer it was kept from.")
    reason = serializers.CharField(allow_blank=True)
    made_by = serializers.UUIDField(allow_null=True, help_text="The user who wrote it off.")
    created_at = serializers.DateTimeField()


class DebtSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    vendor = VendorNameSerializer(allow_null=True)
    vendor_order_id = serializers.UUIDField(source="reference_id", allow_null=True)
    order_number = serializers.CharField(source="reference_number", allow_blank=True)
    cause = serializers.ChoiceField(Cause.choices)
    reason = serializers.CharField()
    amount_minor = serializers.IntegerField()
    left_minor = serializers.IntegerField()
    currency = serializers.CharField()
    created_at = serializers.DateTimeField()
    settled_at = serializers.DateTimeField(allow_null=True)
    payments = DebtPaymentSerializer(many=True, help_text="What settled it so far, oldest first.")


class WriteOffInput(serializers.Serializer):
    amount_minor = Whole(min_value=1)
    reason = Text(max_length=250)


class WriteOffSerializer(serializers.Serializer):
    approval_id = serializers.UUIDField(allow_null=True, help_text="The approval that waits; null: it is written off.")
    debt = DebtSerializer()


class DebtLimitInput(serializers.Serializer):
    limit_minor = Whole(min_value=0, max_value=10**12)
    reason = Text(max_length=250)


class DebtLimitSerializer(serializers.Serializer):
    vendor = VendorNameSerializer()
    currency = serializers.CharField()
    owed_minor = serializers.IntegerField()
    limit_minor = serializers.IntegerField(help_text="Above it payouts are held.")
    reason = serializers.CharField(allow_blank=True, help_text="Why it has a limit of its own; empty: it has none.")
    set_by = serializers.UUIDField(allow_null=True)
    set_at = serializers.DateTimeField(allow_null=True)
    payouts_held_at = serializers.DateTimeField(allow_null=True)
    payouts_held_reason = serializers.CharField(allow_blank=True)
