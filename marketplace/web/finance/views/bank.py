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
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from billing.bank_transfer.actions import excess_of, give_back, pay_refund, record_incoming
from billing.bank_transfer.models import IncomingPayment, SettlementFile, SettlementLine, VendorBankAccount
from billing.bank_transfer.queries import awaited, files, incoming, refunds_to_pay, without_account
from billing.bank_transfer.settlement import file_for_the_bank, make_file, mark_returned, mark_sent
from billing.bank_transfer.two_people import ask_for_account
from billing.payments.models import Refund
from kit.errors import SoukError
from kit.money import Money
from marketplace.web.backoffice.forms import AmountField
from marketplace.web.backoffice.roles import for_finance, staff_of
from tenants.vendors.queries import named


class IncomingForm(forms.Form):
    order_number = forms.CharField(label="Order", max_length=20, help_text="As the payer wrote it.")
    amount = AmountField(label="Amount")
    received_on = forms.DateField(label="Received on", widget=forms.DateInput(attrs={"type": "date"}))
    bank_reference = forms.CharField(label="Bank's reference", max_length=80)
    payer = forms.CharField(label="Payer", max_length=140, required=False)


class AccountForm(forms.Form):
    """Where a vendor is paid from now on, once somebody else agrees."""

    holder = forms.CharField(label="Account holder", max_length=70)
    iban = forms.CharField(label="IBAN", max_length=42, help_text="With or without spaces.")
    reason = forms.CharField(
        label="How you know that it is the vendor's",
        max_length=250,
        help_text="Such as: letter of 3 March, called back on the number we had. Somebody else agrees to it.",
    )


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
        "accounts": _accounts(),
        "currency": settings.CURRENCY,
    }
    return render(request, "finance/bank.html", context, status=status)


def _accounts() -> list[dict[str, Any]]:
    """Where vendors are paid, and those to whom something is due without our knowing where."""
    known = list(VendorBankAccount.objects.order_by("vendor_id"))
    missing = without_account()
    vendors = named([*(row.vendor_id for row in known), *missing])
    rows = [{"vendor": vendors.get(row.vendor_id), "vendor_id": row.vendor_id, "account": row} for row in known]
    rows += [{"vendor": vendors.get(each), "vendor_id": each, "account": None} for each in missing]
    return sorted(rows, key=lambda row: row["vendor"].name if row["vendor"] else "")


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
            amount=Money(given["amount"], settings.CURRENCY),
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


@require_http_methods(["GET", "HEAD", "POST"])
@for_finance
def account(request: HttpRequest, vendor_id: UUID) -> HttpResponse:
    """Where a vendor is paid: asked for here, agreed to by another under Approvals."""
    vendor = named([vendor_id]).get(vendor_id)
    if vendor is None:
        raise Http404("There is no such vendor.")
    form = AccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            ask_for_account(
                vendor_id=vendor_id, vendor_name=vendor.name, **form.cleaned_data, by=staff_of(request).user_id
            )
        except SoukError as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        else:
            messages.success(request, "Another person has been asked to agree.")
            return HttpResponseRedirect(reverse("finance:approvals"))
    context = {
        "form": form,
        "vendor": vendor,
        "account": VendorBankAccount.objects.filter(vendor_id=vendor_id).first(),
        "trail": [{"label": "Bank", "url": reverse("finance:bank")}, {"label": vendor.name}],
    }
    return render(request, "finance/bank_account.html", context, status=422 if form.errors else 200)


@require_POST
@for_finance
def settlement_new(request: HttpRequest) -> HttpResponse:
    try:
        file = make_file(by=staff_of(request).user_id)
    except SoukError as refused:
        messages.error(request, str(refused))
    else:
        ready = "The file is ready: download it, and give it to the bank."
        waits = "So much money takes two: once another has agreed, the file can be downloaded."
        messages.success(request, ready if file.released_at else waits)
    return _back()


@require_GET
@for_finance
def settlement(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """The file itself."""
    _there(SettlementFile, file_id)
    try:
        file = file_for_the_bank(file_id)
    except SoukError as refused:
        messages.error(request, str(refused))
        return _back()
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
    except SoukError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, words)
    return _back()


def _back() -> HttpResponse:
    return HttpResponseRedirect(reverse("finance:bank"))
