"""Where providers call us, on the marketplace host."""

from django.urls import path

from api.webhooks.stripe import receive_event
from kit.permission import open_to

from_provider = open_to("provider")(receive_event)  # by its signature

urlpatterns = [
    path("stripe/wh/platform", from_provider, {"endpoint": "platform"}, name="stripe_platform_webhook"),
    path("stripe/wh/connect", from_provider, {"endpoint": "connect"}, name="stripe_connect_webhook"),
    path("stripe/wh/accounts", from_provider, {"endpoint": "accounts"}, name="stripe_accounts_webhook"),
]
