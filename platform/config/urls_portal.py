"""The URLs of one face."""

from django.urls import URLPattern, URLResolver, include, path
from observability.views import livez

urlpatterns: list[URLPattern | URLResolver] = [
    path("livez", livez, name="livez"),
    path("", include("tenants.vendors.urls_portal")),
    path("", include("marketplace.web.portal.urls")),
]
