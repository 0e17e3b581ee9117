"""Products: listing, making, changing, publishing, prices."""

from dataclasses import replace
from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import NotFound, PreconditionFailed, there
from api.idempotency import idempotent
from api.pagination import PAGE_PARAMETERS, cursor_of, limit_of, page_data, page_of
from api.v1.vendor.serializers import catalog as serializers
from api.v1.vendor.shown import catalog as shown
from api.views import VendorView, body_of, caller_of, check_match, query_of, tagged
from taxonomy.queries import tree
from tenants.shop.catalog import actions, queries
from tenants.shop.catalog.drafts import ProductDraft, VariantDraft, draft_of
from tenants.shop.catalog.models import Product as ProductRow
from tenants.shop.catalog.models import ProductState, Variant

TAGS = ["Products"]
IF_MATCH = OpenApiParameter(
    "If-Match", str, "header", description="The `ETag` of the product as you know it; 412 when it has changed since."
)


class ProductList(VendorView):
    area: ClassVar[str] = "catalog"

    @extend_schema(
        operation_id="products_list",
        summary="Products, last changed first",
        parameters=[serializers.ProductFilterSerializer, *PAGE_PARAMETERS],
        responses=page_of(serializers.ProductInListSerializer),
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        asked = query_of(serializers.ProductFilterSerializer, request)
        page = queries.products_page(
            state=asked.get("state", ""), search=asked.get("q", ""), cursor=cursor_of(request), size=limit_of(request)
        )
        return Response(page_data(page, shown.product_in_list))

    @extend_schema(
        operation_id="products_create",
        summary="Make a product with its variants and their stock",
        description="`errors` names what is wrong by path: `variants.0.price_minor`. 409 `shipping_unknown` when it is to "
        "be published and the shop has not said how it ships.",
        request=serializers.NewProductInput,
        responses={201: serializers.ProductSerializer},
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request) -> Response:
        given = body_of(serializers.NewProductInput, request)
        made = actions.create_product(
            draft=_draft(given), publish=given["publish"], actor_id=caller_of(request).person_id
        )
        return _answer(made.id, status=201)


class Product(VendorView):
    area: ClassVar[str] = "catalog"

    @extend_schema(
        operation_id="products_read",
        summary="A product with its variants and pictures",
        responses=serializers.ProductSerializer,
        tags=TAGS,
    )
    def get(self, request: Request, product_id: UUID) -> Response:
        found = find(product_id)
        return tagged(shown.product(found), shown.tag_of(found))

    @extend_schema(
        operation_id="products_replace",
        summary="Make a product as given, variants included",
        description="A variant that is left out is removed, unless it was ever ordered (409 `variant_in_use`).",
        parameters=[IF_MATCH],
        request=serializers.ProductInput,
        responses=serializers.ProductSerializer,
        tags=TAGS,
    )
    @idempotent
    def put(self, request: Request, product_id: UUID) -> Response:
        found = find(product_id)
        check_match(request, shown.tag_of(found))
        given = body_of(serializers.ProductInput, request)
        return self._update(request, found, _draft(given))

    @extend_schema(
        operation_id="products_change",
        summary="Change a product in a part",
        description="Variants stay as they are; `attributes` are replaced as a whole.",
        parameters=[IF_MATCH],
        request=serializers.ProductChangesInput,
        responses=serializers.ProductSerializer,
        tags=TAGS,
    )
    @idempotent
    def patch(self, request: Request, product_id: UUID) -> Response:
        found = find(product_id)
        check_match(request, shown.tag_of(found))
        given = body_of(serializers.ProductChangesInput, request)
        return self._update(request, found, replace(draft_of(found), **given))

    @staticmethod
    def _update(request: Request, found: ProductRow, draft: ProductDraft) -> Response:
        try:
            actions.update_product(
                product=found, draft=draft, version=found.version, actor_id=caller_of(request).person_id
            )
        except actions.StaleProduct as late:
            # Somebody was quicker after we compared: the answer is the one for coming later.
            if "If-Match" in request.headers:
                raise PreconditionFailed() from late
            raise
        return _answer(found.id)


class Publication(VendorView):
    area: ClassVar[str] = "catalog"

    @extend_schema(
        operation_id="products_publish",
        summary="Offer a product on the marketplace",
        description="Customers find it within a second. Doing it twice is doing it once. 409 `shipping_unknown` until the "
        "shop has said how it ships.",
        request=None,
        responses={200: serializers.ProductSerializer},
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request, product_id: UUID) -> Response:
        actions.publish_product(product=find(product_id))
        return _answer(product_id)

    @extend_schema(
        operation_id="products_unpublish",
        summary="Take a product off the marketplace",
        description="It becomes a draft. What is not published stays as it is.",
        responses={204: None},
        tags=TAGS,
    )
    @idempotent
    def delete(self, request: Request, product_id: UUID) -> Response:
        found = find(product_id)
        if found.state == ProductState.PUBLISHED:
            actions.unpublish_product(product=found)
        return Response(status=204)


class Archival(VendorView):
    area: ClassVar[str] = "catalog"

    @extend_schema(
        operation_id="products_archive",
        summary="Put a product away",
        description="Off the marketplace and out of the usual lists. Orders keep it.",
        request=None,
        responses={200: serializers.ProductSerializer},
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request, product_id: UUID) -> Response:
        actions.archive_product(product=find(product_id))
        return _answer(product_id)

    @extend_schema(
        operation_id="products_unarchive",
        summary="Take a product out of the archive",
        description="It becomes a draft. What is not archived stays as it is.",
        responses={204: None},
        tags=TAGS,
    )
    @idempotent
    def delete(self, request: Request, product_id: UUID) -> Response:
        found = find(product_id)
        if found.state == ProductState.ARCHIVED:
            actions.unpublish_product(product=found)
        return Response(status=204)


class Price(VendorView):
    area: ClassVar[str] = "catalog"

    @extend_schema(
        operation_id="variants_price",
        summary="Set a variant's price",
        request=serializers.PriceInput,
        responses=serializers.VariantSerializer,
        tags=TAGS,
    )
    @idempotent
    def put(self, request: Request, variant_id: UUID) -> Response:
        found = there(Variant.objects.filter(id=variant_id).first())
        return Response(shown.variant(actions.set_price(variant=found, **body_of(serializers.PriceInput, request))))


class Categories(VendorView):
    area: ClassVar[str] = "catalog"

    @extend_schema(
        operation_id="categories",
        summary="The marketplace's categories, parents before children",
        responses=serializers.CategoriesSerializer,
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        nodes = [node for root in tree().roots for node in root.walk()]
        return Response({"items": [{"id": node.id, "name": node.name, "path": node.path} for node in nodes]})


def find(product_id: UUID) -> ProductRow:
    """This shop's product with variants and pictures. Raises NotFound."""
    try:
        return queries.product_with_parts(product_id)
    except ProductRow.DoesNotExist:
        raise NotFound() from None


def _answer(product_id: UUID, status: int = 200) -> Response:
    """The product as it is now."""
    found = find(product_id)
    answer = tagged(shown.product(found), shown.tag_of(found))
    answer.status_code = status
    if status == 201:
        answer.headers["Location"] = reverse("api_vendor:product", args=[product_id])
    return answer


def _draft(given: dict[str, Any]) -> ProductDraft:
    variants = [VariantDraft(**{**each, "currency": settings.CURRENCY}) for each in given["variants"]]
    more = {name: value for name, value in given.items() if name not in ("variants", "publish")}
    return ProductDraft(**more, variants=variants)
