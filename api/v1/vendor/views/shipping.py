"""How the shop ships: profiles with zones and rates, places to pick up, and what a parcel would cost."""

from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import there
from api.idempotency import idempotent
from api.pagination import PAGE_PARAMETERS, cursor_of, limit_of, page_data, page_of
from api.v1.vendor.serializers import shipping as serializers
from api.views import VendorView, body_of, caller_of, created
from kit import clock
from kit.errors import InvalidInput
from kit.pagination import keyset_page
from tenants.shop.catalog.models import Product
from tenants.shop.inventory.models import Warehouse
from tenants.shop.shipping import actions, queries
from tenants.shop.shipping.drafts import ProfileDraft, RateDraft, ZoneDraft
from tenants.shop.shipping.models import ShippingProfile
from tenants.shop.shipping.terms import Item, Method, methods_for

TAGS = ["Shipping"]


class ShippingView(VendorView):
    area: ClassVar[str] = "settings"

    def profile(self, profile_id: UUID) -> ShippingProfile:
        """Raises NotFound."""
        return there(ShippingProfile.objects.prefetch_related("zones__rates").filter(id=profile_id).first())

    def warehouse(self, warehouse_id: UUID) -> Warehouse:
        """One that is in use. Raises NotFound."""
        return there(Warehouse.objects.open().filter(id=warehouse_id).first())


