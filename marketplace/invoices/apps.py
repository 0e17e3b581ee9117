from django.apps import AppConfig


class InvoicesConfig(AppConfig):
    name = "marketplace.invoices"
    label = "invoices"
