"""Drafts of the commission rules, tried on past orders and adopted in one go."""

from typing import Any, ClassVar
from uuid import UUID

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import there
from api.idempotency import idempotent
from api.pagination import PAGE_PARAMETERS, cursor_of, limit_of, page_data, page_of
from api.v1.office import With
from api.v1.platform.serializers.drafts import (
    DraftNameSerializer,
    DraftRulesSerializer,
    DraftSerializer,
    DraftWithRulesSerializer,
    PeriodSerializer,
    SimulationSerializer,
)
from api.v1.platform.views.commissions import in_words
from api.views import OfficeView, body_of, caller_of, created
from audit.actions import traced
from billing.commissions import drafts
from billing.commissions.models import CommissionDraft, Simulation
from kit.pagination import keyset_page


class DraftList(OfficeView):
    area: ClassVar[str] = "commissions"

    @extend_schema(
        operation_id="commission_drafts_list",
        summary="Drafts of the rules, newest first",
        parameters=PAGE_PARAMETERS,
        responses=page_of(DraftSerializer),
        tags=["commissions"],
    )
    def get(self, request: Request) -> Response:
        rows = CommissionDraft.objects.all()
        page = keyset_page(rows, order=["-id"], cursor=cursor_of(request), size=limit_of(request))
        return Response(page_data(page, lambda row: DraftSerializer(row).data))

    @extend_schema(
        operation_id="commission_drafts_start",
        summary="Start a draft that says what is in force",
        request=DraftNameSerializer,
        responses={201: DraftWithRulesSerializer},
        tags=["commissions"],
    )
    @idempotent
    def post(self, request: Request) -> Response:
        given, by = body_of(DraftNameSerializer, request), caller_of(request).person_id
        with traced("commission_draft.started", by=by, **given) as told:
            made = drafts.start_draft(**given, by=by)
            told["subject"] = f"commission_draft:{made.id}"
        return created(_whole(made), "api_platform:commission_draft", made.id)


class DraftOne(OfficeView):
    area: ClassVar[str] = "commissions"

    @extend_schema(
        operation_id="commission_drafts_get",
        summary="A draft with its rules in their order",
        responses=DraftWithRulesSerializer,
        tags=["commissions"],
    )
    def get(self, request: Request, draft_id: UUID) -> Response:
        return Response(_whole(_draft(draft_id)))

    @extend_schema(
        operation_id="commission_drafts_rewrite",
        summary="Write the rules of a draft anew",
        description="All of them, in their order. A rule in force that no rule of the draft follows ends with adoption.",
        request=DraftRulesSerializer,
        responses=DraftWithRulesSerializer,
        tags=["commissions"],
    )
    @idempotent
    def put(self, request: Request, draft_id: UUID) -> Response:
        found, given = _draft(draft_id), body_of(DraftRulesSerializer, request)
        by = caller_of(request).person_id
        with traced("commission_draft.changed", f"commission_draft:{found.id}", by=by, rules=len(given["rules"])):
            drafts.rewrite_draft(draft_id=found.id, rules=given["rules"])
        return Response(_whole(found))

    @extend_schema(
        operation_id="commission_drafts_discard",
        summary="Put a draft away",
        request=None,
        responses={204: None},
        tags=["commissions"],
    )
    @idempotent
    def delete(self, request: Request, draft_id: UUID) -> Response:
        found = _draft(draft_id)
        by = caller_of(request).person_id
        with traced("commission_draft.discarded", f"commission_draft:{found.id}", by=by):
            drafts.discard_draft(draft_id=found.id)
        return Response(status=204)


class DraftAdoption(OfficeView):
    area: ClassVar[str] = "commissions"

    @extend_schema(
        operation_id="commission_drafts_adopt",
        summary="Put a draft in force, all of it at one moment",
        description="409 when the rules in force have changed since the draft was made.",
        request=None,
        responses=DraftSerializer,
        tags=["commissions"],
    )
    @idempotent
    def put(self, request: Request, draft_id: UUID) -> Response:
        found, by = _draft(draft_id), caller_of(request).person_id
        with traced("commission_draft.adopted", f"commission_draft:{found.id}", by=by):
            adopted = drafts.adopt_draft(draft_id=found.id, by=by)
        return Response(DraftSerializer(adopted).data)


class DraftSimulations(OfficeView):
    area: ClassVar[str] = "commissions"

    @extend_schema(
        operation_id="commission_simulations_start",
        summary="Replay a draft over the paid orders of a period",
        description="It runs in the background: read it at `Location` until its state is `done` or `failed`.",
        request=PeriodSerializer,
        responses={202: SimulationSerializer},
        tags=["commissions"],
    )
    @idempotent
    def post(self, request: Request, draft_id: UUID) -> Response:
        found, given = _draft(draft_id), body_of(PeriodSerializer, request)
        made = drafts.simulate(draft_id=found.id, **given, by=caller_of(request).person_id)
        address = reverse("api_platform:commission_simulation", args=[made.id])
        return Response(SimulationSerializer(made).data, status=202, headers={"Location": address})


class SimulationOne(OfficeView):
    area: ClassVar[str] = "commissions"

    @extend_schema(
        operation_id="commission_simulations_get",
        summary="How far a replay has come, and what came of it",
        responses=SimulationSerializer,
        tags=["commissions"],
    )
    def get(self, request: Request, simulation_id: UUID) -> Response:
        found = there(Simulation.objects.filter(id=simulation_id).first())
        return Response(SimulationSerializer(found).data)


def _draft(draft_id: UUID) -> CommissionDraft:
    """Raises NotFound."""
    return there(CommissionDraft.objects.filter(id=draft_id).first())


def _whole(draft: CommissionDraft) -> Any:
    rules = in_words(list(draft.rules.select_related("source")))
    return DraftWithRulesSerializer(With(draft, rules=rules)).data
