"""From the marketplace to the faces that know no passwords."""

from django.contrib.auth.decorators import login_required
from django.urls import path

from kit.permission import open_to
from tenants.vendors import views

urlpatterns = [
    path("handoff/", open_to("anybody")(views.hand_off), name="handoff"),
    path("handoff/doors/", open_to("customer")(login_required(views.doors)), name="doors"),
    path("internal/certificate", open_to("proxy")(views.certificate), name="certificate"),
]
