"""What buyers say of articles and shops, and saying it."""

from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import there
from api.idempotency import idempotent
from api.pagination import PAGE_PARAMETERS, cursor_of, limit_of, page_data, page_of
from api.v1 import reviewing
from api.v1.storefront.visitor import ORDER_TOKEN, StorefrontView, order_of
from api.views import body_of, query_of
from marketplace.catalog.models import Listing
from marketplace.catalog.queries import vendor_card
from marketplace.orders.models import OrderLine
from marketplace.reviews import queries
from marketplace.reviews.actions import write_review

TAGS = ["Reviews"]


class ListingReviews(StorefrontView):
    @extend_schema(
        operation_id="listing_reviews",
        summary="What buyers say of a listing",
        parameters=[reviewing.ReviewsQuery, *PAGE_PARAMETERS],
        responses=page_of(reviewing.ReviewSerializer),
        tags=TAGS,
    )
    def get(self, request: Request, slug: str) -> Response:
        listing_id = there(Listing.objects.filter(slug=slug, is_visible=True).values_list("id", flat=True).first())
        query = query_of(reviewing.ReviewsQuery, request)
        page = queries.reviews_of_listing(listing_id, **query, cursor=cursor_of(request), size=limit_of(request))
        return Response(page_data(page, reviewing.shown_review))


class VendorReviews(StorefrontView):
    @extend_schema(
        operation_id="vendor_reviews",
        summary="What buyers say of a vendor",
        parameters=[reviewing.ReviewsQuery, *PAGE_PARAMETERS],
        responses=page_of(reviewing.ReviewSerializer),
        tags=TAGS,
    )
    def get(self, request: Request, slug: str) -> Response:
        card, query = vendor_card(slug), query_of(reviewing.ReviewsQuery, request)
        page = queries.reviews_of_vendor(card.vendor_id, **query, cursor=cursor_of(request), size=limit_of(request))
        return Response(page_data(page, reviewing.shown_review))


class OrderReviews(StorefrontView):
    @extend_schema(
        operation_id="order_reviews",
        summary="What of an order has come, and what was said of it",
        parameters=[ORDER_TOKEN],
        responses=reviewing.ReviewableSerializer(many=True),
        tags=TAGS,
    )
    def get(self, request: Request, number: str) -> Response:
        return Response([reviewing.shown_reviewable(each) for each in queries.reviewable(order_of(request, number))])

    @extend_schema(
        operation_id="order_reviews_write",
        summary="Say how an article or a shop was; said again, it is changed",
        description="409 `cannot_review`: it has not come yet, or its month to be changed is over. 409 `review_hidden`.",
        parameters=[ORDER_TOKEN],
        request=reviewing.ReviewInput,
        responses={200: reviewing.ReviewableSerializer},
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request, number: str) -> Response:
        order, given = order_of(request, number), body_of(reviewing.ReviewInput, request)
        try:
            write_review(order=order, **given)
        except OrderLine.DoesNotExist:
            raise NotFound() from None
        found = next(each for each in queries.reviewable(order) if each.about == given["about"])
        return Response(reviewing.shown_reviewable(found))
