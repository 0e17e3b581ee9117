"""What holds for refunds: commission given back or kept, until when customers cancel, who may refund how much."""

from typing import ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import there
from api.idempotency import idempotent
from api.pagination import PAGE_PARAMETERS, cursor_of, limit_of, page_data, page_of
from api.v1.platform.serializers.refund_policies import PolicyNowSerializer, RefundPolicyInput, RefundPolicySerializer
from api.views import OfficeView, body_of, caller_of, created
from audit.actions import traced
from kit import clock
from marketplace.returns.models import RefundPolicy
from marketplace.returns.policy import policies_page, policy_at, set_policy

TAGS = ["refund policy"]


class PolicyNow(OfficeView):
    area: ClassVar[str] = "refund_policy"

    @extend_schema(
        operation_id="refund_policy",
        summary="What holds for refunds now",
        responses=PolicyNowSerializer,
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        return Response(PolicyNowSerializer(policy_at(clock.now())).data)


class PolicyList(OfficeView):
    area: ClassVar[str] = "refund_policy"

    @extend_schema(
        operation_id="refund_policies_list",
        summary="All that held for refunds, and holds, the latest first",
        parameters=PAGE_PARAMETERS,
        responses=page_of(RefundPolicySerializer),
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        page = policies_page(cursor=cursor_of(request), size=limit_of(request))
        return Response(page_data(page, lambda row: RefundPolicySerializer(row).data))

    @extend_schema(
        operation_id="refund_policies_set",
        summary="Say what holds for refunds from now on",
        description="All of it: what is left out is not kept. What was given back before stays as it was.",
        request=RefundPolicyInput,
        responses={201: RefundPolicySerializer},
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request) -> Response:
        given, by = body_of(RefundPolicyInput, request), caller_of(request).person_id
        with traced("refund_policy.set", by=by, reason=given["reason"]) as told:
            made = set_policy(by=by, **given)
            told.update(subject=f"refund_policy:{made.id}", commission=made.commission, limits=made.limits)
        return created(RefundPolicySerializer(made).data, "api_platform:refund_policy", made.id)


class PolicyOne(OfficeView):
    area: ClassVar[str] = "refund_policy"

    @extend_schema(
        operation_id="refund_policies_get",
        summary="A policy for refunds",
        responses=RefundPolicySerializer,
        tags=TAGS,
    )
    def get(self, request: Request, policy_id: UUID) -> Response:
        return Response(RefundPolicySerializer(there(RefundPolicy.objects.filter(id=policy_id).first())).data)
