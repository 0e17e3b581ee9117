"""Payout schedules and payouts by hand as the APIs of vendors and finance give them."""

from typing import Any
from uuid import UUID

from django.conf import settings
from rest_framework import serializers

from api.fields import Whole
from billing.payouts.models import PayoutInterval, PayoutMethod, PayoutSchedule, WishState
from billing.payouts.wishes import in_words, schedule_of

MOST_MINOR = 10**12


class PayoutScheduleSerializer(serializers.Serializer[Any]):
    interval = serializers.ChoiceField(PayoutInterval.choices)
    weekday = serializers.CharField(allow_blank=True, help_text="Of a weekly schedule.")
    month_day = serializers.IntegerField(allow_null=True, help_text="Of a monthly schedule; 31 is always the last.")
    minimum_minor = serializers.IntegerField(help_text="What stays in the balance, and is carried to the next payout.")
    currency = serializers.CharField()
    in_words = serializers.CharField()
    state = serializers.ChoiceField(
        WishState.choices, allow_null=True, help_text="Null: never asked for; the provider pays out every day."
    )
    error = serializers.CharField(allow_blank=True, help_text="Why the provider refused it.")
    asked_at = serializers.DateTimeField(allow_null=True)
    applied_at = serializers.DateTimeField(allow_null=True)
    held_at = serializers.DateTimeField(allow_null=True, help_text="Since when nothing is paid out, whatever is asked.")
    held_reason = serializers.CharField(allow_blank=True)


class PayoutWishSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    amount_minor = serializers.IntegerField(allow_null=True, help_text="Null: all that is there.")
    currency = serializers.CharField()
    method = serializers.ChoiceField(PayoutMethod.choices)
    state = serializers.ChoiceField(WishState.choices)
    provider_payout_id = serializers.CharField(allow_blank=True, help_text="Of the payout that it became.")
    error = serializers.CharField(allow_blank=True, help_text="Why it waits, or was refused.")
    asked_at = serializers.DateTimeField()
    done_at = serializers.DateTimeField(allow_null=True)


class AmountInput(serializers.Serializer[Any]):
    amount_minor = Whole(
        min_value=1, max_value=MOST_MINOR, allow_null=True, default=None, help_text="None: all that is there."
    )


def schedule_for(vendor_id: UUID) -> dict[str, Any]:
    """A vendor's schedule; the provider's own where it never asked for one. One query."""
    known = schedule_of(vendor_id)
    row = known or PayoutSchedule(vendor_id=vendor_id, currency=settings.CURRENCY)
    shown = {name: getattr(row, name) for name in PayoutScheduleSerializer().fields if name != "in_words"}
    unasked = {} if known else {"state": None, "asked_at": None}
    return dict(PayoutScheduleSerializer({**shown, **unasked, "in_words": in_words(known)}).data)
