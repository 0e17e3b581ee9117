"""What the vendor API says of the shop's plan."""

from rest_framework import serializers

from billing.subscriptions.models import Interval, InvoiceStatus, Status


class UsedSerializer(serializers.Serializer):
    counted = serializers.ChoiceField(["products", "staff", "warehouses"])
    used = serializers.IntegerField()
    limit = serializers.IntegerField(
        allow_null=True, help_text="null: no limit. What is beyond it stays and adds none."
    )


class SubscriptionSerializer(serializers.Serializer):
    """As the payment provider last told us."""

    state = serializers.ChoiceField(Status.choices, help_text="The provider's word.")
    interval = serializers.ChoiceField(Interval.choices)
    price_minor = serializers.IntegerField(help_text="Of a period, before VAT.")
    currency = serializers.CharField()
    period_starts_at = serializers.DateTimeField()
    period_ends_at = serializers.DateTimeField()
    trial_ends_at = serializers.DateTimeField(allow_null=True)
    ends_at = serializers.DateTimeField(allow_null=True, help_text="When it ends, if it was told to.")
    pay_by = serializers.DateTimeField(allow_null=True, help_text="Of a payment that failed: the end of the grace.")


class NoticeSerializer(serializers.Serializer):
    severity = serializers.ChoiceField(["info", "warn", "bad"])
    title = serializers.CharField()
    text = serializers.CharField()


class PlanSerializer(serializers.Serializer):
    code = serializers.CharField(help_text="`start` for a shop that pays for none.")
    name = serializers.CharField()
    usage = UsedSerializer(many=True)
    has_api = serializers.BooleanField()
    has_custom_domain = serializers.BooleanField()
    subscription = SubscriptionSerializer(allow_null=True, help_text="null when none goes on.")
    notice = NoticeSerializer(allow_null=True, help_text="What to know of it now: a trial, a payment that failed.")


class PlanInvoiceFilterSerializer(serializers.Serializer):
    state = serializers.ChoiceField([one for one in InvoiceStatus.choices if one[0] != "draft"], required=False)


class PlanInvoiceSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    number = serializers.CharField()
    state = serializers.ChoiceField(InvoiceStatus.choices, source="status")
    currency = serializers.CharField()
    net_minor = serializers.IntegerField(help_text="Below zero: a credit for later invoices.")
    tax_minor = serializers.IntegerField(help_text="VAT.")
    total_minor = serializers.IntegerField()
    due_minor = serializers.IntegerField(help_text="Of the total, less credit of earlier invoices.")
    paid_minor = serializers.IntegerField()
    credited_minor = serializers.IntegerField(help_text="By credit notes.")
    created_at = serializers.DateTimeField()
    paid_at = serializers.DateTimeField(allow_null=True)
    next_attempt_at = serializers.DateTimeField(allow_null=True, help_text="When the card is charged again.")
    page_url = serializers.CharField(source="hosted_url", help_text="The provider's page, where it can be paid.")
    pdf_url = serializers.CharField()


class PlanInvoiceLineSerializer(serializers.Serializer):
    description = serializers.CharField()
    net_minor = serializers.IntegerField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    is_proration = serializers.BooleanField(help_text="Part of a period, for a switch within it.")


class PlanInvoiceDetailSerializer(PlanInvoiceSerializer):
    lines = PlanInvoiceLineSerializer(many=True)
