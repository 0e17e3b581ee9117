from django.apps import AppConfig


class IsolationConfig(AppConfig):
    name = "tenants.isolation"
    label = "isolation"
