"""Suppliers, and what is ordered from them."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from kit.errors import SoukError
from kit.pagination import keyset_page
from marketplace.web.form_errors import put_error
from marketplace.web.portal import present
from marketplace.web.portal.roles import ANYBODY, DOES_CATALOG, changes, edits
from tenants.shop.inventory.models import PurchaseOrder, Source, Supplier, Warehouse
from tenants.shop.inventory.purchasing import (
    add_supplier,
    cancel_order,
    draft_order,
    receive_order,
    send_order,
    set_line,
    set_source,
)


class SupplierForm(forms.Form):
    name = forms.CharField(label="Name", max_length=100)
    email = forms.EmailField(label="E-mail", help_text="Orders are sent there.")
    lead_days = forms.IntegerField(label="Lead time", min_value=0, max_value=365, initial=7, help_text="In days.")


class UnitsForm(forms.Form):
    sku = forms.CharField(label="SKU", max_length=60)
    units = forms.IntegerField(label="Units", min_value=0)


@edits(ANYBODY, DOES_CATALOG, visits=True)
def suppliers(request: HttpRequest) -> HttpResponse:
    form = SupplierForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = add_supplier(**form.cleaned_data)
        except SoukError as error:
            put_error(form, error)
        else:
            messages.success(request, f"{made.name} is there. Say what you buy from them.")
            return redirect("portal:supplier", made.id)
    rows = Supplier.objects.annotate(articles=Count("sources")).order_by("name")
    return render(
        request, "portal/suppliers.html", {"suppliers": rows, "form": form}, status=422 if form.errors else 200
    )


@edits(ANYBODY, DOES_CATALOG, visits=True)
def supplier(request: HttpRequest, supplier_id: UUID) -> HttpResponse:
    """What is bought from a supplier, and how many at a time."""
    found = Supplier.objects.filter(id=supplier_id).first()
    if found is None:
        raise Http404("There is no such supplier.")
    form = UnitsForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            set_source(found, **form.cleaned_data)
        except SoukError as error:
            put_error(form, error)
        else:
            messages.success(request, "Saved. When it runs low, so many are put into a draft order.")
            return redirect("portal:supplier", found.id)
    sources = Source.objects.filter(supplier=found).select_related("variant__product").order_by("variant__sku")
    context = {"supplier": found, "sources": sources, "form": form}
    return render(request, "portal/supplier.html", context, status=422 if form.errors else 200)


@edits(ANYBODY, DOES_CATALOG, visits=True)
def purchases(request: HttpRequest) -> HttpResponse:
    sellers, places = list(Supplier.objects.order_by("name")), list(Warehouse.objects.open())
    if request.method == "POST":
        chosen = next((one for one in sellers if str(one.id) == request.POST.get("supplier")), None)
        place = next((one for one in places if str(one.id) == request.POST.get("warehouse")), None)
        if chosen is None:
            messages.error(request, "Choose a supplier.")
            return redirect("portal:purchases")
        return redirect("portal:purchase", draft_order(chosen, warehouse=place, by=_person(request)).id)
    rows = PurchaseOrder.objects.select_related("supplier", "warehouse").annotate(
        articles=Count("lines"), begun=Count("lines", filter=Q(lines__received__gt=0))
    )
    page = keyset_page(rows, order=("-drafted_at", "-id"), cursor=request.GET.get("cursor"), size=30)
    context = {
        "rows": [{"order": order, "state": _state(order, begun=bool(order.begun))} for order in page.rows],
        "suppliers": sellers,
        "places": places,
        "pages": present.pages(request, page),
    }
    return render(request, "portal/purchases.html", context)


@edits(ANYBODY, DOES_CATALOG, visits=True)
def purchase(request: HttpRequest, purchase_id: UUID) -> HttpResponse:
    """An order; while it is a draft, its lines are set here."""
    order = _find(purchase_id)
    form = UnitsForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            set_line(order, **form.cleaned_data)
        except SoukError as error:
            put_error(form, error)
        else:
            return redirect("portal:purchase", order.id)
    return _page(request, order, form, status=422 if form.errors else 200)


@changes(*DOES_CATALOG)
def sending(request: HttpRequest, purchase_id: UUID) -> HttpResponse:
    order = _find(purchase_id)
    try:
        send_order(order)
    except SoukError as error:
        return _page(request, order, UnitsForm(), problem=str(error), status=409)
    messages.success(request, f"{order.supplier.name} gets it by e-mail.")
    return redirect("portal:purchase", order.id)


@changes(*DOES_CATALOG)
def receipts(request: HttpRequest, purchase_id: UUID) -> HttpResponse:
    order = _find(purchase_id)
    try:
        units = {line.id: int(request.POST.get(f"line-{line.id}") or 0) for line in order.lines.all()}
    except ValueError:
        return _page(request, order, UnitsForm(), problem="Enter how many came.", status=422)
    try:
        receive_order(order, units, more_is_right=request.POST.get("more") == "1", by=_person(request))
    except SoukError as error:
        return _page(request, order, UnitsForm(), problem=str(error), status=409)
    messages.success(request, f"Received. It lies in {order.warehouse.name} now.")
    return redirect("portal:purchase", order.id)


@changes(*DOES_CATALOG)
def cancellation(request: HttpRequest, purchase_id: UUID) -> HttpResponse:
    order = _find(purchase_id)
    try:
        cancel_order(order)
    except SoukError as error:
        return _page(request, order, UnitsForm(), problem=str(error), status=409)
    messages.success(request, "Canceled. What came stays; tell the supplier if it was sent.")
    return redirect("portal:purchases")


# --- Their parts --------------------------------------------------------------------------------------------


def _page(
    request: HttpRequest, order: PurchaseOrder, form: UnitsForm, *, problem: str = "", status: int = 200
) -> HttpResponse:
    lines = list(order.lines.select_related("variant__product"))
    context = {
        "order": order,
        "state": _state(order, begun=any(line.received for line in lines)),
        "lines": lines,
        "form": form,
        "problem": problem,
        "is_draft": order.is_open and order.sent_at is None,
        "is_expected": order.is_open and order.sent_at is not None,
    }
    return render(request, "portal/purchase.html", context, status=status)


def _state(order: PurchaseOrder, *, begun: bool) -> str:
    if order.canceled_at:
        return "Canceled"
    if order.received_at:
        return "Received"
    if order.sent_at:
        return "Partly received" if begun else "Sent"
    return "Draft"


def _find(purchase_id: UUID) -> PurchaseOrder:
    found = PurchaseOrder.objects.select_related("supplier", "warehouse").filter(id=purchase_id).first()
    if found is None:
        raise Http404("There is no such order.")
    return found


def _person(request: HttpRequest) -> UUID:
    return request.member.user_id  # type: ignore[attr-defined, no-any-return]
