"""The storefront API: what a customer's app does, on the marketplace's host."""

from api.schema import with_document

app_name = "api_storefront"
urlpatterns = with_document(
    "storefront",
    "Souk storefront API",
    "Find products of every vendor, fill a cart, order and pay, follow orders.",
    [],
)
