"""Orders: reading, accepting, packing; parcels: shipping, delivering."""

from typing import ClassVar
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import NotFound, there
from api.idempotency import idempotent
from api.pagination import PAGE_PARAMETERS, cursor_of, limit_of, page_data, page_of
from api.v1.vendor.serializers import orders as serializers
from api.v1.vendor.shown import orders as shown
from api.views import VendorView, body_of, caller_of, created, query_of
from billing.payments.queries import share_of
from marketplace.fulfillment import documents
from marketplace.fulfillment.actions import accept, correct_tracking, deliver, pack, ship
from marketplace.fulfillment.models import Parcel as ParcelRow
from marketplace.orders import queries
from marketplace.orders.models import VendorOrder

TAGS = ["Orders"]
PDF = "application/pdf"


class OrderList(VendorView):
    area: ClassVar[str] = "orders"

    @extend_schema(
        operation_id="orders_list",
        summary="Paid orders, newest first",
        parameters=[serializers.OrderFilterSerializer, *PAGE_PARAMETERS],
        responses=page_of(serializers.OrderInListSerializer),
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        asked = query_of(serializers.OrderFilterSerializer, request)
        page = queries.vendor_orders(
            self.vendor.id,
            fulfillment=asked.get("state", ""),
            search=asked.get("q", ""),
            since=asked.get("placed_after"),
            until=asked.get("placed_before"),
            cursor=cursor_of(request),
            size=limit_of(request),
        )
        words = queries.vendor_statuses(page.rows)
        return Response(page_data(page, lambda part: shown.order_in_list(part, words[part.id])))


class OrderView(VendorView):
    area: ClassVar[str] = "orders"

    def find(self, order_id: UUID) -> VendorOrder:
        try:
            return queries.vendor_order(self.vendor.id, order_id)
        except VendorOrder.DoesNotExist:
            raise NotFound() from None

    def order(self, request: Request, order_id: UUID) -> Response:
        """The order as it is now."""
        part = self.find(order_id)
        with_money = "money:read" in caller_of(request).scopes
        return Response(shown.order(part, share_of(part.id), queries.events_of(part), with_money=with_money))


class Order(OrderView):
    @extend_schema(
        operation_id="orders_read",
        summary="An order: where it goes, what is in it, what was sent",
        responses=serializers.OrderSerializer,
        tags=TAGS,
    )
    def get(self, request: Request, order_id: UUID) -> Response:
        return self.order(request, order_id)


class Acceptance(OrderView):
    @extend_schema(
        operation_id="orders_accept",
        summary="Take an order on",
        description="Doing it twice is doing it once. 409 `wrong_moment` when it is further already.",
        request=None,
        responses={200: serializers.OrderSerializer},
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request, order_id: UUID) -> Response:
        accept(vendor_order_id=self.find(order_id).id, by=caller_of(request).person_id)
        return self.order(request, order_id)


class OrderParcels(OrderView):
    @extend_schema(
        operation_id="orders_pack",
        summary="Pack a parcel",
        description="With what is named, or with all that is left. A new order is accepted by it. Send an "
        "`Idempotency-Key`: packing again packs what is left then.",
        request=serializers.ParcelInput,
        responses={201: serializers.ParcelSerializer},
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request, order_id: UUID) -> Response:
        part = self.find(order_id)
        lines = body_of(serializers.ParcelInput, request).get("lines")
        quantities = {line["line_id"]: line["quantity"] for line in lines} if lines else None
        parcel = pack(vendor_order_id=part.id, by=caller_of(request).person_id, quantities=quantities)
        return created(shown.parcel(parcel), "api_vendor:parcel", parcel.id)


class PackingSlip(OrderView):
    @extend_schema(
        operation_id="orders_packing_slip",
        summary="The packing slip, to print",
        description="409 `documents_unavailable` where the server cannot lay out pages.",
        responses={(200, PDF): OpenApiResponse(OpenApiTypes.BINARY, description="A PDF.")},
        tags=TAGS,
    )
    def get(self, request: Request, order_id: UUID) -> HttpResponse:
        part = self.find(order_id)
        answer = HttpResponse(documents.packing_slip(part), content_type=PDF)
        answer["Content-Disposition"] = f'attachment; filename="packing-slip-{part.number}.pdf"'
        return answer


class ParcelView(VendorView):
    area: ClassVar[str] = "orders"

    def find(self, parcel_id: UUID) -> ParcelRow:
        mine = ParcelRow.objects.filter(vendor_id=self.vendor.id).prefetch_related("lines")
        return there(mine.filter(id=parcel_id).first())


class Parcel(ParcelView):
    @extend_schema(operation_id="parcels_read", summary="A parcel", responses=serializers.ParcelSerializer, tags=TAGS)
    def get(self, request: Request, parcel_id: UUID) -> Response:
        return Response(shown.parcel(self.find(parcel_id)))


class Shipment(ParcelView):
    @extend_schema(
        operation_id="parcels_ship",
        summary="Say that a parcel has left",
        description="The customer gets an e-mail. Doing it twice is doing it once: the first carrier and number "
        "stay, and no second e-mail goes out. To correct them: `PUT parcels/<id>/tracking`.",
        request=serializers.ShipmentInput,
        responses={200: serializers.ParcelSerializer},
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request, parcel_id: UUID) -> Response:
        found = self.find(parcel_id)
        given = body_of(serializers.ShipmentInput, request)
        ship(parcel_id=found.id, by=caller_of(request).person_id, **given)
        return Response(shown.parcel(self.find(parcel_id)))


class Tracking(ParcelView):
    @extend_schema(
        operation_id="parcels_correct_tracking",
        summary="Correct how a parcel that has left is followed",
        description="All three are replaced. The customer gets an e-mail when something changed. Before the parcel was "
        "shipped: 409 `wrong_moment`.",
        request=serializers.ShipmentInput,
        responses={200: serializers.ParcelSerializer},
        tags=TAGS,
    )
    @idempotent
    def put(self, request: Request, parcel_id: UUID) -> Response:
        found = self.find(parcel_id)
        given = body_of(serializers.ShipmentInput, request)
        correct_tracking(parcel_id=found.id, by=caller_of(request).person_id, **given)
        return Response(shown.parcel(self.find(parcel_id)))


class Delivery(ParcelView):
    @extend_schema(
        operation_id="parcels_deliver",
        summary="Say that a parcel has arrived",
        description="When all of an order's parcels have, the hold on its earnings begins to run.",
        request=None,
        responses={200: serializers.ParcelSerializer},
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request, parcel_id: UUID) -> Response:
        deliver(parcel_id=self.find(parcel_id).id, by=caller_of(request).person_id)
        return Response(shown.parcel(self.find(parcel_id)))
