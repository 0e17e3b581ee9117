"""Signing in to and out of a portal."""

from django.urls import path

from accounts.views import sign_out
from tenants.vendors import views

urlpatterns = [
    path("handoff/", views.redeem_portal, name="handoff"),
    path("sign-out/", sign_out, name="sign_out"),
]
