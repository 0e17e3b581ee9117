"""What customers were invoiced in the vendor's name, and credited."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from marketplace.invoices.models import InvoiceKind
from marketplace.invoices.queries import invoice_of_vendor, invoices_page
from marketplace.web.invoices import as_pdf
from marketplace.web.portal import present
from marketplace.web.portal.roles import SEES_MONEY, SEES_ORDERS, shows
from marketplace.web.portal.views.money import money_tabs


@shows(*SEES_MONEY, visits=True)
def invoices(request: HttpRequest) -> HttpResponse:
    page = invoices_page(
        vendor_id=_vendor_id(request), kind=request.GET.get("kind", ""), cursor=request.GET.get("cursor")
    )
    kinds = [("", "All", None), *((each.value, f"{each.label}s", None) for each in InvoiceKind)]
    return render(
        request,
        "portal/invoices.html",
        {
            "tabs": money_tabs(request),
            "kinds": present.tabs(request, kinds, name="kind"),
            "rows": page.rows,
            "lacks_address": not request.vendor.street,  # type: ignore[attr-defined]
            "pages": present.pages(request, page),
        },
    )


@shows(*SEES_ORDERS, visits=True)
def invoice_pdf(request: HttpRequest, sales_invoice_id: UUID) -> HttpResponse:
    return as_pdf(invoice_of_vendor(sales_invoice_id, vendor_id=_vendor_id(request)))


def _vendor_id(request: HttpRequest) -> UUID:
    return request.vendor.id  # type: ignore[attr-defined, no-any-return]
