"""From the marketplace to the faces that know no passwords."""

from django.urls import path

from tenants.vendors import views

urlpatterns = [
    path("handoff/", views.hand_off, name="handoff"),
    path("internal/certificate", views.certificate, name="certificate"),
]
