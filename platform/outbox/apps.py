from importlib import import_module

from django.apps import AppConfig
from django.conf import settings


class OutboxConfig(AppConfig):
    name = "outbox"
    label = "outbox"

    def ready(self) -> None:
        # Every process rings through the one Celery app, whether it is a worker or not.
        import_module(settings.CELERY_APP)
