"""What people ask about their data: who asked, what became of it, and asking for a guest, who has no account to do it in."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.queries import has_account, names_of
from kit.errors import InvalidInput, SoukError
from marketplace.orders.models import Order
from marketplace.web.backoffice.roles import for_support, staff_of
from marketplace.web.backoffice.tables import Filter, pages, tabs
from privacy.actions import StillOpen, ask_for_copy, ask_for_erasure, take_back
from privacy.models import DataRequest, Kind
from privacy.queries import requests_page

NOT_A_GUESTS = "No order of that number was made as a guest with that address. Whoever has an account asks there."


class RequestFilter(Filter):
    kind = forms.ChoiceField(choices=[("", "All"), *Kind.choices])


@require_GET
@for_support
def requests(request: HttpRequest) -> HttpResponse:
    return _page(request)


@require_POST
@for_support
def for_guest(request: HttpRequest) -> HttpResponse:
    """A guest is known by the number of an order and the address it was made with."""
    kind, by = request.POST.get("kind", ""), staff_of(request).user_id
    try:
        if kind not in Kind.values:
            raise InvalidInput("Choose a copy or erasure.", field="kind")
        order = _guests_order(request.POST.get("number", ""), request.POST.get("email", ""))
        if kind == Kind.EXPORT:
            ask_for_copy(user=None, email=order.email, order_number=order.number, by=by)
        else:
            words_too = request.POST.get("words") == "too"
            ask_for_erasure(user=None, email=order.email, order_number=order.number, by=by, words_too=words_too)
    except SoukError as refused:
        return _page(request, refused)
    messages.success(request, f"Written down. We mail {order.email}.")
    return redirect("backoffice:data_requests")


@require_POST
@for_support
def taking_back(request: HttpRequest, data_request_id: UUID) -> HttpResponse:
    try:
        take_back(request_id=data_request_id, by=staff_of(request).user_id)
    except DataRequest.DoesNotExist:
        raise Http404("There is no such request.")
    except SoukError as refused:
        return _page(request, refused)
    messages.success(request, "Taken back: everything stays as it is.")
    return redirect("backoffice:data_requests")


def _guests_order(number: str, email: str) -> Order:
    """Which order, and whether the address is its own, is told in one answer: neither is for guessing."""
    wanted, address = number.strip().upper(), email.strip()
    found = None
    if wanted.isprintable() and address.isprintable():
        found = Order.objects.filter(number=wanted[:20], email__iexact=address[:254], user=None).first()
    if found is None or has_account(found.email):
        raise InvalidInput(NOT_A_GUESTS, field="number")
    return found


def _page(request: HttpRequest, problem: SoukError | None = None) -> HttpResponse:
    page = requests_page(kind=RequestFilter(request).chosen["kind"], cursor=request.GET.get("cursor"))
    context = {
        "rows": page.rows,
        "staff": names_of(row.asked_by for row in page.rows),
        "tabs": tabs(request, "kind", [("", "All", None), *((value, label, None) for value, label in Kind.choices)]),
        "kinds": Kind.choices,
        "given": request.POST,
        "problem": problem,
        "obstacles": problem.obstacles if isinstance(problem, StillOpen) else [],
        **pages(request, page),
    }
    return render(request, "backoffice/data_requests.html", context, status=422 if problem else 200)
