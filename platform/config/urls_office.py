"""The URLs of one face."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/platform/", include("api.v1.platform.urls")),
    path("api/v1/finance/", include("api.v1.finance.urls")),
    path("", include("accounts.urls_office")),
    path("finance/", include("marketplace.web.finance.urls")),
    path("", include("marketplace.web.backoffice.urls")),
]

handler400 = "ui.errors.bad_request"
handler403 = "ui.errors.forbidden"
handler404 = "ui.errors.not_found"
handler500 = "ui.errors.server_error"
