"""A customer's own pages: overview, name, addresses. Passwords, e-mail and two-step sign-in are `accounts`' pages."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.addresses import change_name, choose_default, remove_address, save_address
from accounts.models import Address, StaffMember, User
from kit.errors import SoukError
from marketplace.messages.queries import unread_of_customer
from marketplace.orders.queries import orders_of_customer
from marketplace.web.form_errors import put_error
from marketplace.web.storefront.forms import AddressForm, NameForm
from marketplace.web.storefront.views.team import shown_shops
from marketplace.web.storefront.visitor import back_to, customers, person, see_other
from taxonomy.tax import COUNTRY_NAMES
from tenants.vendors.queries import memberships_of


@never_cache
@customers
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    return render(
        request,
        "storefront/account.html",
        {
            "customer": user,
            "addresses": [_shown(address) for address in user.addresses.all()],
            "unread": unread_of_customer(user.id),
            "orders": orders_of_customer(user, size=3).rows,
            "shops": shown_shops(memberships_of(user.id)),
            "office_url": f"{reverse('handoff')}?to=office"
            if StaffMember.objects.filter(user=user, left_at=None).exists()
            else "",
        },
    )


@never_cache
@customers
@require_http_methods(["GET", "HEAD", "POST"])
def name(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    form = NameForm(request.POST or None, initial={"name": user.name})
    if request.method == "POST" and form.is_valid():
        try:
            change_name(user=user, name=form.cleaned_data["name"])
        except SoukError as error:
            put_error(form, error)
        else:
            messages.success(request, "Your name is changed.")
            return see_other(reverse("storefront:account"))
    return render(request, "storefront/account_name.html", {"form": form}, status=422 if form.errors else 200)


@never_cache
@customers
@require_safe
def addresses(request: HttpRequest) -> HttpResponse:
    shown = [_shown(address) for address in user_of(request).addresses.all()]
    return render(request, "storefront/addresses.html", {"addresses": shown})


@never_cache
@customers
@require_http_methods(["GET", "HEAD", "POST"])
def address_new(request: HttpRequest) -> HttpResponse:
    return _edit(request, None)


@never_cache
@customers
@require_http_methods(["GET", "HEAD", "POST"])
def address_edit(request: HttpRequest, address_id: UUID) -> HttpResponse:
    address = user_of(request).addresses.filter(id=address_id).first()
    if address is None:
        raise Http404("There is no such address.")
    return _edit(request, address)


@customers
@require_POST
def address_remove(request: HttpRequest, address_id: UUID) -> HttpResponse:
    remove_address(user=user_of(request), address_id=address_id)
    messages.success(request, "The address is removed.")
    return see_other(reverse("storefront:addresses"))


@customers
@require_POST
def address_default(request: HttpRequest, address_id: UUID) -> HttpResponse:
    try:
        choose_default(user=user_of(request), address_id=address_id)
    except SoukError as error:
        messages.error(request, str(error))
    return see_other(back_to(request, reverse("storefront:addresses")))


def _edit(request: HttpRequest, address: Address | None) -> HttpResponse:
    user = user_of(request)
    form = AddressForm(request.POST or None, initial=address.as_dict() if address else {"name": user.name})
    if request.method == "POST" and form.is_valid():
        try:
            save_address(user=user, values=form.cleaned_data, address=address)
        except SoukError as error:
            put_error(form, error)
        else:
            messages.success(request, "The address is kept.")
            return see_other(reverse("storefront:addresses"))
    context = {"form": form, "address": address}
    return render(request, "storefront/address_form.html", context, status=422 if form.errors else 200)


def user_of(request: HttpRequest) -> User:
    user = person(request)
    assert user is not None  # login_required
    return user


def _shown(address: Address) -> dict[str, Any]:
    return {
        **address.as_dict(),
        "id": address.id,
        "is_default": address.is_default,
        "country": COUNTRY_NAMES.get(address.country, address.country),
    }
