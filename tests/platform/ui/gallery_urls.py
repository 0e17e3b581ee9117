"""The gallery alone; see gallery_settings.py."""

from django.urls import include, path

urlpatterns = [path("ui/", include("ui.urls"))]
handler404 = "ui.errors.not_found"
