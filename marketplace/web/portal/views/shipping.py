"""How the shop ships: profiles with zones and rates, places to pick up, and what a parcel would cost."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from kit import clock
from kit.errors import SoukError
from marketplace.web import delivery
from marketplace.web.form_errors import put_error
from marketplace.web.portal.forms import (
    CARRIERS,
    ParcelForm,
    PickupForm,
    RateForm,
    ShippingForm,
    ShippingProfileForm,
    ZoneForm,
    kilograms,
    major,
)
from marketplace.web.portal.roles import ANYBODY, DOES_SHOP, changes, edits
from taxonomy.tax import COUNTRY_NAMES
from tenants.shop.inventory.models import Warehouse
from tenants.shop.shipping import actions, queries
from tenants.shop.shipping.drafts import ProfileDraft, ZoneDraft
from tenants.shop.shipping.models import PickupPoint, ShippingProfile, ShippingRate, ShippingZone
from tenants.shop.shipping.terms import Item, ShippingTerms, methods_for

CURRENCY = settings.CURRENCY


# --- All of it --------------------------------------------------------------------------------------------------------


@edits(ANYBODY, DOES_SHOP, visits=True)
def shipping(request: HttpRequest) -> HttpResponse:
    """Everything at a glance, with a parcel to try it; the form of one price for everything."""
    form = ShippingForm(request.POST) if request.method == "POST" else None
    if form is not None and form.is_valid():
        done = _do(form, lambda: actions.set_flat_shipping(by=_person(request), **form.cleaned_data), name="name")
        if done is not None:
            messages.success(request, "Saved. New orders ship this way.")
            return redirect("portal:shipping")
    return _overview(request, flat=form)


@changes(*DOES_SHOP)
def profiles(request: HttpRequest) -> HttpResponse:
    """One more profile, for what is not sent like everything else."""
    form = ShippingProfileForm(request.POST)
    if form.is_valid():
        draft = ProfileDraft(**form.cleaned_data)
        made = _do(form, lambda: actions.add_profile(draft=draft, by=_person(request)))
        if made is not None:
            messages.success(request, "Now say where it goes, and for how much.")
            return redirect("portal:shipping_profile", made.id)
    return _overview(request, new=form)


def _overview(
    request: HttpRequest, *, flat: ShippingForm | None = None, new: ShippingProfileForm | None = None
) -> HttpResponse:
    found, terms = queries.profiles(), queries.shipping_terms()
    choices = [(str(each.id), each.name) for each in found]
    asked = bool(request.GET.get("country"))
    parcel = ParcelForm(request.GET if asked else None, profiles=choices)
    context = {
        "profiles": [_shown(profile) for profile in found],
        "said": any(zone.rates.all() for profile in found for zone in profile.zones.all()),
        "points": [{"place": place, "point": point} for place, point in queries.pickup_points()],
        "flat": flat or ShippingForm(initial=_flat(terms)),
        "flat_open": flat is not None,
        "new": new or ShippingProfileForm(initial={"handling_days": terms.handling_days}),
        "new_open": new is not None,
        "parcel": parcel,
        "tried": _tried(parcel, terms) if asked and parcel.is_valid() else None,
        "currency": CURRENCY,
    }
    return render(request, "portal/shipping.html", context, status=422 if flat or new else 200)


def _tried(form: ParcelForm, terms: ShippingTerms) -> dict[str, Any]:
    """What would go how for how much: by the very functions that quote a customer's cart."""
    given = form.cleaned_data
    pieces = given["pieces"] or 1
    profile_id = UUID(given["profile"]) if given["profile"] else None
    # The weight and the amount are the whole parcel's, whatever the number of pieces.
    items = [Item(given["goods"] or 0, 1, given["weight"] or 0, profile_id), Item(0, pieces - 1, 0, profile_id)]
    offered = methods_for(terms, items, country=given["country"], now=clock.now())
    country = COUNTRY_NAMES[given["country"]]
    refusals = {"country": f"You do not ship to {country}.", "load": f"No rate to {country} takes such a parcel."}
    return {
        "refusal": refusals.get(offered.refusal, ""),
        "methods": [
            {
                "method": method,
                "when": delivery.promise(method.first_on, method.last_on, is_fetched=method.place is not None),
                "preselected": method == offered.preselected,
            }
            for method in offered.methods
        ],
    }


def _flat(terms: ShippingTerms) -> dict[str, Any]:
    rate = terms.cheapest
    return {
        "name": rate.name if rate else "Standard",
        "flat_minor": major(rate.price_minor if rate else 0, CURRENCY),
        "free_from_minor": major(rate.free_from_minor if rate else None, CURRENCY),
        "handling_days": terms.handling_days,
        "transit_days": rate.transit_max_days if rate else 3,
        "countries": terms.countries,
    }


# --- A profile and its zones --------------------------------------------------------------------------------------------


