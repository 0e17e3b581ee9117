"""Ordering what is in the cart, paying it, and following it."""

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from api.auth import SignedIn
from api.idempotency import idempotent
from api.pagination import PAGE_PARAMETERS, cursor_of, limit_of, page_data, page_of
from api.v1 import refunds
from api.v1.storefront import returns, shown
from api.v1.storefront.serializers import orders as serializers
from api.v1.storefront.views.cart import methods_of
from api.v1.storefront.visitor import CART_TOKEN, ORDER_TOKEN, StorefrontView, cart_for, customer, order_of, signed_in
from api.views import body_of
from kit.errors import InvalidInput
from kit.postal_addresses import ADDRESS_FIELDS
from marketplace.checkout.actions import place_order, start_payment
from marketplace.orders import queries
from marketplace.orders.links import access_token
from marketplace.returns.actions import Actor
from marketplace.returns.models import RequestKind
from marketplace.returns.queries import preview_of

TAGS = ["Orders"]


class Orders(StorefrontView):
    def get_permissions(self) -> list[BasePermission]:
        return [AllowAny()] if self.request.method == "POST" else [SignedIn()]

    @extend_schema(
        operation_id="orders",
        summary="A customer's orders, newest first",
        parameters=PAGE_PARAMETERS,
        responses=page_of(serializers.OrderInListSerializer),
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        page = queries.orders_of_customer(signed_in(request), cursor=cursor_of(request), size=limit_of(request))
        words = queries.statuses([part for order in page.rows for part in order.vendor_orders.all()])
        return Response(page_data(page, lambda order: shown.order_in_list(order, words)))

    @extend_schema(
        operation_id="orders_create",
        summary="Order what is in the cart",
        description="Reserves the stock of every vendor and freezes prices, VAT and shipping; pay it next. The same version "
        "of a cart with the same address gives the same order, however often; anything else takes the place of what "
        "was ordered from this cart and not paid. Nothing is ordered when it answers 409: `cart_changed`, "
        "`cart_empty`, `prices_changed` (`prices` has the new ones by cart line), `total_changed`, `sold_out` "
        "(`available` has what is left by offer), `shipping_method_gone` (`vendors` has of whom), `total_too_small`, "
        "`total_too_large`; or 422 `cannot_ship`. Where every parcel is picked up, `ship_to` needs a name and a country.",
        parameters=[CART_TOKEN],
        request=serializers.NewOrderInput,
        responses={201: serializers.PlacedOrderSerializer},
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request) -> Response:
        cart, given, user = cart_for(request), body_of(serializers.NewOrderInput, request), customer(request)
        try:
            order = place_order(
                cart=cart,
                version=given["version"],
                email=given.get("email") or (user.email if user is not None else ""),
                ship_to=given["ship_to"],
                user=user,
                total_seen_minor=given.get("total_seen_minor"),
                methods=methods_of(given.get("shipping", [])),
                company=given.get("company", cart.company),
                vat_id=given.get("vat_id", cart.vat_id),
            )
        except InvalidInput as error:
            if error.field in ADDRESS_FIELDS:
                error.field = f"ship_to.{error.field}"
            raise
        token = access_token(order.id) if user is None else None
        answer = {**shown.order_detail(order.as_placed or queries.shown_order(order)), "access_token": token}
        return Response(answer, status=201, headers={"Location": f"/api/v1/storefront/orders/{order.number}"})


class Order(StorefrontView):
    @extend_schema(
        operation_id="order",
        summary="An order: its vendor orders, their parcels, what was refunded",
        parameters=[ORDER_TOKEN],
        responses=serializers.OrderSerializer,
        tags=TAGS,
    )
    def get(self, request: Request, number: str) -> Response:
        return Response(shown.order_detail(queries.shown_order(order_of(request, number))))


class OrderPayment(StorefrontView):
    @extend_schema(
        operation_id="order_payment_start",
        summary="Go on to pay an order",
        description="Gives the provider's page. While a page is open it stays the same one, with the return addresses it "
        "was opened with. 409: `already_paid`, `payment_closed` (the time to pay is over, order anew), "
        "`other_way_open` (a page of another way than `by` is open).",
        parameters=[ORDER_TOKEN],
        request=serializers.PaymentInput,
        responses={200: serializers.PaymentPageSerializer},
        tags=TAGS,
    )
    @idempotent(in_transaction=False)
    def post(self, request: Request, number: str) -> Response:
        order, given = order_of(request, number), body_of(serializers.PaymentInput, request)
        by = given.pop("by", None)
        # An answer is only read by who asked; where the provider sends the customer's browser is checked.
        back = {name: returns.checked(url, name) for name, url in given.items()}
        url = start_payment(
            order=order,
            success_url=back.get("success_url") or returns.paid_url(order),
            cancel_url=back.get("cancel_url") or returns.stopped_url(order),
            by=by,
        )
        return Response({"url": url})


class CancellationPreviews(StorefrontView):
    @extend_schema(
        operation_id="cancellation_previews_create",
        summary="What canceling would give back; nothing is done",
        description="409 `cannot_cancel` for what its vendor has taken on.",
        parameters=[ORDER_TOKEN],
        request=refunds.CancellationPreviewInput,
        responses={200: refunds.CustomerPreviewSerializer},
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request, number: str) -> Response:
        order, given = order_of(request, number), body_of(refunds.CancellationPreviewInput, request)
        asks = refunds.asks_of(given["parts"], order_id=order.id)
        found = preview_of(order.id, asks, kind=RequestKind.CANCELLATION, by_customer=True)
        return Response(refunds.CustomerPreviewSerializer(refunds.shown_preview(found)).data)


class Cancellations(StorefrontView):
    @extend_schema(
        operation_id="cancellations_create",
        summary="Cancel what no vendor has taken on yet, as a preview showed it",
        description="The money goes back the way it was paid. 409 `preview_changed`, `cannot_cancel`.",
        parameters=[ORDER_TOKEN],
        request=refunds.CancellationInput,
        responses={201: serializers.OrderSerializer},
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request, number: str) -> Response:
        order, given = order_of(request, number), body_of(refunds.CancellationInput, request)
        user = customer(request)
        by = Actor("customer", user.id if user is not None else None)
        refunds.requested({**given, "kind": RequestKind.CANCELLATION}, order_id=order.id, by=by)
        location = f"/api/v1/storefront/orders/{order.number}"
        return Response(shown.order_detail(queries.shown_order(order)), status=201, headers={"Location": location})
