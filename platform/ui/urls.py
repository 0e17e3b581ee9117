"""The gallery of components; for development only (`path("ui/", include("ui.urls"))`)."""

from django.urls import path

from kit.permission import open_to
from ui import views

app_name = "ui"
urlpatterns = [
    path("gallery", open_to("anybody")(views.gallery), name="gallery"),
    path("gallery/<slug:face>", open_to("anybody")(views.gallery_face), name="gallery_face"),
]
