from django.apps import AppConfig


class BankTransferConfig(AppConfig):
    name = "billing.bank_transfer"
    label = "bank_transfer"
