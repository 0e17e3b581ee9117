"""Stock: what there is of each variant, counting it, and what happened to it."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from kit.errors import SoukError
from marketplace.orders.queries import orders_of_lines
from marketplace.web.form_errors import put_error
from marketplace.web.portal import present
from marketplace.web.portal.forms import REASONS, BackordersForm, MoveForm, SafetyStockForm, StockForm, ThresholdForm
from marketplace.web.portal.roles import ANYBODY, DOES_CATALOG, changes, shows
from tenants.shop.catalog.models import Variant
from tenants.shop.inventory import queries
from tenants.shop.inventory.actions import adjust_stock
from tenants.shop.inventory.alerts import low_levels, set_threshold
from tenants.shop.inventory.models import MovementKind, StockLevel, StockMovement, Warehouse
from tenants.shop.inventory.queries import LOW, Units
from tenants.shop.inventory.terms import accept_backorders, set_safety_stock
from tenants.shop.inventory.warehouses import move_stock, open_count
from tenants.vendors.models import Member

ICONS = {
    MovementKind.RECEIVED: "package-check",
    MovementKind.ADJUSTED: "pencil",
    MovementKind.RESERVED: "hourglass",
    MovementKind.RELEASED: "undo-2",
    MovementKind.ALLOCATED: "lock",
    MovementKind.SHIPPED: "truck",
    MovementKind.RETURNED: "rotate-ccw",
    MovementKind.MOVED: "arrow-right",
}


@shows(*ANYBODY, visits=True)
def stock(request: HttpRequest) -> HttpResponse:
    search, low = request.GET.get("q", "").replace("\0", "")[:100], request.GET.get("low") == "1"
    page = queries.stock_page(search=search, low=low, cursor=request.GET.get("cursor"))
    return render(
        request,
        "portal/stock.html",
        {
            "rows": [_row(variant, units) for variant, units in page.rows],
            "pages": present.pages(request, page),
            "tabs": present.tabs(request, [("", "All", None), ("1", f"{LOW} or fewer", None)], name="low"),
            "query": search,
            "low": low,
            "reasons": REASONS,
            "several_warehouses": open_count() > 1,
        },
    )


@shows(*ANYBODY, visits=True)
def movements(request: HttpRequest, variant_id: UUID) -> HttpResponse:
    return _variant_page(request, _find(variant_id))


@changes(*DOES_CATALOG)
def count(request: HttpRequest, variant_id: UUID) -> HttpResponse:
    """Set what was counted, with a reason that will be read again some day."""
    variant = _find(variant_id)
    levels = queries.levels_of(variant)
    form = StockForm(request.POST, warehouses=_places(levels))
    if form.is_valid():
        try:
            adjust_stock(
                variant,
                form.cleaned_data["on_hand"],
                form.why(),
                warehouse=form.place("warehouse"),
                actor_id=_person(request),
            )
        except SoukError as error:
            put_error(form, error, stock="on_hand")
        else:
            messages.success(request, f"{variant.sku}: {form.cleaned_data['on_hand']} on hand.")
            return redirect(_back(request))
    return _variant_page(request, variant, form=form)


@changes(*DOES_CATALOG)
def moves(request: HttpRequest, variant_id: UUID) -> HttpResponse:
    """Carry units from one warehouse to another."""
    variant = _find(variant_id)
    form = MoveForm(request.POST, warehouses=_places(queries.levels_of(variant)), auto_id="move_%s")
    source, target = (form.place("source"), form.place("target")) if form.is_valid() else (None, None)
    if source and target:
        try:
            move_stock(
                variant,
                form.cleaned_data["quantity"],
                source=source,
                target=target,
                reason=form.cleaned_data["reason"],
                by=_person(request),
            )
        except SoukError as error:
            put_error(form, error)
        else:
            messages.success(request, f"{form.cleaned_data['quantity']} moved to {target.name}.")
            return redirect("portal:movements", variant.id)
    return _variant_page(request, variant, move=form)


@changes(*DOES_CATALOG)
def safety(request: HttpRequest, variant_id: UUID) -> HttpResponse:
    """Keep units back from sale."""
    variant = _find(variant_id)
    form = SafetyStockForm(request.POST, warehouses=_places(queries.levels_of(variant)), auto_id="safety_%s")

    def act() -> str:
        set_safety_stock(variant, form.cleaned_data["safety_stock"], warehouse=form.place("warehouse"))
        return f"{form.cleaned_data['safety_stock']} units are kept back."

    return _settled(request, variant, act, safety=form)


@shows(*ANYBODY, visits=True)
def low(request: HttpRequest) -> HttpResponse:
    """What has fallen to the threshold that the shop set for it."""
    page = low_levels(cursor=request.GET.get("cursor"))
    rows = [{"level": level, "options": present.options(level.variant.options)} for level in page.rows]
    return render(request, "portal/low.html", {"rows": rows, "pages": present.pages(request, page)})


@changes(*DOES_CATALOG)
def threshold(request: HttpRequest, variant_id: UUID) -> HttpResponse:
    """From how few on the shop is told, once each time."""
    variant = _find(variant_id)
    form = ThresholdForm(request.POST, warehouses=_places(queries.levels_of(variant)), auto_id="low_%s")

    def act() -> str:
        set_threshold(variant, form.cleaned_data["low_at"], warehouse=form.place("warehouse"))
        return "Saved. You get one mail each time it falls to that."

    return _settled(request, variant, act, low=form)


@changes(*DOES_CATALOG)
def backorders(request: HttpRequest, variant_id: UUID) -> HttpResponse:
    """Sell before it comes in, or not."""
    variant = _find(variant_id)
    form = BackordersForm(request.POST, auto_id="ahead_%s")

    def act() -> str:
        accept_backorders(variant, **form.cleaned_data)
        return "Saved. Customers see it within a second."

    return _settled(request, variant, act, ahead=form)


# --- Their parts --------------------------------------------------------------------------------------------


def _settled(request: HttpRequest, variant: Variant, act: Callable[[], str], **sent: Form) -> HttpResponse:
    """Do what a form of the page asks, and say so in the words that `act` gives; or show the form with what is wrong."""
    (form,) = sent.values()
    if form.is_valid():
        try:
            done = act()
        except SoukError as error:
            put_error(form, error)
        else:
            messages.success(request, done)
            return redirect("portal:movements", variant.id)
    return _variant_page(request, variant, **sent)


def _variant_page(request: HttpRequest, variant: Variant, **refused: Form) -> HttpResponse:
    """A variant's stock; forms that were refused in place of fresh ones."""
    levels = queries.levels_of(variant) or [StockLevel(variant=variant, warehouse=Warehouse())]
    places = _places(levels)
    page = queries.movements_page(variant, cursor=request.GET.get("cursor"))
    vendor_id: UUID = request.vendor.id  # type: ignore[attr-defined]
    orders = orders_of_lines(_ids(movement.reference for movement in page.rows), vendor_id=vendor_id)
    names = dict(Member.objects.values_list("user_id", "name"))
    taking = next((level for level in levels if level.backorder_limit), None)
    ahead = {"limit": taking.backorder_limit, "ships_on": taking.ships_on} if taking else {"limit": 0}
    first = {"on_hand": levels[0].on_hand, "reason": REASONS[0], "warehouse": places[0].id}
    context = {
        **_row(variant, queries.together(levels)),
        "levels": levels,
        "taking": taking,
        "form": StockForm(initial=first, warehouses=places),
        "move": MoveForm(initial={"target": places[-1].id}, warehouses=places, auto_id="move_%s"),
        "safety": SafetyStockForm(
            initial={"safety_stock": levels[0].safety_stock}, warehouses=places, auto_id="safety_%s"
        ),
        "low": ThresholdForm(initial={"low_at": levels[0].low_at}, warehouses=places, auto_id="low_%s"),
        "ahead": BackordersForm(initial=ahead, auto_id="ahead_%s"),
        "reasons": REASONS,
        "movements": [_movement(movement, names, orders) for movement in page.rows],
        "pages": present.pages(request, page),
        **refused,
    }
    return render(request, "portal/movements.html", context, status=422 if refused else 200)


