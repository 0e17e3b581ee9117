"""Documents of vendors, and files of the books for accounting packages."""

from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.files.storage import storages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.queries import names_of
from audit.actions import traced
from billing.ledger.periods import parse_month
from billing.statements.exports.accounts import map_account, mapping
from billing.statements.exports.run import ask_for_export
from billing.statements.filing import read_file
from billing.statements.models import Document, DocumentKind, Export, ExportFormat, ExportState
from billing.statements.queries import document_of, documents_page, exports_page, zip_of
from billing.statements.render import csv_text
from kit.errors import InvalidInput, SoukError
from marketplace.web.backoffice.roles import for_controllers, for_finance, may, staff_of
from marketplace.web.backoffice.tables import DayField, Filter, ends, link, pages, tabs
from tenants.vendors.queries import named


class DocumentFilter(Filter):
    kind = forms.ChoiceField(choices=[("", ""), *DocumentKind.choices], widget=forms.HiddenInput)
    vendor = forms.UUIDField(widget=forms.HiddenInput)
    month = forms.RegexField(
        r"^[1-9]\d{3}-(0[1-9]|1[0-2])$", label="Month", widget=forms.TextInput(attrs={"type": "month"})
    )


@require_GET
@for_finance
def documents(request: HttpRequest) -> HttpResponse:
    """What was issued, of the newest months first."""
    narrowed = DocumentFilter(request)
    chosen = narrowed.chosen
    page = documents_page(
        kind=chosen["kind"],
        vendor_id=chosen["vendor"] or None,
        month=chosen["month"],
        cursor=request.GET.get("cursor"),
    )
    vendors = named([*(row.vendor_id for row in page.rows), chosen["vendor"] or None])
    kinds = [("", "All", None), *((kind.value, f"{kind.label}s", None) for kind in DocumentKind)]
    context: dict[str, Any] = {
        "rows": [{"document": row, "vendor": vendors.get(row.vendor_id)} for row in page.rows],
        "vendor": vendors.get(chosen["vendor"]) if chosen["vendor"] else None,
        "tabs": tabs(request, "kind", kinds),
        "filter": narrowed,
        "clear_url": link(request, month=None, vendor=None),
        "zip_url": reverse("finance:documents_zip", args=[chosen["month"]]) if chosen["month"] else "",
        **pages(request, page),
    }
    return render(request, "finance/documents.html", context)


@require_GET
@for_finance
def document_pdf(request: HttpRequest, document_id: UUID) -> HttpResponse:
    found = _document(document_id)
    if not found.file_path:
        raise Http404("Its file is being made; try again in a minute.")
    return _download(read_file(found), f"{found.filename}.pdf", "application/pdf")


@require_GET
@for_finance
def document_csv(request: HttpRequest, document_id: UUID) -> HttpResponse:
    found = _document(document_id)
    return _download(csv_text(found).encode(), f"{found.filename}.csv", "text/csv; charset=utf-8")


@require_GET
@for_finance
def documents_zip(request: HttpRequest, month: str) -> HttpResponseBase:
    """All documents of a month, PDF and CSV."""
    try:
        shown = parse_month(month)
    except InvalidInput as wrong:
        raise Http404(str(wrong)) from wrong
    found = Document.objects.filter(starts_on=shown.starts_on).order_by("vendor_id", "id")
    answer = FileResponse(zip_of(found.iterator(chunk_size=200)), as_attachment=True, filename=f"documents-{month}.zip")
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _document(document_id: UUID) -> Document:
    found = document_of(document_id)
    if found is None:
        raise Http404("There is no such document.")
    return found


def _download(content: bytes, filename: str, kind: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=kind)
    answer.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


# --- Exports ------------------------------------------------------------------------------------------------------------


class ExportForm(forms.Form):
    format = forms.ChoiceField(label="Format", choices=ExportFormat.choices)
    since = DayField("First day")
    until = DayField("Last day")


@require_http_methods(["GET", "HEAD", "POST"])
@for_finance
def exports(request: HttpRequest) -> HttpResponse:
    """Files of the books: ask for one, see how far it is, take it."""
    form = ExportForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _asked(request, form):
        return HttpResponseRedirect(reverse("finance:exports"))
    page = exports_page(cursor=request.GET.get("cursor"))
    names = names_of(row.asked_by for row in page.rows)
    context = {
        "form": form,
        "rows": [{"export": row, "by": names.get(row.asked_by, "Someone")} for row in page.rows],
        "working": any(row.state in (ExportState.QUEUED, ExportState.RUNNING) for row in page.rows),
        "may": may(staff_of(request)),
        **pages(request, page),
    }
    return render(request, "finance/exports.html", context, status=422 if form.errors else 200)


def _asked(request: HttpRequest, form: ExportForm) -> bool:
    given, staff = form.cleaned_data, staff_of(request).user_id
    last = ends(given["until"])
    assert last is not None
    try:
        with traced("books.exported", by=staff, format=given["format"]) as told:
            export = ask_for_export(
                format=given["format"],
                starts_on=given["since"],
                ends_on=last.date(),
                currency=settings.CURRENCY,
                by=staff,
            )
            told["subject"] = f"export:{export.id}"
    except InvalidInput as wrong:
        form.add_error(wrong.field, str(wrong))
        return False
    messages.success(request, "The file is being written. This page says how far it is.")
    return True


@require_GET
@for_finance
def export_file(request: HttpRequest, export_id: UUID) -> HttpResponseBase:
    found = Export.objects.filter(id=export_id, state=ExportState.DONE).first()
    if found is None:
        raise Http404("There is no such file.")
    kind = "application/zip" if found.format == ExportFormat.DATEV else "text/csv"
    store: Any = storages["private"]
    answer: HttpResponseBase = store.attachment(found.file_path, filename=found.filename, content_type=kind)
    return answer


@require_http_methods(["GET", "HEAD"])
@for_finance
def account_mapping(request: HttpRequest) -> HttpResponse:
    """What our accounts are called in the accountants' chart."""
    context = {
        "accounts": mapping().values(),
        "may": may(staff_of(request)),
        "trail": [{"label": "Exports", "url": reverse("finance:exports")}, {"label": "Accounts"}],
    }
    return render(request, "finance/account_mapping.html", context)


@require_POST
@for_controllers
def account_mapping_change(request: HttpRequest) -> HttpResponse:
    """Change the number and name of one account."""
    code = request.POST.get("code", "")
    if code not in mapping():
        raise Http404("There is no such account.")
    number, name = request.POST.get("number", ""), request.POST.get("name", "")
    try:
        with traced("account.mapped", f"account:{code}", by=staff_of(request).user_id, number=number):
            map_account(code=code, number=number, name=name)
    except SoukError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"{code} is {number} now.")
    return HttpResponseRedirect(f"{reverse('finance:account_mapping')}#account-{code}")
