from django.apps import AppConfig


class VendorsConfig(AppConfig):
    name = "tenants.vendors"
    label = "vendors"
