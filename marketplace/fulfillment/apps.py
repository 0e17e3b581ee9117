from django.apps import AppConfig


class FulfillmentConfig(AppConfig):
    name = "marketplace.fulfillment"
    label = "fulfillment"
