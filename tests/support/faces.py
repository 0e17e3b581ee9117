"""The faces with their real middleware, the pages that belong to signing in, and a few that show who is there."""

from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse, StreamingHttpResponse
from django.urls import path

from accounts import urls_market as accounts_market
from accounts import urls_office
from accounts.middleware import staff_required
from accounts.models import StaffRole
from tenants.shop.catalog.models import Product
from tenants.vendors import urls_market as vendors_market
from tenants.vendors import urls_portal
from tenants.vendors.middleware import member_required
from tenants.vendors.models import Member, MemberRole, Vendor
from tests.support.browser import Browser


def home(request: Any) -> HttpResponse:
    shop = request.shop_front.slug if request.shop_front else "all shops"
    return HttpResponse(f"{shop}: {request.user}")


def who(request: Any) -> HttpResponse:
    members = ", ".join(Member.objects.order_by("email").values_list("email", flat=True))
    return HttpResponse(f"{request.vendor.slug}: {request.member.email} of [{members}]")


def products(request: Any) -> StreamingHttpResponse:
    return StreamingHttpResponse(f"{product.title}\n" for product in Product.objects.order_by("title"))


def session(request: Any) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_user")
        return HttpResponse(f"{cursor.fetchone()[0]} {Vendor.objects.count()}")


@member_required(MemberRole.FINANCE)
def money(request: Any) -> HttpResponse:
    return HttpResponse("money")


def staff(request: Any) -> HttpResponse:
    return HttpResponse(f"office: {request.staff.user.email}")


@staff_required(StaffRole.ACCOUNTANT)
def ledger(request: Any) -> HttpResponse:
    return HttpResponse("ledger")


class Market:
    urlpatterns = [
        *accounts_market.urlpatterns,
        *vendors_market.urlpatterns,
        path("", home),
    ]


class Portal:
    urlpatterns = [
        *urls_portal.urlpatterns,
        path("", who),
        path("products", products),
        path("money", money),
        path("session", session),
    ]


class Office:
    urlpatterns = [*urls_office.urlpatterns, path("", staff), path("ledger", ledger)]


@pytest.fixture
def browser(settings: Any) -> Browser:
    return new_browser(settings)


def new_browser(settings: Any) -> Browser:
    urls = {"market": Market, "shop": Market, "portal": Portal, "office": Office}
    settings.FACES = {name: {**face, "urlconf": urls[name]} for name, face in settings.FACES.items()}
    # What renders the marketplace's own pages is tested with them.
    settings.FACE_MIDDLEWARE = {
        name: [path for path in middleware if not path.startswith("marketplace.")]
        for name, middleware in settings.FACE_MIDDLEWARE.items()
    }
    (engine,) = settings.TEMPLATES
    context = [path for path in engine["OPTIONS"]["context_processors"] if not path.startswith("marketplace.")]
    settings.TEMPLATES = [{**engine, "OPTIONS": {"context_processors": context}}]
    return Browser(settings)
