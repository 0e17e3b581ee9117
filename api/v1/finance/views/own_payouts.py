"""Payouts of our own free money to our own bank, and how each vendor wants its own."""

from typing import ClassVar
from uuid import UUID

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import there
from api.idempotency import idempotent
from api.pagination import PAGE_PARAMETERS, cursor_of, limit_of, page_data, page_of
from api.v1.office import vendor_called
from api.v1.payout_wishes import AmountInput, PayoutScheduleSerializer, PayoutWishSerializer, schedule_for
from api.views import OfficeView, body_of, caller_of, created
from audit.actions import traced
from billing.payouts.wishes import ask_own, wish_of, wishes_page
from billing.stripe.floor import own_money
from kit.ids import uuid7

TAGS = ["money out"]


class OwnMoneySerializer(serializers.Serializer):
    currency = serializers.CharField()
    available_minor = serializers.IntegerField(help_text="In our balance at the provider, by the books.")
    owed_minor = serializers.IntegerField(help_text="Of it, what is others': no payout of ours takes it.")
    free_minor = serializers.IntegerField()


class OwnMoney(OfficeView):
    area: ClassVar[str] = "approvals"

    @extend_schema(
        operation_id="own_money",
        summary="How much of our balance at the provider is our own",
        responses=OwnMoneySerializer,
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        return Response(OwnMoneySerializer(own_money(settings.CURRENCY)).data)


class OwnPayoutList(OfficeView):
    """To ask for one is for those who may approve: controllers."""

    area: ClassVar[str] = "approvals"

    @extend_schema(
        operation_id="own_payouts_list",
        summary="Payouts of our own money that were asked for, newest first",
        parameters=PAGE_PARAMETERS,
        responses=page_of(PayoutWishSerializer),
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        page = wishes_page(None, cursor=cursor_of(request), size=limit_of(request))
        return Response(page_data(page, lambda row: PayoutWishSerializer(row).data))

    @extend_schema(
        operation_id="own_payouts_ask",
        summary="Ask for a payout of our own free money",
        description="Another process makes it; no cent of what we owe goes with it. 409 `payout_underway` while another "
        "is being made.",
        request=AmountInput,
        responses={201: PayoutWishSerializer},
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request) -> Response:
        wish_id, amount = uuid7(), body_of(AmountInput, request)["amount_minor"]
        with traced("payout.asked", f"payout_wish:{wish_id}", by=caller_of(request).person_id, amount=amount):
            wish = ask_own(wish_id=wish_id, amount_minor=amount)
        return created(PayoutWishSerializer(wish).data, "api_finance:own_payout", wish.id)


class OwnPayoutOne(OfficeView):
    area: ClassVar[str] = "approvals"

    @extend_schema(
        operation_id="own_payouts_get",
        summary="A payout of our own money, and what became of it",
        responses=PayoutWishSerializer,
        tags=TAGS,
    )
    def get(self, request: Request, wish_id: UUID) -> Response:
        return Response(PayoutWishSerializer(there(wish_of(wish_id, vendor_id=None))).data)


class PayoutSchedule(OfficeView):
    area: ClassVar[str] = "money"

    @extend_schema(
        operation_id="payout_schedules_get",
        summary="When a vendor is paid out, and whether its payouts are held",
        responses=PayoutScheduleSerializer,
        tags=TAGS,
    )
    def get(self, request: Request, vendor_id: UUID) -> Response:
        return Response(schedule_for(vendor_called(vendor_id).id))
