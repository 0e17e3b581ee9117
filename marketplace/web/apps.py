from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "marketplace.web"
    label = "web"

    def ready(self) -> None:
        from marketplace.web.storefront import signals  # noqa: F401  (registers its receivers)
