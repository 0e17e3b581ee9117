"""Where the shop stands: its vacation, its closing, and what has happened to it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from kit import clock
from kit.errors import SoukError
from kit.links import absolute_url
from marketplace.web.form_errors import put_error
from marketplace.web.life import named_by, still_open, timeline
from marketplace.web.portal.forms import ClosingForm, VacationForm
from marketplace.web.portal.roles import ANYBODY, DOES_SHOP, OWNS, changes, edits
from tenants.vendors import leaving
from tenants.vendors import vacation as vacations
from tenants.vendors.leaving import MAY_LEAVE
from tenants.vendors.lifecycle import life_of
from tenants.vendors.models import Member, Vendor, VendorState


@edits(ANYBODY, DOES_SHOP, visits=True)
def vacation(request: HttpRequest) -> HttpResponse:
    """Where the shop stands, and its vacation."""
    vendor = _vendor(request)
    form = _vacation_form(vendor, request)
    if request.method == "POST" and form.is_valid():
        try:
            changed = vacations.set_vacation(vendor=vendor, by=_by(request).user_id, **form.cleaned_data)
        except SoukError as error:
            put_error(form, error)
        else:
            begun = changed.is_away(clock.now())
            messages.success(request, "Customers cannot order from now on." if begun else "Saved. Until then you sell.")
            return redirect("portal:standing")
    return _page(request, vendor, form, ClosingForm())


@changes(*DOES_SHOP)
def vacation_end(request: HttpRequest) -> HttpResponse:
    """Back earlier, or not gone at all."""
    try:
        vacations.end_vacation(vendor=_vendor(request), by=_by(request).user_id)
    except SoukError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "There is no vacation any more: customers order as always.")
    return redirect("portal:standing")


@changes(*OWNS)
def closing(request: HttpRequest) -> HttpResponse:
    """An owner wants the shop closed: it sells no more at once."""
    vendor, form = _vendor(request), ClosingForm(request.POST)
    if form.is_valid():
        try:
            leaving.ask_to_close(vendor=vendor, by=_by(request).user_id, reason=form.cleaned_data["reason"])
        except SoukError as error:
            put_error(form, error)
        else:
            messages.success(request, "Nobody can order any more. We close the shop when nothing of it is open.")
            return redirect("portal:standing")
    return _page(request, vendor, _vacation_form(vendor), form)


@changes(*OWNS)
def closing_return(request: HttpRequest) -> HttpResponse:
    """An owner wants to go on after all."""
    try:
        leaving.take_closing_back(vendor=_vendor(request), by=_by(request).user_id)
    except SoukError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "The shop is not closed. Customers see it again within seconds.")
    return redirect("portal:standing")


def _page(request: HttpRequest, vendor: Vendor, form: VacationForm, ask: ClosingForm) -> HttpResponse:
    vendor.refresh_from_db()
    now, people = clock.now(), Member.objects.filter(vendor=vendor)
    names = {member.user_id: str(member) for member in people}
    context = {
        "shop": vendor,
        "vacation_form": form,
        "is_away": vendor.is_away(now),
        "has_vacation": vendor.has_vacation(now),
        "closing_form": ask,
        "may_close": vendor.state in MAY_LEAVE and vendor.closing_asked_at is None,
        "is_closing": vendor.state == VendorState.CLOSING or vendor.closing_asked_at is not None,
        "may_return": vendor.closing_asked_at is not None
        and (vendor.state != VendorState.CLOSING or leaving.was_asked_for(vendor)),
        "obstacles": still_open(vendor.still_open, _places(vendor)) if vendor.state == VendorState.CLOSING else [],
        "events": timeline(life_of(vendor), named_by(names, staff="The marketplace")),
    }
    return render(request, "portal/standing.html", context, status=422 if form.errors or ask.errors else 200)


def _places(vendor: Vendor) -> dict[str, str]:
    return {
        "orders": reverse("portal:orders"),
        "refunds": reverse("portal:refunds"),
        "disputes": reverse("portal:disputes"),
        "money": reverse("portal:money_way"),
        "plan": absolute_url("market", f"/sell/{vendor.slug}/plan/"),
    }


def _vacation_form(vendor: Vendor, request: HttpRequest | None = None) -> VacationForm:
    today = clock.now().date()
    initial: dict[str, Any] = {"starts_on": today}
    if vendor.has_vacation(clock.now()) and vendor.away_from is not None:
        initial = {
            "starts_on": vendor.away_from.date(),
            "back_on": vendor.away_until.date() if vendor.away_until else None,
            "message": vendor.away_message,
        }
    posted = request.POST if request is not None and request.method == "POST" else None
    return VacationForm(posted, initial=initial)


def _vendor(request: HttpRequest) -> Vendor:
    vendor: Vendor = request.vendor  # type: ignore[attr-defined]
    return vendor


def _by(request: HttpRequest) -> Member:
    member: Member = request.member  # type: ignore[attr-defined]
    return member
