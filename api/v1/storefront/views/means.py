"""By what means the cart is paid: gift cards and store credit first, the rest at the provider's page."""

from typing import Any
from uuid import UUID

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import NotFound
from api.idempotency import idempotent
from api.v1.storefront.visitor import CART_TOKEN, StorefrontView, cart_for, cart_of, customer
from api.views import body_of
from kit.callers import address_digest
from marketplace.carts import actions
from marketplace.carts.models import Cart
from marketplace.checkout.discounts import quoted
from marketplace.checkout.means import add_gift_card, chosen_means
from marketplace.checkout.queries import cart_to_order

TAGS = ["Cart"]


class MeansCardSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    label = serializers.CharField(help_text="With the last four of its code, which is told nowhere.")
    pays_minor = serializers.IntegerField()
    stays_minor = serializers.IntegerField(help_text="On it, after this order.")


class StoreCreditSerializer(serializers.Serializer[Any]):
    balance_minor = serializers.IntegerField(help_text="What can be paid with; a guest has none.")
    use = serializers.BooleanField()
    pays_minor = serializers.IntegerField()


class MeansSerializer(serializers.Serializer[Any]):
    """total = prepaid + charged."""

    currency = serializers.CharField()
    total_minor = serializers.IntegerField()
    gift_cards = MeansCardSerializer(many=True)
    store_credit = StoreCreditSerializer()
    prepaid_minor = serializers.IntegerField(help_text="Paid by these.")
    charged_minor = serializers.IntegerField(help_text="What the provider takes; 0: the order is paid without it.")


class GiftCardInput(serializers.Serializer[Any]):
    code = serializers.CharField(max_length=60)


class StoreCreditInput(serializers.Serializer[Any]):
    use = serializers.BooleanField()


class CartMeans(StorefrontView):
    @extend_schema(
        operation_id="cart_means",
        summary="How what is in the cart would be paid",
        parameters=[CART_TOKEN],
        responses=MeansSerializer,
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        return Response(_means(cart_of(request), request))


class CartGiftCards(StorefrontView):
    @extend_schema(
        operation_id="cart_gift_cards_add",
        summary="Pay with a gift card",
        description="With spaces, dashes and small letters as it comes. 422 `gift_card_refused` for a code that cannot be "
        "used; it is not said why. Whoever tries many codes in a minute is answered `too_many_tries`.",
        parameters=[CART_TOKEN],
        request=GiftCardInput,
        responses={201: MeansSerializer},
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request) -> Response:
        cart, given = cart_for(request), body_of(GiftCardInput, request)
        who = address_digest(request._request)
        card = add_gift_card(cart=cart, code=given["code"], who=who, currency=settings.CURRENCY)
        location = f"/api/v1/storefront/cart/gift-cards/{card.id}"
        return Response(_means(cart, request), status=201, headers={"Location": location})


class CartGiftCard(StorefrontView):
    @extend_schema(
        operation_id="cart_gift_cards_remove",
        summary="Do not pay with a gift card",
        parameters=[CART_TOKEN],
        request=None,
        responses={204: None},
        tags=TAGS,
    )
    @idempotent
    def delete(self, request: Request, card_id: UUID) -> Response:
        cart = cart_for(request)
        if card_id not in cart.card_ids:
            raise NotFound()
        actions.drop_gift_card(cart=cart, card_id=card_id)
        return Response(status=204)


class CartStoreCredit(StorefrontView):
    @extend_schema(
        operation_id="cart_store_credit_set",
        summary="Pay with store credit as far as it goes, or leave it",
        parameters=[CART_TOKEN],
        request=StoreCreditInput,
        responses=MeansSerializer,
        tags=TAGS,
    )
    @idempotent
    def put(self, request: Request) -> Response:
        cart, given = cart_for(request), body_of(StoreCreditInput, request)
        actions.use_credit(cart=cart, wanted=given["use"])
        return Response(_means(cart, request))


def _means(cart: Cart, request: Request) -> dict[str, Any]:
    costs, _ = quoted(cart_to_order(cart))
    chosen = chosen_means(cart, costs, user=customer(request))
    return {
        "currency": costs.currency,
        "total_minor": costs.total_minor,
        "gift_cards": [
            {
                "id": str(card.id),
                "label": card.label,
                "pays_minor": card.pays.amount_minor,
                "stays_minor": card.stays.amount_minor,
            }
            for card in chosen.cards
        ],
        "store_credit": {
            "balance_minor": chosen.credit.amount_minor,
            "use": chosen.uses_credit,
            "pays_minor": chosen.credit_pays.amount_minor,
        },
        "prepaid_minor": chosen.means.prepaid_minor,
        "charged_minor": chosen.means.charged_minor,
    }
