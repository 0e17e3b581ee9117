"""Money by our own bank: orders that wait for it, what came, refunds to pay, and files of payments to vendors."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from billing.bank_transfer.actions import excess_of, give_back, pay_refund, record_incoming
from billing.bank_transfer.models import IncomingPayment, SettlementFile, SettlementLine, VendorBankAccount
from billing.bank_transfer.queries import awaited, files, incoming, refunds_to_pay
from billing.bank_transfer.settlement import make_file, mark_returned, mark_sent, set_bank_account
from billing.payments.models import Refund
from kit.errors import InvalidInput, SoukError
from kit.money import Money
from marketplace.web.backoffice.roles import for_finance, staff_of
from tenants.vendors.queries import named


class IncomingForm(forms.Form):
    order_number = forms.CharField(label="Order", max_length=20, help_text="As the payer wrote it.")
    amount = forms.DecimalField(label="Amount", min_value=0, decimal_places=2, max_digits=12)
    received_on = forms.DateField(label="Received on", widget=forms.DateInput(attrs={"type": "date"}))
    bank_reference = forms.CharField(label="Bank's reference", max_length=80)
    payer = forms.CharField(label="Payer", max_length=140, required=False)


@require_GET
@for_finance
def bank(request: HttpRequest) -> HttpResponse:
    return _page(request, IncomingForm())


def _page(request: HttpRequest, form: IncomingForm, status: int = 200) -> HttpResponse:
    made = files()
    vendors = named(line.vendor_id for file in made for line in file.lines.all())
    came = incoming()
    context = {
        "form": form,
        "awaited": awaited(),
        "incoming": [{"row": row, "excess_minor": excess_of(row.payment)} for row in came],
        "refunds": refunds_to_pay(),
        "files": [
            {"file": file, "lines": [(line, vendors.get(line.vendor_id)) for line in file.lines.all()]} for file in made
        ],
        "accounts": VendorBankAccount.objects.count(),
        "currency": settings.CURRENCY,
    }
    return render(request, "finance/bank.html", context, status=status)


@require_POST
@for_finance
def receipt(request: HttpRequest) -> HttpResponse:
    """Record a line of the bank's statement."""
    form = IncomingForm(request.POST)
    if not form.is_valid():
        return _page(request, form, 422)
    given = form.cleaned_data
    try:
        made = record_incoming(
            order_number=given["order_number"],
            amount=Money(int(given["amount"] * 100), settings.CURRENCY),
            received_on=given["received_on"],
            bank_reference=given["bank_reference"],
            payer=given["payer"],
            by=staff_of(request).user_id,
        )
    except SoukError as refused:
        form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        return _page(request, form, 422)
    made.payment.refresh_from_db()
    state = made.payment.get_state_display().lower()
    messages.success(request, f"Recorded. Order {made.payment.reference_number} is {state}.")
    return _back()


@require_POST
@for_finance
def returned(request: HttpRequest, incoming_id: UUID) -> HttpResponse:
    """What was too much went back to the payer."""
    _there(IncomingPayment, incoming_id)
    reference, by = request.POST.get("reference", ""), staff_of(request).user_id
    return _do(request, lambda: give_back(incoming_id=incoming_id, reference=reference, by=by), "Given back.")


@require_POST
@for_finance
def refund(request: HttpRequest, refund_id: UUID) -> HttpResponse:
    """A refund was paid from our bank."""
    _there(Refund, refund_id)
    reference, by = request.POST.get("reference", ""), staff_of(request).user_id
    return _do(request, lambda: pay_refund(refund_id=refund_id, reference=reference, by=by), "Noted as paid.")


@require_POST
@for_finance
def account(request: HttpRequest, vendor_id: UUID) -> HttpResponse:
    """Say where a vendor is paid."""
    if vendor_id not in named([vendor_id]):
        raise Http404("There is no such vendor.")
    holder, iban, by = request.POST.get("holder", ""), request.POST.get("iban", ""), staff_of(request).user_id
    return _do(
        request,
        lambda: set_bank_account(vendor_id=vendor_id, holder=holder, iban=iban, by=by),
        "Kept the bank account.",
    )


@require_POST
@for_finance
def settlement_new(request: HttpRequest) -> HttpResponse:
    by = staff_of(request).user_id
    return _do(request, lambda: make_file(by=by), "The file is ready: download it, and give it to the bank.")


@require_GET
@for_finance
def settlement(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """The file itself."""
    file = _there(SettlementFile, file_id)
    response = HttpResponse(file.xml, content_type="application/xml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{file.name}.xml"'
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@for_finance
def settlement_sent(request: HttpRequest, file_id: UUID) -> HttpResponse:
    _there(SettlementFile, file_id)
    by = staff_of(request).user_id
    return _do(request, lambda: mark_sent(file_id=file_id, by=by), "Its payments are done, and in the books.")


@require_POST
@for_finance
def settlement_returned(request: HttpRequest, line_id: UUID) -> HttpResponse:
    _there(SettlementLine, line_id)
    reason, by = request.POST.get("reason", ""), staff_of(request).user_id
    return _do(
        request,
        lambda: mark_returned(line_id=line_id, reason=reason, by=by),
        "It is owed again: see Transfers.",
    )


def _there(model: Any, row_id: UUID) -> Any:
    found = model.objects.filter(id=row_id).first()
    if found is None:
        raise Http404("There is no such thing.")
    return found


def _do(request: HttpRequest, act: Callable[[], Any], words: str) -> HttpResponse:
    try:
        act()
    except (SoukError, InvalidInput) as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, words)
    return _back()


def _back() -> HttpResponse:
    return HttpResponseRedirect(reverse("finance:bank"))
