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
from kit.errors import InvalidInput
from tenants.shop.catalog.models import Variant
from tenants.shop.inventory import actions, queries
from tenants.shop.inventory.models import Warehouse
from tenants.shop.inventory.terms import accept_backorders, set_safety_stock
from tenants.shop.inventory.warehouses import move_stock

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
        responses=serializers.StockInDetailSerializer,
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
        responses=serializers.StockInDetailSerializer,
        tags=TAGS,
    )
    @idempotent
    def put(self, request: Request, variant_id: UUID) -> Response:
        variant = _find(variant_id)
        given = body_of(serializers.CountInput, request)
        actions.adjust_stock(
            variant,
            given["on_hand"],
            given["reason"],
            warehouse=_place(given["warehouse_id"]),
            actor_id=caller_of(request).person_id,
        )
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
        responses={201: serializers.StockInDetailSerializer},
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request, variant_id: UUID) -> Response:
        variant = _find(variant_id)
        given = body_of(serializers.MovementInput, request)
        move = actions.receive_stock if given["kind"] == "received" else actions.correct_stock
        move(
            variant,
            given["quantity"],
            given["reason"],
            warehouse=_place(given["warehouse_id"]),
            actor_id=caller_of(request).person_id,
        )
        answer = _answer(variant)
        answer.status_code = 201
        answer.headers["Location"] = reverse("api_vendor:movements", args=[variant_id])
        return answer


class Warehouses(VendorView):
    area: ClassVar[str] = "stock"

    @extend_schema(
        operation_id="warehouses_list",
        summary="The warehouses in use",
        parameters=PAGE_PARAMETERS,
        responses=page_of(serializers.WarehouseSerializer),
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        page = queries.warehouses_page(cursor=cursor_of(request), size=limit_of(request))
        return Response(page_data(page, shown.warehouse))


class Moves(VendorView):
    area: ClassVar[str] = "stock"

    @extend_schema(
        operation_id="stock_carry",
        summary="Carry units from one warehouse to another",
        description="What orders were promised stays where it is packed (409 `not_that_many`).",
        request=serializers.MoveInput,
        responses={201: serializers.StockInDetailSerializer},
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request, variant_id: UUID) -> Response:
        variant = _find(variant_id)
        given = body_of(serializers.MoveInput, request)
        move_stock(
            variant,
            given["quantity"],
            source=_named(given["from_warehouse_id"], "from_warehouse_id"),
            target=_named(given["to_warehouse_id"], "to_warehouse_id"),
            reason=given["reason"],
            by=caller_of(request).person_id,
        )
        answer = _answer(variant)
        answer.status_code = 201
        answer.headers["Location"] = reverse("api_vendor:movements", args=[variant_id])
        return answer


class SafetyStock(VendorView):
    area: ClassVar[str] = "stock"

    @extend_schema(
        operation_id="stock_keep_back",
        summary="Keep so many units back from sale",
        request=serializers.SafetyStockInput,
        responses=serializers.StockInDetailSerializer,
        tags=TAGS,
    )
    @idempotent
    def put(self, request: Request, variant_id: UUID) -> Response:
        variant = _find(variant_id)
        given = body_of(serializers.SafetyStockInput, request)
        set_safety_stock(variant, given["units"], warehouse=_place(given["warehouse_id"]))
        return _answer(variant)


class Backorders(VendorView):
    area: ClassVar[str] = "stock"

    @extend_schema(
        operation_id="stock_sell_ahead",
        summary="Sell before it comes in, or only what is there",
        description="Customers read the day before they order. 409 `backorders_promised` when more is promised already.",
        request=serializers.BackordersInput,
        responses=serializers.StockInDetailSerializer,
        tags=TAGS,
    )
    @idempotent
    def put(self, request: Request, variant_id: UUID) -> Response:
        variant = _find(variant_id)
        accept_backorders(variant, **body_of(serializers.BackordersInput, request))
        return _answer(variant)


def _place(warehouse_id: UUID | None) -> Warehouse | None:
    return _named(warehouse_id, "warehouse_id") if warehouse_id else None


def _named(warehouse_id: UUID, field: str) -> Warehouse:
    """Raises InvalidInput at the field for one that the shop does not use."""
    found = Warehouse.objects.open().filter(id=warehouse_id).first()
    if found is None:
        raise InvalidInput("The shop has no such warehouse in use.", field=field)
    return found


def _find(variant_id: UUID) -> Variant:
    return there(Variant.objects.select_related("product").filter(id=variant_id).first())


def _answer(variant: Variant) -> Response:
    return Response(shown.stock_in_detail(variant, queries.levels_of(variant)))
