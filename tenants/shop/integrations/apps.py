from django.apps import AppConfig


class ShopIntegrationsConfig(AppConfig):
    name = "tenants.shop.integrations"
    label = "shop_integrations"
