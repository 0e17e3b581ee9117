"""What customers were invoiced in the vendor's name, and credited."""

from typing import ClassVar
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import there
from api.pagination import PAGE_PARAMETERS, cursor_of, limit_of, page_data, page_of
from api.v1 import invoices
from api.views import VendorView, query_of
from marketplace.invoices.queries import invoice_of_vendor, invoices_page

TAGS = ["Orders"]


class Invoices(VendorView):
    area: ClassVar[str] = "orders"

    @extend_schema(
        operation_id="invoices_list",
        summary="Invoices and credit notes that customers got, newest first",
        parameters=[invoices.InvoiceFilterSerializer, *PAGE_PARAMETERS],
        responses=page_of(invoices.InvoiceSerializer),
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        kind = query_of(invoices.InvoiceFilterSerializer, request).get("kind", "")
        page = invoices_page(vendor_id=self.vendor.id, kind=kind, cursor=cursor_of(request), size=limit_of(request))
        return Response(page_data(page, invoices.shown))


class InvoicePdf(VendorView):
    area: ClassVar[str] = "orders"

    @extend_schema(
        operation_id="invoices_pdf",
        summary="An invoice or credit note as PDF",
        description="404 as well while the file is being made.",
        responses={(200, invoices.PDF): OpenApiResponse(OpenApiTypes.BINARY, description="A PDF.")},
        tags=TAGS,
    )
    def get(self, request: Request, sales_invoice_id: UUID) -> HttpResponse:
        return invoices.pdf_of(there(invoice_of_vendor(sales_invoice_id, vendor_id=self.vendor.id)))
