"""People who buy: as little of them as finding their orders takes."""

from dataclasses import dataclass
from uuid import UUID

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.models import User
from accounts.queries import people_page
from marketplace.orders.queries import Sales, orders_page, sales_to_customers
from marketplace.web.backoffice.roles import for_support
from marketplace.web.backoffice.tables import Filter, pages
from marketplace.web.backoffice.views.orders import order_rows


class CustomerFilter(Filter):
    q = forms.CharField(label="Name or e-mail")


@dataclass(frozen=True)
class CustomerRow:
    user: User
    bought: Sales


@require_GET
@for_support
def customers(request: HttpRequest) -> HttpResponse:
    """Everybody with an account. Who buys as a guest is found by an order."""
    narrowed = CustomerFilter(request)
    page = people_page(search=narrowed.chosen["q"], cursor=request.GET.get("cursor"))
    bought = sales_to_customers([user.id for user in page.rows], currency=settings.CURRENCY)
    context = {
        "rows": [CustomerRow(user, bought[user.id]) for user in page.rows],
        "filter": narrowed,
        "currency": settings.CURRENCY,
        **pages(request, page),
    }
    return render(request, "backoffice/customers.html", context)


@require_GET
@for_support
def customer(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """A person's orders. Addresses stand in the orders that went there, and nowhere else here."""
    user = User.objects.only("id", "email", "name", "joined_at", "is_active").filter(id=user_id).first()
    if user is None:
        raise Http404("There is no such customer.")
    page = orders_page(user_id=user.id, cursor=request.GET.get("cursor"), size=25)
    context = {
        "customer": user,
        "bought": sales_to_customers([user.id], currency=settings.CURRENCY)[user.id],
        "rows": order_rows(page.rows),
        "currency": settings.CURRENCY,
        "trail": [{"label": "Customers", "url": reverse("backoffice:customers")}, {"label": str(user)}],
        **pages(request, page),
    }
    return render(request, "backoffice/customer.html", context)
