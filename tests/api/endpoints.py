"""A few views on each host, to show what every view of the API has."""

from typing import Any, ClassVar

from django.urls import path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.auth import SignedIn
from api.idempotency import idempotent
from api.views import CustomerView, OfficeView, VendorView, body_of, caller_of, check_match, tagged
from kit.errors import Conflict
from tenants.shop.inventory.models import Warehouse


class WarehouseSerializer(serializers.Serializer):
    name = serializers.CharField(max_length=100)
    position = serializers.IntegerField(min_value=0, max_value=9, default=0)


class WarehouseList(VendorView):
    area: ClassVar[str] = "stock"

    def get(self, request: Request) -> Response:
        return Response([warehouse.name for warehouse in Warehouse.objects.order_by("id")])

    @idempotent
    def post(self, request: Request) -> Response:
        given = body_of(WarehouseSerializer, request)
        made = Warehouse.objects.create(**given)
        if made.name == "refused":
            raise Conflict("Not this one.")
        return Response({"id": made.id, "name": made.name}, status=201, headers={"Location": f"/warehouses/{made.id}"})


class Slowly(WarehouseList):
    """As above, holding no transaction."""

    @idempotent(in_transaction=False)
    def post(self, request: Request) -> Response:
        given = body_of(WarehouseSerializer, request)
        if given["name"] == "refused":
            raise Conflict("Not this one.")
        if given["name"] == "broken":
            raise RuntimeError("a bug")
        return Response({"id": Warehouse.objects.create(**given).id}, status=201)


class WarehouseOne(VendorView):
    area: ClassVar[str] = "stock"

    def get(self, request: Request) -> Response:
        return tagged({"name": "Main"}, 7)

    @idempotent
    def patch(self, request: Request) -> Response:
        check_match(request, 7)
        return tagged({"name": "Main"}, 8)


class Orders(VendorView):
    area: ClassVar[str] = "orders"

    def get(self, request: Request) -> Response:
        return Response({"caller": caller_of(request).kind})


class Me(CustomerView):
    permission_classes = [SignedIn]

    def get(self, request: Request) -> Response:
        return Response({"email": request.user.email})


class Money(OfficeView):
    area: ClassVar[str] = "money"

    def get(self, request: Request) -> Response:
        return Response({"role": request.user.role})


class Broken(CustomerView):
    def get(self, request: Request) -> Any:
        return {}["a bug"]


portal = [
    path("api/v1/vendor/warehouses", WarehouseList.as_view()),
    path("api/v1/vendor/warehouse", WarehouseOne.as_view()),
    path("api/v1/vendor/slowly", Slowly.as_view()),
    path("api/v1/vendor/orders", Orders.as_view()),
]
market = [path("api/v1/storefront/me", Me.as_view()), path("api/v1/storefront/broken", Broken.as_view())]
office = [path("api/v1/finance/money", Money.as_view())]
