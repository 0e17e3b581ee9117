from django.apps import AppConfig


class ShopShippingConfig(AppConfig):
    name = "tenants.shop.shipping"
    label = "shop_shipping"
