"""What buyers say of the vendor and of what it sold."""

from typing import ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import there
from api.idempotency import idempotent
from api.pagination import PAGE_PARAMETERS, cursor_of, limit_of, page_data, page_of
from api.v1 import reviewing
from api.views import VendorView, body_of, caller_of, query_of
from marketplace.reviews import queries
from marketplace.reviews.actions import reply_to_review, report_review
from marketplace.reviews.models import Review

TAGS = ["Reviews"]


class ReviewView(VendorView):
    area: ClassVar[str] = "orders"

    def find(self, review_id: UUID) -> Review:
        return there(queries.vendor_review(self.vendor.id, review_id))


class ReviewList(ReviewView):
    @extend_schema(
        operation_id="reviews_list",
        summary="Reviews, newest first",
        parameters=[reviewing.VendorReviewsQuery, *PAGE_PARAMETERS],
        responses=page_of(reviewing.VendorReviewSerializer),
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        state = query_of(reviewing.VendorReviewsQuery, request).get("state", "")
        page = queries.vendor_reviews(self.vendor.id, state=state, cursor=cursor_of(request), size=limit_of(request))
        return Response(page_data(page, reviewing.shown_to_vendor))


class ReviewOne(ReviewView):
    @extend_schema(
        operation_id="reviews_read", summary="A review", responses=reviewing.VendorReviewSerializer, tags=TAGS
    )
    def get(self, request: Request, review_id: UUID) -> Response:
        return Response(reviewing.shown_to_vendor(self.find(review_id)))


class ReviewReply(ReviewView):
    @extend_schema(
        operation_id="reviews_reply",
        summary="Answer a review, for all to read; again, to change the answer",
        description="409 `review_hidden`: the platform has hidden it.",
        request=reviewing.ReplyInput,
        responses={200: reviewing.VendorReviewSerializer},
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request, review_id: UUID) -> Response:
        found, given = self.find(review_id), body_of(reviewing.ReplyInput, request)
        reply_to_review(review_id=found.id, words=given["reply"], by=caller_of(request).person_id)
        return Response(reviewing.shown_to_vendor(self.find(review_id)))


class ReviewReports(ReviewView):
    @extend_schema(
        operation_id="reviews_report",
        summary="Have the platform look at a review",
        description="Once a person; said again it changes nothing. 409 `review_hidden`: it is hidden already.",
        request=reviewing.ReportInput,
        responses={200: reviewing.VendorReviewSerializer},
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request, review_id: UUID) -> Response:
        found, given = self.find(review_id), body_of(reviewing.ReportInput, request)
        report_review(review=found, words=given["words"], kind="member", by=caller_of(request).person_id)
        return Response(reviewing.shown_to_vendor(found))