def _places(levels: list[StockLevel]) -> list[Warehouse]:
    return [level.warehouse for level in levels]


def _person(request: HttpRequest) -> UUID:
    return request.member.user_id  # type: ignore[attr-defined, no-any-return]


def _row(variant: Variant, units: Units) -> dict[str, Any]:
    return {
        "variant": variant,
        "options": present.options(variant.options),
        "units": units,
        "status": "out_of_stock" if units.available <= 0 else "low_stock" if units.available <= LOW else "",
    }


def _movement(
    movement: StockMovement, names: dict[UUID, str], orders: Mapping[UUID, tuple[UUID, str]]
) -> dict[str, Any]:
    """A movement with its icon, who did it, and a link to what it was for."""
    about, found = _ids([movement.reference]), {}
    if about and about[0] in orders:
        order_id, number = orders[about[0]]
        found = {"words": f"Order {number}", "url": reverse("portal:order", args=[order_id])}
    elif movement.reference.startswith("feed:"):
        found = {"words": "File", "url": reverse("portal:feed", args=[movement.reference.partition(":")[2]])}
    elif movement.reference.startswith("purchase:"):
        found = {"words": "Purchase", "url": reverse("portal:purchase", args=[movement.reference.partition(":")[2]])}
    elif movement.reference.startswith("count:"):
        found = {
            "words": "Stock count",
            "url": reverse("portal:count", args=[movement.reference.removeprefix("count:")]),
        }
    return {
        "movement": movement,
        "about": found,
        "icon": ICONS[MovementKind(movement.kind)],
        "by": names.get(movement.actor_id, "") if movement.actor_id else "",
    }


def _ids(references: Iterable[str]) -> list[UUID]:
    """Those of the references that are ids: of order lines."""
    found = []
    for reference in references:
        with suppress(ValueError):
            found.append(UUID(reference))
    return found


def _back(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "")
    here = wanted.startswith("/stock/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if here else reverse("portal:stock")


def _find(variant_id: UUID) -> Variant:
    found = Variant.objects.select_related("product").filter(id=variant_id).first()
    if found is None:
        raise Http404("There is no such variant.")
    return found
