"""Canceling and refunding everybody's orders, and deciding about what is above a limit."""

from typing import ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import StaffMember
from api.errors import there
from api.idempotency import idempotent
from api.pagination import PAGE_PARAMETERS, cursor_of, limit_of, page_data, page_of
from api.v1 import refunds
from api.views import OfficeView, body_of, caller_of, created, query_of
from marketplace.orders.models import Order
from marketplace.orders.queries import order_called
from marketplace.returns.actions import Actor
from marketplace.returns.queries import preview_of_request, requests_page

TAGS = ["refunds"]


class RefundPreviews(OfficeView):
    area: ClassVar[str] = "refunds"

    @extend_schema(
        operation_id="refund_previews_create",
        summary="What a cancellation or refund would do; nothing is done",
        description="The effect on the customer, on each vendor, on the commission and its VAT. Its `digest` is what "
        "`refund-requests` wants.",
        request=refunds.PreviewInput,
        responses={200: refunds.PreviewSerializer},
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request, number: str) -> Response:
        order, given = _order(number), body_of(refunds.PreviewInput, request)
        found = refunds.previewed(given, order_id=order.id)
        return Response(refunds.PreviewSerializer(refunds.shown_preview(found)).data)


class OrderRefundRequests(OfficeView):
    area: ClassVar[str] = "refunds"

    @extend_schema(
        operation_id="refund_requests_create",
        summary="Cancel or refund, as a preview showed it",
        description="`done`, or `waiting` where it is above the limit of the role: then somebody with a higher one approves "
        "it. 409 `preview_changed`, `cannot_cancel`.",
        request=refunds.RequestInput,
        responses={201: refunds.RefundRequestSerializer},
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request, number: str) -> Response:
        order, given = _order(number), body_of(refunds.RequestInput, request)
        made = refunds.requested(given, order_id=order.id, by=_actor(request))
        return created(refunds.RefundRequestSerializer(made).data, "api_platform:refund_request", made.id)


class RefundRequestList(OfficeView):
    area: ClassVar[str] = "refunds"

    @extend_schema(
        operation_id="refund_requests_list",
        summary="What was asked for, newest first",
        parameters=[refunds.RequestFilterSerializer, *PAGE_PARAMETERS],
        responses=page_of(refunds.RefundRequestSerializer),
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        state = query_of(refunds.RequestFilterSerializer, request).get("state", "")
        page = requests_page(state=state, cursor=cursor_of(request), size=limit_of(request))
        return Response(page_data(page, lambda row: refunds.RefundRequestSerializer(row).data))


class RefundRequestOne(OfficeView):
    area: ClassVar[str] = "refunds"

    @extend_schema(
        operation_id="refund_requests_read",
        summary="A request",
        responses=refunds.RefundRequestSerializer,
        tags=TAGS,
    )
    def get(self, request: Request, request_id: UUID) -> Response:
        found = refunds.request_called(request_id)
        return Response(refunds.RefundRequestSerializer(found).data)


class RefundRequestPreviews(OfficeView):
    area: ClassVar[str] = "refunds"

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
        found = preview_of_request(refunds.request_called(request_id))
        return Response(refunds.PreviewSerializer(refunds.shown_preview(found)).data)


class RefundRequestApproval(OfficeView):
    area: ClassVar[str] = "refunds"

    @extend_schema(
        operation_id="refund_requests_approve",
        summary="Approve what somebody else asked for",
        description="403 `not_allowed` for who asked, or whose limit is too small. 409 `request_not_waiting`.",
        request=refunds.ApprovalInput,
        responses={200: refunds.RefundRequestSerializer},
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request, request_id: UUID) -> Response:
        found = refunds.request_called(request_id)
        done = refunds.approved(found, body_of(refunds.ApprovalInput, request), _actor(request))
        return Response(refunds.RefundRequestSerializer(done).data)


class RefundRequestRejection(OfficeView):
    area: ClassVar[str] = "refunds"

    @extend_schema(
        operation_id="refund_requests_reject",
        summary="Reject what somebody else asked for",
        request=refunds.RejectionInput,
        responses={200: refunds.RefundRequestSerializer},
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request, request_id: UUID) -> Response:
        found = refunds.request_called(request_id)
        done = refunds.rejected(found, body_of(refunds.RejectionInput, request), _actor(request))
        return Response(refunds.RefundRequestSerializer(done).data)


def _order(number: str) -> Order:
    """Raises NotFound."""
    return there(order_called(number))


def _actor(request: Request) -> Actor:
    """The member of staff who calls."""
    person = caller_of(request).person_id
    role = StaffMember.objects.values_list("role", flat=True).get(user_id=person)
    return Actor("staff", person, f"staff:{role}")
