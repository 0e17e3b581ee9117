"""The vendor API: what a vendor's own systems do, on the host of its portal."""

from api.schema import with_document

app_name = "api_vendor"
urlpatterns = with_document(
    "vendor",
    "Souk vendor API",
    "Products, stock, orders, parcels and money of the shop whose host this is.",
    [],
)
