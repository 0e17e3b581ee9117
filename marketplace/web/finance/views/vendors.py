"""Each vendor's money: paid, held, sent, in the bank, owed."""

from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from billing.payouts.books import VendorBooks, books_of
from marketplace.web.backoffice.roles import for_finance
from marketplace.web.backoffice.tables import Filter, csv_file, every_row, link, major, pages, wants_csv
from tenants.vendors.queries import trading_vendors_page


class VendorFilter(Filter):
    q = forms.CharField(label="Name or address")


@require_GET
@for_finance
def vendors(request: HttpRequest) -> HttpResponseBase:
    narrowed = VendorFilter(request)
    search = narrowed.chosen["q"]
    if wants_csv(request):
        return csv_file("vendor-balances", CSV_HEADS, _csv_rows(search))
    page = trading_vendors_page(search=search, cursor=request.GET.get("cursor"))
    rows = books_of(page.rows, currency=settings.CURRENCY)
    context = {
        "rows": rows,
        "sums": _sums(rows),
        "filter": narrowed,
        "currency": settings.CURRENCY,
        "clear_url": link(request, q=None),
        **pages(request, page),
    }
    return render(request, "finance/vendors.html", context)


def _sums(rows: Sequence[VendorBooks]) -> dict[str, int]:
    """The columns' sums over this page."""
    return {
        "gross": sum(row.sold.gross_minor for row in rows),
        "refunded": sum(row.sold.refunded_minor for row in rows),
        "commission": sum(row.sold.kept_commission_minor for row in rows),
        "held": sum(row.out.held_minor for row in rows),
        "owed": sum(row.owed_minor for row in rows),
        "transferred": sum(row.out.transferred_minor for row in rows),
        "bank": sum(row.out.in_the_bank_minor for row in rows),
        "debt": sum(row.debt_minor for row in rows),
    }


CSV_HEADS = (
    *("vendor", "address", "currency", "paid_by_customers", "refunded", "commission"),
    *("held", "owed", "transferred", "in_the_bank", "debt"),
)


def _csv_rows(search: str) -> Iterator[Sequence[Any]]:
    for part in every_row(lambda **page: trading_vendors_page(search=search, **page)):
        for row in books_of(part, currency=settings.CURRENCY):
            amounts = (
                row.sold.gross_minor,
                row.sold.refunded_minor,
                row.sold.kept_commission_minor,
                row.out.held_minor,
                row.owed_minor,
                row.out.transferred_minor,
                row.out.in_the_bank_minor,
                row.debt_minor,
            )
            currency = settings.CURRENCY
            yield (row.vendor.name, row.vendor.slug, currency, *(major(amount, currency) for amount in amounts))
