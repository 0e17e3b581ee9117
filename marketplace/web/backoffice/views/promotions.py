"""The platform's promotions, and all vendors': what each has given, and of what budget."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kit import clock
from kit.errors import SoukError
from kit.money import bps_of_percent
from marketplace.promotions import actions
from marketplace.promotions.actions import Maker
from marketplace.promotions.models import ALL_BPS, MadeBy, Promotion
from marketplace.promotions.queries import promotions_page, tallies
from marketplace.web.backoffice.forms import VendorField
from marketplace.web.backoffice.roles import for_administrators, staff_of
from marketplace.web.backoffice.tables import pages
from marketplace.web.promotion_form import PromotionForm, initial_of, row_of, rows_of
from tenants.vendors.models import Vendor


class OurPromotionForm(PromotionForm):
    """With whose goods it is on, and how much of it we bear."""

    vendor = VendorField(
        label="Only on the goods of", required=False, help_text="A vendor's address. Empty: everybody's."
    )
    platform_share = forms.DecimalField(
        label="We bear",
        initial=100,
        min_value=0,
        max_value=100,
        decimal_places=2,
        help_text="In percent. The vendor bears the rest, once it has agreed.",
    )


@require_GET
@for_administrators
def promotions(request: HttpRequest) -> HttpResponse:
    page = promotions_page(cursor=request.GET.get("cursor"), size=30)
    rows = rows_of(page.rows)
    vendors = Vendor.objects.in_bulk([row["promotion"].vendor_id for row in rows if row["promotion"].vendor_id])
    for row in rows:
        row["vendor"] = vendors.get(row["promotion"].vendor_id)
        row["is_ours"] = row["promotion"].made_by == MadeBy.PLATFORM
    return render(request, "backoffice/promotions.html", {"rows": rows, "pages": pages(request, page)})


@require_http_methods(["GET", "POST"])
@for_administrators
def new_promotion(request: HttpRequest) -> HttpResponse:
    form = OurPromotionForm(request.POST or None)
    if form.is_bound and form.is_valid():
        vendor = form.cleaned_data["vendor"]
        try:
            made = actions.create_promotion(
                given=form.given(),
                by=_maker(request),
                for_vendor=vendor.id if vendor else None,
                platform_share_bps=bps_of_percent(form.cleaned_data["platform_share"]),
            )
        except SoukError as refused:
            form.refuse(refused)
        else:
            waits = " It counts once its vendor has agreed." if made.is_shared else ""
            messages.success(request, f"“{made.name}” is made.{waits}")
            return HttpResponseRedirect(reverse("backoffice:promotions"))
    return _page(request, form, {"trail": _trail("New promotion")})


@require_http_methods(["GET", "POST"])
@for_administrators
def promotion(request: HttpRequest, promotion_id: UUID) -> HttpResponse:
    found = _find(promotion_id)
    form = PromotionForm(request.POST or None, initial=initial_of(found))
    if form.is_bound and form.is_valid():
        try:
            actions.change_promotion(promotion_id=found.id, given=form.given(), by=_maker(request))
        except SoukError as refused:
            form.refuse(refused)
        else:
            asked = " Its vendor is asked anew." if found.is_shared else ""
            messages.success(request, f"Saved. Orders that used it stay as they are.{asked}")
            return HttpResponseRedirect(reverse("backoffice:promotions"))
    context = {
        "row": row_of(found, tallies([found])[found.id], clock.now()),
        "is_open": found.made_by == MadeBy.PLATFORM and found.ended_at is None,
        "vendor": Vendor.objects.filter(id=found.vendor_id).first() if found.vendor_id else None,
        "trail": _trail(found.name),
    }
    return _page(request, form, context)


@require_POST
@for_administrators
def pause(request: HttpRequest, promotion_id: UUID) -> HttpResponse:
    return _done(request, actions.pause_promotion(promotion_id=_find(promotion_id).id, by=_maker(request)), "is paused")


@require_POST
@for_administrators
def resumption(request: HttpRequest, promotion_id: UUID) -> HttpResponse:
    return _done(request, actions.resume_promotion(promotion_id=_find(promotion_id).id, by=_maker(request)), "goes on")


@require_POST
@for_administrators
def end(request: HttpRequest, promotion_id: UUID) -> HttpResponse:
    return _done(request, actions.end_promotion(promotion_id=_find(promotion_id).id, by=_maker(request)), "is over")


def _done(request: HttpRequest, found: Promotion, what: str) -> HttpResponse:
    messages.success(request, f"“{found.name}” {what}.")
    return HttpResponseRedirect(reverse("backoffice:promotions"))


def _page(request: HttpRequest, form: PromotionForm, context: dict[str, Any]) -> HttpResponse:
    status = 422 if form.errors else 200
    return render(request, "backoffice/promotion.html", {"form": form, "all_bps": ALL_BPS, **context}, status=status)


def _find(promotion_id: UUID) -> Promotion:
    found = Promotion.objects.select_related("agreement").filter(id=promotion_id).first()
    if found is None:
        raise Http404("There is no such promotion.")
    return found


def _maker(request: HttpRequest) -> Maker:
    return Maker(staff_of(request).user_id)


def _trail(here: str) -> list[dict[str, str]]:
    return [{"label": "Promotions", "url": reverse("backoffice:promotions")}, {"label": here, "url": ""}]
