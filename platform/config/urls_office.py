"""The URLs of one face."""

from django.urls import URLPattern, URLResolver, include, path
from observability.views import livez

urlpatterns: list[URLPattern | URLResolver] = [
    path("livez", livez, name="livez"),
    path("", include("accounts.urls_office")),
    path("finance/", include("marketplace.web.finance.urls")),
    path("", include("marketplace.web.backoffice.urls")),
]
