"""Where providers call us, on the marketplace host."""

from django.urls import path

from api.webhooks.stripe import receive_event

urlpatterns = [
    path("stripe/wh/platform", receive_event, {"endpoint": "platform"}, name="stripe_platform_webhook"),
    path("stripe/wh/connect", receive_event, {"endpoint": "connect"}, name="stripe_connect_webhook"),
    path("stripe/wh/accounts", receive_event, {"endpoint": "accounts"}, name="stripe_accounts_webhook"),
]
