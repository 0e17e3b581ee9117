"""The vendor's waiting rooms: for a product that more people want at once than it can serve."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from kit.errors import SoukError
from marketplace.catalog.queries import on_sale_of
from marketplace.waiting import actions
from marketplace.waiting.actions import Keeper
from marketplace.waiting.models import WaitingRoom
from marketplace.waiting.queries import rooms_page
from marketplace.web.form_errors import put_error
from marketplace.web.portal import present
from marketplace.web.portal.roles import ANYBODY, DOES_SHOP, changes, edits, shows
from marketplace.web.waiting_form import ProductRoomForm, RateForm, rows_of


@shows(visits=True)
def rooms(request: HttpRequest) -> HttpResponse:
    page = rooms_page(vendor_id=request.vendor.id, cursor=request.GET.get("cursor"))  # type: ignore[attr-defined]
    return render(
        request, "portal/waiting_rooms.html", {"rows": rows_of(page.rows), "pages": present.pages(request, page)}
    )


@edits(DOES_SHOP, DOES_SHOP)
def new_room(request: HttpRequest) -> HttpResponse:
    products = on_sale_of(request.vendor.id)  # type: ignore[attr-defined]
    form = ProductRoomForm(request.POST if request.method == "POST" else None, products=products)
    if form.is_bound and form.is_valid():
        keeper = _keeper(request)
        try:
            made = actions.make_room(
                vendor_id=request.vendor.id,  # type: ignore[attr-defined]
                product_id=UUID(form.cleaned_data["product"]),
                by=keeper,
                **form.terms(),
            )
        except SoukError as error:
            put_error(form, error)
        else:
            messages.success(request, f"“{made.title}” has a waiting room.")
            return redirect("portal:waiting_room", made.id)
    return render(request, "portal/waiting_room.html", {"form": form}, status=422 if form.errors else 200)


@edits(ANYBODY, DOES_SHOP, visits=True)
def room(request: HttpRequest, room_id: UUID) -> HttpResponse:
    """One of them: who waits, and how many are let in."""
    found = _find(request, room_id)
    form = RateForm(request.POST if request.method == "POST" else None, initial={"per_minute": found.per_minute})
    if form.is_bound and form.is_valid() and form.change(found.id, by=_keeper(request)):
        messages.success(request, "Changed. Who waits keeps their place.")
        return redirect("portal:waiting_room", found.id)
    context = {"form": form, "row": rows_of([found])[0], "is_own": found.made_by == "vendor"}
    return render(request, "portal/waiting_room.html", context, status=422 if form.errors else 200)


@changes(*DOES_SHOP)
def closing(request: HttpRequest, room_id: UUID) -> HttpResponse:
    found = actions.close_room(room_id=_find(request, room_id).id, by=_keeper(request))
    messages.success(request, f"The waiting room of “{found.title}” has ended: it is ordered as ever.")
    return redirect("portal:waiting_rooms")


def _find(request: HttpRequest, room_id: UUID) -> WaitingRoom:
    found = WaitingRoom.objects.filter(id=room_id, vendor_id=request.vendor.id).first()  # type: ignore[attr-defined]
    if found is None:
        raise Http404("There is no such waiting room.")
    return found


def _keeper(request: HttpRequest) -> Keeper:
    return Keeper(request.member.user_id, request.vendor.id)  # type: ignore[attr-defined]
