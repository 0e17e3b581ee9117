"""Signing in to and out of a portal."""

from django.urls import path

from kit.permission import open_to
from tenants.vendors import views

urlpatterns = [
    path("handoff/", open_to("anybody")(views.redeem_portal), name="handoff"),
    path("sign-out/", open_to("anybody")(views.sign_out), name="sign_out"),
]
