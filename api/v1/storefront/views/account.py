"""A customer's own details. Passwords, e-mail addresses and second steps are changed at `/_allauth/app/v1/`."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.addresses import change_name, choose_default, remove_address, save_address
from accounts.models import Address, User
from api.auth import SignedIn
from api.errors import there
from api.idempotency import idempotent
from api.v1.storefront import shown
from api.v1.storefront.serializers import account as serializers
from api.v1.storefront.visitor import StorefrontView, signed_in
from api.views import body_of

TAGS = ["Account"]


class Me(StorefrontView):
    permission_classes = [SignedIn]

    @extend_schema(operation_id="me", summary="Who is signed in", responses=serializers.PersonSerializer, tags=TAGS)
    def get(self, request: Request) -> Response:
        return Response(shown.person(signed_in(request)))

    @extend_schema(
        operation_id="me_update",
        summary="Change one's name",
        request=serializers.PersonInput,
        responses=serializers.PersonSerializer,
        tags=TAGS,
    )
    @idempotent
    def patch(self, request: Request) -> Response:
        user, given = signed_in(request), body_of(serializers.PersonInput, request)
        return Response(shown.person(change_name(user=user, name=given["name"]) if given else user))


class Addresses(StorefrontView):
    permission_classes = [SignedIn]

    @extend_schema(
        operation_id="addresses",
        summary="The addresses a customer keeps, the default first",
        responses=serializers.AddressesSerializer,
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        return Response({"items": [shown.address(kept) for kept in signed_in(request).addresses.all()]})

    @extend_schema(
        operation_id="addresses_create",
        summary="Keep an address",
        description="One that is kept already is not kept twice: that one is given. 409 `too_many_addresses` after 20.",
        request=serializers.KeptAddressInput,
        responses={201: serializers.AddressSerializer},
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request) -> Response:
        user, given = signed_in(request), body_of(serializers.KeptAddressInput, request)
        is_default = given.pop("is_default")
        kept = save_address(user=user, values=given)
        if is_default:
            choose_default(user=user, address_id=kept.id)
            kept.refresh_from_db()
        location = f"/api/v1/storefront/addresses/{kept.id}"
        return Response(shown.address(kept), status=201, headers={"Location": location})


class AddressOne(StorefrontView):
    permission_classes = [SignedIn]

    @extend_schema(operation_id="address", summary="A kept address", responses=serializers.AddressSerializer, tags=TAGS)
    def get(self, request: Request, address_id: UUID) -> Response:
        return Response(shown.address(_address(signed_in(request), address_id)))

    @extend_schema(
        operation_id="addresses_update",
        summary="Change an address, or make it the default",
        request=serializers.AddressChangeInput,
        responses=serializers.AddressSerializer,
        tags=TAGS,
    )
    @idempotent
    def patch(self, request: Request, address_id: UUID) -> Response:
        user, given = signed_in(request), body_of(serializers.AddressChangeInput, request)
        kept, is_default = _address(user, address_id), given.pop("is_default", False)
        if given:
            save_address(user=user, values={**kept.as_dict(), **given}, address=kept)
        if is_default:
            choose_default(user=user, address_id=kept.id)
            kept.refresh_from_db()
        return Response(shown.address(kept))

    @extend_schema(
        operation_id="addresses_delete", summary="Forget an address", request=None, responses={204: None}, tags=TAGS
    )
    @idempotent
    def delete(self, request: Request, address_id: UUID) -> Response:
        user = signed_in(request)
        _address(user, address_id)
        remove_address(user=user, address_id=address_id)
        return Response(status=204)


def _address(user: User, address_id: UUID) -> Address:
    return there(user.addresses.filter(id=address_id).first())
