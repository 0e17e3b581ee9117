"""Months of the books: their checks, closing, and opening again."""

from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import NotFound, there
from api.idempotency import idempotent
from api.v1.finance.serializers.closing import (
    NewReopeningSerializer,
    PeriodSerializer,
    ReopeningDecisionSerializer,
    ReopeningSerializer,
)
from api.views import OfficeView, body_of, caller_of, created
from audit.actions import traced
from billing.ledger import periods
from billing.ledger.models import Period, Reopening
from billing.ledger.periods import Month, parse_month
from billing.statements import closing
from billing.statements.queries import issued_counts
from kit.errors import InvalidInput

PERIODS = 36


class PeriodList(OfficeView):
    area: ClassVar[str] = "money"

    @extend_schema(
        operation_id="periods_list",
        summary="The month to close next with its checks, and those closed last, newest first",
        responses=PeriodSerializer(many=True),
        tags=["books"],
    )
    def get(self, request: Request) -> Response:
        closed = list(Period.objects.filter(closed_at__isnull=False).order_by("-starts_on")[:PERIODS])
        following = periods.next_after(closed)
        counts = issued_counts()
        rows = [_open(following)] if following else []
        rows += [_closed(period, counts.get(period.starts_on.isoformat(), 0)) for period in closed]
        return Response(PeriodSerializer(rows, many=True).data)


class PeriodClosure(OfficeView):
    """For those who may approve: controllers."""

    area: ClassVar[str] = "approvals"

    @extend_schema(
        operation_id="periods_close",
        summary="Close a month",
        description="Refused, with what was found, unless every check passes. A closed month takes no entry any more.",
        request=None,
        responses=PeriodSerializer,
        tags=["books"],
    )
    @idempotent
    def post(self, request: Request, month: str) -> Response:
        shown, by = _month(month), caller_of(request).person_id
        with traced("period.closed", f"period:{month}", by=by):
            period = closing.close_month(month=shown, by=by)
        return Response(PeriodSerializer(_closed(period, 0)).data)


class ReopeningList(OfficeView):
    """For those who may approve: controllers."""

    area: ClassVar[str] = "approvals"

    @extend_schema(
        operation_id="reopenings_ask",
        summary="Ask another controller to open a month again",
        description="Only the month closed last, and only before its documents are issued. 409 `period_not_closed`.",
        request=NewReopeningSerializer,
        responses={201: ReopeningSerializer},
        tags=["books"],
    )
    @idempotent
    def post(self, request: Request, month: str) -> Response:
        period = there(Period.objects.filter(starts_on=_month(month).starts_on).first())
        by, given = caller_of(request).person_id, body_of(NewReopeningSerializer, request)
        with traced("period.reopening_asked", f"period:{month}", by=by) as told:
            asked = closing.ask_to_reopen(period=period, reason=given["reason"], by=by)
            told["reason"] = asked.reason
        return created(ReopeningSerializer(asked).data, "api_finance:reopening", asked.id)


class ReopeningOne(OfficeView):
    area: ClassVar[str] = "approvals"

    @extend_schema(
        operation_id="reopenings_get",
        summary="A request to open a month again",
        responses=ReopeningSerializer,
        tags=["books"],
    )
    def get(self, request: Request, reopening_id: UUID) -> Response:
        return Response(ReopeningSerializer(_reopening(reopening_id)).data)


class ReopeningDecision(OfficeView):
    area: ClassVar[str] = "approvals"

    @extend_schema(
        operation_id="reopenings_decide",
        summary="Open a month again that somebody else asked for, or leave it closed",
        description="403 `four_eyes` for whoever asked and agrees; 409 `period_not_closed`.",
        request=ReopeningDecisionSerializer,
        responses=ReopeningSerializer,
        tags=["books"],
    )
    @idempotent
    def post(self, request: Request, reopening_id: UUID) -> Response:
        found, by = _reopening(reopening_id), caller_of(request).person_id
        agreed = body_of(ReopeningDecisionSerializer, request)["agree"]
        with traced("period.reopened" if agreed else "period.reopening_withdrawn", f"reopening:{found.id}", by=by):
            if agreed:
                periods.approve_reopening(reopening=found, by=by)
            else:
                periods.withdraw_reopening(reopening=found)
        return Response(ReopeningSerializer(_reopening(found.id)).data)


def _reopening(reopening_id: UUID) -> Reopening:
    """Raises NotFound."""
    return there(Reopening.objects.select_related("period").filter(id=reopening_id).first())


def _month(text: str) -> Month:
    """Raises NotFound."""
    try:
        return parse_month(text)
    except InvalidInput:
        raise NotFound() from None


def _open(month: Month) -> dict[str, Any]:
    return {
        "month": f"{month.starts_on:%Y-%m}",
        "closed_at": None,
        "closed_by": None,
        "documents_count": 0,
        "checks": closing.checks_of(month, following=month),
    }


def _closed(period: Period, documents: int) -> dict[str, Any]:
    return {
        "month": f"{period.starts_on:%Y-%m}",
        "closed_at": period.closed_at,
        "closed_by": period.closed_by,
        "documents_count": documents,
        "checks": [{**check, "passed": True} for check in period.checks],
    }
