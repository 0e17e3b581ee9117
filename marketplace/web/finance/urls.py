"""Pages of the finance console."""

from django.urls import URLPattern, path

from marketplace.web.finance.views import (
    approvals,
    closing,
    documents,
    exceptions,
    home,
    jobs,
    ledger,
    payments,
    payouts,
    reconciliation,
    transfers,
    vendors,
)

app_name = "finance"
urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    path("ledger/", ledger.ledger, name="ledger"),
    path("ledger/accounts/<uuid:account_id>/", ledger.account, name="account"),
    path("ledger/entries/", ledger.entries, name="entries"),
    path("ledger/entries/<uuid:entry_id>/", ledger.entry, name="entry"),
    path("vendors/", vendors.vendors, name="vendors"),
    path("transfers/", transfers.transfers, name="transfers"),
    path("transfers/<uuid:transfer_id>/retry/", transfers.retry, name="transfer_retry"),
    path("payouts/", payouts.payouts, name="payouts"),
    path("payouts/<uuid:payout_id>/", payouts.payout, name="payout"),
    path("payments/", payments.payments, name="payments"),
    path("refunds/", payments.refunds, name="refunds"),
    path("refunds/<uuid:refund_id>/retry/", payments.retry, name="refund_retry"),
    path("refunds/<uuid:refund_id>/bank-transfer/", payments.bank_transfer, name="refund_bank_transfer"),
    path("approvals/", approvals.approvals, name="approvals"),
    path("approvals/<uuid:approval_id>/decision/", approvals.decision, name="approval_decision"),
    path("approvals/<uuid:approval_id>/withdrawal/", approvals.withdrawal, name="approval_withdrawal"),
    path("jobs/", jobs.jobs, name="jobs"),
    path("jobs/<str:name>/run/", jobs.run, name="job_run"),
    path("jobs/events/<uuid:event_id>/retry/", jobs.event_retry, name="event_retry"),
    path("periods/", closing.months, name="periods"),
    path("periods/<str:month>/closing/", closing.close, name="period_closing"),
    path("periods/<str:month>/reopening/", closing.ask, name="period_reopening"),
    path("periods/<str:month>/documents/", closing.issue, name="documents_issue"),
    path("reopenings/<uuid:reopening_id>/decision/", closing.decide, name="reopening_decision"),
    path("documents/", documents.documents, name="documents"),
    path("documents/<str:month>.zip", documents.documents_zip, name="documents_zip"),
    path("documents/<uuid:document_id>.pdf", documents.document_pdf, name="document_pdf"),
    path("documents/<uuid:document_id>.csv", documents.document_csv, name="document_csv"),
    path("exports/", documents.exports, name="exports"),
    path("exports/<uuid:export_id>/file/", documents.export_file, name="export_file"),
    path("exports/accounts/", documents.account_mapping, name="account_mapping"),
    path("exports/accounts/change/", documents.account_mapping_change, name="account_mapping_change"),
    path("reconciliation/", reconciliation.reconciliation, name="reconciliation"),
    path("reconciliation/exceptions/<uuid:exception_id>/", exceptions.exception, name="exception"),
    path(
        "reconciliation/exceptions/<uuid:exception_id>/resolution/", exceptions.resolution, name="exception_resolution"
    ),
    path("reconciliation/exceptions/<uuid:exception_id>/owner/", exceptions.owner, name="exception_owner"),
    path("orders/<uuid:order_id>/healing/", exceptions.healing, name="order_healing"),
    path("reconciliation/matches/", reconciliation.match, name="match"),
    path("reconciliation/runs/<uuid:run_id>/", reconciliation.run, name="run"),
]
