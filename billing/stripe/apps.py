from django.apps import AppConfig


class ProviderStripeConfig(AppConfig):
    name = "billing.stripe"
    label = "provider_stripe"
