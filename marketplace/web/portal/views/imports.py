"""Imports of products from CSV files: send one, follow it, see what became of each row."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from kit.errors import SoukError
from kit.storage import StorageUnavailable
from marketplace.web.form_errors import put_error
from marketplace.web.portal import present
from marketplace.web.portal.forms import ImportForm
from marketplace.web.portal.roles import ANYBODY, DOES_CATALOG, edits, shows
from marketplace.web.spreadsheet import csv_response
from tenants.shop.catalog import queries
from tenants.shop.catalog.imports import request_import
from tenants.shop.catalog.models import ImportRow, ImportState, ProductImport, RowResult
from tenants.shop.shipping.queries import has_said_how

# What a file may hold, in the order of the template: column, what to write, an example, whether it must be there.
COLUMNS = (
    (
        "sku",
        "Your own code. It tells which product a row means when you send the file again.",
        "MUG-01",
        True,
    ),
    ("title", "What customers read first.", "Stoneware mug, sand", True),
    ("price", "In EUR, VAT included.", "18.00", True),
    ("compare_at", "A higher former price, when it is reduced.", "24.00", False),
    ("stock", "Units you have. Left out: stays as it is.", "40", False),
    ("category", "A category's name or path.", "", False),
    ("brand", "Who makes it.", "Brennhaus", False),
    ("description", "Plain text.", "Thrown and glazed by hand.", False),
    ("gtin", "EAN, UPC or ISBN-13: 8, 12, 13 or 14 digits.", "", False),
    ("condition", "new, refurbished or used.", "new", False),
    ("weight_grams", "With its packing.", "410", False),
    ("tags", "Words joined by commas; customers do not see them.", "handmade", False),
    ("attr:Material", "Any attribute, a column each: “attr:” and its name.", "Stoneware", False),
)
UNDER_WAY = (ImportState.DUE, ImportState.RUNNING)
STATES = {
    ImportState.DUE: "queued",
    ImportState.RUNNING: "running",
    ImportState.DONE: "done",
    ImportState.FAILED: "failed",
}
RESULTS = {
    RowResult.CREATED: ("good", "circle-check"),
    RowResult.UPDATED: ("info", "refresh-cw"),
    RowResult.WARNING: ("warn", "triangle-alert"),
    RowResult.ERROR: ("bad", "circle-x"),
}


@shows(*ANYBODY, visits=True)
def imports(request: HttpRequest) -> HttpResponse:
    page = queries.imports_page(cursor=request.GET.get("cursor"))
    return render(
        request,
        "portal/imports.html",
        {
            "rows": [{"row": row, "status": STATES[ImportState(row.state)]} for row in page.rows],
            "pages": present.pages(request, page),
        },
    )


@edits(DOES_CATALOG, DOES_CATALOG)
def new_import(request: HttpRequest) -> HttpResponse:
    sent, refused = request.method == "POST", 422
    form = ImportForm(request.POST, request.FILES) if sent else ImportForm()
    if sent and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            made = request_import(
                file=file,
                filename=file.name,
                publish=form.cleaned_data["publish"],
                requested_by=request.member.user_id,  # type: ignore[attr-defined]
            )
        except SoukError as error:
            put_error(form, error)
            refused = 503 if isinstance(error, StorageUnavailable) else refused
        else:
            messages.success(request, f"{made.rows_total} rows are on their way.")
            return redirect("portal:import", made.id)
    context = {
        "form": form,
        "said_how": has_said_how(),
        "columns": [
            {"name": name, "help": text, "example": example, "required": required}
            for name, text, example, required in COLUMNS
        ],
        "megabytes": settings.MAX_IMPORT_BYTES // (1024 * 1024),
    }
    return render(request, "portal/import_new.html", context, status=refused if form.errors else 200)


@shows(*ANYBODY, visits=True)
def template(request: HttpRequest) -> HttpResponseBase:
    return csv_response("souk-products.csv", [name for name, *_ in COLUMNS], [[example for *_, example, _ in COLUMNS]])


@shows(*ANYBODY, visits=True)
def one_import(request: HttpRequest, import_id: UUID) -> HttpResponse:
    found = _find(import_id)
    under_way = found.state in UNDER_WAY
    progress: dict[str, Any] = {"import": found, "status": STATES[ImportState(found.state)], "under_way": under_way}
    if request.htmx and request.GET.get("part") == "progress":  # type: ignore[attr-defined]
        response = render(request, "portal/_import_progress.html", progress)
        if not under_way:
            response.headers["HX-Refresh"] = "true"  # the rows stand elsewhere on the page
        return response
    shown = request.GET.get("rows", "")
    page = queries.import_rows_page(found, shown=shown, cursor=request.GET.get("cursor"))
    counts = queries.import_row_counts(found)
    titles = queries.titles_of(row.product_id for row in page.rows)
    tabs = [("", "All rows", sum(counts.values()))]
    tabs += [
        ("errors", "Not imported", counts.get(RowResult.ERROR, 0)),
        ("warnings", "With a warning", counts.get(RowResult.WARNING, 0)),
        # Rows with a warning were created or updated as well: these three make up the counts above.
        ("clean", "Without a warning", counts.get(RowResult.CREATED, 0) + counts.get(RowResult.UPDATED, 0)),
    ]
    return render(
        request,
        "portal/import.html",
        progress
        | {
            "rows": [_row(row, titles) for row in page.rows],
            "pages": present.pages(request, page),
            "tabs": present.tabs(request, tabs, name="rows"),
        },
    )


@shows(*ANYBODY, visits=True)
def results(request: HttpRequest, import_id: UUID) -> HttpResponseBase:
    """Every row's result as CSV, to be mended beside the file."""
    found = _find(import_id)

    def rows() -> Iterator[tuple[Any, ...]]:
        cursor = None
        while True:
            page = queries.import_rows_page(found, shown=request.GET.get("rows", ""), cursor=cursor, size=1000)
            yield from ((row.number, row.get_result_display(), row.field, row.message) for row in page.rows)
            cursor = page.next_cursor
            if cursor is None:
                return

    return csv_response(
        f"import-{found.created_at:%Y-%m-%d}-results.csv", ["line", "result", "field", "message"], rows()
    )


def _row(row: ImportRow, titles: dict[UUID, str]) -> dict[str, Any]:
    tone, icon = RESULTS[RowResult(row.result)]
    title = titles.get(row.product_id, "") if row.product_id else ""
    return {"row": row, "tone": tone, "icon": icon, "title": title}


def _find(import_id: UUID) -> ProductImport:
    found = ProductImport.objects.filter(id=import_id).first()
    if found is None:
        raise Http404("There is no such import.")
    return found
