"""All promotions, and making those of the platform."""

from typing import ClassVar
from uuid import UUID

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import there
from api.idempotency import idempotent
from api.pagination import PAGE_PARAMETERS, cursor_of, limit_of, page_data, page_of
from api.v1.promotions import OurPromotionInput, PromotionChange, PromotionSerializer, given, shown
from api.views import OfficeView, body_of, caller_of
from kit.errors import InvalidInput
from kit.pagination import Page
from marketplace.promotions import actions
from marketplace.promotions.actions import Maker
from marketplace.promotions.models import ALL_BPS, Promotion
from marketplace.promotions.queries import promotions_page
from tenants.vendors.models import Vendor

TAGS = ["promotions"]


class Promotions(OfficeView):
    area: ClassVar[str] = "promotions"

    @extend_schema(
        operation_id="promotions_list",
        summary="Promotions of vendors and of the platform, newest first",
        parameters=PAGE_PARAMETERS,
        responses=page_of(PromotionSerializer),
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        page = promotions_page(cursor=cursor_of(request), size=limit_of(request))
        told = Page(shown(page.rows), page.next_cursor, page.previous_cursor)
        return Response(page_data(told, lambda row: row))

    @extend_schema(
        operation_id="promotions_create",
        summary="Make a promotion",
        description="On everybody's goods it is ours to bear. On one vendor's (`vendor_id`) that vendor may be asked to bear "
        "what `platform_share_bps` leaves: it counts once the vendor has agreed. 409 `promotion_code_taken`.",
        request=OurPromotionInput,
        responses={201: PromotionSerializer},
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request) -> Response:
        said = body_of(OurPromotionInput, request)
        vendor_id, share = said.pop("vendor_id", None), said.pop("platform_share_bps", ALL_BPS)
        if vendor_id is not None and not Vendor.objects.filter(id=vendor_id).exists():
            raise InvalidInput("There is no such vendor.", field="vendor_id")
        made = actions.create_promotion(
            given=given(said), by=_maker(request), for_vendor=vendor_id, platform_share_bps=share
        )
        location = reverse("api_platform:promotion", args=[made.id])
        return Response(shown([made])[0], status=201, headers={"Location": location})


class PromotionOne(OfficeView):
    area: ClassVar[str] = "promotions"

    @extend_schema(operation_id="promotions_get", summary="A promotion", responses=PromotionSerializer, tags=TAGS)
    def get(self, request: Request, promotion_id: UUID) -> Response:
        return Response(shown([_find(promotion_id)])[0])

    @extend_schema(
        operation_id="promotions_update",
        summary="Change a promotion",
        description="Orders that used it stay as they are; of a shared one the vendor is asked anew. 409 `promotion_ended` "
        "once it is over.",
        request=PromotionChange,
        responses=PromotionSerializer,
        tags=TAGS,
    )
    @idempotent
    def patch(self, request: Request, promotion_id: UUID) -> Response:
        found, said = _find(promotion_id), body_of(PromotionChange, request)
        changed = actions.change_promotion(promotion_id=found.id, given=given(said, found), by=_maker(request))
        return Response(shown([changed])[0])

    @extend_schema(
        operation_id="promotions_end",
        summary="End a promotion for good",
        request=None,
        responses={204: None},
        tags=TAGS,
    )
    @idempotent
    def delete(self, request: Request, promotion_id: UUID) -> Response:
        actions.end_promotion(promotion_id=_find(promotion_id).id, by=_maker(request))
        return Response(status=204)


class PromotionPause(OfficeView):
    area: ClassVar[str] = "promotions"

    @extend_schema(
        operation_id="promotions_pause",
        summary="Pause a promotion",
        request=None,
        responses=PromotionSerializer,
        tags=TAGS,
    )
    @idempotent
    def put(self, request: Request, promotion_id: UUID) -> Response:
        found = _find(promotion_id)
        return Response(shown([actions.pause_promotion(promotion_id=found.id, by=_maker(request))])[0])

    @extend_schema(
        operation_id="promotions_resume",
        summary="Take a paused promotion up again",
        request=None,
        responses={200: PromotionSerializer},
        tags=TAGS,
    )
    @idempotent
    def delete(self, request: Request, promotion_id: UUID) -> Response:
        found = _find(promotion_id)
        return Response(shown([actions.resume_promotion(promotion_id=found.id, by=_maker(request))])[0])


def _maker(request: Request) -> Maker:
    return Maker(caller_of(request).person_id)


def _find(promotion_id: UUID) -> Promotion:
    return there(Promotion.objects.select_related("agreement").filter(id=promotion_id).first())
