"""Crediting a vendor by hand, and what became of it."""

from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from approvals.actions import NoReason, WaitsAlready
from approvals.models import Approval
from audit.actions import traced
from billing.payouts.adjustments import BadAdjustment, NotRefused, adjustments_page, credit_vendor, retry_adjustment
from billing.payouts.models import Adjustment
from kit.money import Money
from marketplace.web.backoffice.forms import AmountField, VendorField, add_refusal
from marketplace.web.backoffice.roles import for_accountants, for_finance, may, staff_of
from marketplace.web.backoffice.tables import pages
from tenants.vendors.queries import named, slugs


class CreditForm(forms.Form):
    vendor = VendorField(label="Vendor", help_text="The vendor's address, e.g. norrljus.")
    amount = AmountField(label="Amount")
    reason = forms.CharField(max_length=250, label="Why", help_text="The vendor reads it in its account.")


@require_http_methods(["GET", "HEAD", "POST"])
@for_finance
def adjustments(request: HttpRequest) -> HttpResponse:
    """Credits by hand, newest first, and a form for the next; large ones wait for a second person."""
    form = CreditForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        try:
            with traced(
                "vendor.credited",
                f"vendor:{data['vendor'].id}",
                by=staff_of(request).user_id,
                amount_minor=data["amount"],
                reason=data["reason"],
            ) as told:
                made = credit_vendor(
                    vendor=data["vendor"],
                    amount_minor=data["amount"],
                    reason=data["reason"],
                    by=staff_of(request).user_id,
                )
                told["made"] = f"{'approval' if isinstance(made, Approval) else 'adjustment'}:{made.id}"
        except (BadAdjustment, NoReason, WaitsAlready) as refused:
            add_refusal(form, refused)
        else:
            amount = Money(data["amount"], settings.CURRENCY)
            waits = isinstance(made, Approval)
            messages.success(
                request,
                f"{amount} for {data['vendor'].name} {'wait for a second person' if waits else 'are on their way'}.",
            )
            return HttpResponseRedirect(reverse("finance:adjustments"))
    page = adjustments_page(cursor=request.GET.get("cursor"))
    vendors = named(row.vendor_id for row in page.rows)
    keeps = may(staff_of(request)).keep_books
    context = {
        "rows": [{"row": row, "vendor": vendors.get(row.vendor_id)} for row in page.rows],
        "form": form,
        "slugs": slugs() if keeps else [],
        "currency": settings.CURRENCY,
        "can_change": keeps,
        **pages(request, page),
    }
    return render(request, "finance/adjustments.html", context, status=422 if form.errors else 200)


@require_POST
@for_accountants
def retry(request: HttpRequest, adjustment_id: UUID) -> HttpResponse:
    """Have a credit that the provider refused sent again."""
    try:
        with traced("vendor.credit_retried", f"adjustment:{adjustment_id}", by=staff_of(request).user_id):
            retry_adjustment(adjustment_id=adjustment_id)
    except Adjustment.DoesNotExist as missing:
        raise Http404("There is no such credit.") from missing
    except NotRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, "It is being sent again.")
    return HttpResponseRedirect(reverse("finance:adjustments"))
