"""Signing up, in and out: allauth's pages, on the marketplace host only."""

from django.apps import apps
from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = []
# Other processes read the marketplace's routes to write links there, and do not have allauth.
if apps.is_installed("allauth.account"):
    urlpatterns.append(path("accounts/", include("allauth.urls")))
    # For programs: they get tokens, and no cookie.
    urlpatterns.append(path("_allauth/", include("allauth.headless.urls")))
