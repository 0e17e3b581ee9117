"""The cart. Every change answers with the cart as it is then, prices, VAT and shipping counted anew."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.auth import SignedIn
from api.errors import NotFound, there
from api.idempotency import idempotent
from api.v1.storefront import shown
from api.v1.storefront.serializers import cart as serializers
from api.v1.storefront.shown.cart import line_of
from api.v1.storefront.visitor import CART_HEADER, CART_TOKEN, StorefrontView, cart_for, cart_of, customer, signed_in
from api.views import body_of
from kit.callers import address_digest
from kit.errors import InvalidInput
from marketplace.carts import actions
from marketplace.carts.models import Cart
from marketplace.catalog.models import VendorCard
from marketplace.checkout.actions import check_company, join_carts
from marketplace.checkout.choosing import choose_methods
from marketplace.checkout.discounts import add_coupon, quoted
from marketplace.checkout.queries import cart_to_order
from marketplace.promotions.codes import clean_code

TAGS = ["Cart"]


class Carts(StorefrontView):
    @extend_schema(
        operation_id="carts_create",
        summary="Begin a cart",
        description="A guest gets the token by which the cart is known from now on. A signed-in customer has one cart, "
        "known by the access token, and gets that.",
        request=serializers.NewCartInput,
        responses={201: serializers.NewCartSerializer},
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request) -> Response:
        given, user = body_of(serializers.NewCartInput, request), customer(request)
        token = None if user is not None else actions.new_token()
        cart = actions.ensure_cart(user=user, token=token or "")
        if "country" in given:
            actions.set_country(cart=cart, country=given["country"])
        location = "/api/v1/storefront/cart"
        return Response({"token": token, "cart": shown.cart(cart)}, status=201, headers={"Location": location})


class CartNow(StorefrontView):
    @extend_schema(
        operation_id="cart",
        summary="The cart, with what it costs now",
        parameters=[CART_TOKEN],
        responses=serializers.CartSerializer,
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        return Response(shown.cart(cart_of(request)))


class CartLines(StorefrontView):
    @extend_schema(
        operation_id="cart_lines_create",
        summary="Put an offer into the cart",
        parameters=[CART_TOKEN],
        request=serializers.NewLineInput,
        responses={201: serializers.CartSerializer},
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request) -> Response:
        cart, given = cart_for(request), body_of(serializers.NewLineInput, request)
        line = actions.add_to_cart(cart=cart, offer_id=given["offer_id"], quantity=given["quantity"])
        location = f"/api/v1/storefront/cart/lines/{line.id}"
        return Response(shown.cart(cart), status=201, headers={"Location": location})


class CartLine(StorefrontView):
    @extend_schema(
        operation_id="cart_line",
        summary="A line of the cart",
        parameters=[CART_TOKEN],
        responses=serializers.CartLineSerializer,
        tags=TAGS,
    )
    def get(self, request: Request, line_id: UUID) -> Response:
        inside = cart_to_order(cart_of(request))
        line = there(next((line for line in inside.lines if line.id == line_id), None))
        costs, _ = quoted(inside)
        off = sum(each.discount.whole for part in costs.vendors for each in part.lines if each.key == line.id)
        return Response(line_of(line, inside, off))

    @extend_schema(
        operation_id="cart_lines_update",
        summary="Change a line's quantity",
        parameters=[CART_TOKEN],
        request=serializers.QuantityInput,
        responses=serializers.CartSerializer,
        tags=TAGS,
    )
    @idempotent
    def patch(self, request: Request, line_id: UUID) -> Response:
        cart, given = cart_for(request), body_of(serializers.QuantityInput, request)
        _check_there(cart, line_id)
        if "quantity" in given:
            actions.set_quantity(cart=cart, line_id=line_id, quantity=given["quantity"])
        return Response(shown.cart(cart))

    @extend_schema(
        operation_id="cart_lines_delete",
        summary="Take a line out of the cart",
        parameters=[CART_TOKEN],
        request=None,
        responses={204: None},
        tags=TAGS,
    )
    @idempotent
    def delete(self, request: Request, line_id: UUID) -> Response:
        cart = cart_for(request)
        _check_there(cart, line_id)
        actions.remove_line(cart=cart, line_id=line_id)
        return Response(status=204)


class CartCoupons(StorefrontView):
    @extend_schema(
        operation_id="cart_coupons_add",
        summary="Use a coupon",
        description="However it is typed: capitals and spaces do not matter. 422 with the code `coupon_unknown`, "
        "`coupon_expired`, `coupon_not_yet`, `coupon_paused`, `coupon_used_up`, `coupon_already_used`, "
        "`coupon_not_first_order` or `coupon_other_goods` when it cannot be used; one that waits for more in the cart is "
        "kept, and says so. Whoever tries many codes in a minute is answered `too_many_tries`.",
        parameters=[CART_TOKEN],
        request=serializers.CouponInput,
        responses={201: serializers.CartSerializer},
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request) -> Response:
        cart, given = cart_for(request), body_of(serializers.CouponInput, request)
        coupon = add_coupon(cart=cart, code=given["code"], who=address_digest(request._request))
        cart.refresh_from_db()
        location = f"/api/v1/storefront/cart/coupons/{coupon.code}"
        return Response(shown.cart(cart), status=201, headers={"Location": location})


class CartCoupon(StorefrontView):
    @extend_schema(
        operation_id="cart_coupons_remove",
        summary="Take a coupon out of the cart",
        parameters=[CART_TOKEN],
        request=None,
        responses={204: None},
        tags=TAGS,
    )
    @idempotent
    def delete(self, request: Request, code: str) -> Response:
        cart, found = cart_for(request), clean_code(code)
        if found not in cart.codes:
            raise NotFound()
        actions.drop_coupon(cart=cart, code=found)
        return Response(status=204)


class CartCountry(StorefrontView):
    @extend_schema(
        operation_id="cart_country_set",
        summary="Say where the cart goes",
        description="Decides the VAT that prices contain, and which vendors ship there.",
        parameters=[CART_TOKEN],
        request=serializers.CountryInput,
        responses=serializers.CartSerializer,
        tags=TAGS,
    )
    @idempotent
    def put(self, request: Request) -> Response:
        cart, given = cart_for(request), body_of(serializers.CountryInput, request)
        actions.set_country(cart=cart, country=given["country"])
        return Response(shown.cart(cart))


class CartCompany(StorefrontView):
    @extend_schema(
        operation_id="cart_company_set",
        summary="Say for which company it is bought",
        description="With a VAT number of another member state than a vendor's, that vendor charges no VAT (reverse charge)"
        " and the price falls by it. Both empty: for a consumer. 422 for what is no VAT number, or one without a company.",
        parameters=[CART_TOKEN],
        request=serializers.CompanyInput,
        responses=serializers.CartSerializer,
        tags=TAGS,
    )
    @idempotent
    def put(self, request: Request) -> Response:
        cart, given = cart_for(request), body_of(serializers.CompanyInput, request)
        company, vat_id = check_company(given["company"], given["vat_id"])
        actions.set_company(cart=cart, company=company, vat_id=vat_id)
        return Response(shown.cart(cart))


class CartShipping(StorefrontView):
    @extend_schema(
        operation_id="cart_shipping_set",
        summary="Choose how vendors' parcels go",
        description="All of them or none; of vendors that are not named it stays as it was. "
        "Where the cart's country changes, what was chosen is forgotten. 409 `shipping_method_gone` for a method that "
        "the vendor does not offer for this cart (`vendors` has their slugs), or a vendor of whom nothing is in it.",
        parameters=[CART_TOKEN],
        request=serializers.MethodsInput,
        responses=serializers.CartSerializer,
        tags=TAGS,
    )
    @idempotent
    def put(self, request: Request) -> Response:
        cart, given = cart_for(request), body_of(serializers.MethodsInput, request)
        choose_methods(cart=cart, methods=methods_of(given["methods"]))
        return Response(shown.cart(cart))


def methods_of(given: Sequence[Mapping[str, str]]) -> dict[UUID, str]:
    """Methods by vendor, of what names vendors by their slugs. Raises InvalidInput for a vendor that nobody knows."""
    slugs = {each["vendor"] for each in given}
    known = dict(VendorCard.objects.filter(slug__in=slugs).values_list("slug", "vendor_id"))
    if slugs - known.keys():
        raise InvalidInput("There is no such vendor.", field="vendor")
    return {known[each["vendor"]]: each["method"] for each in given}


class CartMerge(StorefrontView):
    permission_classes = [SignedIn]

    @extend_schema(
        operation_id="cart_merge",
        summary="Take a guest's cart along when its owner has signed in",
        description="What the guest had put in joins the customer's own cart. What was "
        "ordered from it and is not paid yet is the customer's too. The guest's cart is gone, its token opens nothing.",
        parameters=[CART_TOKEN],
        request=None,
        responses=serializers.CartSerializer,
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request) -> Response:
        token = request.headers.get(CART_HEADER, "")
        if not token:
            raise InvalidInput(f"Send the token of the guest's cart as `{CART_HEADER}`.", field=CART_HEADER)
        return Response(shown.cart(join_carts(token=token, user=signed_in(request))))


def _check_there(cart: Cart, line_id: UUID) -> None:
    if not cart.lines.filter(id=line_id).exists():
        raise NotFound()
