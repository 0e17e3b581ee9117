"""All waiting rooms, and ours: for a product of any vendor."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kit.errors import InvalidInput, SoukError
from marketplace.catalog.models import Offer
from marketplace.waiting import actions
from marketplace.waiting.actions import Keeper
from marketplace.waiting.models import WaitingRoom
from marketplace.waiting.queries import rooms_page
from marketplace.web.backoffice.forms import VendorField
from marketplace.web.backoffice.roles import for_administrators, staff_of
from marketplace.web.backoffice.tables import pages
from marketplace.web.form_errors import put_error
from marketplace.web.waiting_form import RateForm, RoomForm, rows_of
from tenants.vendors.models import Vendor


class OurRoomForm(RoomForm):
    """With whose product it is for."""

    vendor = VendorField(label="Vendor", help_text="A vendor's address.")
    listing = forms.SlugField(label="Article", max_length=200, help_text="What follows /p/ in its address.")
    field_order = ("vendor", "listing")


@require_GET
@for_administrators
def rooms(request: HttpRequest) -> HttpResponse:
    page = rooms_page(cursor=request.GET.get("cursor"))
    rows = rows_of(page.rows)
    vendors = Vendor.objects.in_bulk([row["room"].vendor_id for row in rows])
    for row in rows:
        row["vendor"] = vendors.get(row["room"].vendor_id)
    return render(request, "backoffice/waiting_rooms.html", {"rows": rows, "pages": pages(request, page)})


@require_http_methods(["GET", "POST"])
@for_administrators
def new_room(request: HttpRequest) -> HttpResponse:
    form = OurRoomForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            made = actions.make_room(
                vendor_id=form.cleaned_data["vendor"].id, product_id=_product(form), by=_keeper(request), **form.terms()
            )
        except SoukError as error:
            put_error(form, error)
        else:
            messages.success(request, f"“{made.title}” has a waiting room.")
            return HttpResponseRedirect(reverse("backoffice:waiting_room", args=[made.id]))
    return render(request, "backoffice/waiting_room.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@for_administrators
def room(request: HttpRequest, room_id: UUID) -> HttpResponse:
    found = _find(room_id)
    form = RateForm(request.POST or None, initial={"per_minute": found.per_minute})
    if form.is_bound and form.is_valid() and form.change(found.id, by=_keeper(request)):
        messages.success(request, "Changed. Who waits keeps their place.")
        return HttpResponseRedirect(reverse("backoffice:waiting_room", args=[found.id]))
    row = {**rows_of([found])[0], "vendor": Vendor.objects.filter(id=found.vendor_id).first()}
    return render(
        request, "backoffice/waiting_room.html", {"form": form, "row": row}, status=422 if form.errors else 200
    )


@require_POST
@for_administrators
def closing(request: HttpRequest, room_id: UUID) -> HttpResponse:
    found = actions.close_room(room_id=_find(room_id).id, by=_keeper(request))
    messages.success(request, f"The waiting room of “{found.title}” has ended: it is ordered as ever.")
    return HttpResponseRedirect(reverse("backoffice:waiting_rooms"))


def _product(form: OurRoomForm) -> UUID:
    vendor = form.cleaned_data["vendor"]
    offer = Offer.objects.filter(vendor_id=vendor.id, listing__slug=form.cleaned_data["listing"]).first()
    if offer is None:
        raise InvalidInput(f"{vendor.name} offers nothing at this address.", field="listing")
    return offer.product_id


def _find(room_id: UUID) -> WaitingRoom:
    found = WaitingRoom.objects.filter(id=room_id).first()
    if found is None:
        raise Http404("There is no such waiting room.")
    return found


def _keeper(request: HttpRequest) -> Keeper:
    return Keeper(staff_of(request).user_id)
