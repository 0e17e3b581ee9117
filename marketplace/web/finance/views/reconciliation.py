"""Proof: the matches of orders, books and provider, and what they could not explain."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.queries import names_of
from billing.reconciliation.actions import match_now
from billing.reconciliation.causes import cause_of
from billing.reconciliation.models import ExceptionState, ReconciliationException, ReconciliationRun
from billing.reconciliation.queries import exceptions_of, exceptions_page, latest_run, open_count, runs_page
from kit import clock
from marketplace.web.backoffice.roles import for_finance, staff_of
from marketplace.web.backoffice.tables import Filter, pages, tabs
from marketplace.web.finance.matching import verdict
from tenants.vendors.queries import named

SIDES = ("orders", "ledger", "provider")
# In the order the money goes; whatever else a side says comes after.
ROWS = ("charged", "commission", "transferred", "owed to vendors", "pending", "available")


class ExceptionFilter(Filter):
    state = forms.ChoiceField(choices=[("", "Open"), (ExceptionState.RESOLVED, "Resolved"), ("runs", "Matches")])


@require_GET
@for_finance
def reconciliation(request: HttpRequest) -> HttpResponse:
    """What is open to explain; `?state=resolved` what was; `?state=runs` every match."""
    state, count = ExceptionFilter(request).chosen["state"], open_count()
    cursor = request.GET.get("cursor")
    context: dict[str, Any] = {
        "verdict": verdict(latest_run(), count),
        "tabs": tabs(
            request, "state", [("", "Open", count), ("resolved", "Resolved", None), ("runs", "Matches", None)]
        ),
        "state": state,
    }
    if state == "runs":
        runs = runs_page(cursor=cursor)
        context |= {"runs": runs.rows, **pages(request, runs)}
    else:
        found = exceptions_page(state=state or ExceptionState.OPEN, cursor=cursor)
        context |= {"rows": _shown(found.rows), **pages(request, found)}
    return render(request, "finance/reconciliation.html", context)


def _shown(found: list[ReconciliationException]) -> list[dict[str, Any]]:
    vendors, people = named(row.vendor_id for row in found), names_of(row.owner_id for row in found)
    now = clock.now()
    return [
        {
            "row": row,
            "check": row.check_name.replace("_", " ").capitalize(),
            "vendor": vendors.get(row.vendor_id) if row.vendor_id else None,
            "cause": cause_of(row).label,
            "owner": people.get(row.owner_id) if row.owner_id else "",
            "days": (now - row.first_seen_at).days,
        }
        for row in found
    ]


@require_POST
@for_finance
def match(request: HttpRequest) -> HttpResponse:
    """Match now. It asks the provider, so no transaction is open around it."""
    run = match_now(by=staff_of(request).user_id)
    said = verdict(run, run.exceptions_count)
    (messages.success if said.tone == "good" else messages.error)(request, f"{said.title}. {said.text}")
    back = "finance:home" if request.POST.get("back") == "home" else "finance:reconciliation"
    return HttpResponseRedirect(reverse(back))


@require_GET
@for_finance
def run(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """One match: what each side said, and what it found."""
    found = ReconciliationRun.objects.filter(id=run_id).first()
    if found is None:
        raise Http404("There is no such match.")
    context = {
        "run": found,
        "tables": [{"currency": currency, "rows": sides_of(sides)} for currency, sides in sorted(found.totals.items())],
        "rows": _shown(list(exceptions_of(found))),
        "seconds": (found.finished_at - found.started_at).total_seconds() if found.finished_at else None,
        "trail": [
            {"label": "Reconciliation", "url": reverse("finance:reconciliation")},
            {"label": f"{found.started_at:%-d %b %Y, %H:%M}"},
        ],
    }
    return render(request, "finance/run.html", context)


def sides_of(sides: dict[str, dict[str, int]]) -> list[dict[str, Any]]:
    """A row for each thing that is said: what each side says of it (None: nothing), and whether those who speak agree."""
    words = list(dict.fromkeys([*ROWS, *(word for side in SIDES for word in sides.get(side, {}))]))
    rows = []
    for word in words:
        amounts = [sides.get(side, {}).get(word) for side in SIDES]
        said = [amount for amount in amounts if amount is not None]
        if said:
            rows.append(
                {"what": word.capitalize(), "amounts": amounts, "agree": len(set(said)) == 1, "alone": len(said) == 1}
            )
    return rows
