"""The fleet of shops for an operator's programs: looked at, and exported.

What makes, migrates, moves or drops schemas is done by the builder, whose rights this process does not have:
`manage.py shops`.
"""

from typing import Any, ClassVar
from uuid import UUID

from django.core.files.storage import storages
from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import there
from api.idempotency import idempotent
from api.pagination import PAGE_PARAMETERS, cursor_of, limit_of, page_data, page_of
from api.v1.office import With
from api.v1.platform.serializers.fleet import (
    FleetSerializer,
    ShopExportSerializer,
    ShopFilterSerializer,
    ShopSerializer,
)
from api.v1.platform.views.vendors import vendor_called
from api.views import OfficeView, caller_of, created, query_of
from kit.context import acting_for
from tenants.isolation.models import ExportState, ShopExport
from tenants.isolation.queries import newest_version
from tenants.vendors.exporting import ask_for_export
from tenants.vendors.fleet import Shop, exports_page, fleet, last_check, rollouts, shop_called, shops_page

TAGS = ["fleet"]


class FleetOne(OfficeView):
    area: ClassVar[str] = "fleet"

    @extend_schema(operation_id="fleet_get", summary="The whole fleet in figures", responses=FleetSerializer, tags=TAGS)
    def get(self, request: Request) -> Response:
        version = newest_version()
        more = With(fleet(version), version=version, rollouts=rollouts(), last_check=last_check())
        return Response(FleetSerializer(more).data)


class ShopList(OfficeView):
    area: ClassVar[str] = "fleet"

    @extend_schema(
        operation_id="shops_list",
        summary="Every shop, the newest first: whose, state, version, size, last act",
        parameters=[ShopFilterSerializer, *PAGE_PARAMETERS],
        responses=page_of(ShopSerializer),
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        given = query_of(ShopFilterSerializer, request)
        page = shops_page(
            version=newest_version(),
            state=given.get("state", ""),
            search=given.get("q", ""),
            cursor=cursor_of(request),
            size=limit_of(request),
        )
        return Response(page_data(page, _shown))


class ShopOne(OfficeView):
    area: ClassVar[str] = "fleet"

    @extend_schema(operation_id="shops_get", summary="One shop", responses=ShopSerializer, tags=TAGS)
    def get(self, request: Request, wall: str) -> Response:
        return Response(_shown(there(shop_called(wall, version=newest_version()))))


class ShopExportList(OfficeView):
    area: ClassVar[str] = "fleet"

    @extend_schema(
        operation_id="shop_exports_list",
        summary="Exports of shops, newest first",
        parameters=PAGE_PARAMETERS,
        responses=page_of(ShopExportSerializer),
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        page = exports_page(cursor=cursor_of(request), size=limit_of(request))
        return Response(page_data(page, lambda row: ShopExportSerializer(row).data))


class ShopExportOne(OfficeView):
    area: ClassVar[str] = "fleet"

    @extend_schema(operation_id="shop_exports_get", summary="One export", responses=ShopExportSerializer, tags=TAGS)
    def get(self, request: Request, shop_export_id: UUID) -> Response:
        return Response(ShopExportSerializer(there(ShopExport.objects.filter(id=shop_export_id).first())).data)


class ShopExportFile(OfficeView):
    area: ClassVar[str] = "fleet"

    @extend_schema(
        operation_id="shop_exports_download",
        summary="The file itself",
        description="404 until it is written. Where files lie in an object store, 302 to an address good for a minute.",
        responses={(200, "application/zip"): OpenApiTypes.BINARY, 302: None},
        tags=TAGS,
    )
    def get(self, request: Request, shop_export_id: UUID) -> HttpResponseBase:
        made = there(ShopExport.objects.filter(id=shop_export_id, state=ExportState.DONE).first())
        vendor, store = vendor_called(made.vendor_id), storages["private"]
        with acting_for(vendor.current):
            answer: HttpResponseBase = store.attachment(  # type: ignore[attr-defined]
                made.file_path, filename=f"{vendor.slug}-{made.asked_at:%Y-%m-%d}.zip", content_type="application/zip"
            )
        return answer


class VendorExports(OfficeView):
    area: ClassVar[str] = "fleet"

    @extend_schema(
        operation_id="vendors_export",
        summary="Have a vendor's shop exported",
        description="One that waits or is being made already is given again. 409 `no_shop`.",
        request=None,
        responses={201: ShopExportSerializer},
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request, vendor_id: UUID) -> Response:
        export = ask_for_export(vendor=vendor_called(vendor_id), by=caller_of(request).person_id)
        return created(ShopExportSerializer(export).data, "api_platform:shop_export", export.id)


def _shown(shop: Shop) -> Any:
    owner = shop.vendor
    return ShopSerializer({**shop.as_json(), "vendor_id": owner.id if owner else None}).data
