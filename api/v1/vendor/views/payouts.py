"""When the shop is paid out, payouts that it asks for, and the rules by which its earnings are held before.

The portal has no key of the provider: what is asked here another process keeps and applies, within seconds.
"""

from typing import ClassVar
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import there
from api.idempotency import idempotent
from api.pagination import PAGE_PARAMETERS, cursor_of, limit_of, page_data, page_of
from api.v1.office import With
from api.v1.payout_wishes import PayoutScheduleSerializer, PayoutWishSerializer, schedule_for
from api.v1.vendor.serializers.payouts import HoldRuleSerializer, ScheduleInput, WishInput
from api.views import VendorView, body_of
from billing.payouts import wishes
from billing.payouts.hold_rules import covers_words, live_hold_rules, says_words
from billing.payouts.models import PayoutWish
from kit.ids import uuid7

TAGS = ["Money"]


class Schedule(VendorView):
    area: ClassVar[str] = "money"

    @extend_schema(
        operation_id="payout_schedule",
        summary="When the shop is paid out, and whether its payouts are held",
        responses=PayoutScheduleSerializer,
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        return Response(schedule_for(self.vendor.id))

    @extend_schema(
        operation_id="payout_schedule_want",
        summary="Ask to be paid out otherwise from now on",
        description="The answer is the schedule as it still is; the new one holds within seconds, once its `state` is "
        "`done`, or is `refused` by the provider, which says why.",
        request=ScheduleInput,
        responses={202: PayoutScheduleSerializer},
        tags=TAGS,
    )
    @idempotent
    def put(self, request: Request) -> Response:
        wishes.want_schedule(vendor_id=self.vendor.id, **body_of(ScheduleInput, request))
        return Response(schedule_for(self.vendor.id), status=202)


class WishList(VendorView):
    area: ClassVar[str] = "money"

    @extend_schema(
        operation_id="payout_wishes_list",
        summary="Payouts that the shop asked for, newest first, and what became of each",
        parameters=PAGE_PARAMETERS,
        responses=page_of(PayoutWishSerializer),
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        page = wishes.wishes_page(self.vendor.id, cursor=cursor_of(request), size=limit_of(request))
        return Response(page_data(page, lambda row: PayoutWishSerializer(row).data))

    @extend_schema(
        operation_id="payout_wishes_make",
        summary="Ask for the balance, or an amount of it, to be paid out now",
        description="It is kept within seconds, and until then is not there to be read. 409 `payouts_held` while they are "
        "held, `payout_underway` while another is being made: of two asked for at once, one is kept.",
        request=WishInput,
        responses={202: PayoutWishSerializer},
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request) -> Response:
        given, wish_id = body_of(WishInput, request), uuid7()
        wishes.want_payout(vendor_id=self.vendor.id, wish_id=wish_id, **given)
        asked = PayoutWish(id=wish_id, vendor_id=self.vendor.id, currency=settings.CURRENCY, **given)
        address = reverse("api_vendor:payout_wish", args=[wish_id])
        return Response(PayoutWishSerializer(asked).data, status=202, headers={"Location": address})


class WishOne(VendorView):
    area: ClassVar[str] = "money"

    @extend_schema(
        operation_id="payout_wishes_read",
        summary="A payout that the shop asked for",
        responses=PayoutWishSerializer,
        tags=TAGS,
    )
    def get(self, request: Request, wish_id: UUID) -> Response:
        return Response(PayoutWishSerializer(there(wishes.wish_of(wish_id, vendor_id=self.vendor.id))).data)


class HoldRules(VendorView):
    area: ClassVar[str] = "money"

    @extend_schema(
        operation_id="hold_rules",
        summary="How long what is sold from now on will be held",
        description="All rules in force that may concern the shop.",
        responses=HoldRuleSerializer(many=True),
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        rules = [With(row, covers=covers_words(row), says=says_words(row)) for row in live_hold_rules()]
        return Response(HoldRuleSerializer(rules, many=True).data)
