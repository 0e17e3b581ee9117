"""Signing up, in and out: allauth's pages, on the marketplace host only."""

from django.apps import apps
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path

from kit.permission import open_to


def not_found(request: HttpRequest) -> HttpResponse:
    raise Http404


urlpatterns: list[URLPattern | URLResolver] = []
# Other processes read the marketplace's routes to write links there, and do not have allauth.
if apps.is_installed("allauth.account"):
    urlpatterns.append(path("accounts/", include("allauth.urls")))
    # For programs: they get tokens, and no cookie. Telephones are no way in here, and allauth breaks on them.
    urlpatterns.append(path("_allauth/app/v1/account/phone", open_to()(not_found)))
    urlpatterns.append(path("_allauth/", include("allauth.headless.urls")))
