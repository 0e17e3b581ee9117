"""What the storefront API answers: plain dicts, made by hand because lists are long and asked for often."""

from api.v1.storefront.shown.account import address, person
from api.v1.storefront.shown.cart import cart
from api.v1.storefront.shown.catalog import category, facets, listing, listing_detail, suggestion, vendor
from api.v1.storefront.shown.orders import order_detail, order_in_list

__all__ = [
    "address",
    "cart",
    "category",
    "facets",
    "listing",
    "listing_detail",
    "order_detail",
    "order_in_list",
    "person",
    "suggestion",
    "vendor",
]
