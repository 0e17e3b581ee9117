"""Waiting rooms: a place in one is the cart's, or the signed-in customer's wherever they are."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import NotFound
from api.idempotency import idempotent
from api.v1.storefront.serializers import waiting as serializers
from api.v1.storefront.visitor import CART_HEADER, CART_TOKEN, StorefrontView, cart_for, customer
from marketplace.carts.queries import find_cart
from marketplace.waiting import actions
from marketplace.waiting.models import WaitingRoom
from marketplace.waiting.queries import Standing

TAGS = ["Waiting rooms"]


class Room(StorefrontView):
    @extend_schema(
        operation_id="waiting_room",
        summary="Where this cart stands in a waiting room",
        description="An order of what is sold through one is refused with 409 `not_admitted` until the cart is `admitted`. "
        "Ask again after `wait_seconds`, or sooner: somebody may change the rate.",
        parameters=[CART_TOKEN],
        responses=serializers.StandingSerializer,
        tags=TAGS,
    )
    def get(self, request: Request, room_id: UUID) -> Response:
        _there(room_id)
        user = customer(request)
        cart = find_cart(user=user, token=request.headers.get(CART_HEADER, ""))  # who has none may look as well
        found = actions.look(
            room_id=room_id, cart_id=cart.id if cart else None, user_id=user.id if user is not None else None
        )
        return Response(_shown(found))


class Place(StorefrontView):
    @extend_schema(
        operation_id="waiting_room_place",
        summary="Take a place in a waiting room, or find the one there is",
        parameters=[CART_TOKEN],
        request=None,
        responses=serializers.StandingSerializer,
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request, room_id: UUID) -> Response:
        _there(room_id)
        cart, user = cart_for(request), customer(request)
        found = actions.join(room_id=room_id, cart_id=cart.id, user_id=user.id if user is not None else None)
        return Response(_shown(found))


def _there(room_id: UUID) -> None:
    if not WaitingRoom.objects.filter(id=room_id).exists():
        raise NotFound


def _shown(standing: Standing) -> dict[str, object]:
    room = standing.room
    return {
        "room_id": room.id,
        "title": room.title,
        "state": standing.where.value,
        "ahead": standing.ahead,
        "wait_seconds": standing.wait_seconds,
        "admit_at": standing.admit_at,
        "until": standing.until,
        "per_minute": room.per_minute,
        "opens_at": room.opens_at,
        "ends_at": room.ends_at,
    }
