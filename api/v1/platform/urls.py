"""The platform API: what the back office does, on the office's host."""

from api.schema import with_document

app_name = "api_platform"
urlpatterns = with_document(
    "platform",
    "Souk platform API",
    "Vendors, their applications, and commissions.",
    [],
)
