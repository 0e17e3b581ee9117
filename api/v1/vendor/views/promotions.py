"""The vendor's promotions, and its word on those that the marketplace proposes."""

from typing import Any, ClassVar
from uuid import UUID

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import there
from api.idempotency import idempotent
from api.pagination import PAGE_PARAMETERS, cursor_of, limit_of, page_data, page_of
from api.v1.promotions import PromotionChange, PromotionInput, PromotionSerializer, given, shown
from api.views import VendorView, body_of, caller_of
from kit.pagination import Page
from marketplace.promotions import actions
from marketplace.promotions.actions import Maker
from marketplace.promotions.models import Promotion
from marketplace.promotions.queries import promotions_page

TAGS = ["Promotions"]


class Promotions(VendorView):
    area: ClassVar[str] = "promotions"

    @extend_schema(
        operation_id="promotions_list",
        summary="Promotions on your goods alone, newest first",
        description="Yours, and those that the marketplace proposes to bear together.",
        parameters=PAGE_PARAMETERS,
        responses=page_of(PromotionSerializer),
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        page = promotions_page(vendor_id=self.vendor.id, cursor=cursor_of(request), size=limit_of(request))
        told = Page(shown(page.rows), page.next_cursor, page.previous_cursor)
        return Response(page_data(told, lambda row: row))

    @extend_schema(
        operation_id="promotions_create",
        summary="Make a promotion",
        description="On your goods, and at your cost. 409 `promotion_code_taken` where another of yours has its code.",
        request=PromotionInput,
        responses={201: PromotionSerializer},
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request) -> Response:
        said = body_of(PromotionInput, request)
        made = actions.create_promotion(given=given(said), by=_maker(self, request))
        location = reverse("api_vendor:promotion", args=[made.id])
        return Response(shown([made])[0], status=201, headers={"Location": location})


class PromotionOne(VendorView):
    area: ClassVar[str] = "promotions"

    @extend_schema(operation_id="promotions_get", summary="A promotion", responses=PromotionSerializer, tags=TAGS)
    def get(self, request: Request, promotion_id: UUID) -> Response:
        return Response(shown([_find(self, promotion_id)])[0])

    @extend_schema(
        operation_id="promotions_update",
        summary="Change a promotion",
        description="Orders that used it stay as they are. 409 `promotion_ended` once it is over.",
        request=PromotionChange,
        responses=PromotionSerializer,
        tags=TAGS,
    )
    @idempotent
    def patch(self, request: Request, promotion_id: UUID) -> Response:
        found, said = _find(self, promotion_id), body_of(PromotionChange, request)
        changed = actions.change_promotion(promotion_id=found.id, given=given(said, found), by=_maker(self, request))
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
        actions.end_promotion(promotion_id=_find(self, promotion_id).id, by=_maker(self, request))
        return Response(status=204)


class PromotionPause(VendorView):
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
        found = _find(self, promotion_id)
        return Response(shown([actions.pause_promotion(promotion_id=found.id, by=_maker(self, request))])[0])

    @extend_schema(
        operation_id="promotions_resume",
        summary="Take a paused promotion up again",
        request=None,
        responses={200: PromotionSerializer},
        tags=TAGS,
    )
    @idempotent
    def delete(self, request: Request, promotion_id: UUID) -> Response:
        found = _find(self, promotion_id)
        return Response(shown([actions.resume_promotion(promotion_id=found.id, by=_maker(self, request))])[0])


class PromotionAgreement(VendorView):
    area: ClassVar[str] = "terms"

    @extend_schema(
        operation_id="promotions_agree",
        summary="Bear your part of a promotion of the marketplace",
        description="For owners, never for a key. 409 `promotion_not_proposed` where nothing is asked of you.",
        request=None,
        responses=PromotionSerializer,
        tags=TAGS,
    )
    @idempotent
    def put(self, request: Request, promotion_id: UUID) -> Response:
        actions.agree(promotion_id=_find(self, promotion_id).id, by=_maker(self, request))
        return Response(shown([_find(self, promotion_id)])[0])


def _maker(view: Any, request: Request) -> Maker:
    return Maker(caller_of(request).person_id, view.vendor.id)


def _find(view: Any, promotion_id: UUID) -> Promotion:
    mine = Promotion.objects.filter(id=promotion_id, vendor_id=view.vendor.id)
    return there(mine.select_related("agreement").first())
