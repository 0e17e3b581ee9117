"""The gallery of components; for development only (`path("ui/", include("ui.urls"))`)."""

from django.urls import path

from ui import views

app_name = "ui"
urlpatterns = [
    path("gallery", views.gallery, name="gallery"),
    path("gallery/<slug:face>", views.gallery_face, name="gallery_face"),
]
