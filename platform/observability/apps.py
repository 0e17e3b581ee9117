from django.apps import AppConfig
from django.conf import settings


class ObservabilityConfig(AppConfig):
    name = "observability"
    label = "observability"

    def ready(self) -> None:
        from observability.logs import configure

        configure(settings.LOG_FORMAT)
