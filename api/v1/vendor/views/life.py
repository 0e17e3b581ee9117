"""Whether customers can order: the shop's vacation, and its closing."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.idempotency import idempotent
from api.views import VendorView, body_of, caller_of
from kit import clock
from tenants.vendors import leaving, vacation
from tenants.vendors.models import Vendor, VendorState

TAGS = ["Shop"]


class VacationInput(serializers.Serializer[Any]):
    starts_on = serializers.DateField(help_text="The first day away, UTC; today: from now on.")
    back_on = serializers.DateField(
        required=False,
        allow_null=True,
        default=None,
        help_text="From this day on it sells again; null: until it says so.",
    )
    message = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=300, help_text="Customers read it meanwhile."
    )


class VacationSerializer(serializers.Serializer[Any]):
    is_away = serializers.BooleanField(help_text="Whether it is on vacation now.")
    away_from = serializers.DateTimeField(allow_null=True, help_text="null: no vacation is on or planned.")
    away_until = serializers.DateTimeField(allow_null=True, help_text="null: until it says so.")
    message = serializers.CharField()


class ClosingInput(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=2000)


class OpenSerializer(serializers.Serializer[Any]):
    about = serializers.ChoiceField(["orders", "refunds", "disputes", "money", "plan"])
    words = serializers.CharField()


class ClosingSerializer(serializers.Serializer[Any]):
    state = serializers.ChoiceField(VendorState.choices)
    asked_at = serializers.DateTimeField(allow_null=True, help_text="When an owner asked; it sells no more since.")
    closing_at = serializers.DateTimeField(allow_null=True)
    still_open = OpenSerializer(many=True, help_text="What keeps it from being closed, looked at every ten minutes.")


class Vacation(VendorView):
    area: ClassVar[str] = "vacation"

    @extend_schema(operation_id="vacation", summary="The vacation", responses=VacationSerializer, tags=TAGS)
    def get(self, request: Request) -> Response:
        return Response(_vacation(self))

    @extend_schema(
        operation_id="vacation_set",
        summary="Go on vacation, or change it",
        description="Before it begins nothing changes. Within, customers see the offers and cannot order; orders that were "
        "placed go on. Afterwards all is as before by itself.",
        request=VacationInput,
        responses=VacationSerializer,
        tags=TAGS,
    )
    @idempotent
    def put(self, request: Request) -> Response:
        vacation.set_vacation(vendor=self.vendor, by=caller_of(request).person_id, **body_of(VacationInput, request))
        return Response(_vacation(self))

    @extend_schema(
        operation_id="vacation_end",
        summary="Come back now, or do not go",
        description="409 `no_vacation` when none is on or planned.",
        request=None,
        responses={200: VacationSerializer},
        tags=TAGS,
    )
    @idempotent
    def delete(self, request: Request) -> Response:
        vacation.end_vacation(vendor=self.vendor, by=caller_of(request).person_id)
        return Response(_vacation(self))


class Closing(VendorView):
    area: ClassVar[str] = "vacation"

    @extend_schema(operation_id="closing", summary="Whether it closes", responses=ClosingSerializer, tags=TAGS)
    def get(self, request: Request) -> Response:
        return Response(_closing(self))


class ClosingRequest(VendorView):
    area: ClassVar[str] = "closing"

    @extend_schema(
        operation_id="closing_ask",
        summary="Close the shop",
        description="For owners, never for a key. It sells no more at once, and is closed by itself some days later, when "
        "nothing of it is open. 409 `cannot_leave` from a state that does not lead there.",
        request=ClosingInput,
        responses=ClosingSerializer,
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request) -> Response:
        reason = body_of(ClosingInput, request)["reason"]
        leaving.ask_to_close(vendor=self.vendor, by=caller_of(request).person_id, reason=reason)
        return Response(_closing(self))

    @extend_schema(
        operation_id="closing_take_back",
        summary="Do not close it after all",
        description="For owners, while it is not closed. 409 `cannot_leave` when the marketplace closes it.",
        request=None,
        responses={200: ClosingSerializer},
        tags=TAGS,
    )
    @idempotent
    def delete(self, request: Request) -> Response:
        leaving.take_closing_back(vendor=self.vendor, by=caller_of(request).person_id)
        return Response(_closing(self))


def _now(view: VendorView) -> Vendor:
    """The vendor as it is now, not as when its host was looked up."""
    return Vendor.objects.get(id=view.vendor.id)


def _vacation(view: VendorView) -> dict[str, Any]:
    vendor, now = _now(view), clock.now()
    there = vendor.has_vacation(now)
    return {
        "is_away": vendor.is_away(now),
        "away_from": vendor.away_from if there else None,
        "away_until": vendor.away_until if there else None,
        "message": vendor.away_message if there else "",
    }


def _closing(view: VendorView) -> dict[str, Any]:
    vendor = _now(view)
    return {
        "state": vendor.state,
        "asked_at": vendor.closing_asked_at,
        "closing_at": vendor.closing_at,
        "still_open": vendor.still_open if vendor.state == VendorState.CLOSING else [],
    }
