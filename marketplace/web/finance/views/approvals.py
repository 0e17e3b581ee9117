"""Four eyes: what waits for somebody else to decide, and what was decided."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.queries import names_of
from approvals.actions import decide, withdraw
from approvals.models import Approval
from approvals.queries import approvals_page, waiting_count
from billing.bank_transfer.settlement import FILE
from billing.bank_transfer.two_people import ACCOUNT
from billing.payments.by_hand import KIND as REFUND_BY_HAND
from billing.payouts.adjustments import CREDIT, DEBIT
from billing.payouts.write_offs import KIND as WRITE_OFF
from billing.reconciliation.resolve import KIND as RESOLUTION
from kit.errors import SoukError
from marketplace.web.backoffice.roles import for_accountants, for_controllers, for_finance, may, staff_of
from marketplace.web.backoffice.tables import Filter, pages, tabs

# What each asks for, by the word its listener knows it by.
KINDS = {
    CREDIT: "Credit by hand",
    DEBIT: "Debit by hand",
    WRITE_OFF: "Debt written off",
    REFUND_BY_HAND: "Refund paid from our bank",
    RESOLUTION: "Correction of the books",
    ACCOUNT: "Vendor's bank account",
    FILE: "File of payments to vendors",
}


class ApprovalFilter(Filter):
    state = forms.ChoiceField(choices=[("", "Waiting"), ("decided", "Decided")])


@require_GET
@for_finance
def approvals(request: HttpRequest) -> HttpResponse:
    """What waits, oldest first; `?state=decided` what was decided."""
    state = ApprovalFilter(request).chosen["state"]
    page = approvals_page(state=state or "waiting", cursor=request.GET.get("cursor"))
    context = {
        "rows": _shown(request, page.rows),
        "state": state,
        "tabs": tabs(request, "state", [("", "Waiting", waiting_count()), ("decided", "Decided", None)]),
        **pages(request, page),
    }
    return render(request, "finance/approvals.html", context)


def _shown(request: HttpRequest, rows: list[Approval]) -> list[dict[str, Any]]:
    names = names_of(who for row in rows for who in (row.requested_by, row.decided_by))
    staff = staff_of(request)
    control = may(staff).control
    return [
        {
            "row": row,
            "kind": KINDS.get(row.kind, row.kind.replace("_", " ").replace(".", " ").capitalize()),
            "asked_by": names.get(row.requested_by, "Someone"),
            "decided_by": names.get(row.decided_by, "Someone") if row.decided_by else "",
            "is_own": row.requested_by == staff.user_id,
            "can_decide": control and row.waits and row.requested_by != staff.user_id,
        }
        for row in rows
    ]


@require_POST
@for_controllers
def decision(request: HttpRequest, approval_id: UUID) -> HttpResponse:
    """Grant (`decision=grant`) or refuse; granted, it is done in the same breath."""
    grant = request.POST.get("decision") == "grant"
    try:
        decided = decide(
            approval_id=approval_id, grant=grant, by=staff_of(request).user_id, note=request.POST.get("note", "")
        )
    except SoukError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"{'Granted and done' if grant else 'Refused'}: {decided.summary}.")
    return HttpResponseRedirect(reverse("finance:approvals"))


@require_POST
@for_accountants
def withdrawal(request: HttpRequest, approval_id: UUID) -> HttpResponse:
    """Take one's own request back."""
    try:
        taken = withdraw(approval_id=approval_id, by=staff_of(request).user_id)
    except SoukError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"Taken back: {taken.summary}.")
    return HttpResponseRedirect(reverse("finance:approvals"))
