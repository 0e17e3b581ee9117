"""Pictures of products."""

from typing import ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import there
from api.idempotency import idempotent
from api.v1.vendor.serializers import catalog as serializers
from api.v1.vendor.shown import catalog as shown
from api.v1.vendor.views.products import find
from api.views import VendorView, body_of, created
from tenants.shop.catalog.models import Picture as PictureRow
from tenants.shop.catalog.pictures import add_picture, describe_picture, order_pictures, remove_picture

TAGS = ["Pictures"]


class PictureList(VendorView):
    area: ClassVar[str] = "catalog"
    parser_classes = [MultiPartParser]

    @extend_schema(
        operation_id="pictures_create",
        summary="Add a picture to a product",
        description="It is encoded anew in three widths, without what it carried beside its pixels. Twelve at most.",
        request={"multipart/form-data": serializers.PictureInput},
        responses={201: serializers.PictureSerializer},
        tags=TAGS,
    )
    @idempotent(in_transaction=False)
    def post(self, request: Request, product_id: UUID) -> Response:
        product = find(product_id)
        given = body_of(serializers.PictureInput, request)
        made = add_picture(product=product, file=given["picture"], alt=given["description"])
        return created(shown.picture(made), "api_vendor:picture", made.id)


class PictureOrder(VendorView):
    area: ClassVar[str] = "catalog"

    @extend_schema(
        operation_id="pictures_order",
        summary="Put a product's pictures in order",
        description="The first one is shown in lists.",
        request=serializers.PictureOrderInput,
        responses=serializers.PicturesSerializer,
        tags=TAGS,
    )
    @idempotent
    def put(self, request: Request, product_id: UUID) -> Response:
        product = find(product_id)
        order_pictures(product=product, picture_ids=body_of(serializers.PictureOrderInput, request)["picture_ids"])
        return Response({"items": [shown.picture(each) for each in find(product_id).pictures.all()]})


class Picture(VendorView):
    area: ClassVar[str] = "catalog"

    @extend_schema(
        operation_id="pictures_read", summary="A picture", responses=serializers.PictureSerializer, tags=TAGS
    )
    def get(self, request: Request, picture_id: UUID) -> Response:
        return Response(shown.picture(_find(picture_id)))

    @extend_schema(
        operation_id="pictures_describe",
        summary="Say what a picture shows",
        request=serializers.PictureDescriptionInput,
        responses=serializers.PictureSerializer,
        tags=TAGS,
    )
    @idempotent
    def patch(self, request: Request, picture_id: UUID) -> Response:
        found = _find(picture_id)
        given = body_of(serializers.PictureDescriptionInput, request)
        return Response(shown.picture(describe_picture(picture=found, alt=given["description"])))

    @extend_schema(
        operation_id="pictures_delete", summary="Take a picture off its product", responses={204: None}, tags=TAGS
    )
    @idempotent
    def delete(self, request: Request, picture_id: UUID) -> Response:
        remove_picture(picture=_find(picture_id))
        return Response(status=204)


def _find(picture_id: UUID) -> PictureRow:
    return there(PictureRow.objects.select_related("product").filter(id=picture_id).first())
