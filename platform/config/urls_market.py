"""The URLs of one face."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("api.webhooks.urls")),
    path("api/v1/storefront/", include("api.v1.storefront.urls")),
    path("", include("accounts.urls_market")),
    path("", include("tenants.vendors.urls_market")),
    path("", include("marketplace.web.storefront.urls")),
]

if not settings.PRODUCTION:
    urlpatterns.append(path("ui/", include("ui.urls")))  # the gallery of components

handler400 = "ui.errors.bad_request"
handler403 = "ui.errors.forbidden"
handler404 = "ui.errors.not_found"
handler500 = "ui.errors.server_error"
