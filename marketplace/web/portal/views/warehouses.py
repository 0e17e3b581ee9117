"""Warehouses: where stock lies, when it leaves there, and which of them packs what."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from kit.errors import SoukError
from marketplace.web.form_errors import put_error
from marketplace.web.portal.forms import DAYS, WarehouseForm
from marketplace.web.portal.roles import ANYBODY, DOES_SHOP, changes, edits
from tenants.shop.inventory.models import AllocationStrategy, Warehouse
from tenants.shop.inventory.queries import chosen_strategy, warehouses_with_units
from tenants.shop.inventory.warehouses import add_warehouse, change_warehouse, choose_strategy, retire_warehouse
from tenants.vendors.countries import VENDOR_COUNTRIES


@edits(ANYBODY, DOES_SHOP, visits=True)
def warehouses(request: HttpRequest) -> HttpResponse:
    form = WarehouseForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = add_warehouse(draft=form.draft(), by=_person(request))
        except SoukError as error:
            put_error(form, error)
        else:
            messages.success(request, f"{made.name} is open. Move or receive stock there.")
            return redirect("portal:warehouses")
    rows = [
        {"place": place, "units": units, "where": _where(place), "sends": _sends(place)}
        for place, units in warehouses_with_units()
    ]
    context = {
        "rows": rows,
        "form": form,
        "strategy": chosen_strategy(),
        "strategies": AllocationStrategy.choices,
    }
    return render(request, "portal/warehouses.html", context, status=422 if form.errors else 200)


@edits(ANYBODY, DOES_SHOP, visits=True)
def warehouse(request: HttpRequest, warehouse_id: UUID) -> HttpResponse:
    place = _find(warehouse_id)
    known = {name: getattr(place, name) for name in WarehouseForm.base_fields}
    form = WarehouseForm(
        request.POST if request.method == "POST" else None,
        initial={**known, "working_days": list(place.working_days)},
    )
    if request.method == "POST" and form.is_valid():
        try:
            change_warehouse(place, draft=form.draft(), by=_person(request))
        except SoukError as error:
            put_error(form, error)
        else:
            messages.success(request, "Saved. Orders from now on go by it.")
            return redirect("portal:warehouses")
    context = {"place": place, "form": form}
    return render(request, "portal/warehouse.html", context, status=422 if form.errors else 200)


@changes(*DOES_SHOP)
def retirement(request: HttpRequest, warehouse_id: UUID) -> HttpResponse:
    place = _find(warehouse_id)
    try:
        retire_warehouse(place, by=_person(request))
    except SoukError as error:
        messages.error(request, str(error))
        return redirect("portal:warehouse", place.id)
    messages.success(request, f"{place.name} is not in use any more. What happened there stays on record.")
    return redirect("portal:warehouses")


@changes(*DOES_SHOP)
def strategy(request: HttpRequest) -> HttpResponse:
    try:
        choose_strategy(request.POST.get("strategy", ""), by=_person(request))
    except SoukError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "Saved. Orders from now on go by it.")
    return redirect("portal:warehouses")


# --- Their parts --------------------------------------------------------------------------------------------


def _sends(place: Warehouse) -> str:
    """ "Monday, Tuesday until 12:00 (Europe/Berlin)"."""
    days = ", ".join(DAYS[int(day) - 1] for day in place.working_days)
    days = "Monday to Friday" if place.working_days == "12345" else days
    return f"{days}, until {place.cut_off:%H:%M} ({place.time_zone})"


def _where(place: Warehouse) -> str:
    town = " ".join(filter(None, [place.postal_code, place.city]))
    return ", ".join(filter(None, [place.street, town, VENDOR_COUNTRIES.get(place.country, place.country)]))


def _find(warehouse_id: UUID) -> Warehouse:
    found = Warehouse.objects.open().filter(id=warehouse_id).first()
    if found is None:
        raise Http404("There is no such warehouse.")
    return found


def _person(request: HttpRequest) -> UUID:
    return request.member.user_id  # type: ignore[attr-defined, no-any-return]
