"""What lies beside the cart: what was saved for later, copies for others, and the one mail about a cart that was left."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import NotFound
from api.idempotency import idempotent
from api.v1.storefront import shown
from api.v1.storefront.serializers import cart as cart_serializers
from api.v1.storefront.serializers import saved as serializers
from api.v1.storefront.shown.catalog import page_of, picture
from api.v1.storefront.visitor import CART_TOKEN, StorefrontView, cart_for, cart_of
from api.views import body_of
from kit.links import absolute_url
from marketplace.carts import saving, sharing
from marketplace.carts.models import Cart, SavedLine
from marketplace.carts.queries import saved_of
from marketplace.carts.reminding import refuse_reminder, want_reminder
from marketplace.carts.sharing import SharedGone
from marketplace.catalog.models import Offer, VendorCard

TAGS = ["Cart"]


class Saved(StorefrontView):
    @extend_schema(
        operation_id="saved_list",
        summary="What was saved for later",
        parameters=[CART_TOKEN],
        responses=serializers.SavedSerializer,
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        return Response(_saved(cart_of(request)))

    @extend_schema(
        operation_id="saved_create",
        summary="Put a line of the cart aside",
        parameters=[CART_TOKEN],
        request=serializers.SaveInput,
        responses={201: serializers.SavedSerializer},
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request) -> Response:
        cart, given = cart_for(request), body_of(serializers.SaveInput, request)
        if not cart.lines.filter(id=given["line_id"]).exists():
            raise NotFound()
        saving.save_for_later(cart=cart, line_id=given["line_id"])
        return Response(_saved(cart), status=201, headers={"Location": "/api/v1/storefront/cart/saved"})


class SavedOne(StorefrontView):
    @extend_schema(
        operation_id="saved_delete",
        summary="Forget something that was saved",
        parameters=[CART_TOKEN],
        request=None,
        responses={204: None},
        tags=TAGS,
    )
    @idempotent
    def delete(self, request: Request, saved_id: UUID) -> Response:
        cart = cart_for(request)
        _check_saved(cart, saved_id)
        saving.forget_saved(cart=cart, saved_id=saved_id)
        return Response(status=204)


class SavedReturn(StorefrontView):
    @extend_schema(
        operation_id="saved_return",
        summary="Move something that was saved back into the cart",
        description="409 `not_for_sale`; then it stays saved.",
        parameters=[CART_TOKEN],
        request=None,
        responses={200: cart_serializers.CartSerializer},
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request, saved_id: UUID) -> Response:
        cart = cart_for(request)
        _check_saved(cart, saved_id)
        saving.move_back(cart=cart, saved_id=saved_id)
        return Response(shown.cart(cart))


class Shares(StorefrontView):
    @extend_schema(
        operation_id="cart_shares_create",
        summary="Share a copy of the cart",
        description="Whoever has the token sees what is in it now, and nothing of whose it is. 409 `cart_empty`.",
        parameters=[CART_TOKEN],
        request=None,
        responses={201: serializers.ShareSerializer},
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request) -> Response:
        made, token = sharing.share_cart(cart=cart_for(request))
        answer = {
            "token": token,
            "url": absolute_url("market", f"/cart/shared/{token}/"),
            "expires_at": made.expires_at,
        }
        return Response(answer, status=201, headers={"Location": f"/api/v1/storefront/shared-carts/{token}"})

    @extend_schema(
        operation_id="cart_shares_delete",
        summary="End all copies of the cart",
        parameters=[CART_TOKEN],
        request=None,
        responses={204: None},
        tags=TAGS,
    )
    @idempotent
    def delete(self, request: Request) -> Response:
        sharing.end_shares(cart=cart_for(request))
        return Response(status=204)


class SharedCart(StorefrontView):
    @extend_schema(
        operation_id="shared_cart",
        summary="What somebody shared",
        responses=serializers.SharedCartSerializer,
        tags=TAGS,
    )
    def get(self, request: Request, token: str) -> Response:
        found = _shared(token)
        lines = [_article(line.offer, line.quantity, line.card) for line in sharing.shared_lines(found)]
        return Response({"expires_at": found.expires_at, "lines": lines})


class SharedCartCopies(StorefrontView):
    @extend_schema(
        operation_id="shared_cart_copy",
        summary="Put what somebody shared into one's own cart",
        description="As far as it can be had; the rest is named.",
        parameters=[CART_TOKEN],
        request=None,
        responses={200: serializers.TakenSerializer},
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request, token: str) -> Response:
        taken = sharing.take_shared(cart=cart_for(request), shared=_shared(token))
        left_out = [{"title": title, "detail": why} for title, why in taken.left_out]
        return Response({"added": taken.added, "left_out": left_out})


class Reminder(StorefrontView):
    @extend_schema(
        operation_id="cart_reminder_set",
        summary="One mail about this cart, should it be left, or none",
        description="By the customer's own wish only. Sent once, a day after it was left, never once it was ordered.",
        parameters=[CART_TOKEN],
        request=serializers.ReminderInput,
        responses=serializers.ReminderSerializer,
        tags=TAGS,
    )
    @idempotent
    def put(self, request: Request) -> Response:
        cart, given = cart_for(request), body_of(serializers.ReminderInput, request)
        if given["wanted"]:
            want_reminder(cart=cart, email=given.get("email", ""))
        else:
            refuse_reminder(cart_id=cart.id)
        return Response({"wanted": given["wanted"]})


def _saved(cart: Cart) -> dict[str, Any]:
    lines = saved_of(cart)
    cards = VendorCard.objects.in_bulk({line.offer.vendor_id for line in lines})
    return {"items": [_saved_line(line, cards.get(line.offer.vendor_id)) for line in lines]}


def _saved_line(line: SavedLine, card: VendorCard | None) -> dict[str, Any]:
    return {
        "id": str(line.id),
        **_article(line.offer, line.quantity, card),
        "price_seen_minor": line.price_seen_minor,
    }


def _article(offer: Offer, quantity: int, card: VendorCard | None) -> dict[str, Any]:
    listing = offer.listing
    return {
        "offer_id": str(offer.id),
        "listing": {"slug": listing.slug, "title": listing.title, "url": page_of(listing.slug)},
        "vendor": {"slug": card.slug, "name": card.name} if card else None,
        "options": offer.listing_variant.options,
        "picture": picture(listing.pictures[0], listing.title) if listing.pictures else None,
        "quantity": quantity,
        "unit_price_minor": offer.price_minor,
        "currency": offer.currency,
        "available": offer.available if offer.is_visible else 0,
    }


def _check_saved(cart: Cart, saved_id: UUID) -> None:
    if not cart.saved.filter(id=saved_id).exists():
        raise NotFound()


def _shared(token: str) -> Any:
    try:
        return sharing.shared_by(token)
    except SharedGone:
        raise NotFound() from None
