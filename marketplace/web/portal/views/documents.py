"""A vendor's documents: statements, commission invoices, credit notes."""

from typing import Any
from uuid import UUID

from django.core.files.storage import storages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from billing.statements.models import Document, DocumentKind
from billing.statements.queries import document_of, documents_page
from billing.statements.render import csv_table
from marketplace.web.portal import present
from marketplace.web.portal.roles import SEES_MONEY, shows
from marketplace.web.portal.views.money import money_tabs
from marketplace.web.spreadsheet import csv_response


@shows(*SEES_MONEY, visits=True)
def documents(request: HttpRequest) -> HttpResponse:
    kind = request.GET.get("kind", "")
    page = documents_page(
        vendor_id=_vendor_id(request),
        kind=kind if kind in DocumentKind.values else "",
        cursor=request.GET.get("cursor"),
        size=24,
    )
    kinds = [("", "All", None), *((each.value, f"{each.label}s", None) for each in DocumentKind)]
    return render(
        request,
        "portal/documents.html",
        {
            "tabs": money_tabs(request),
            "kinds": present.tabs(request, kinds, name="kind"),
            "documents": page.rows,
            "lacks_address": not request.vendor.street,  # type: ignore[attr-defined]
            "pages": present.pages(request, page),
        },
    )


@shows(*SEES_MONEY, visits=True)
def document_pdf(request: HttpRequest, document_id: UUID) -> HttpResponseBase:
    found = _document(request, document_id)
    if not found.file_path:
        raise Http404("Its file is being made; try again in a minute.")
    store: Any = storages["private"]
    answer: HttpResponseBase = store.attachment(
        found.file_path, filename=f"{found.filename}.pdf", content_type="application/pdf"
    )
    return answer


@shows(*SEES_MONEY, visits=True)
def document_csv(request: HttpRequest, document_id: UUID) -> HttpResponseBase:
    found = _document(request, document_id)
    heads, rows = csv_table(found)
    return csv_response(f"{found.filename}.csv", heads, rows)


def _document(request: HttpRequest, document_id: UUID) -> Document:
    """Another vendor's is none."""
    found = document_of(document_id, vendor_id=_vendor_id(request))
    if found is None:
        raise Http404("There is no such document.")
    return found


def _vendor_id(request: HttpRequest) -> UUID:
    return request.vendor.id  # type: ignore[attr-defined, no-any-return]
