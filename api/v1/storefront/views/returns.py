"""Sending goods back, and having the platform decide."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import there
from api.idempotency import idempotent
from api.v1 import goods_back
from api.v1.storefront.visitor import ORDER_TOKEN, StorefrontView, customer, order_of
from api.views import body_of
from marketplace.orders.models import Order, VendorOrder
from marketplace.returns import asking, shown
from marketplace.returns.actions import Actor
from marketplace.returns.claims import open_claim, say, withdraw_claim
from marketplace.returns.exchange import replacements_of
from marketplace.returns.labels import return_label
from marketplace.returns.models import Claim, Return
from marketplace.returns.photos import encode_photos

TAGS = ["Returns"]
CLAIM_TAGS = ["Claims"]
PDF = "application/pdf"


class ReturnsView(StorefrontView):
    """Of one order, for whom it concerns."""

    def find(self, request: Request, number: str, return_id: UUID) -> Return:
        return there(shown.return_of(order_of(request, number).id, return_id))

    def answer(self, order: Order, returned: Return, status: int = 200) -> Response:
        """The return as it is now."""
        found = there(shown.return_of(order.id, returned.id))
        where = f"/api/v1/storefront/orders/{order.number}/returns/{found.id}"
        headers = {"Location": where} if status == 201 else {}
        return Response(goods_back.shown_return(found), status=status, headers=headers)


class Returnables(ReturnsView):
    @extend_schema(
        operation_id="order_returnables",
        summary="What of an order can be sent back now",
        parameters=[ORDER_TOKEN],
        responses=goods_back.ReturnablePartSerializer(many=True),
        tags=TAGS,
    )
    def get(self, request: Request, number: str) -> Response:
        order = order_of(request, number)
        possible, instead = asking.returnable(order.id), replacements_of(order.id)
        rows = [
            {
                "vendor_order_id": part,
                "lines": [{**asdict(line), "instead": instead.get(line.line_id, [])} for line in lines],
            }
            for part, lines in possible.items()
        ]
        return Response(goods_back.ReturnablePartSerializer(rows, many=True).data)


class Returns(ReturnsView):
    @extend_schema(
        operation_id="order_returns",
        summary="The returns of an order, oldest first",
        parameters=[ORDER_TOKEN],
        responses=goods_back.ReturnInListSerializer(many=True),
        tags=TAGS,
    )
    def get(self, request: Request, number: str) -> Response:
        rows = Return.objects.filter(order=order_of(request, number)).prefetch_related("lines__order_line")
        return Response([goods_back.return_in_list(row) for row in rows.order_by("id")])

    @extend_schema(
        operation_id="order_returns_create",
        summary="Ask a vendor to take articles back",
        description="The same asked again while the first waits is the first. 409 `cannot_return`: more than can be sent "
        "back, or its time is over.",
        parameters=[ORDER_TOKEN],
        request=goods_back.ReturnInput,
        responses={201: goods_back.ReturnSerializer},
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request, number: str) -> Response:
        order, given = order_of(request, number), body_of(goods_back.ReturnInput, request)
        lines = [asking.AskedLine(**line) for line in given["lines"]]
        part_id = given["vendor_order_id"]
        if not VendorOrder.objects.filter(id=part_id, order=order).exists():
            raise NotFound()
        made = asking.ask_return(
            order=order, vendor_order_id=part_id, lines=lines, words=given["words"], by=_actor(request)
        )
        return self.answer(order, made, 201)


class ReturnOne(ReturnsView):
    @extend_schema(
        operation_id="order_return",
        summary="A return",
        parameters=[ORDER_TOKEN],
        responses=goods_back.ReturnSerializer,
        tags=TAGS,
    )
    def get(self, request: Request, number: str, return_id: UUID) -> Response:
        return Response(goods_back.shown_return(self.find(request, number, return_id)))


class ReturnPhotos(ReturnsView):
    parser_classes = [MultiPartParser]

    @extend_schema(
        operation_id="order_return_photos_create",
        summary="Add a photo to a return",
        description="At most five. 422 `invalid_picture`, `too_many_photos`.",
        parameters=[ORDER_TOKEN],
        request={"multipart/form-data": goods_back.PhotoInput},
        responses={201: goods_back.ReturnSerializer},
        tags=TAGS,
    )
    @idempotent(in_transaction=False)
    def post(self, request: Request, number: str, return_id: UUID) -> Response:
        order, found = order_of(request, number), self.find(request, number, return_id)
        photos = encode_photos([body_of(goods_back.PhotoInput, request)["photo"]])
        return self.answer(order, asking.add_photos(return_id=found.id, photos=photos, by=_actor(request)), 201)


class ReturnShipment(ReturnsView):
    @extend_schema(
        operation_id="order_return_ship",
        summary="Say that the goods have left, and how they are followed; again, to correct it",
        description="409 `wrong_step` before it is accepted, and once it is there.",
        parameters=[ORDER_TOKEN],
        request=goods_back.TrackingInput,
        responses={200: goods_back.ReturnSerializer},
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request, number: str, return_id: UUID) -> Response:
        order, found = order_of(request, number), self.find(request, number, return_id)
        given = body_of(goods_back.TrackingInput, request)
        return self.answer(order, asking.say_sent(return_id=found.id, by=_actor(request), **given))


class ReturnWithdrawal(ReturnsView):
    @extend_schema(
        operation_id="order_return_withdraw",
        summary="Keep the goods after all",
        description="409 `wrong_step` once they are on their way.",
        parameters=[ORDER_TOKEN],
        request=None,
        responses={200: goods_back.ReturnSerializer},
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request, number: str, return_id: UUID) -> Response:
        order, found = order_of(request, number), self.find(request, number, return_id)
        return self.answer(order, asking.withdraw_return(return_id=found.id, by=_actor(request)))


class ReturnLabel(ReturnsView):
    @extend_schema(
        operation_id="order_return_label",
        summary="The label of an accepted return, to print",
        description="409 `documents_unavailable` where the server cannot lay out pages.",
        parameters=[ORDER_TOKEN],
        responses={(200, PDF): OpenApiResponse(OpenApiTypes.BINARY, description="A PDF.")},
        tags=TAGS,
    )
    def get(self, request: Request, number: str, return_id: UUID) -> HttpResponse:
        found = self.find(request, number, return_id)
        if not found.send_to:
            raise NotFound()
        answer = HttpResponse(return_label(found), content_type=PDF)
        answer["Content-Disposition"] = f'attachment; filename="return-{found.number}.pdf"'
        return answer


class ClaimsView(StorefrontView):
    """Of one order, for whom it concerns."""

    def find(self, request: Request, number: str, claim_id: UUID) -> Claim:
        return there(shown.claim_with(claim_id, order_id=order_of(request, number).id))

    def answer(self, request: Request, number: str, claim: Claim, **more: Any) -> Response:
        """The claim as it is now."""
        return Response(goods_back.shown_claim(self.find(request, number, claim.id)), **more)


class Claims(ClaimsView):
    @extend_schema(
        operation_id="order_claims",
        summary="The claims of an order, oldest first",
        parameters=[ORDER_TOKEN],
        responses=goods_back.ClaimInListSerializer(many=True),
        tags=CLAIM_TAGS,
    )
    def get(self, request: Request, number: str) -> Response:
        rows = Claim.objects.filter(order=order_of(request, number)).order_by("id")
        return Response([goods_back.claim_in_list(row) for row in rows])

    @extend_schema(
        operation_id="order_claims_create",
        summary="Have the platform decide about a vendor's part, or about a return",
        description="One that is open already is given as it is. 409 `cannot_claim`: the vendor has its time still, or it is "
        "too long ago.",
        parameters=[ORDER_TOKEN],
        request=goods_back.ClaimInput,
        responses={201: goods_back.ClaimSerializer},
        tags=CLAIM_TAGS,
    )
    @idempotent
    def post(self, request: Request, number: str) -> Response:
        order, given = order_of(request, number), body_of(goods_back.ClaimInput, request)
        named = given.get("return_id")
        returned = there(shown.return_of(order.id, named)) if named else None
        part_id = given["vendor_order_id"]
        if not VendorOrder.objects.filter(id=part_id, order=order).exists() or (
            returned is not None and returned.vendor_order_id != part_id
        ):
            raise NotFound()
        made = open_claim(
            vendor_order_id=part_id,
            kind=given["kind"],
            words=given["words"],
            by=_actor(request),
            order=order,
            returned=returned,
        )
        where = f"/api/v1/storefront/orders/{order.number}/claims/{made.id}"
        return self.answer(request, number, made, status=201, headers={"Location": where})


class ClaimOne(ClaimsView):
    @extend_schema(
        operation_id="order_claim",
        summary="A claim, with what was said",
        parameters=[ORDER_TOKEN],
        responses=goods_back.ClaimSerializer,
        tags=CLAIM_TAGS,
    )
    def get(self, request: Request, number: str, claim_id: UUID) -> Response:
        return Response(goods_back.shown_claim(self.find(request, number, claim_id)))


class ClaimMessages(ClaimsView):
    @extend_schema(
        operation_id="order_claim_messages_create",
        summary="Say something; the vendor and the platform read it",
        description="409 `claim_closed` once it is decided.",
        parameters=[ORDER_TOKEN],
        request=goods_back.SayInput,
        responses={201: goods_back.ClaimSerializer},
        tags=CLAIM_TAGS,
    )
    @idempotent
    def post(self, request: Request, number: str, claim_id: UUID) -> Response:
        found, given = self.find(request, number, claim_id), body_of(goods_back.SayInput, request)
        say(claim=found, text=given["text"], by=_actor(request))
        return self.answer(request, number, found, status=201)


class ClaimWithdrawal(ClaimsView):
    @extend_schema(
        operation_id="order_claim_withdraw",
        summary="Take a claim back",
        parameters=[ORDER_TOKEN],
        request=None,
        responses={200: goods_back.ClaimSerializer},
        tags=CLAIM_TAGS,
    )
    @idempotent
    def post(self, request: Request, number: str, claim_id: UUID) -> Response:
        found = self.find(request, number, claim_id)
        return self.answer(request, number, withdraw_claim(claim_id=found.id, by=_actor(request)))


def _actor(request: Request) -> Actor:
    user = customer(request)
    return Actor("customer", user.id if user is not None else None)
