"""Everybody's orders."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import there
from api.pagination import PAGE_PARAMETERS, cursor_of, limit_of, page_data, page_of
from api.v1.office import With
from api.v1.platform.serializers.orders import OrderDetailSerializer, OrderFilterSerializer, OrderSerializer
from api.views import OfficeView, query_of
from marketplace.orders.models import Order
from marketplace.orders.queries import ShownPart, order_called, orders_page, shown_order, statuses


class OrderList(OfficeView):
    area: ClassVar[str] = "orders"

    @extend_schema(
        operation_id="orders_list",
        summary="Orders, newest first",
        parameters=[OrderFilterSerializer, *PAGE_PARAMETERS],
        responses=page_of(OrderSerializer),
        tags=["orders"],
    )
    def get(self, request: Request) -> Response:
        given = query_of(OrderFilterSerializer, request)
        page = orders_page(
            hold=given.get("hold", ""),
            search=given.get("q", ""),
            since=given.get("since"),
            until=given.get("until"),
            cursor=cursor_of(request),
            size=limit_of(request),
        )
        words = statuses([part for order in page.rows for part in order.vendor_orders.all()])

        def shown(order: Order) -> Any:
            parts = [With(part, status=words[part.id]) for part in order.vendor_orders.all()]
            return OrderSerializer(With(order, parts=parts)).data

        return Response(page_data(page, shown))


class OrderOne(OfficeView):
    area: ClassVar[str] = "orders"

    @extend_schema(
        operation_id="orders_get",
        summary="A whole purchase: its parts, their lines and parcels, and what happened",
        responses=OrderDetailSerializer,
        tags=["orders"],
    )
    def get(self, request: Request, number: str) -> Response:
        order = there(order_called(number))
        shown = shown_order(order)
        parts = [_part(part) for part in shown.parts]
        whole = With(order, status=shown.status, payment=shown.payment, parts=parts, events=shown.events)
        return Response(OrderDetailSerializer(whole).data)


def _part(shown: ShownPart) -> With:
    part = shown.part
    return With(
        part,
        status=shown.status,
        refunded_minor=shown.refunded_minor,
        earnings_minor=part.earnings_minor,
    )
