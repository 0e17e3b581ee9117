"""Counting a warehouse: sheets, filled in and applied at once."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from kit.errors import InvalidInput, SoukError
from marketplace.web.portal import present
from marketplace.web.portal.roles import ANYBODY, DOES_CATALOG, changes, edits
from tenants.shop.inventory import queries
from tenants.shop.inventory.counts import apply_count, give_up_count, start_count, write_down
from tenants.shop.inventory.models import StockCount, Warehouse


@edits(ANYBODY, DOES_CATALOG, visits=True)
def counts(request: HttpRequest) -> HttpResponse:
    places = list(Warehouse.objects.open())
    if request.method == "POST":
        place = next((place for place in places if str(place.id) == request.POST.get("warehouse")), None)
        if place is None:
            messages.error(request, "Choose one of your warehouses.")
            return redirect("portal:counts")
        try:
            count = start_count(place, by=_person(request))
        except SoukError as error:
            messages.error(request, str(error))
            return redirect("portal:counts")
        return redirect("portal:count", count.id)
    page = queries.counts_page(cursor=request.GET.get("cursor"))
    context = {"counts": page.rows, "places": places, "pages": present.pages(request, page)}
    return render(request, "portal/counts.html", context)


@edits(ANYBODY, DOES_CATALOG, visits=True)
def count(request: HttpRequest, count_id: UUID) -> HttpResponse:
    """The sheet; sent, it keeps what was written into this page of it."""
    sheet = _find(count_id)
    problems: dict[str, str] = {}
    if request.method == "POST":
        try:
            write_down(sheet, _written(request))
        except SoukError as error:
            problems[error.field or ""] = str(error)
        else:
            messages.success(request, "Written down. Stock changes when the sheet is applied.")
            return redirect(request.get_full_path())
    page = queries.count_lines_page(sheet, cursor=request.GET.get("cursor"))
    lines = [
        {
            "line": line,
            "options": present.options(line.variant.options),
            "written": request.POST.get(f"line-{line.id}", "" if line.counted is None else line.counted),
            "problem": problems.get(str(line.id), ""),
        }
        for line in page.rows
    ]
    context = {"sheet": sheet, "lines": lines, "problem": problems.get("", ""), "pages": present.pages(request, page)}
    return render(request, "portal/count.html", context, status=422 if problems else 200)


@changes(*DOES_CATALOG)
def application(request: HttpRequest, count_id: UUID) -> HttpResponse:
    try:
        changed = apply_count(_find(count_id), by=_person(request))
    except SoukError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"Applied: the stock of {changed} variant{'' if changed == 1 else 's'} changed.")
    return redirect("portal:count", count_id)


@changes(*DOES_CATALOG)
def giving_up(request: HttpRequest, count_id: UUID) -> HttpResponse:
    try:
        give_up_count(_find(count_id))
    except SoukError as error:
        messages.error(request, str(error))
        return redirect("portal:count", count_id)
    messages.success(request, "Given up. Stock is as it was.")
    return redirect("portal:counts")


# --- Their parts --------------------------------------------------------------------------------------------


def _written(request: HttpRequest) -> dict[UUID, int | None]:
    """What was written by line; an empty field is a line that is not counted. Raises InvalidInput at the line."""
    found: dict[UUID, int | None] = {}
    for name, text in request.POST.items():
        if not name.startswith("line-"):
            continue
        line = name.removeprefix("line-")
        units = str(text).strip()
        if units and not (units.isascii() and units.isdigit() and len(units) < 10):
            raise InvalidInput("Enter how many you counted.", field=line)
        try:
            found[UUID(line)] = int(units) if units else None
        except ValueError:
            raise Http404("There is no such line.") from None
    return found


def _find(count_id: UUID) -> StockCount:
    found = StockCount.objects.select_related("warehouse").filter(id=count_id).first()
    if found is None:
        raise Http404("There is no such count.")
    return found


def _person(request: HttpRequest) -> UUID:
    return request.member.user_id  # type: ignore[attr-defined, no-any-return]
