"""Proof: the matches of orders, books and provider, and what they could not explain."""

from typing import Any, ClassVar
from uuid import UUID

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import NotFound
from api.idempotency import idempotent
from api.pagination import PAGE_PARAMETERS, cursor_of, limit_of, page_data, page_of
from api.v1.finance.serializers import ExceptionFilterSerializer, ExceptionSerializer, ReconciliationSerializer
from api.v1.office import with_vendors
from api.views import OfficeView, caller_of, query_of
from billing.reconciliation.actions import match_now
from billing.reconciliation.models import ReconciliationException, ReconciliationRun
from billing.reconciliation.queries import exceptions_page, runs_page
from kit.pagination import Page


class ReconciliationList(OfficeView):
    area: ClassVar[str] = "money"

    @extend_schema(
        operation_id="reconciliations_list",
        summary="Matches of orders, books and provider, newest first",
        parameters=PAGE_PARAMETERS,
        responses=page_of(ReconciliationSerializer),
        tags=["proof"],
    )
    def get(self, request: Request) -> Response:
        page = runs_page(cursor=cursor_of(request), size=limit_of(request))
        return Response(page_data(page, lambda row: ReconciliationSerializer(row).data))

    @extend_schema(
        operation_id="reconciliations_make",
        summary="Match now",
        description="It asks the provider, and takes seconds. One that does not answer is an exception, not a failure.",
        request=None,
        responses={201: ReconciliationSerializer},
        tags=["proof"],
    )
    @idempotent(in_transaction=False)
    def post(self, request: Request) -> Response:
        run = match_now(by=caller_of(request).person_id)
        address = reverse("api_finance:reconciliation", args=[run.id])
        return Response(ReconciliationSerializer(run).data, status=201, headers={"Location": address})


class ReconciliationOne(OfficeView):
    area: ClassVar[str] = "money"

    @extend_schema(
        operation_id="reconciliations_get",
        summary="A match: what each side said",
        responses=ReconciliationSerializer,
        tags=["proof"],
    )
    def get(self, request: Request, run_id: UUID) -> Response:
        run = ReconciliationRun.objects.filter(id=run_id).first()
        if run is None:
            raise NotFound()
        return Response(ReconciliationSerializer(run).data)


class ExceptionList(OfficeView):
    area: ClassVar[str] = "money"

    @extend_schema(
        operation_id="exceptions_list",
        summary="What could not be explained, seen last first",
        parameters=[ExceptionFilterSerializer, *PAGE_PARAMETERS],
        responses=page_of(ExceptionSerializer),
        tags=["proof"],
    )
    def get(self, request: Request) -> Response:
        given = query_of(ExceptionFilterSerializer, request)
        page = exceptions_page(
            state=given.get("state", ""),
            run_id=given.get("reconciliation"),
            cursor=cursor_of(request),
            size=limit_of(request),
        )
        shown = Page(with_vendors(page.rows), page.next_cursor, page.previous_cursor)
        return Response(page_data(shown, lambda row: ExceptionSerializer(row).data))


class ExceptionOne(OfficeView):
    area: ClassVar[str] = "money"

    @extend_schema(operation_id="exceptions_get", summary="A difference", responses=ExceptionSerializer, tags=["proof"])
    def get(self, request: Request, exception_id: UUID) -> Response:
        found = ReconciliationException.objects.filter(id=exception_id).first()
        if found is None:
            raise NotFound()
        shown: Any = with_vendors([found])[0]
        return Response(ExceptionSerializer(shown).data)
