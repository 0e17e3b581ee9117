from django.apps import AppConfig


class ShopCatalogConfig(AppConfig):
    name = "tenants.shop.catalog"
    label = "shop_catalog"
