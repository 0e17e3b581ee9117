"""Money in, and back: payments and refunds."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from approvals.models import Approval
from audit.actions import traced
from billing.payments.actions import NotRefused, RefundTooLarge, retry_refund
from billing.payments.by_hand import say_paid
from billing.payments.models import Payment, PaymentState, Refund, RefundState
from billing.payments.queries import payments_page, refunds_page
from billing.payouts.queries import payout_called
from kit import clock
from kit.errors import SoukError
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
from marketplace.web.finance.words import next_of_refund
from tenants.vendors.queries import named


class PaymentFilter(Filter):
    q = forms.CharField(label="Order number or provider's id", max_length=80)
    state = forms.ChoiceField(choices=[("", "All"), *PaymentState.choices], widget=forms.HiddenInput)


@require_GET
@for_finance
def payments(request: HttpRequest) -> HttpResponseBase:
    """Payments, newest first; `?q=` the beginning of an order's number, or the provider's id (a payout's leads there)."""
    narrowed = PaymentFilter(request)
    chosen = narrowed.chosen
    if payout := payout_called(chosen["q"]):
        return HttpResponseRedirect(reverse("finance:payout", args=[payout.id]))
    query = {"state": chosen["state"], "search": chosen["q"]}
    if wants_csv(request):
        return csv_file("payments", PAYMENT_HEADS, _payment_rows(query))
    page = payments_page(**query, cursor=request.GET.get("cursor"))
    found = references(payment.reference_id for payment in page.rows)
    context = {
        "rows": [{"payment": payment, "reference": found.get(payment.reference_id)} for payment in page.rows],
        "filter": narrowed,
        "tabs": tabs(
            request, "state", [("", "All", None), *((value, label, None) for value, label in PaymentState.choices)]
        ),
        "clear_url": link(request, q=None),
        **pages(request, page),
    }
    return render(request, "finance/payments.html", context)


PAYMENT_HEADS = (
    *("order", "currency", "amount", "refunded", "provider_fee", "state", "created", "paid"),
    *("charge", "intent"),
)


def _payment_rows(query: dict[str, Any]) -> Iterator[Sequence[Any]]:
    for part in every_row(lambda **page: payments_page(**query, **page)):
        for payment in part:
            yield _payment_row(payment)


def _payment_row(payment: Payment) -> Sequence[Any]:
    amounts = (payment.amount_minor, payment.refunded_minor, payment.fee_minor)
    return (
        payment.reference_number,
        payment.currency,
        *(major(amount, payment.currency) for amount in amounts),
        payment.state,
        payment.created_at,
        payment.paid_at,
        payment.provider_charge_id,
        payment.provider_intent_id,
    )


class RefundFilter(Filter):
    state = forms.ChoiceField(choices=[("", "All"), *RefundState.choices])


@require_GET
@for_finance
def refunds(request: HttpRequest) -> HttpResponseBase:
    """Refunds, newest first."""
    state = RefundFilter(request).chosen["state"]
    if wants_csv(request):
        return csv_file("refunds", REFUND_HEADS, _refund_rows(state))
    page = refunds_page(state=state, cursor=request.GET.get("cursor"))
    vendors = named(refund.vendor_id for refund in page.rows)
    found = references(refund.payment.reference_id for refund in page.rows)
    context = {
        "rows": [
            {
                "refund": refund,
                "commission_minor": refund.commission_minor,
                "vendor": vendors.get(refund.vendor_id),
                "reference": found.get(refund.payment.reference_id),
                "next": next_of_refund(refund),
            }
            for refund in page.rows
        ],
        "tabs": tabs(
            request, "state", [("", "All", None), *((value, label, None) for value, label in RefundState.choices)]
        ),
        **pages(request, page),
    }
    return render(request, "finance/refunds.html", context)


REFUND_HEADS = (
    *("order", "vendor", "currency", "amount", "of_earnings", "of_commission", "reason", "state"),
    *("created", "done", "provider_refund", "error"),
)


def _refund_rows(state: str) -> Iterator[Sequence[Any]]:
    for part in every_row(lambda **page: refunds_page(state=state, **page)):
        vendors = named(refund.vendor_id for refund in part)
        for refund in part:
            amounts = (refund.amount_minor, refund.net_minor, refund.commission_minor)
            yield (
                refund.payment.reference_number,
                vendors[refund.vendor_id].name if refund.vendor_id in vendors else "",
                refund.currency,
                *(major(amount, refund.currency) for amount in amounts),
                refund.reason,
                refund.state,
                refund.created_at,
                refund.done_at,
                refund.provider_refund_id,
                refund.error,
            )


class BankTransferForm(forms.Form):
    """What our bank says of the transfer to the customer."""

    reference = forms.CharField(label="Reference of the bank transfer", max_length=80)
    paid_on = forms.DateField(label="Paid on", widget=forms.DateInput(attrs={"type": "date"}))


@require_http_methods(["GET", "HEAD", "POST"])
@for_finance
def bank_transfer(request: HttpRequest, refund_id: UUID) -> HttpResponse:
    """A refund that came back was paid from our bank: say so, with the transfer's reference."""
    refund = Refund.objects.select_related("payment").filter(id=refund_id).first()
    if refund is None:
        raise Http404("There is no such refund.")
    form = BankTransferForm(request.POST or None, initial={"paid_on": clock.today()})
    if request.method == "POST" and form.is_valid():
        try:
            done = say_paid(refund_id=refund.id, by=staff_of(request).user_id, **form.cleaned_data)
        except SoukError as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        else:
            waits = isinstance(done, Approval)
            messages.success(request, "Another person has been asked to agree." if waits else "Entered in the books.")
            return HttpResponseRedirect(
                reverse("finance:approvals") if waits else f"{reverse('finance:refunds')}?state=by_hand"
            )
    context = {
        "form": form,
        "refund": refund,
        "trail": [{"label": "Refunds", "url": reverse("finance:refunds")}, {"label": refund.payment.reference_number}],
    }
    return render(request, "finance/bank_transfer.html", context, status=422 if form.errors else 200)


@require_POST
@for_finance
def retry(request: HttpRequest, refund_id: UUID) -> HttpResponse:
    """Have a refund sent again that the provider refused."""
    try:
        with traced("refund.retried", f"refund:{refund_id}", by=staff_of(request).user_id) as told:
            refund = retry_refund(refund_id=refund_id)
            amount = Money(refund.amount_minor, refund.currency)
            told.update(number=refund.payment.reference_number, amount=str(amount))
    except Refund.DoesNotExist as missing:
        raise Http404("There is no such refund.") from missing
    except (NotRefused, RefundTooLarge) as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"The refund of {amount} for {refund.payment.reference_number} is being sent again.")
    return HttpResponseRedirect(f"{reverse('finance:refunds')}?state=failed")
