"""The vendor's promotions: what takes something off its goods, how often it was used, and what it has cost."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from kit import clock
from kit.errors import SoukError
from marketplace.promotions import actions
from marketplace.promotions.actions import Maker
from marketplace.promotions.models import MadeBy, Promotion
from marketplace.promotions.queries import promotions_page, tallies
from marketplace.web.portal import present
from marketplace.web.portal.roles import ANYBODY, DOES_SHOP, OWNS, changes, edits, shows
from marketplace.web.promotion_form import PromotionForm, initial_of, row_of, rows_of
from tenants.shop.catalog.models import Product, ProductState

MOST_PRODUCTS = 500


@shows(visits=True)
def promotions(request: HttpRequest) -> HttpResponse:
    """Those on the vendor's goods alone: its own, and what the marketplace proposes to bear together."""
    page = promotions_page(vendor_id=request.vendor.id, cursor=request.GET.get("cursor"), size=30)  # type: ignore[attr-defined]
    return render(
        request, "portal/promotions.html", {"rows": rows_of(page.rows), "pages": present.pages(request, page)}
    )


@edits(DOES_SHOP, DOES_SHOP)
def new_promotion(request: HttpRequest) -> HttpResponse:
    form = PromotionForm(request.POST if request.method == "POST" else None, products=_products())
    if form.is_bound and form.is_valid():
        try:
            made = actions.create_promotion(given=form.given(), by=_maker(request))
        except SoukError as error:
            form.refuse(error)
        else:
            messages.success(request, f"“{made.name}” is made.")
            return redirect("portal:promotions")
    return render(request, "portal/promotion.html", {"form": form}, status=422 if form.errors else 200)


@edits(ANYBODY, DOES_SHOP, visits=True)
def promotion(request: HttpRequest, promotion_id: UUID) -> HttpResponse:
    """One of them, to be changed; of the marketplace's, to be read and agreed to."""
    found = _find(request, promotion_id)
    is_open = found.made_by == MadeBy.VENDOR and found.ended_at is None
    typed = request.POST if request.method == "POST" else None
    form = PromotionForm(typed, initial=initial_of(found), products=_products())
    if form.is_bound and form.is_valid():
        try:
            actions.change_promotion(promotion_id=found.id, given=form.given(), by=_maker(request))
        except SoukError as error:
            form.refuse(error)
        else:
            messages.success(request, "Saved. Orders that used it stay as they are.")
            return redirect("portal:promotion", found.id)
    context = {"form": form, "row": row_of(found, tallies([found])[found.id], clock.now()), "is_open": is_open}
    return render(request, "portal/promotion.html", context, status=422 if form.errors else 200)


@changes(*DOES_SHOP)
def pause(request: HttpRequest, promotion_id: UUID) -> HttpResponse:
    found = actions.pause_promotion(promotion_id=_find(request, promotion_id).id, by=_maker(request))
    messages.success(request, f"“{found.name}” is paused: nobody uses it until you take it up again.")
    return redirect("portal:promotions")


@changes(*DOES_SHOP)
def resumption(request: HttpRequest, promotion_id: UUID) -> HttpResponse:
    found = actions.resume_promotion(promotion_id=_find(request, promotion_id).id, by=_maker(request))
    messages.success(request, f"“{found.name}” goes on.")
    return redirect("portal:promotions")


@changes(*DOES_SHOP)
def end(request: HttpRequest, promotion_id: UUID) -> HttpResponse:
    found = actions.end_promotion(promotion_id=_find(request, promotion_id).id, by=_maker(request))
    messages.success(request, f"“{found.name}” is over for good.")
    return redirect("portal:promotions")


@changes(*OWNS)
def agreement(request: HttpRequest, promotion_id: UUID) -> HttpResponse:
    """The vendor bears its part of one of the marketplace's."""
    found = _find(request, promotion_id)
    actions.agree(promotion_id=found.id, by=_maker(request))
    messages.success(request, f"“{found.name}” applies from now on; your part of it is taken off your price.")
    return redirect("portal:promotions")


def _find(request: HttpRequest, promotion_id: UUID) -> Promotion:
    mine = Promotion.objects.filter(id=promotion_id, vendor_id=request.vendor.id)  # type: ignore[attr-defined]
    found = mine.select_related("agreement").first()
    if found is None:
        raise Http404("There is no such promotion.")
    return found


def _maker(request: HttpRequest) -> Maker:
    return Maker(request.member.user_id, request.vendor.id)  # type: ignore[attr-defined]


def _products() -> list[tuple[str, str]]:
    rows = Product.objects.exclude(state=ProductState.ARCHIVED).order_by("title", "id")[:MOST_PRODUCTS]
    return [(str(id), title) for id, title in rows.values_list("id", "title")]
