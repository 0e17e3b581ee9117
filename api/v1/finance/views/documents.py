"""What comes out of the books: documents, and files for accounting packages."""

from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.core.files.storage import storages
from django.http import HttpResponse, HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import NotFound, there
from api.idempotency import idempotent
from api.pagination import PAGE_PARAMETERS, cursor_of, limit_of, page_data, page_of
from api.v1.finance.serializers.documents import (
    DocumentDetailSerializer,
    DocumentFilterSerializer,
    DocumentSerializer,
    ExportSerializer,
    NewExportSerializer,
)
from api.v1.office import with_vendors
from api.views import OfficeView, body_of, caller_of, created, query_of
from audit.actions import traced
from billing.statements.exports.run import ask_for_export
from billing.statements.filing import read_file
from billing.statements.models import Document, Export, ExportState
from billing.statements.queries import document_of, documents_page, exports_page
from billing.statements.render import csv_text
from kit.pagination import Page

PDF, CSV = "application/pdf", "text/csv"


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
    return there(document_of(document_id))


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
        return created(ExportSerializer(export).data, "api_finance:export", export.id)


class ExportOne(OfficeView):
    area: ClassVar[str] = "money"

    @extend_schema(
        operation_id="exports_get", summary="A file of the books", responses=ExportSerializer, tags=["books"]
    )
    def get(self, request: Request, export_id: UUID) -> Response:
        found = there(Export.objects.filter(id=export_id).first())
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
        found = there(Export.objects.filter(id=export_id, state=ExportState.DONE).first())
        store: Any = storages["private"]
        answer: HttpResponseBase = store.attachment(
            found.file_path, filename=found.filename, content_type="application/octet-stream"
        )
        return answer
