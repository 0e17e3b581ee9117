"""Canceling and refunding the vendor's own orders."""

from typing import ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.idempotency import idempotent
from api.pagination import PAGE_PARAMETERS, cursor_of, limit_of, page_data, page_of
from api.v1 import refunds
from api.v1.vendor.views.orders import OrderView
from api.views import VendorView, body_of, caller_of, created, query_of
from marketplace.returns.actions import Actor
from marketplace.returns.queries import preview_of_request, requests_page
from tenants.vendors.models import Member

TAGS = ["Refunds"]


class RefundPreviews(OrderView):
    @extend_schema(
        operation_id="refund_previews_create",
        summary="What a cancellation or refund would do; nothing is done",
        description="The effect on the customer, on your earnings, on the commission and its VAT. Its `digest` is what "
        "`refund-requests` wants.",
        request=refunds.PreviewInput,
        responses={200: refunds.PreviewSerializer},
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request, order_id: UUID) -> Response:
        part, given = self.find(order_id), body_of(refunds.PreviewInput, request)
        found = refunds.previewed(given, order_id=part.order_id, vendor_id=self.vendor.id)
        return Response(refunds.PreviewSerializer(refunds.shown_preview(found)).data)


class OrderRefundRequests(OrderView):
    @extend_schema(
        operation_id="refund_requests_create",
        summary="Cancel or refund, as a preview showed it",
        description="`due`: it is carried out within seconds, or `changed` where the numbers changed first. `waiting`: it is "
        "above the limit of the role, and another member approves it. 409 `preview_changed`, `cannot_cancel`, "
        "`refund_under_way`.",
        request=refunds.RequestInput,
        responses={201: refunds.RefundRequestSerializer},
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request, order_id: UUID) -> Response:
        part, given = self.find(order_id), body_of(refunds.RequestInput, request)
        made = refunds.requested(given, order_id=part.order_id, by=actor_of(self, request), vendor_id=self.vendor.id)
        return created(refunds.RefundRequestSerializer(made).data, "api_vendor:refund_request", made.id)


class RefundRequestList(VendorView):
    area: ClassVar[str] = "orders"

    @extend_schema(
        operation_id="refund_requests_list",
        summary="What was asked for, newest first",
        parameters=[refunds.RequestFilterSerializer, *PAGE_PARAMETERS],
        responses=page_of(refunds.RefundRequestSerializer),
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        state = query_of(refunds.RequestFilterSerializer, request).get("state", "")
        page = requests_page(vendor_id=self.vendor.id, state=state, cursor=cursor_of(request), size=limit_of(request))
        return Response(page_data(page, lambda row: refunds.RefundRequestSerializer(row).data))


class RefundRequestOne(VendorView):
    area: ClassVar[str] = "orders"

    @extend_schema(
        operation_id="refund_requests_read",
        summary="A request",
        responses=refunds.RefundRequestSerializer,
        tags=TAGS,
    )
    def get(self, request: Request, request_id: UUID) -> Response:
        found = refunds.request_called(request_id, vendor_id=self.vendor.id)
        return Response(refunds.RefundRequestSerializer(found).data)


class RefundRequestPreviews(VendorView):
    area: ClassVar[str] = "orders"

    @extend_schema(
        operation_id="refund_requests_preview",
        summary="What a request would do now",
        description="While it waits: whoever approves hands its `digest` back.",
        request=None,
        responses={200: refunds.PreviewSerializer},
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request, request_id: UUID) -> Response:
        found = preview_of_request(refunds.request_called(request_id, vendor_id=self.vendor.id))
        return Response(refunds.PreviewSerializer(refunds.shown_preview(found)).data)


class RefundRequestApproval(VendorView):
    area: ClassVar[str] = "orders"

    @extend_schema(
        operation_id="refund_requests_approve",
        summary="Approve what another member asked for",
        description="403 `not_allowed` for who asked, or whose limit is too small. 409 `request_not_waiting`.",
        request=refunds.ApprovalInput,
        responses={200: refunds.RefundRequestSerializer},
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request, request_id: UUID) -> Response:
        found = refunds.request_called(request_id, vendor_id=self.vendor.id)
        done = refunds.approved(found, body_of(refunds.ApprovalInput, request), actor_of(self, request))
        return Response(refunds.RefundRequestSerializer(done).data)


class RefundRequestRejection(VendorView):
    area: ClassVar[str] = "orders"

    @extend_schema(
        operation_id="refund_requests_reject",
        summary="Reject what another member asked for",
        request=refunds.RejectionInput,
        responses={200: refunds.RefundRequestSerializer},
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request, request_id: UUID) -> Response:
        found = refunds.request_called(request_id, vendor_id=self.vendor.id)
        done = refunds.rejected(found, body_of(refunds.RejectionInput, request), actor_of(self, request))
        return Response(refunds.RefundRequestSerializer(done).data)


def actor_of(view: VendorView, request: Request) -> Actor:
    """The member who calls, or in whose name a key does."""
    person = caller_of(request).person_id
    member = Member.objects.filter(vendor_id=view.vendor.id, user_id=person, left_at=None).first()
    return Actor("member", person, f"member:{member.role}" if member else "")
