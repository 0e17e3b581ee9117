"""Months of the books, the documents that come out of them, and files for accounting packages."""

from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.core.files.storage import storages
from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
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
    NewReopeningSerializer,
    PeriodSerializer,
    ReopeningDecisionSerializer,
    ReopeningSerializer,
)
from api.v1.office import with_vendors
from api.views import OfficeView, body_of, caller_of, query_of
from audit.actions import traced
from billing.ledger import periods
from billing.ledger.models import Period, Reopening
from billing.ledger.periods import Month, parse_month
from billing.statements import closing
from billing.statements.exports.run import ask_for_export
from billing.statements.filing import read_file
from billing.statements.models import Document, Export, ExportState
from billing.statements.queries import document_of, documents_page, exports_page, issued_counts
from billing.statements.render import csv_text
from kit.errors import InvalidInput
from kit.pagination import Page

PERIODS = 36
PDF, CSV = "application/pdf", "text/csv"


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
        period = Period.objects.filter(starts_on=_month(month).starts_on).first()
        if period is None:
            raise NotFound()
        by, given = caller_of(request).person_id, body_of(NewReopeningSerializer, request)
        with traced("period.reopening_asked", f"period:{month}", by=by) as told:
            asked = closing.ask_to_reopen(period=period, reason=given["reason"], by=by)
            told["reason"] = asked.reason
        address = reverse("api_finance:reopening", args=[asked.id])
        return Response(ReopeningSerializer(asked).data, status=201, headers={"Location": address})


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
    found = Reopening.objects.select_related("period").filter(id=reopening_id).first()
    if found is None:
        raise NotFound()
    return found


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
        return Response(DocumentDetailSerializer(with_vendors([_document(document_id)])[0]).data)


class DocumentPdf(OfficeView):
    area: ClassVar[str] = "money"

    @extend_schema(
        operation_id="documents_pdf",
        summary="A document as it was issued, a PDF",
        description="404 until it is made, a minute or so after it was issued.",
        responses={(200, PDF): OpenApiTypes.BINARY},
        tags=["documents"],
    )
    def get(self, request: Request, document_id: UUID) -> HttpResponse:
        found = _document(document_id)
        if not found.file_path:
            raise NotFound()
        return _file(read_file(found), PDF, f"{found.filename}.pdf")


class DocumentCsv(OfficeView):
    area: ClassVar[str] = "money"

    @extend_schema(
        operation_id="documents_csv",
        summary="What a document says, as CSV",
        responses={(200, CSV): OpenApiTypes.BINARY},
        tags=["documents"],
    )
    def get(self, request: Request, document_id: UUID) -> HttpResponse:
        found = _document(document_id)
        return _file(csv_text(found).encode(), CSV, f"{found.filename}.csv")


def _document(document_id: UUID) -> Document:
    """Raises NotFound."""
    found = document_of(document_id)
    if found is None:
        raise NotFound()
    return found


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


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
        description="Another process writes it; once its state is `done`, it can be downloaded.",
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


class ExportFile(OfficeView):
    area: ClassVar[str] = "money"

    @extend_schema(
        operation_id="exports_download",
        summary="The file itself",
        description="404 until it is written. Where files lie in an object store, 302 to an address good for a minute.",
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY, 302: None},
        tags=["books"],
    )
    def get(self, request: Request, export_id: UUID) -> HttpResponseBase:
        found = Export.objects.filter(id=export_id, state=ExportState.DONE).first()
        if found is None:
            raise NotFound()
        store: Any = storages["private"]
        answer: HttpResponseBase = store.attachment(
            found.file_path, filename=found.filename, content_type="application/octet-stream"
        )
        return answer
