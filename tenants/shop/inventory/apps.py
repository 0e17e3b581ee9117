from django.apps import AppConfig


class ShopInventoryConfig(AppConfig):
    name = "tenants.shop.inventory"
    label = "shop_inventory"
