from django.apps import AppConfig


class CommissionsConfig(AppConfig):
    name = "billing.commissions"
    label = "commissions"
