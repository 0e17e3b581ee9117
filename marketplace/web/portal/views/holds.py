"""What is held for orders that are not paid yet."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from kit.errors import SoukError
from marketplace.orders.queries import numbers_of
from marketplace.web.portal import present
from marketplace.web.portal.roles import ANYBODY, DOES_SHOP, changes, shows
from tenants.shop.inventory.holds import ask_to_free, open_holds
from tenants.shop.inventory.models import Reservation


@shows(*ANYBODY, visits=True)
def holds(request: HttpRequest) -> HttpResponse:
    page = open_holds(cursor=request.GET.get("cursor"))
    vendor_id: UUID = request.vendor.id  # type: ignore[attr-defined]
    orders = numbers_of(vendor_id, [hold.reservation.order_id for hold in page.rows])
    rows = [
        {
            "hold": hold.reservation,
            "freeing": hold.freeing,
            "options": present.options(hold.reservation.variant.options),
            "order": orders.get(hold.reservation.order_id),
        }
        for hold in page.rows
    ]
    return render(request, "portal/holds.html", {"rows": rows, "pages": present.pages(request, page)})


@changes(*DOES_SHOP)
def freeing(request: HttpRequest, reservation_id: UUID) -> HttpResponse:
    held = Reservation.objects.filter(id=reservation_id).first()
    if held is None:
        raise Http404("There is no such hold.")
    try:
        ask_to_free(held.order_id, reason=request.POST.get("reason", ""), by=request.member.user_id)  # type: ignore[attr-defined]
    except SoukError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "The order is canceled as soon as nobody can pay it any more; this takes seconds.")
    return redirect("portal:holds")
