"""Four eyes by API: what waits for a decision, and deciding."""

from typing import ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import there
from api.idempotency import idempotent
from api.pagination import PAGE_PARAMETERS, cursor_of, limit_of, page_data, page_of
from api.v1.finance.serializers.approvals import ApprovalFilterSerializer, ApprovalSerializer, DecisionSerializer
from api.views import OfficeView, body_of, caller_of, query_of
from approvals.actions import decide
from approvals.models import Approval
from approvals.queries import approvals_page


class ApprovalList(OfficeView):
    area: ClassVar[str] = "approvals"

    @extend_schema(
        operation_id="approvals_list",
        summary="What waits for a second person's decision, or was decided",
        parameters=[ApprovalFilterSerializer, *PAGE_PARAMETERS],
        responses=page_of(ApprovalSerializer),
        tags=["approvals"],
    )
    def get(self, request: Request) -> Response:
        given = query_of(ApprovalFilterSerializer, request)
        page = approvals_page(state=given["state"], cursor=cursor_of(request), size=limit_of(request))
        return Response(page_data(page, lambda row: ApprovalSerializer(row).data))


class ApprovalOne(OfficeView):
    area: ClassVar[str] = "approvals"

    @extend_schema(operation_id="approvals_get", summary="A request", responses=ApprovalSerializer, tags=["approvals"])
    def get(self, request: Request, approval_id: UUID) -> Response:
        return Response(ApprovalSerializer(_approval(approval_id)).data)


class ApprovalDecision(OfficeView):
    area: ClassVar[str] = "approvals"

    @extend_schema(
        operation_id="approvals_decide",
        summary="Grant or refuse what somebody else asked for",
        description="Granted, it is done in the same transaction; `done_as` says what was made.",
        request=DecisionSerializer,
        responses=ApprovalSerializer,
        tags=["approvals"],
    )
    @idempotent
    def post(self, request: Request, approval_id: UUID) -> Response:
        found, given = _approval(approval_id), body_of(DecisionSerializer, request)
        decided = decide(
            approval_id=found.id, grant=given["grant"], by=caller_of(request).person_id, note=given["note"]
        )
        return Response(ApprovalSerializer(decided).data)


def _approval(approval_id: UUID) -> Approval:
    """Raises NotFound."""
    return there(Approval.objects.filter(id=approval_id).first())
