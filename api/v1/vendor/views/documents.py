"""A shop's documents: statements, commission invoices, credit notes."""

from typing import ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import there
from api.pagination import PAGE_PARAMETERS, cursor_of, limit_of, page_data, page_of
from api.v1.vendor.serializers import documents as serializers
from api.views import VendorView, query_of
from billing.statements.models import Document
from billing.statements.queries import document_of, documents_page

TAGS = ["Money"]


class Documents(VendorView):
    area: ClassVar[str] = "money"

    @extend_schema(
        operation_id="documents_list",
        summary="Statements, commission invoices and credit notes, of the newest months first",
        parameters=[serializers.DocumentFilterSerializer, *PAGE_PARAMETERS],
        responses=page_of(serializers.DocumentSerializer),
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        asked = query_of(serializers.DocumentFilterSerializer, request)
        page = documents_page(
            vendor_id=self.vendor.id,
            kind=asked.get("kind", ""),
            month=asked.get("month", ""),
            cursor=cursor_of(request),
            size=limit_of(request),
        )
        return Response(page_data(page, lambda row: serializers.DocumentSerializer(row).data))


class DocumentOne(VendorView):
    area: ClassVar[str] = "money"

    @extend_schema(
        operation_id="documents_get",
        summary="A document with all it says",
        responses=serializers.DocumentDetailSerializer,
        tags=TAGS,
    )
    def get(self, request: Request, document_id: UUID) -> Response:
        return Response(serializers.DocumentDetailSerializer(_document(self, document_id)).data)


def _document(view: VendorView, document_id: UUID) -> Document:
    """Raises NotFound, for another shop's as well."""
    return there(document_of(document_id, vendor_id=view.vendor.id))
