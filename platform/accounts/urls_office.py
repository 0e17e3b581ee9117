"""Signing in to and out of the back office."""

from django.urls import path

from accounts import views
from kit.permission import open_to

urlpatterns = [
    path("handoff/", open_to("anybody")(views.redeem_office), name="handoff"),
    path("sign-out/", open_to("anybody")(views.sign_out), name="sign_out"),
]
