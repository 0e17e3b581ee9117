from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class IsolationConfig(AppConfig):
    name = "tenants.isolation"
    label = "isolation"

    def ready(self) -> None:
        # Every app's word on which files belong to a shop.
        autodiscover_modules("media")
