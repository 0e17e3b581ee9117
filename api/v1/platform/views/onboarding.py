"""Vendors' checklists: what waits for the platform, and what it decides."""

from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import NotFound
from api.idempotency import idempotent
from api.pagination import PAGE_PARAMETERS, cursor_of, limit_of, page_data, page_of
from api.v1.checklists import ChecklistSerializer, ItemSerializer, shown
from api.v1.platform.views.vendors import vendor_called
from api.views import OfficeView, body_of, caller_of
from billing.stripe.checklists import checklist, checklists
from tenants.onboarding.actions import DECISIONS, LONGEST_REASON, decide
from tenants.onboarding.checklist import WAITING
from tenants.onboarding.queries import waiting_page
from tenants.vendors.models import Vendor

TAGS = ["vendors"]


class WaitingSerializer(serializers.Serializer):
    """A vendor with steps that wait for the platform."""

    vendor_id = serializers.UUIDField()
    slug = serializers.CharField()
    name = serializers.CharField()
    waiting_since = serializers.DateTimeField()
    items = ItemSerializer(many=True, help_text="Those that wait for the platform.")


class DecisionInput(serializers.Serializer):
    decision = serializers.ChoiceField(tuple(DECISIONS))
    reason = serializers.CharField(
        max_length=LONGEST_REASON,
        required=False,
        allow_blank=True,
        help_text="Of a rejection and a waiver; the vendor reads it.",
    )
    seen = serializers.UUIDField(allow_null=True, help_text="`seen` of the item that this decides about.")


class Waiting(OfficeView):
    area: ClassVar[str] = "vendors"

    @extend_schema(
        operation_id="onboarding_waiting",
        summary="Vendors with steps that wait for the platform, longest first",
        parameters=PAGE_PARAMETERS,
        responses=page_of(WaitingSerializer),
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        page = waiting_page(cursor=cursor_of(request), size=limit_of(request))
        found = checklists(page.rows)
        return Response(page_data(page, lambda vendor: _waiting(vendor, shown(vendor, found[vendor.id]))))


class VendorChecklist(OfficeView):
    area: ClassVar[str] = "vendors"

    @extend_schema(
        operation_id="vendors_onboarding",
        summary="A vendor's checklist, and whose turn it is",
        responses=ChecklistSerializer,
        tags=TAGS,
    )
    def get(self, request: Request, vendor_id: UUID) -> Response:
        return Response(_checklist(vendor_id))


class StepDecision(OfficeView):
    area: ClassVar[str] = "vendors"

    @extend_schema(
        operation_id="vendors_onboarding_decide",
        summary="Accept a step that waits, send it back, or waive it",
        description="`accept` what waits for the platform, `reject` it with a reason, or `waive` what is open with one. Sent "
        "back, a step closes what it is needed for. 409 `step_changed` when something happened to it since `seen`, 409 "
        "`step_not_waiting` when it is not in a state for that.",
        request=DecisionInput,
        responses=ChecklistSerializer,
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request, vendor_id: UUID, code: str) -> Response:
        vendor, given = vendor_called(vendor_id), body_of(DecisionInput, request)
        if checklist(vendor).item(code) is None:
            raise NotFound()
        decide(
            vendor=vendor,
            code=code,
            decision=given["decision"],
            reason=given.get("reason", ""),
            seen=given["seen"],
            by=caller_of(request).person_id,
        )
        return Response(_checklist(vendor_id))


def _checklist(vendor_id: UUID) -> dict[str, Any]:
    vendor = vendor_called(vendor_id)
    return shown(vendor, checklist(vendor))


def _waiting(vendor: Vendor, told: dict[str, Any]) -> dict[str, Any]:
    return {
        "vendor_id": vendor.id,
        "slug": vendor.slug,
        "name": vendor.name,
        "waiting_since": vendor.waits_for_us_at,
        "items": [item for item in told["items"] if item["state"] == WAITING],
    }
