"""The plans that vendors may choose: what each allows, and what it costs from now on."""

from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import there
from api.idempotency import idempotent
from api.pagination import PAGE_PARAMETERS, cursor_of, limit_of, page_data, page_of
from api.v1.office import With
from api.v1.platform.serializers.plans import (
    NewPlanPriceSerializer,
    NewPlanSerializer,
    PlanDetailSerializer,
    PlanPriceSerializer,
    PlanSerializer,
    PlanTermsSerializer,
)
from api.views import OfficeView, body_of, caller_of, created
from billing.subscriptions import plans as keeping
from billing.subscriptions.models import Plan
from billing.subscriptions.queries import plans_page, subscribers_by_plan

TAGS = ["plans"]


class PlanList(OfficeView):
    area: ClassVar[str] = "plans"

    @extend_schema(
        operation_id="plans_list",
        summary="All plans, the cheapest first",
        parameters=PAGE_PARAMETERS,
        responses=page_of(PlanSerializer),
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        page, counts = plans_page(cursor=cursor_of(request), size=limit_of(request)), subscribers_by_plan()
        return Response(page_data(page, lambda row: PlanSerializer(_counted(row, counts)).data))

    @extend_schema(
        operation_id="plans_add",
        summary="Add a plan",
        description="Last in order, with what the plan that costs nothing allows. It can be chosen once it has a price.",
        request=NewPlanSerializer,
        responses={201: PlanDetailSerializer},
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request) -> Response:
        made = keeping.add_plan(by=caller_of(request).person_id, **body_of(NewPlanSerializer, request))
        return created(_detail(made), "api_platform:plan", made.id)


class PlanOne(OfficeView):
    area: ClassVar[str] = "plans"

    @extend_schema(
        operation_id="plans_get",
        summary="A plan with all its prices, newest version first",
        responses=PlanDetailSerializer,
        tags=TAGS,
    )
    def get(self, request: Request, plan_id: UUID) -> Response:
        return Response(_detail(_plan(plan_id)))

    @extend_schema(
        operation_id="plans_change",
        summary="Change what a plan is called and allows",
        description="For every vendor that has it, at once. Nothing is deleted where it allows less than before.",
        request=PlanTermsSerializer,
        responses=PlanDetailSerializer,
        tags=TAGS,
    )
    @idempotent
    def put(self, request: Request, plan_id: UUID) -> Response:
        found, given = _plan(plan_id), body_of(PlanTermsSerializer, request)
        return Response(_detail(keeping.change_plan(plan=found, by=caller_of(request).person_id, **given)))

    @extend_schema(
        operation_id="plans_end",
        summary="Offer a plan no more",
        description="Whoever has subscribed keeps it. 409 for the plan that costs nothing.",
        request=None,
        responses={204: None},
        tags=TAGS,
    )
    @idempotent
    def delete(self, request: Request, plan_id: UUID) -> Response:
        keeping.retire_plan(plan=_plan(plan_id), by=caller_of(request).person_id)
        return Response(status=204)


class PlanPrices(OfficeView):
    area: ClassVar[str] = "plans"

    @extend_schema(
        operation_id="plan_prices_set",
        summary="Offer a plan at another price from now on",
        description="Whoever has subscribed keeps its price. The price that is there already is answered as it is.",
        request=NewPlanPriceSerializer,
        responses=PlanPriceSerializer,
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request, plan_id: UUID) -> Response:
        found, given = _plan(plan_id), body_of(NewPlanPriceSerializer, request)
        made = keeping.set_price(plan=found, by=caller_of(request).person_id, **given)
        return Response(PlanPriceSerializer(made).data)


def _plan(plan_id: UUID) -> Plan:
    """Raises NotFound."""
    return there(Plan.objects.filter(id=plan_id).first())


def _counted(plan: Plan, counts: dict[UUID, int]) -> With:
    prices = plan.current_prices  # type: ignore[attr-defined]
    return With(plan, prices=prices, subscribers=counts.get(plan.id, 0))


def _detail(plan: Plan) -> Any:
    prices = list(plan.prices.order_by("interval", "-version"))
    return PlanDetailSerializer(With(plan, prices=prices, subscribers=subscribers_by_plan().get(plan.id, 0))).data
