"""The URLs of one face."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/vendor/", include("api.v1.vendor.urls")),
    path("", include("tenants.vendors.urls_portal")),
    path("", include("marketplace.web.portal.urls")),
]

handler400 = "ui.errors.bad_request"
handler403 = "ui.errors.forbidden"
handler404 = "ui.errors.not_found"
handler500 = "ui.errors.server_error"
