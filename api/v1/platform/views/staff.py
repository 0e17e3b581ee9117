"""Who works for the platform, and in which role."""

from typing import ClassVar
from uuid import UUID

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions import change_staff_role, hire, remove_staff_member
from accounts.models import StaffMember
from accounts.queries import staff_page
from api.errors import there
from api.idempotency import idempotent
from api.pagination import PAGE_PARAMETERS, cursor_of, limit_of, page_data, page_of
from api.v1.platform.serializers.staff import HiringSerializer, StaffRoleSerializer, StaffSerializer
from api.views import OfficeView, body_of, caller_of

TAGS = ["staff"]


class StaffList(OfficeView):
    area: ClassVar[str] = "staff"

    @extend_schema(
        operation_id="staff_list",
        summary="Who works here, in the order they came",
        parameters=PAGE_PARAMETERS,
        responses=page_of(StaffSerializer),
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        page = staff_page(cursor=cursor_of(request), size=limit_of(request))
        return Response(page_data(page, lambda row: StaffSerializer(row).data))

    @extend_schema(
        operation_id="staff_add",
        summary="Give somebody a place on the staff",
        description="Somebody with an account at the marketplace and a confirmed address. 409 `already_staff`.",
        request=HiringSerializer,
        responses={201: StaffSerializer},
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request) -> Response:
        hired = hire(by=caller_of(request).person_id, **body_of(HiringSerializer, request))
        address = reverse("api_platform:staff_member", args=[hired.id])
        return Response(StaffSerializer(hired).data, status=201, headers={"Location": address})


class StaffOne(OfficeView):
    area: ClassVar[str] = "staff"

    @extend_schema(operation_id="staff_get", summary="One of the staff", responses=StaffSerializer, tags=TAGS)
    def get(self, request: Request, staff_id: UUID) -> Response:
        return Response(StaffSerializer(_staff(staff_id)).data)

    @extend_schema(
        operation_id="staff_change",
        summary="Give one of the staff another role",
        description="Their sessions and tokens end; the next ones have the new role. 409 `last_administrator`.",
        request=StaffRoleSerializer,
        responses=StaffSerializer,
        tags=TAGS,
    )
    @idempotent
    def patch(self, request: Request, staff_id: UUID) -> Response:
        found, given = _staff(staff_id), body_of(StaffRoleSerializer, request)
        change_staff_role(staff=found, role=given["role"], by=caller_of(request).person_id)
        return Response(StaffSerializer(_staff(staff_id)).data)

    @extend_schema(
        operation_id="staff_end",
        summary="End a membership of the staff",
        description="Their sessions and tokens end at once. 409 `last_administrator`.",
        request=None,
        responses={204: None},
        tags=TAGS,
    )
    @idempotent
    def delete(self, request: Request, staff_id: UUID) -> Response:
        remove_staff_member(staff=_staff(staff_id), by=caller_of(request).person_id)
        return Response(status=204)


def _staff(staff_id: UUID) -> StaffMember:
    """Raises NotFound, also for who has left."""
    return there(StaffMember.objects.select_related("user").filter(id=staff_id, left_at=None).first())
