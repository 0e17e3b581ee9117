"""Months of the books, the documents that come out of them, and files for accounting packages."""

from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import NotFound
from api.idempotency import idempotent
from api.pagination import PAGE_PARAMETERS, cursor_of, limit_of, page_data, page_of
from api.v1.finance.serializers import (
    DocumentDetailSerializer,
    DocumentFilterSerializer,
    DocumentSerializer,
    ExportSerializer,
    NewExportSerializer,
    PeriodSerializer,
)
from api.v1.office import with_vendors
from api.views import OfficeView, body_of, caller_of, query_of
from audit.actions import traced
from billing.ledger import periods
from billing.ledger.models import Period
from billing.ledger.periods import Month, parse_month
from billing.statements import closing
from billing.statements.exports.run import ask_for_export
from billing.statements.models import Export
from billing.statements.queries import document_of, documents_page, exports_page, issued_counts
from kit.errors import InvalidInput
from kit.pagination import Page

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
        following = periods.next_to_close()
        closed = Period.objects.filter(closed_at__isnull=False).order_by("-starts_on")[:PERIODS]
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
        try:
            shown = parse_month(month)
        except InvalidInput:
            raise NotFound() from None
        by = caller_of(request).person_id
        with traced("period.closed", f"period:{month}", by=by):
            period = closing.close_month(month=shown, by=by)
        return Response(PeriodSerializer(_closed(period, 0)).data)


def _open(month: Month) -> dict[str, Any]:
    return {
        "month": f"{month.starts_on:%Y-%m}",
        "closed_at": None,
        "closed_by": None,
        "documents_count": 0,
        "checks": closing.checks_of(month),
    }


def _closed(period: Period, documents: int) -> dict[str, Any]:
    return {
        "month": f"{period.starts_on:%Y-%m}",
        "closed_at": period.closed_at,
        "closed_by": period.closed_by,
        "documents_count": documents,
        "checks": [{**check, "passed": True} for check in period.checks],
    }


class DocumentList(OfficeView):
    area: ClassVar[str] = "money"

    @extend_schema(
        operation_id="documents_list",
        summary="Statements, commission invoices and credit notes, of the newest months first",
        parameters=[DocumentFilterSerializer, *PAGE_PARAMETERS],
        responses=page_of(DocumentSerializer),
        tags=["documents"],
    )
    def get(self, request: Request) -> Response:
        given = query_of(DocumentFilterSerializer, request)
        page = documents_page(
            kind=given.get("kind", ""),
            month=given.get("month", ""),
            vendor_id=given.get("vendor"),
            cursor=cursor_of(request),
            size=limit_of(request),
        )
        shown = Page(with_vendors(page.rows), page.next_cursor, page.previous_cursor)
        return Response(page_data(shown, lambda row: DocumentSerializer(row).data))


class DocumentOne(OfficeView):
    area: ClassVar[str] = "money"

    @extend_schema(
        operation_id="documents_get",
        summary="A document with all it says",
        responses=DocumentDetailSerializer,
        tags=["documents"],
    )
    def get(self, request: Request, document_id: UUID) -> Response:
        found = document_of(document_id)
        if found is None:
            raise NotFound()
        return Response(DocumentDetailSerializer(with_vendors([found])[0]).data)


class ExportList(OfficeView):
    area: ClassVar[str] = "money"

    @extend_schema(
        operation_id="exports_list",
        summary="Files of the books, newest first, and how far each is",
        parameters=PAGE_PARAMETERS,
        responses=page_of(ExportSerializer),
        tags=["books"],
    )
    def get(self, request: Request) -> Response:
        page = exports_page(cursor=cursor_of(request), size=limit_of(request))
        return Response(page_data(page, lambda row: ExportSerializer(row).data))

    @extend_schema(
        operation_id="exports_make",
        summary="Have a file of the books written",
        description="Another process writes it. The file itself is taken from the finance console.",
        request=NewExportSerializer,
        responses={201: ExportSerializer},
        tags=["books"],
    )
    @idempotent
    def post(self, request: Request) -> Response:
        given, by = body_of(NewExportSerializer, request), caller_of(request).person_id
        with traced("books.exported", by=by, format=given["format"]) as told:
            export = ask_for_export(currency=settings.CURRENCY, by=by, **given)
            told["subject"] = f"export:{export.id}"
        address = reverse("api_finance:export", args=[export.id])
        return Response(ExportSerializer(export).data, status=201, headers={"Location": address})


class ExportOne(OfficeView):
    area: ClassVar[str] = "money"

    @extend_schema(
        operation_id="exports_get", summary="A file of the books", responses=ExportSerializer, tags=["books"]
    )
    def get(self, request: Request, export_id: UUID) -> Response:
        found = Export.objects.filter(id=export_id).first()
        if found is None:
            raise NotFound()
        return Response(ExportSerializer(found).data)
