"""The invoices of an order, and its credit notes."""

from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import there
from api.v1 import invoices
from api.v1.storefront.visitor import ORDER_TOKEN, StorefrontView, order_of
from marketplace.invoices.confirmation import confirmation_pdf
from marketplace.invoices.queries import invoice_of_order, invoices_of

TAGS = ["Orders"]


class OrderConfirmation(StorefrontView):
    @extend_schema(
        operation_id="order_confirmation_pdf",
        summary="What was ordered, as PDF; it is no invoice",
        description="409 `documents_unavailable` where the server cannot lay out pages.",
        parameters=[ORDER_TOKEN],
        responses={(200, invoices.PDF): OpenApiResponse(OpenApiTypes.BINARY, description="A PDF.")},
        tags=TAGS,
    )
    def get(self, request: Request, number: str) -> HttpResponse:
        order = order_of(request, number)
        answer = HttpResponse(confirmation_pdf(order), content_type=invoices.PDF)
        answer["Content-Disposition"] = f'attachment; filename="order-{order.number.lower()}.pdf"'
        return answer


class OrderInvoices(StorefrontView):
    @extend_schema(
        operation_id="order_invoices",
        summary="The invoices and credit notes of an order, oldest first",
        description="A vendor's part is invoiced once all of it is sent; what is given back after that is credited.",
        parameters=[ORDER_TOKEN],
        responses=invoices.InvoiceSerializer(many=True),
        tags=TAGS,
    )
    def get(self, request: Request, number: str) -> Response:
        parts = order_of(request, number).vendor_orders.values_list("id", flat=True)
        found = invoices_of(list(parts)).values()
        return Response([invoices.shown(one) for own in found for one in own])


class OrderInvoicePdf(StorefrontView):
    @extend_schema(
        operation_id="order_invoice_pdf",
        summary="An invoice or credit note as PDF",
        description="404 as well while the file is being made.",
        parameters=[ORDER_TOKEN],
        responses={(200, invoices.PDF): OpenApiResponse(OpenApiTypes.BINARY, description="A PDF.")},
        tags=TAGS,
    )
    def get(self, request: Request, number: str, sales_invoice_id: UUID) -> HttpResponse:
        order = order_of(request, number)
        return invoices.pdf_of(there(invoice_of_order(sales_invoice_id, order_id=order.id)))
