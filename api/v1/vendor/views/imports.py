"""Imports: many products from a CSV file, and what became of each row."""

from typing import ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import there
from api.idempotency import idempotent
from api.pagination import PAGE_PARAMETERS, cursor_of, limit_of, page_data, page_of
from api.v1.vendor.serializers import imports as serializers
from api.v1.vendor.shown import catalog as shown
from api.views import VendorView, body_of, caller_of, created, query_of
from tenants.shop.catalog import queries
from tenants.shop.catalog.imports import request_import
from tenants.shop.catalog.models import ProductImport

TAGS = ["Imports"]


class ImportList(VendorView):
    area: ClassVar[str] = "catalog"
    parser_classes = [MultiPartParser]

    @extend_schema(
        operation_id="imports_list",
        summary="Imports, newest first",
        parameters=PAGE_PARAMETERS,
        responses=page_of(serializers.ImportSerializer),
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        page = queries.imports_page(cursor=cursor_of(request), size=limit_of(request))
        return Response(page_data(page, shown.product_import))

    @extend_schema(
        operation_id="imports_create",
        summary="Import products from a CSV file",
        description="The file is read in the background: ask for the import until its `state` is `done` or `failed`. "
        "Sending the same file again changes nothing; a row means the product that has its SKU. 409 "
        "`shipping_unknown` with `publish` until the shop has said how it ships.",
        request={"multipart/form-data": serializers.ImportInput},
        responses={201: serializers.ImportSerializer},
        tags=TAGS,
    )
    @idempotent(in_transaction=False)
    def post(self, request: Request) -> Response:
        given = body_of(serializers.ImportInput, request)
        made = request_import(
            file=given["file"],
            filename=given["file"].name,
            publish=given["publish"],
            requested_by=caller_of(request).person_id,
        )
        return created(shown.product_import(made), "api_vendor:import", made.id)


class Import(VendorView):
    area: ClassVar[str] = "catalog"

    @extend_schema(
        operation_id="imports_read",
        summary="An import and how far it is",
        responses=serializers.ImportSerializer,
        tags=TAGS,
    )
    def get(self, request: Request, import_id: UUID) -> Response:
        return Response(shown.product_import(_find(import_id)))


class ImportRows(VendorView):
    area: ClassVar[str] = "catalog"

    @extend_schema(
        operation_id="imports_rows",
        summary="What became of each row of the file",
        parameters=[serializers.RowFilterSerializer, *PAGE_PARAMETERS],
        responses=page_of(serializers.ImportRowSerializer),
        tags=TAGS,
    )
    def get(self, request: Request, import_id: UUID) -> Response:
        asked = query_of(serializers.RowFilterSerializer, request)
        page = queries.import_rows_page(
            _find(import_id), shown=asked.get("result", ""), cursor=cursor_of(request), size=limit_of(request)
        )
        return Response(page_data(page, shown.import_row))


def _find(import_id: UUID) -> ProductImport:
    return there(ProductImport.objects.filter(id=import_id).first())
