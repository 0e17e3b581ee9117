"""The shop's plan, what it uses of it, and the invoices for it: from our own rows, for the provider is not asked here."""

from typing import ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import there
from api.pagination import PAGE_PARAMETERS, cursor_of, limit_of, page_data, page_of
from api.v1.office import With
from api.v1.vendor.serializers import plan as serializers
from api.v1.vendor.shown import plan as shown
from api.views import VendorView, query_of
from billing.subscriptions import queries
from billing.subscriptions.standing import ENDED
from kit import clock
from marketplace.web.usage import usage_of
from tenants.vendors.entitlements import allowed_to

TAGS = ["Plan"]


class Plan(VendorView):
    # What it leaves room for is for whoever adds products, as on the pages.
    area: ClassVar[str] = "catalog"

    @extend_schema(
        operation_id="plan",
        summary="The shop's plan, and how much of it is used",
        description="A plan is chosen, switched and paid on the marketplace's page “Plan”, where people sign in.",
        responses=serializers.PlanSerializer,
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        allowed, found = allowed_to(self.vendor.id), queries.subscription_of(self.vendor.id)
        going = found if found and found.status not in ENDED else None
        banner = queries.banner_for(found, clock.now())
        return Response(shown.plan(allowed, usage_of(self.vendor.id, allowed), going, banner))


class Invoices(VendorView):
    area: ClassVar[str] = "money"

    @extend_schema(
        operation_id="plan_invoices_list",
        summary="Invoices for the shop's plan, newest first",
        parameters=[serializers.PlanInvoiceFilterSerializer, *PAGE_PARAMETERS],
        responses=page_of(serializers.PlanInvoiceSerializer),
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        asked = query_of(serializers.PlanInvoiceFilterSerializer, request)
        page = queries.invoices_page(
            vendor_id=self.vendor.id,
            status=asked.get("state", ""),
            cursor=cursor_of(request),
            size=limit_of(request),
        )
        return Response(page_data(page, lambda row: serializers.PlanInvoiceSerializer(row).data))


class InvoiceOne(VendorView):
    area: ClassVar[str] = "money"

    @extend_schema(
        operation_id="plan_invoices_get",
        summary="An invoice for the shop's plan, line by line",
        responses=serializers.PlanInvoiceDetailSerializer,
        tags=TAGS,
    )
    def get(self, request: Request, invoice_id: UUID) -> Response:
        found = there(queries.invoice_of(self.vendor.id, invoice_id))
        return Response(serializers.PlanInvoiceDetailSerializer(With(found, lines=shown.lines(found))).data)
