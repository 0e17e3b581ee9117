"""One difference: what it is likely about, whose it is, and the ways to set the books right."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.models import StaffRole
from accounts.queries import names_of, staff_in
from approvals.actions import needs_four_eyes
from approvals.models import Approval
from approvals.queries import approvals_about
from audit.queries import entries_about
from billing.ledger.models import AccountCode
from billing.payments.provider import ProviderRefused, ProviderUnavailable
from billing.reconciliation.causes import cause_of, suggestions
from billing.reconciliation.models import ReconciliationException
from billing.reconciliation.queries import exception_of
from billing.reconciliation.resolve import assign, resolve
from billing.stripe.heal import heal_order
from kit import clock
from kit.errors import SoukError
from kit.money import Money
from marketplace.web.backoffice.roles import KEEPS_BOOKS, for_finance, staff_of
from marketplace.web.finance.references import references
from tenants.vendors.queries import named


@require_GET
@for_finance
def exception(request: HttpRequest, exception_id: UUID) -> HttpResponse:
    row = _shown(exception_id)
    vendor = named([row.vendor_id]).get(row.vendor_id) if row.vendor_id else None
    history = entries_about(f"exception:{row.id}").rows
    people = names_of([row.owner_id, row.resolved_by, *(entry.actor_id for entry in history)])
    order = references([row.reference_id]).get(row.reference_id) if row.reference_id else None
    waiting = [approval for approval in approvals_about(f"exception:{row.id}") if approval.waits]
    check = row.check_name.replace("_", " ").capitalize()
    context = {
        "row": row,
        "cause": cause_of(row),
        "check": check,
        "days": (clock.now() - row.first_seen_at).days,
        "vendor": vendor,
        "order": order,
        "owner": people.get(row.owner_id) if row.owner_id else "",
        "resolver": people.get(row.resolved_by) if row.resolved_by else "",
        "staff": staff_in([*KEEPS_BOOKS, StaffRole.ADMINISTRATOR]),
        "ways": [] if waiting or row.state != "open" else _ways(row),
        "waiting": waiting,
        "history": [
            {
                "entry": entry,
                "who": people.get(entry.actor_id, "Someone") if entry.actor_id else "System",
                "what": entry.action.rpartition(".")[2].replace("_", " ").capitalize(),
            }
            for entry in history
        ],
        "trail": [
            {"label": "Reconciliation", "url": reverse("finance:reconciliation")},
            {"label": row.check_name.replace("_", " ").capitalize()},
        ],
    }
    return render(request, "finance/exception.html", context)


def _ways(row: ReconciliationException) -> list[dict[str, Any]]:
    return [
        {
            "way": way,
            "lines": [
                {"account": f"{line.code} {AccountCode(line.code).label.removesuffix('/v')}", "line": line}
                for line in way.lines
            ],
            "two_people": needs_four_eyes(Money(way.amount_minor, row.currency or "EUR")),
        }
        for way in suggestions(row)
    ]


@require_POST
@for_finance
def resolution(request: HttpRequest, exception_id: UUID) -> HttpResponse:
    """Set the books right: `suggestion` as it is offered, `reason` in words."""
    try:
        done = resolve(
            exception_id=_shown(exception_id).id,
            suggestion=request.POST.get("suggestion", ""),
            reason=request.POST.get("reason", ""),
            by=staff_of(request).user_id,
        )
    except SoukError as refused:
        messages.error(request, str(refused))
    else:
        if isinstance(done, Approval):
            messages.success(request, "So much needs a second person: it waits for a controller to decide.")
        else:
            messages.success(request, "Entered. The next match says whether it is solved.")
    return _back(exception_id)


@require_POST
@for_finance
def owner(request: HttpRequest, exception_id: UUID) -> HttpResponse:
    """Give the exception to somebody who keeps the books; nobody when `owner` is empty."""
    try:
        chosen = forms.UUIDField(required=False).clean(request.POST.get("owner", ""))
        if chosen and chosen not in {staff.user_id for staff in staff_in([*KEEPS_BOOKS, StaffRole.ADMINISTRATOR])}:
            raise forms.ValidationError("Choose somebody of the list.")
        assign(exception_id=_shown(exception_id).id, owner_id=chosen, by=staff_of(request).user_id)
    except forms.ValidationError as wrong:
        messages.error(request, wrong.messages[0])
    except SoukError as refused:
        messages.error(request, str(refused))
    return _back(exception_id)


@require_POST
@for_finance
def healing(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Look at the provider for all that belongs to an order, and take in what we missed. Network: no transaction."""
    try:
        healed = heal_order(order_id=order_id, by=staff_of(request).user_id)
    except (ProviderUnavailable, ProviderRefused) as error:
        messages.error(request, str(error))
    else:
        words = f"{healed.charges} charges, {healed.transfers} transfers, {healed.refunds} refunds are at the provider"
        messages.success(request, f"{words}; {healed.entered} movements were new in the books.")
    given = forms.UUIDField(required=False)
    try:
        seen = given.clean(request.POST.get("exception", ""))
    except forms.ValidationError:
        seen = None
    return _back(seen) if seen else HttpResponseRedirect(reverse("finance:payments"))


def _shown(exception_id: UUID) -> ReconciliationException:
    row = exception_of(exception_id)
    if row is None:
        raise Http404("There is no such difference.")
    return row


def _back(exception_id: UUID) -> HttpResponse:
    return HttpResponseRedirect(reverse("finance:exception", args=[exception_id]))