class ProfileList(ShippingView):
    @extend_schema(
        operation_id="shipping_profiles_list",
        summary="How the shop ships",
        description="A shop that has no profile ships nothing, and keeps its products as drafts.",
        parameters=PAGE_PARAMETERS,
        responses=page_of(serializers.ShippingProfileSerializer),
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        rows = ShippingProfile.objects.prefetch_related("zones__rates")
        page = keyset_page(rows, order=("id",), cursor=cursor_of(request), size=limit_of(request))
        return Response(page_data(page, _shown))

    @extend_schema(
        operation_id="shipping_profiles_create",
        summary="Add a profile",
        description="The shop's first is its default.",
        request=serializers.ShippingProfileInput,
        responses={201: serializers.ShippingProfileSerializer},
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request) -> Response:
        draft = _draft(body_of(serializers.ShippingProfileInput, request))
        made = actions.add_profile(draft=draft, by=caller_of(request).person_id)
        return created(_shown(self.profile(made.id)), "api_vendor:shipping_profile", made.id)


class Profile(ShippingView):
    @extend_schema(
        operation_id="shipping_profiles_read",
        summary="One profile",
        responses=serializers.ShippingProfileSerializer,
        tags=TAGS,
    )
    def get(self, request: Request, profile_id: UUID) -> Response:
        return Response(_shown(self.profile(profile_id)))

    @extend_schema(
        operation_id="shipping_profiles_update",
        summary="Say a profile anew, whole",
        description="Zones and rates that are named by id keep it, so that customers' choices hold; those that are left "
        "out are removed.",
        request=serializers.ChangedShippingProfileInput,
        responses=serializers.ShippingProfileSerializer,
        tags=TAGS,
    )
    @idempotent
    def put(self, request: Request, profile_id: UUID) -> Response:
        found, given = self.profile(profile_id), body_of(serializers.ChangedShippingProfileInput, request)
        version = given.pop("version", None)
        actions.save_profile(found, draft=_draft(given), version=version, by=caller_of(request).person_id)
        return Response(_shown(self.profile(profile_id)))

    @extend_schema(
        operation_id="shipping_profiles_delete",
        summary="Remove a profile",
        description="Its products go by the default. 409 `default_profile` for that one.",
        request=None,
        responses={204: None},
        tags=TAGS,
    )
    @idempotent
    def delete(self, request: Request, profile_id: UUID) -> Response:
        actions.remove_profile(self.profile(profile_id), by=caller_of(request).person_id)
        return Response(status=204)


class Pickups(ShippingView):
    @extend_schema(
        operation_id="pickups_list",
        summary="The warehouses, and whether customers may pick up there",
        parameters=PAGE_PARAMETERS,
        responses=page_of(serializers.PickupSerializer),
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        rows = Warehouse.objects.filter(retired_at=None).select_related("pickup_point")
        page = keyset_page(rows, order=("position", "id"), cursor=cursor_of(request), size=limit_of(request))
        return Response(page_data(page, _pickup))


class Pickup(ShippingView):
    @extend_schema(
        operation_id="pickups_set",
        summary="Let customers pick up at a warehouse",
        description="Its address must be known, in a country that we sell to.",
        request=serializers.PickupInput,
        responses=serializers.PickupSerializer,
        tags=TAGS,
    )
    @idempotent
    def put(self, request: Request, warehouse_id: UUID) -> Response:
        place, given = self.warehouse(warehouse_id), body_of(serializers.PickupInput, request)
        actions.offer_pickup(place, by=caller_of(request).person_id, **given)
        return Response(_pickup(self.warehouse(warehouse_id)))

    @extend_schema(
        operation_id="pickups_end",
        summary="Stop picking up at a warehouse",
        description="What was ordered so is still picked up.",
        request=None,
        responses={204: None},
        tags=TAGS,
    )
    @idempotent
    def delete(self, request: Request, warehouse_id: UUID) -> Response:
        actions.end_pickup(self.warehouse(warehouse_id), by=caller_of(request).person_id)
        return Response(status=204)


class Previews(ShippingView):
    @extend_schema(
        operation_id="shipping_previews_create",
        summary="What a parcel would cost; nothing is done",
        request=serializers.TriedParcelInput,
        responses={200: serializers.ShippingPreviewSerializer},
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request) -> Response:
        given = body_of(serializers.TriedParcelInput, request)
        # The weight and the amount are the whole parcel's, whatever the number of pieces.
        whole = Item(given["goods_minor"], 1, given["grams"], given["profile_id"])
        items = [whole, Item(0, given["pieces"] - 1, 0, given["profile_id"])]
        found = methods_for(queries.shipping_terms(), items, country=given["country"], now=clock.now())
        return Response({"refusal": found.refusal, "methods": [_method(method) for method in found.methods]})


class ProductShipping(VendorView):
    area: ClassVar[str] = "catalog"

    @extend_schema(
        operation_id="product_shipping_read",
        summary="By which profile a product is shipped",
        responses=serializers.ProductProfileSerializer,
        tags=TAGS,
    )
    def get(self, request: Request, product_id: UUID) -> Response:
        found = there(Product.objects.filter(id=product_id).first())
        return Response({"profile_id": queries.profile_of(found.id)})

    @extend_schema(
        operation_id="product_shipping_set",
        summary="Say by which profile a product is shipped",
        request=serializers.ProductProfileInput,
        responses=serializers.ProductProfileSerializer,
        tags=TAGS,
    )
    @idempotent
    def put(self, request: Request, product_id: UUID) -> Response:
        found = there(Product.objects.filter(id=product_id).first())
        wanted = body_of(serializers.ProductProfileInput, request)["profile_id"]
        profile = ShippingProfile.objects.filter(id=wanted).first() if wanted else None
        if wanted and profile is None:
            raise InvalidInput("There is no such shipping profile.", field="profile_id")
        actions.ship_by_profile([found.id], profile=profile)
        return Response({"profile_id": queries.profile_of(found.id)})


def _draft(given: dict[str, Any]) -> ProfileDraft:
    zones = [
        ZoneDraft(**{**zone, "rates": [RateDraft(**rate) for rate in zone["rates"]]}) for zone in given.pop("zones")
    ]
    return ProfileDraft(zones=zones, **given)


def _shown(profile: ShippingProfile) -> dict[str, Any]:
    return dict(serializers.ShippingProfileSerializer(profile).data)


def _pickup(place: Warehouse) -> dict[str, Any]:
    point = getattr(place, "pickup_point", None)
    return {
        "warehouse_id": place.id,
        "warehouse": place.name,
        "is_offered": point is not None,
        "hours": point.hours if point else "",
        "price_minor": point.price_minor if point else 0,
    }


def _method(method: Method) -> dict[str, Any]:
    return {
        "kind": "pickup" if method.place else "delivery",
        "name": method.name,
        "carrier": method.carrier,
        "price_minor": method.price_minor,
        "first_on": method.first_on,
        "last_on": method.last_on,
    }
