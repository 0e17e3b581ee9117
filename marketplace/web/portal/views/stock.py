"""Stock: what there is of each variant, counting it, and what happened to it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from kit.errors import SoukError
from marketplace.web.portal import present
from marketplace.web.portal.forms import StockForm
from marketplace.web.portal.roles import ANYBODY, DOES_CATALOG, changes, shows
from tenants.shop.catalog.models import Variant
from tenants.shop.inventory import queries
from tenants.shop.inventory.actions import adjust_stock
from tenants.shop.inventory.models import MovementKind, StockMovement
from tenants.shop.inventory.queries import LOW, Units
from tenants.vendors.models import Member

REASONS = ("Counted", "New delivery", "Damaged", "Lost", "Returned")
ICONS = {
    MovementKind.RECEIVED: "package-check",
    MovementKind.ADJUSTED: "pencil",
    MovementKind.RESERVED: "hourglass",
    MovementKind.RELEASED: "undo-2",
    MovementKind.ALLOCATED: "lock",
    MovementKind.SHIPPED: "truck",
    MovementKind.RETURNED: "rotate-ccw",
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
        },
    )


@shows(*ANYBODY, visits=True)
def movements(request: HttpRequest, variant_id: UUID) -> HttpResponse:
    return _variant_page(request, _find(variant_id))


@changes(*DOES_CATALOG)
def count(request: HttpRequest, variant_id: UUID) -> HttpResponse:
    """Set what was counted, with a reason that will be read again some day."""
    variant = _find(variant_id)
    form = StockForm(request.POST)
    if form.is_valid():
        try:
            adjust_stock(
                variant,
                form.cleaned_data["on_hand"],
                form.cleaned_data["reason"] or REASONS[0],
                actor_id=request.member.user_id,  # type: ignore[attr-defined]
            )
        except SoukError as error:
            form.add_error("on_hand", str(error))
        else:
            messages.success(request, f"{variant.sku}: {form.cleaned_data['on_hand']} on hand.")
            return redirect(_back(request))
    return _variant_page(request, variant, form)


# --- Their parts --------------------------------------------------------------------------------------------


def _variant_page(request: HttpRequest, variant: Variant, form: StockForm | None = None) -> HttpResponse:
    units = queries.units_of([variant.id])[variant.id]
    page = queries.movements_page(variant, cursor=request.GET.get("cursor"))
    names = dict(Member.objects.values_list("user_id", "name"))
    context = {
        **_row(variant, units),
        "form": form or StockForm(initial={"on_hand": units.on_hand, "reason": REASONS[0]}),
        "reasons": REASONS,
        "movements": [_movement(movement, names) for movement in page.rows],
        "pages": present.pages(request, page),
    }
    return render(request, "portal/movements.html", context, status=422 if form else 200)


def _row(variant: Variant, units: Units) -> dict[str, Any]:
    return {
        "variant": variant,
        "options": present.options(variant.options),
        "units": units,
        "status": "out_of_stock" if units.available <= 0 else "low_stock" if units.available <= LOW else "",
    }


def _movement(movement: StockMovement, names: dict[UUID, str]) -> dict[str, Any]:
    return {
        "movement": movement,
        "icon": ICONS[MovementKind(movement.kind)],
        "by": names.get(movement.actor_id, "") if movement.actor_id else "",
    }


def _back(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "")
    here = wanted.startswith("/stock/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if here else reverse("portal:stock")


def _find(variant_id: UUID) -> Variant:
    found = Variant.objects.select_related("product").filter(id=variant_id).first()
    if found is None:
        raise Http404("There is no such variant.")
    return found
