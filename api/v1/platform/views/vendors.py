"""Vendors and their applications."""

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import there
from api.idempotency import idempotent
from api.pagination import PAGE_PARAMETERS, cursor_of, limit_of, page_data, page_of
from api.v1.office import With
from api.v1.platform.serializers.vendors import (
    ReasonSerializer,
    RejectionSerializer,
    SuspensionSerializer,
    VendorDetailSerializer,
    VendorFilterSerializer,
    VendorSerializer,
)
from api.views import OfficeView, body_of, caller_of, query_of
from billing.ledger.models import AccountCode
from billing.ledger.queries import vendor_balances
from billing.stripe.queries import account_of
from kit.pagination import Page
from marketplace.orders.queries import sales_of_vendors
from tenants.vendors.actions import approve_vendor, reject_vendor
from tenants.vendors.leaving import begin_closing, close_vendor, reopen_vendor
from tenants.vendors.models import Vendor
from tenants.vendors.queries import members_of, vendors_page
from tenants.vendors.suspending import lift_suspension, suspend_vendor


class VendorList(OfficeView):
    area: ClassVar[str] = "vendors"

    @extend_schema(
        operation_id="vendors_list",
        summary="Vendors, who applied last first",
        parameters=[VendorFilterSerializer, *PAGE_PARAMETERS],
        responses=page_of(VendorSerializer),
        tags=["vendors"],
    )
    def get(self, request: Request) -> Response:
        given = query_of(VendorFilterSerializer, request)
        page = vendors_page(
            state=given.get("state", ""),
            search=given.get("q", ""),
            country=given.get("country", ""),
            waits_for_us=given.get("waits_for_us", False),
            cursor=cursor_of(request),
            size=limit_of(request),
        )
        shown = Page(with_sales(request, page.rows), page.next_cursor, page.previous_cursor)
        return Response(page_data(shown, lambda row: VendorSerializer(row).data))


class VendorOne(OfficeView):
    area: ClassVar[str] = "vendors"

    @extend_schema(
        operation_id="vendors_get", summary="All about a vendor", responses=VendorDetailSerializer, tags=["vendors"]
    )
    def get(self, request: Request, vendor_id: UUID) -> Response:
        return Response(detail(request, vendor_called(vendor_id)))


class Approval(OfficeView):
    area: ClassVar[str] = "vendors"

    @extend_schema(
        operation_id="vendors_approve",
        summary="Approve an application",
        description="The vendor gets its shop at once, or within seconds when none is prepared (`has_shop`).",
        request=None,
        responses=VendorDetailSerializer,
        tags=["vendors"],
    )
    @idempotent
    def post(self, request: Request, vendor_id: UUID) -> Response:
        return Response(
            detail(request, approve_vendor(vendor=vendor_called(vendor_id), by=caller_of(request).person_id))
        )


class Rejection(OfficeView):
    area: ClassVar[str] = "vendors"

    @extend_schema(
        operation_id="vendors_reject",
        summary="Turn an application down",
        request=RejectionSerializer,
        responses=VendorDetailSerializer,
        tags=["vendors"],
    )
    @idempotent
    def post(self, request: Request, vendor_id: UUID) -> Response:
        reason = body_of(RejectionSerializer, request)["reason"]
        by = caller_of(request).person_id
        return Response(detail(request, reject_vendor(vendor=vendor_called(vendor_id), by=by, reason=reason)))


class Suspension(OfficeView):
    area: ClassVar[str] = "vendors"

    @extend_schema(
        operation_id="vendors_suspend",
        summary="Suspend a vendor",
        description="It stops selling at once. 409 `wrong_state` from a state that does not lead there.",
        request=SuspensionSerializer,
        responses=VendorDetailSerializer,
        tags=["vendors"],
    )
    @idempotent
    def post(self, request: Request, vendor_id: UUID) -> Response:
        given = body_of(SuspensionSerializer, request)
        by = caller_of(request).person_id
        return Response(detail(request, suspend_vendor(vendor=vendor_called(vendor_id), by=by, **given)))


class Lifting(OfficeView):
    area: ClassVar[str] = "vendors"

    @extend_schema(
        operation_id="vendors_lift",
        summary="Lift a vendor's suspension",
        request=ReasonSerializer,
        responses=VendorDetailSerializer,
        tags=["vendors"],
    )
    @idempotent
    def post(self, request: Request, vendor_id: UUID) -> Response:
        reason, by = body_of(ReasonSerializer, request)["reason"], caller_of(request).person_id
        return Response(detail(request, lift_suspension(vendor=vendor_called(vendor_id), by=by, reason=reason)))


class Closing(OfficeView):
    area: ClassVar[str] = "closing"

    @extend_schema(
        operation_id="vendors_close",
        summary="Begin to close a vendor",
        description="It stops selling at once, and is closed by itself some days later, when nothing of it is open.",
        request=ReasonSerializer,
        responses=VendorDetailSerializer,
        tags=["vendors"],
    )
    @idempotent
    def post(self, request: Request, vendor_id: UUID) -> Response:
        reason, by = body_of(ReasonSerializer, request)["reason"], caller_of(request).person_id
        return Response(detail(request, begin_closing(vendor=vendor_called(vendor_id), by=by, reason=reason)))


class Closure(OfficeView):
    area: ClassVar[str] = "closing"

    @extend_schema(
        operation_id="vendors_closure",
        summary="Close a vendor of which nothing is open",
        description="409 `still_open`, saying what, or `not_exported`.",
        request=None,
        responses=VendorDetailSerializer,
        tags=["vendors"],
    )
    @idempotent(in_transaction=False)
    def post(self, request: Request, vendor_id: UUID) -> Response:
        by = caller_of(request).person_id
        return Response(detail(request, close_vendor(vendor=vendor_called(vendor_id), by=by)))


class Reopening(OfficeView):
    area: ClassVar[str] = "closing"

    @extend_schema(
        operation_id="vendors_reopen",
        summary="Take a closing or closed vendor back",
        request=None,
        responses=VendorDetailSerializer,
        tags=["vendors"],
    )
    @idempotent
    def post(self, request: Request, vendor_id: UUID) -> Response:
        by = caller_of(request).person_id
        return Response(detail(request, reopen_vendor(vendor=vendor_called(vendor_id), by=by)))


def vendor_called(vendor_id: UUID) -> Vendor:
    """Raises NotFound."""
    return there(Vendor.objects.filter(id=vendor_id).first())


def with_sales(request: Request, found: Sequence[Vendor]) -> list[With]:
    """Each with what it sold and is owed, in two queries; without, for whoever may not read orders."""
    if "orders:read" not in caller_of(request).scopes:
        return [With(vendor, orders=None, sales_minor=None, owed_minor=None) for vendor in found]
    ids, currency = [vendor.id for vendor in found], settings.CURRENCY
    sales = sales_of_vendors(ids, currency=currency)
    held = vendor_balances(ids, code=AccountCode.VENDOR_PAYABLE, currency=currency)
    return [
        With(
            vendor,
            orders=sales[vendor.id].orders,
            sales_minor=sales[vendor.id].gross_minor,
            owed_minor=-held[vendor.id],
        )
        for vendor in found
    ]


def detail(request: Request, vendor: Vendor) -> Any:
    account = account_of(vendor.id)
    more = With(
        with_sales(request, [vendor])[0],
        has_shop=vendor.schema_name is not None,
        hosts=list(vendor.domains.order_by("-is_primary", "host").values_list("host", flat=True)),
        people=list(members_of(vendor)),
        payout_account=account and With(account, requirements_due=len(account.requirements_due)),
    )
    return VendorDetailSerializer(more).data
