"""Transfers to vendors' balances: what is held and why, what was refused."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from audit.actions import traced
from billing.payouts.actions import NotFailed, retry_transfer
from billing.payouts.models import Transfer, TransferState
from billing.payouts.queries import transfer_counts, transfers_page
from billing.payouts.ways import RULE_WORDS
from kit.money import Money
from marketplace.web.backoffice.roles import for_finance, staff_of
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
from marketplace.web.finance.words import next_of_transfer
from tenants.vendors.queries import named


class TransferFilter(Filter):
    state = forms.ChoiceField(choices=[("", "All"), *TransferState.choices])
    vendor = forms.UUIDField()


@require_GET
@for_finance
def transfers(request: HttpRequest) -> HttpResponseBase:
    """Everyone's transfers, newest first; `?vendor=` one vendor's."""
    chosen = TransferFilter(request).chosen
    query = {"state": chosen["state"], "vendor_id": chosen["vendor"] or None}
    if wants_csv(request):
        return csv_file("transfers", CSV_HEADS, _csv_rows(query))
    page = transfers_page(**query, cursor=request.GET.get("cursor"))
    counts = transfer_counts()
    states = [(state.value, state.label, _count(counts, state)) for state in TransferState]
    vendors = named([*(transfer.vendor_id for transfer in page.rows), query["vendor_id"]])
    found = references(transfer.reference_id for transfer in page.rows)
    context = {
        "rows": [
            {
                "transfer": transfer,
                "vendor": vendors.get(transfer.vendor_id),
                "reference": found.get(transfer.reference_id),
                "rule": RULE_WORDS.get(transfer.hold_rule, transfer.hold_rule.replace("_", " ")),
                "next": next_of_transfer(transfer),
                "can_retry": transfer.state == TransferState.FAILED,
            }
            for transfer in page.rows
        ],
        "tabs": tabs(request, "state", [("", "All", None), *states]),
        "vendor": vendors.get(query["vendor_id"]) if query["vendor_id"] else None,
        "clear_url": link(request, vendor=None),
        **pages(request, page),
    }
    return render(request, "finance/transfers.html", context)


def _count(counts: dict[str, int], state: TransferState) -> int | None:
    """Only what still needs something is counted."""
    return None if state in (TransferState.DONE, TransferState.CANCELED) else counts.get(state, 0)


CSV_HEADS = (
    *("vendor_order", "vendor", "currency", "amount", "reversed", "state", "hold_reason", "release"),
    *("next_try", "provider_transfer", "error", "created", "done"),
)


def _csv_rows(query: dict[str, Any]) -> Iterator[Sequence[Any]]:
    for part in every_row(lambda **page: transfers_page(**query, **page)):
        vendors = named(transfer.vendor_id for transfer in part)
        for transfer in part:
            yield _csv_row(transfer, vendors[transfer.vendor_id].name if transfer.vendor_id in vendors else "")


def _csv_row(transfer: Transfer, vendor: str) -> Sequence[Any]:
    return (
        transfer.reference_number,
        vendor,
        transfer.currency,
        major(transfer.amount_minor, transfer.currency),
        major(transfer.reversed_minor, transfer.currency),
        transfer.state,
        transfer.hold_reason,
        transfer.release_at,
        transfer.next_try_at,
        transfer.provider_transfer_id,
        transfer.error,
        transfer.created_at,
        transfer.done_at,
    )


@require_POST
@for_finance
def retry(request: HttpRequest, transfer_id: UUID) -> HttpResponse:
    """Have a transfer sent again that the provider refused."""
    try:
        with traced("transfer.retried", f"transfer:{transfer_id}", by=staff_of(request).user_id) as told:
            transfer = retry_transfer(transfer_id=transfer_id)
            told["number"] = transfer.reference_number
    except Transfer.DoesNotExist as missing:
        raise Http404("There is no such transfer.") from missing
    except NotFailed as refused:
        messages.error(request, str(refused))
    else:
        amount = Money(transfer.amount_minor, transfer.currency)
        messages.success(request, f"{amount} of {transfer.reference_number} are being sent again.")
    return HttpResponseRedirect(f"{reverse('finance:transfers')}?state=failed")
