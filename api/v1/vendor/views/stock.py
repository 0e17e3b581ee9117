"""Stock: what there is of each variant, counting it, and what happened to it."""

from typing import ClassVar
from uuid import UUID

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import there
from api.idempotency import idempotent
from api.pagination import PAGE_PARAMETERS, cursor_of, limit_of, page_data, page_of
from api.v1.vendor.serializers import stock as serializers
from api.v1.vendor.shown import stock as shown
from api.views import VendorView, body_of, caller_of, query_of
from tenants.shop.catalog.models import Variant
from tenants.shop.inventory import actions, queries

TAGS = ["Stock"]


class StockList(VendorView):
    area: ClassVar[str] = "stock"

    @extend_schema(
        operation_id="stock_list",
        summary="Stock of every variant, by SKU",
        description="Of products that are not archived.",
        parameters=[serializers.StockFilterSerializer, *PAGE_PARAMETERS],
        responses=page_of(serializers.StockSerializer),
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        asked = query_of(serializers.StockFilterSerializer, request)
        page = queries.stock_page(
            search=asked.get("sku", ""), low=asked["low"], cursor=cursor_of(request), size=limit_of(request)
        )
        return Response(page_data(page, lambda row: shown.stock(*row)))


class Stock(VendorView):
    area: ClassVar[str] = "stock"

    @extend_schema(
        operation_id="stock_read",
        summary="Stock of one variant",
        responses=serializers.StockSerializer,
        tags=TAGS,
    )
    def get(self, request: Request, variant_id: UUID) -> Response:
        return _answer(_find(variant_id))

    @extend_schema(
        operation_id="stock_count",
        summary="Set what was counted",
        description="It cannot be less than what orders were promised (409 `stock_promised`). Between counting and "
        "telling us, orders may ship: where several systems work, send movements.",
        request=serializers.CountInput,
        responses=serializers.StockSerializer,
        tags=TAGS,
    )
    @idempotent
    def put(self, request: Request, variant_id: UUID) -> Response:
        variant = _find(variant_id)
        given = body_of(serializers.CountInput, request)
        actions.adjust_stock(variant, given["on_hand"], given["reason"], actor_id=caller_of(request).person_id)
        return _answer(variant)


class Movements(VendorView):
    area: ClassVar[str] = "stock"

    @extend_schema(
        operation_id="stock_movements",
        summary="What happened to a variant's stock, newest first",
        parameters=PAGE_PARAMETERS,
        responses=page_of(serializers.MovementSerializer),
        tags=TAGS,
    )
    def get(self, request: Request, variant_id: UUID) -> Response:
        page = queries.movements_page(_find(variant_id), cursor=cursor_of(request), size=limit_of(request))
        return Response(page_data(page, shown.movement))

    @extend_schema(
        operation_id="stock_move",
        summary="Add units, or take some off",
        description="Gives the stock as it is then.",
        request=serializers.MovementInput,
        responses={201: serializers.StockSerializer},
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request, variant_id: UUID) -> Response:
        variant = _find(variant_id)
        given = body_of(serializers.MovementInput, request)
        move = actions.receive_stock if given["kind"] == "received" else actions.correct_stock
        move(variant, given["quantity"], given["reason"], actor_id=caller_of(request).person_id)
        answer = _answer(variant)
        answer.status_code = 201
        answer.headers["Location"] = reverse("api_vendor:movements", args=[variant_id])
        return answer


def _find(variant_id: UUID) -> Variant:
    return there(Variant.objects.select_related("product").filter(id=variant_id).first())


def _answer(variant: Variant) -> Response:
    return Response(shown.stock(variant, queries.units_of([variant.id])[variant.id]))
