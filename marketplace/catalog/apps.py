from django.apps import AppConfig


class ListingsConfig(AppConfig):
    name = "marketplace.catalog"
    label = "listings"
