"""Who am I, and whose shop is this."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.auth import SignedIn
from api.v1.vendor.serializers.shop import ShopSerializer
from api.views import VendorView, caller_of
from tenants.vendors.models import Vendor


class Shop(VendorView):
    permission_classes = [SignedIn]

    @extend_schema(
        operation_id="shop",
        summary="This shop, and who calls",
        description="For every key and every member: a first call that shows whether a key works, and for what.",
        responses=ShopSerializer,
        tags=["Shop"],
    )
    def get(self, request: Request) -> Response:
        caller = caller_of(request)
        vendor = Vendor.objects.get(id=self.vendor.id)  # as it is now, not as when its host was looked up
        return Response(
            {
                "id": vendor.id,
                "name": vendor.name,
                "slug": vendor.slug,
                "state": vendor.state,
                "country": vendor.country,
                "currency": vendor.currency,
                "caller": {
                    "kind": caller.kind,
                    "id": caller.id,
                    "name": str(request.user.name),
                    "role": request.user.role if caller.kind == "member" else None,
                    "expires_at": request.user.expires_at if caller.kind == "key" else None,
                    "scopes": sorted(caller.scopes),
                },
            }
        )
