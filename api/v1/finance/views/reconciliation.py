"""Proof: the matches of orders, books and provider, and what they could not explain."""

from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import StaffRole
from accounts.queries import staff_in
from api.errors import there
from api.idempotency import idempotent
from api.pagination import PAGE_PARAMETERS, cursor_of, limit_of, page_data, page_of
from api.v1.finance.serializers.reconciliation import (
    ExceptionDetailSerializer,
    ExceptionFilterSerializer,
    ExceptionSerializer,
    OwnerSerializer,
    ReconciliationSerializer,
    ResolutionSerializer,
)
from api.v1.office import With, with_vendors
from api.views import OfficeView, body_of, caller_of, created, query_of
from approvals.queries import approvals_about
from billing.reconciliation.actions import match_now
from billing.reconciliation.causes import cause_of, suggestions
from billing.reconciliation.models import ReconciliationException, ReconciliationRun
from billing.reconciliation.queries import exception_of, exceptions_page, runs_page
from billing.reconciliation.resolve import assign, resolve
from kit.errors import InvalidInput
from kit.pagination import Page
from marketplace.web.backoffice.roles import KEEPS_BOOKS


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
        return created(ReconciliationSerializer(run).data, "api_finance:reconciliation", run.id)


class ReconciliationOne(OfficeView):
    area: ClassVar[str] = "money"

    @extend_schema(
        operation_id="reconciliations_get",
        summary="A match: what each side said",
        responses=ReconciliationSerializer,
        tags=["proof"],
    )
    def get(self, request: Request, run_id: UUID) -> Response:
        run = there(ReconciliationRun.objects.filter(id=run_id).first())
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
        rows = [With(row, cause=cause_of(row)) for row in page.rows]
        shown = Page(with_vendors(rows), page.next_cursor, page.previous_cursor)
        return Response(page_data(shown, lambda row: ExceptionSerializer(row).data))


class ExceptionOne(OfficeView):
    area: ClassVar[str] = "money"

    @extend_schema(
        operation_id="exceptions_get",
        summary="A difference, and what would set the books right",
        responses=ExceptionDetailSerializer,
        tags=["proof"],
    )
    def get(self, request: Request, exception_id: UUID) -> Response:
        return Response(_detail(_exception(exception_id)))


class ExceptionOwner(OfficeView):
    area: ClassVar[str] = "money"

    @extend_schema(
        operation_id="exceptions_assign",
        summary="Say who sees to a difference",
        request=OwnerSerializer,
        responses=ExceptionDetailSerializer,
        tags=["proof"],
    )
    @idempotent
    def put(self, request: Request, exception_id: UUID) -> Response:
        row, chosen = _exception(exception_id), body_of(OwnerSerializer, request)["owner_id"]
        if chosen and chosen not in {staff.user_id for staff in staff_in([*KEEPS_BOOKS, StaffRole.ADMINISTRATOR])}:
            raise InvalidInput("Choose somebody who keeps the books.", field="owner_id")
        assign(exception_id=row.id, owner_id=chosen, by=caller_of(request).person_id)
        return Response(_detail(_exception(row.id)))


class ExceptionResolution(OfficeView):
    area: ClassVar[str] = "money"

    @extend_schema(
        operation_id="exceptions_resolve",
        summary="Set the books right by an entry with a reason",
        description="From an amount on it waits for a second person: `approval_id` says for which request.",
        request=ResolutionSerializer,
        responses=ExceptionDetailSerializer,
        tags=["proof"],
    )
    @idempotent
    def post(self, request: Request, exception_id: UUID) -> Response:
        row, given = _exception(exception_id), body_of(ResolutionSerializer, request)
        resolve(exception_id=row.id, **given, by=caller_of(request).person_id)
        return Response(_detail(_exception(row.id)))


def _exception(exception_id: UUID) -> ReconciliationException:
    """Raises NotFound."""
    return there(exception_of(exception_id))


def _detail(row: ReconciliationException) -> Any:
    waiting = [each for each in approvals_about(f"exception:{row.id}") if each.waits]
    whole = With(
        with_vendors([row])[0],
        cause=cause_of(row),
        suggestions=suggestions(row) if row.state == "open" else [],
        approval_id=waiting[0].id if waiting else None,
    )
    return ExceptionDetailSerializer(whole).data
