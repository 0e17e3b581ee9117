"""Payouts to banks, mirrored from the provider, and what each carried."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from billing.ledger.queries import entries_of
from billing.payouts.models import Payout, PayoutState
from billing.payouts.queries import payouts_page, transfers_in
from marketplace.web.backoffice.roles import for_finance
from marketplace.web.backoffice.tables import (
    Filter,
    csv_file,
    every_row,
    link,
    major,
    pages,
    tabs,
    wants_csv,
)
from marketplace.web.finance.references import references
from marketplace.web.finance.words import next_of_payout
from tenants.vendors.queries import named

OURS = "The marketplace"


class PayoutFilter(Filter):
    state = forms.ChoiceField(choices=[("", "All"), *PayoutState.choices])
    vendor = forms.UUIDField()


@require_GET
@for_finance
def payouts(request: HttpRequest) -> HttpResponseBase:
    """Everyone's payouts and our own, newest first; `?vendor=` one vendor's."""
    chosen = PayoutFilter(request).chosen
    query = {"state": chosen["state"], "vendor_id": chosen["vendor"] or None}
    if wants_csv(request):
        return csv_file("payouts", CSV_HEADS, _csv_rows(query))
    page = payouts_page(**query, cursor=request.GET.get("cursor"))
    vendors = named([*(payout.vendor_id for payout in page.rows), query["vendor_id"]])
    context = {
        "rows": [
            {
                "payout": payout,
                "vendor": vendors.get(payout.vendor_id) if payout.vendor_id else None,
                "next": next_of_payout(payout),
            }
            for payout in page.rows
        ],
        "ours": OURS,
        "tabs": tabs(
            request, "state", [("", "All", None), *((value, label, None) for value, label in PayoutState.choices)]
        ),
        "vendor": vendors.get(query["vendor_id"]) if query["vendor_id"] else None,
        "clear_url": link(request, vendor=None),
        **pages(request, page),
    }
    return render(request, "finance/payouts.html", context)


CSV_HEADS = ("payout", "vendor", "currency", "amount", "state", "arrives", "failure", "created", "reconciled")


def _csv_rows(query: dict[str, Any]) -> Iterator[Sequence[Any]]:
    for part in every_row(lambda **page: payouts_page(**query, **page)):
        vendors = named(payout.vendor_id for payout in part)
        for payout in part:
            yield (
                payout.provider_payout_id,
                vendors[payout.vendor_id].name if payout.vendor_id in vendors else OURS,
                payout.currency,
                major(payout.amount_minor, payout.currency),
                payout.state,
                payout.arrives_on,
                payout.failure_reason,
                payout.created_at,
                payout.reconciled_at,
            )


@require_GET
@for_finance
def payout(request: HttpRequest, payout_id: UUID) -> HttpResponse:
    """A payout with the transfers it carried; what they do not sum to is said."""
    found = Payout.objects.filter(id=payout_id).first()
    if found is None:
        raise Http404("There is no such payout.")
    carried = list(transfers_in(found))
    about = references(each.transfer.reference_id for each in carried)
    sum_minor = sum(each.amount_minor for each in carried)
    vendor = named([found.vendor_id]).get(found.vendor_id) if found.vendor_id else None
    context = {
        "payout": found,
        "vendor": vendor,
        "owner": vendor.name if vendor else OURS,
        "next": next_of_payout(found),
        "carried": [{"link": each, "reference": about.get(each.transfer.reference_id)} for each in carried],
        "sum_minor": sum_minor,
        "left_minor": found.amount_minor - sum_minor,
        "entries": list(entries_of([found.id])),
        "trail": [
            {"label": "Payouts", "url": reverse("finance:payouts")},
            {"label": found.provider_payout_id},
        ],
    }
    return render(request, "finance/payout.html", context)