@edits(ANYBODY, DOES_SHOP, visits=True)
def profile(request: HttpRequest, profile_id: UUID) -> HttpResponse:
    found = _profile(profile_id)
    form = ShippingProfileForm(
        request.POST if request.method == "POST" else None,
        initial={"name": found.name, "handling_days": found.handling_days},
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        saved = _do(form, lambda: actions.rename_profile(found, by=_person(request), **given))
        if saved is not None:
            messages.success(request, "Saved. Customers see it within a second.")
            return redirect("portal:shipping_profile", found.id)
    return _profile_page(request, found, form=form)


@changes(*DOES_SHOP)
def zones(request: HttpRequest, profile_id: UUID) -> HttpResponse:
    found, form = _profile(profile_id), ZoneForm(request.POST)
    if form.is_valid():
        zone = ZoneDraft(**form.cleaned_data)
        if _do(form, lambda: actions.put_zone(found, zone=zone, by=_person(request))) is not None:
            messages.success(request, "Now say what it costs there.")
            return redirect("portal:shipping_zone", ShippingZone.objects.filter(profile=found).latest("position").id)
    return _profile_page(request, found, zone=form)


@changes(*DOES_SHOP)
def profile_removal(request: HttpRequest, profile_id: UUID) -> HttpResponse:
    found = _profile(profile_id)
    try:
        actions.remove_profile(found, by=_person(request))
    except SoukError as error:
        messages.error(request, str(error))
        return redirect("portal:shipping_profile", found.id)
    messages.success(request, f"“{found.name}” is gone; what went by it goes like everything else.")
    return redirect("portal:shipping")


@edits(ANYBODY, DOES_SHOP, visits=True)
def zone(request: HttpRequest, zone_id: UUID) -> HttpResponse:
    found = _zone(zone_id)
    form = ZoneForm(
        request.POST if request.method == "POST" else None,
        initial={"name": found.name, "countries": found.countries},
    )
    if request.method == "POST" and form.is_valid():
        draft = ZoneDraft(id=found.id, **form.cleaned_data)
        if _do(form, lambda: actions.put_zone(found.profile, zone=draft, by=_person(request))) is not None:
            messages.success(request, "Saved. Customers see it within a second.")
            return redirect("portal:shipping_zone", found.id)
    return _zone_page(request, found, form=form)


@changes(*DOES_SHOP)
def zone_removal(request: HttpRequest, zone_id: UUID) -> HttpResponse:
    found = _zone(zone_id)
    actions.remove_zone(found.profile, zone_id=found.id, by=_person(request))
    messages.success(request, f"“{found.name}” is gone.")
    return redirect("portal:shipping_profile", found.profile_id)


# --- Rates --------------------------------------------------------------------------------------------------------------


@changes(*DOES_SHOP)
def rates(request: HttpRequest, zone_id: UUID) -> HttpResponse:
    found, form = _zone(zone_id), RateForm(request.POST)
    if form.is_valid():
        put = actions.put_rate
        if _do(form, lambda: put(found.profile, zone_id=found.id, rate=form.draft(), by=_person(request))) is not None:
            messages.success(request, "Saved. Customers see it within a second.")
            return redirect("portal:shipping_zone", found.id)
    return _zone_page(request, found, rate=form)


@edits(ANYBODY, DOES_SHOP, visits=True)
def rate(request: HttpRequest, rate_id: UUID) -> HttpResponse:
    found = _rate(rate_id)
    where = found.zone
    form = RateForm(request.POST if request.method == "POST" else None, initial=_texts(found))
    if request.method == "POST" and form.is_valid():
        put, draft = actions.put_rate, form.draft(found.id)
        if _do(form, lambda: put(where.profile, zone_id=where.id, rate=draft, by=_person(request))) is not None:
            messages.success(request, "Saved. Customers see it within a second.")
            return redirect("portal:shipping_zone", where.id)
    context = {"rate": found, "zone": where, "form": form, "carriers": CARRIERS}
    return render(request, "portal/shipping_rate.html", context, status=422 if form.errors else 200)


@changes(*DOES_SHOP)
def rate_removal(request: HttpRequest, rate_id: UUID) -> HttpResponse:
    found = _rate(rate_id)
    actions.remove_rate(found.zone.profile, rate_id=found.id, by=_person(request))
    messages.success(request, f"“{found.name}” is gone.")
    return redirect("portal:shipping_zone", found.zone_id)


# --- Picking up -----------------------------------------------------------------------------------------------------------


@edits(ANYBODY, DOES_SHOP, visits=True)
def pickup(request: HttpRequest, warehouse_id: UUID) -> HttpResponse:
    place = _warehouse(warehouse_id)
    point = PickupPoint.objects.filter(warehouse=place).first()
    initial = {"hours": point.hours if point else "", "price_minor": major(point.price_minor if point else 0, CURRENCY)}
    form = PickupForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        if _do(form, lambda: actions.offer_pickup(place, by=_person(request), **given)) is not None:
            messages.success(request, f"Customers may pick up at {place.name}.")
            return redirect("portal:shipping")
    context = {"place": place, "point": point, "form": form, "currency": CURRENCY}
    return render(request, "portal/pickup.html", context, status=422 if form.errors else 200)


@changes(*DOES_SHOP)
def pickup_removal(request: HttpRequest, warehouse_id: UUID) -> HttpResponse:
    place = _warehouse(warehouse_id)
    actions.end_pickup(place, by=_person(request))
    messages.success(request, f"Nothing new is picked up at {place.name}.")
    return redirect("portal:shipping")


# --- Their parts ------------------------------------------------------------------------------------------------------------


def _do(form: forms.Form, act: Callable[[], Any], **names: str) -> Any:
    """What an action made; None when it refused, which the form says at the field."""
    try:
        return act()
    except SoukError as error:
        if error.field:
            error.field = error.field.rsplit(".", 1)[-1]
        put_error(form, error, **names)
        return None


def _profile_page(
    request: HttpRequest,
    found: ShippingProfile,
    *,
    form: ShippingProfileForm | None = None,
    zone: ZoneForm | None = None,
) -> HttpResponse:
    form = form or ShippingProfileForm(initial={"name": found.name, "handling_days": found.handling_days})
    wrong = form.errors or (zone and zone.errors)
    context = {
        "profile": found,
        "shown": _shown(found),
        "form": form,
        "zone_form": zone or ZoneForm(auto_id="zone_%s"),
        "products": found.assignments.count(),
    }
    return render(request, "portal/shipping_profile.html", context, status=422 if wrong else 200)


def _zone_page(
    request: HttpRequest, found: ShippingZone, *, form: ZoneForm | None = None, rate: RateForm | None = None
) -> HttpResponse:
    form = form or ZoneForm(initial={"name": found.name, "countries": found.countries})
    wrong = form.errors or (rate and rate.errors)
    context = {
        "zone": found,
        "profile": found.profile,
        "rates": [_rate_shown(each) for each in found.rates.all()],
        "form": form,
        "rate_form": rate or RateForm(auto_id="rate_%s"),
        "carriers": CARRIERS,
        "currency": CURRENCY,
    }
    return render(request, "portal/shipping_zone.html", context, status=422 if wrong else 200)


def _shown(profile: ShippingProfile) -> dict[str, Any]:
    return {
        "profile": profile,
        "zones": [
            {
                "zone": zone,
                "countries": ", ".join(COUNTRY_NAMES.get(code, code) for code in zone.countries)
                or "All other countries",
                "rates": [_rate_shown(rate) for rate in zone.rates.all()],
            }
            for zone in profile.zones.all()
        ],
    }


def _rate_shown(rate: ShippingRate) -> dict[str, Any]:
    days = f"{rate.transit_min_days} to {rate.transit_max_days}"
    if rate.transit_min_days == rate.transit_max_days:
        days = str(rate.transit_max_days)
    return {"rate": rate, "bands": _bands(rate), "days": f"{days} day{'' if days == '1' else 's'}"}


def _bands(rate: ShippingRate) -> str:
    """For which parcels a rate is, in words; empty when it takes all."""

    def band(low: str, high: str, low_word: str, high_word: str) -> str:
        return " ".join(filter(None, [f"{low_word} {low}" if low else "", f"{high_word} {high}" if high else ""]))

    weight = band(kilograms(rate.over_grams), kilograms(rate.up_to_grams), "over", "up to")
    goods = band(major(rate.from_goods_minor, CURRENCY), major(rate.below_goods_minor, CURRENCY), "from", "below")
    pieces = band(str(rate.from_pieces or ""), str(rate.to_pieces or ""), "from", "to")
    return ", ".join(
        filter(
            None,
            [
                f"{weight} kg" if weight else "",
                f"goods {goods} {CURRENCY}" if goods else "",
                f"{pieces} pieces" if pieces else "",
            ],
        )
    )


def _texts(rate: ShippingRate) -> dict[str, Any]:
    """A rate as its form shows it."""
    known = {name: getattr(rate, name) for name in RateForm.base_fields}
    for name in ("price_minor", "free_from_minor", "from_goods_minor", "below_goods_minor"):
        known[name] = major(known[name], CURRENCY)
    for name in ("over_grams", "up_to_grams"):
        known[name] = kilograms(known[name])
    return known


def _profile(profile_id: UUID) -> ShippingProfile:
    found = ShippingProfile.objects.prefetch_related("zones__rates").filter(id=profile_id).first()
    if found is None:
        raise Http404("There is no such shipping profile.")
    return found


def _zone(zone_id: UUID) -> ShippingZone:
    found = ShippingZone.objects.select_related("profile").prefetch_related("rates").filter(id=zone_id).first()
    if found is None:
        raise Http404("There is no such zone.")
    return found


def _rate(rate_id: UUID) -> ShippingRate:
    found = ShippingRate.objects.select_related("zone__profile").filter(id=rate_id).first()
    if found is None:
        raise Http404("There is no such rate.")
    return found


def _warehouse(warehouse_id: UUID) -> Warehouse:
    found = Warehouse.objects.open().filter(id=warehouse_id).first()
    if found is None:
        raise Http404("There is no such warehouse.")
    return found


def _person(request: HttpRequest) -> UUID:
    return request.member.user_id  # type: ignore[attr-defined, no-any-return]
