"""The finance API: what the finance console shows, on the office's host."""

from api.schema import with_document

app_name = "api_finance"
urlpatterns = with_document(
    "finance",
    "Souk finance API",
    "The ledger, transfers, payouts and the exceptions of reconciliation.",
    [],
)
