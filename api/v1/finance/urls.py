"""The finance API: what the finance console shows, on the office's host."""

from django.urls import path

from api.schema import with_document
from api.v1.finance.views import approvals, closing, ledger, payments, reconciliation, transfers

app_name = "api_finance"
urlpatterns = with_document(
    "finance",
    "Souk finance API",
    "The ledger, transfers, payouts, payments and the exceptions of reconciliation.",
    [
        path("trial-balances", ledger.TrialBalances.as_view(), name="trial_balances"),
        path("accounts", ledger.AccountList.as_view(), name="accounts"),
        path("accounts/<uuid:account_id>", ledger.AccountOne.as_view(), name="account"),
        path("accounts/<uuid:account_id>/postings", ledger.AccountPostings.as_view(), name="account_postings"),
        path("entries", ledger.EntryList.as_view(), name="entries"),
        path("entries/<uuid:entry_id>", ledger.EntryOne.as_view(), name="entry"),
        path("periods", closing.PeriodList.as_view(), name="periods"),
        path("periods/<str:month>/closure", closing.PeriodClosure.as_view(), name="period_closure"),
        path("documents", closing.DocumentList.as_view(), name="documents"),
        path("documents/<uuid:document_id>", closing.DocumentOne.as_view(), name="document"),
        path("exports", closing.ExportList.as_view(), name="exports"),
        path("exports/<uuid:export_id>", closing.ExportOne.as_view(), name="export"),
        path("vendor-balances", transfers.VendorBalances.as_view(), name="vendor_balances"),
        path("transfers", transfers.TransferList.as_view(), name="transfers"),
        path("transfers/<uuid:transfer_id>", transfers.TransferOne.as_view(), name="transfer"),
        path("transfers/<uuid:transfer_id>/retry", transfers.TransferRetry.as_view(), name="transfer_retry"),
        path("payouts", transfers.PayoutList.as_view(), name="payouts"),
        path("payouts/<uuid:payout_id>", transfers.PayoutOne.as_view(), name="payout"),
        path("payments", payments.PaymentList.as_view(), name="payments"),
        path("payments/<uuid:payment_id>", payments.PaymentOne.as_view(), name="payment"),
        path("refunds", payments.RefundList.as_view(), name="refunds"),
        path("refunds/<uuid:refund_id>/retry", payments.RefundRetry.as_view(), name="refund_retry"),
        path(
            "refunds/<uuid:refund_id>/bank-transfer",
            payments.RefundBankTransfer.as_view(),
            name="refund_bank_transfer",
        ),
        path("reconciliations", reconciliation.ReconciliationList.as_view(), name="reconciliations"),
        path("reconciliations/<uuid:run_id>", reconciliation.ReconciliationOne.as_view(), name="reconciliation"),
        path("approvals", approvals.ApprovalList.as_view(), name="approvals"),
        path("approvals/<uuid:approval_id>", approvals.ApprovalOne.as_view(), name="approval"),
        path("approvals/<uuid:approval_id>/decision", approvals.ApprovalDecision.as_view(), name="approval_decision"),
        path("exceptions", reconciliation.ExceptionList.as_view(), name="exceptions"),
        path("exceptions/<uuid:exception_id>", reconciliation.ExceptionOne.as_view(), name="exception"),
        path("exceptions/<uuid:exception_id>/owner", reconciliation.ExceptionOwner.as_view(), name="exception_owner"),
        path(
            "exceptions/<uuid:exception_id>/resolution",
            reconciliation.ExceptionResolution.as_view(),
            name="exception_resolution",
        ),
    ],
)
