from django.apps import AppConfig


class WaitingConfig(AppConfig):
    name = "marketplace.waiting"
    label = "waiting"
