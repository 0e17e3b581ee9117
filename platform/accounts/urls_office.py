"""Signing in to and out of the back office."""

from django.urls import path

from accounts import views

urlpatterns = [
    path("handoff/", views.redeem_office, name="handoff"),
    path("sign-out/", views.sign_out, name="sign_out"),
]
