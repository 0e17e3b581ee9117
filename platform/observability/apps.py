from importlib import import_module

from django.apps import AppConfig
from django.conf import settings
from django.utils.module_loading import autodiscover_modules


class ObservabilityConfig(AppConfig):
    name = "observability"
    label = "observability"

    def ready(self) -> None:
        from observability.logs import configure

        configure(settings.LOG_FORMAT)
        import_module("observability.sweeps")  # hears of Celery's tasks from now on
        # Every app's own series and figures; what it needs to be ready.
        autodiscover_modules("metrics", "readiness")
