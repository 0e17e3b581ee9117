"""What customers send back to the vendor, and what they have the platform decide about it."""

from typing import ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import there
from api.idempotency import idempotent
from api.pagination import PAGE_PARAMETERS, cursor_of, limit_of, page_data, page_of
from api.v1 import goods_back, refunds
from api.v1.vendor.views.refunds import actor_of
from api.views import VendorView, body_of, created, query_of
from kit.errors import InvalidInput
from marketplace.returns import answering, shown
from marketplace.returns.answering import Found
from marketplace.returns.claims import say
from marketplace.returns.exchange import send_replacement
from marketplace.returns.models import Claim, RequestKind, Return
from marketplace.returns.preview import Ask
from marketplace.returns.queries import facts_of, preview_of

TAGS = ["Returns"]
CLAIM_TAGS = ["Claims"]


class ReturnView(VendorView):
    area: ClassVar[str] = "orders"

    def find(self, return_id: UUID) -> Return:
        return there(shown.vendor_return(self.vendor.id, return_id))

    def now(self, return_id: UUID) -> Response:
        """The return as it is now."""
        return Response(goods_back.shown_return(self.find(return_id)))


class ReturnList(ReturnView):
    @extend_schema(
        operation_id="returns_list",
        summary="Returns, newest first",
        parameters=[goods_back.ReturnFilterSerializer, *PAGE_PARAMETERS],
        responses=page_of(goods_back.ReturnInListSerializer),
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        state = query_of(goods_back.ReturnFilterSerializer, request).get("state", "")
        page = shown.returns_page(self.vendor.id, state=state, cursor=cursor_of(request), size=limit_of(request))
        return Response(page_data(page, goods_back.return_in_list))


class ReturnOne(ReturnView):
    @extend_schema(operation_id="returns_read", summary="A return", responses=goods_back.ReturnSerializer, tags=TAGS)
    def get(self, request: Request, return_id: UUID) -> Response:
        return self.now(return_id)


class ReturnAcceptance(ReturnView):
    @extend_schema(
        operation_id="returns_accept",
        summary="Take the articles back, once they are here",
        description="Also after declining, as long as the platform has not decided. 409 `wrong_step`.",
        request=goods_back.AcceptanceInput,
        responses={200: goods_back.ReturnSerializer},
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request, return_id: UUID) -> Response:
        found, given = self.find(return_id), body_of(goods_back.AcceptanceInput, request)
        send_to = given.pop("send_to", None) or answering.where_to_send(self.vendor)
        answering.accept_return(return_id=found.id, by=actor_of(self, request), send_to=send_to, **given)
        return self.now(return_id)


class ReturnRefusal(ReturnView):
    @extend_schema(
        operation_id="returns_decline",
        summary="Do not take them back",
        description="The customer may have the platform decide. 409 `wrong_step`.",
        request=goods_back.WhyInput,
        responses={200: goods_back.ReturnSerializer},
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request, return_id: UUID) -> Response:
        found, given = self.find(return_id), body_of(goods_back.WhyInput, request)
        answering.decline_return(return_id=found.id, by=actor_of(self, request), note=given["note"])
        return self.now(return_id)


class ReturnReceipt(ReturnView):
    @extend_schema(
        operation_id="returns_receive",
        summary="The parcel is here",
        request=None,
        responses={200: goods_back.ReturnSerializer},
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request, return_id: UUID) -> Response:
        answering.receive_return(return_id=self.find(return_id).id, by=actor_of(self, request))
        return self.now(return_id)


class ReturnInspection(ReturnView):
    @extend_schema(
        operation_id="returns_inspect",
        summary="How every unit was found, and what goes back on the shelf",
        description="`ok`, `damaged` and `missing` are together the quantity of each line.",
        request=goods_back.InspectionInput,
        responses={200: goods_back.ReturnSerializer},
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request, return_id: UUID) -> Response:
        found, given = self.find(return_id), body_of(goods_back.InspectionInput, request)
        lines = {line.pop("line_id"): Found(**line) for line in given["lines"]}
        if len(lines) != len(given["lines"]):
            raise InvalidInput("Name each line once.", field="lines")
        answering.inspect_return(return_id=found.id, by=actor_of(self, request), found=lines, note=given["note"])
        return self.now(return_id)


class ReturnRefundPreviews(ReturnView):
    @extend_schema(
        operation_id="returns_refund_preview",
        summary="What refunding an inspected return would do; nothing is done",
        request=goods_back.ReturnRefundPreviewInput,
        responses={200: refunds.PreviewSerializer},
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request, return_id: UUID) -> Response:
        found, given = self.find(return_id), body_of(goods_back.ReturnRefundPreviewInput, request)
        asks = self._asks(found, given)
        shows = preview_of(found.order_id, asks, kind=RequestKind.REFUND, vendor_id=self.vendor.id)
        return Response(refunds.PreviewSerializer(refunds.shown_preview(shows)).data)

    def _asks(self, found: Return, given: dict[str, object]) -> list[Ask]:
        part = given.get("part")
        if part is None:
            [facts] = facts_of(found.order_id, vendor_id=self.vendor.id)
            return [answering.suggested_refund(found, facts)]
        return refunds.asks_of([part], order_id=found.order_id, vendor_id=self.vendor.id)  # type: ignore[list-item]


class ReturnRefundRequests(ReturnRefundPreviews):
    @extend_schema(
        operation_id="returns_refund",
        summary="Give the money of an inspected return back, as a preview showed it",
        description="As `orders/{order_id}/refund-requests`, in the return's name; once it is carried out the return is "
        "`refunded`. 409 `wrong_step`, `return_refund_under_way`, `preview_changed`.",
        request=goods_back.ReturnRefundInput,
        responses={201: refunds.RefundRequestSerializer},
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request, return_id: UUID) -> Response:
        found, given = self.find(return_id), body_of(goods_back.ReturnRefundInput, request)
        made = answering.refund_return(
            return_id=found.id,
            asks=self._asks(found, given),
            reason=given["reason"],
            by=actor_of(self, request),
            digest=given["digest"],
        )
        return created(refunds.RefundRequestSerializer(made).data, "api_vendor:refund_request", made.id)


class ReturnReplacement(ReturnView):
    @extend_schema(
        operation_id="returns_replace",
        summary="What the customer wanted instead has left",
        description="409 `wrong_step`, `nothing_to_replace`, `not_in_yet`.",
        request=goods_back.TrackingInput,
        responses={200: goods_back.ReturnSerializer},
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request, return_id: UUID) -> Response:
        found, given = self.find(return_id), body_of(goods_back.TrackingInput, request)
        send_replacement(return_id=found.id, by=actor_of(self, request), **given)
        return self.now(return_id)


class ReturnClosing(ReturnView):
    @extend_schema(
        operation_id="returns_close",
        summary="Give nothing back for what was inspected",
        description="The customer may have the platform decide. 409 `wrong_step`, `return_refund_under_way`.",
        request=goods_back.WhyInput,
        responses={200: goods_back.ReturnSerializer},
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request, return_id: UUID) -> Response:
        found, given = self.find(return_id), body_of(goods_back.WhyInput, request)
        answering.close_return(return_id=found.id, by=actor_of(self, request), note=given["note"])
        return self.now(return_id)


class ClaimView(VendorView):
    area: ClassVar[str] = "orders"

    def find(self, claim_id: UUID) -> Claim:
        return there(shown.claim_with(claim_id, vendor_id=self.vendor.id))


class ClaimList(ClaimView):
    @extend_schema(
        operation_id="claims_list",
        summary="Claims, newest first; the open ones oldest first",
        parameters=[goods_back.ClaimFilterSerializer, *PAGE_PARAMETERS],
        responses=page_of(goods_back.ClaimInListSerializer),
        tags=CLAIM_TAGS,
    )
    def get(self, request: Request) -> Response:
        state = query_of(goods_back.ClaimFilterSerializer, request).get("state", "")
        page = shown.claims_page(
            vendor_id=self.vendor.id, state=state, cursor=cursor_of(request), size=limit_of(request)
        )
        return Response(page_data(page, goods_back.claim_in_list))


class ClaimOne(ClaimView):
    @extend_schema(
        operation_id="claims_read",
        summary="A claim, with what was said",
        responses=goods_back.ClaimSerializer,
        tags=CLAIM_TAGS,
    )
    def get(self, request: Request, claim_id: UUID) -> Response:
        return Response(goods_back.shown_claim(self.find(claim_id)))


class ClaimMessages(ClaimView):
    @extend_schema(
        operation_id="claims_messages_create",
        summary="Say your side; the customer and the platform read it",
        description="409 `claim_closed` once it is decided.",
        request=goods_back.SayInput,
        responses={201: goods_back.ClaimSerializer},
        tags=CLAIM_TAGS,
    )
    @idempotent
    def post(self, request: Request, claim_id: UUID) -> Response:
        found, given = self.find(claim_id), body_of(goods_back.SayInput, request)
        say(claim=found, text=given["text"], by=actor_of(self, request))
        return Response(goods_back.shown_claim(self.find(claim_id)), status=201)
