"""Payouts to banks, mirrored from the provider, and what each carried."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from audit.actions import traced
from billing.ledger.queries import entries_of
from billing.payouts.models import Payout, PayoutState
from billing.payouts.queries import credits_in, payouts_page, transfers_in
from billing.payouts.wishes import BadPayout, PayoutUnderway, ask_own, wishes_of
from billing.stripe.balances import taken_back_in
from billing.stripe.floor import own_money
from marketplace.web.backoffice.forms import AmountField, add_refusal
from marketplace.web.backoffice.roles import for_controllers, for_finance, may, staff_of
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
    return _page(request)


def _page(request: HttpRequest, own_form: "OwnForm | None" = None) -> HttpResponseBase:
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
        "own": _own(request, own_form or OwnForm(initial={"wish": uuid4()})),
        **pages(request, page),
    }
    return render(request, "finance/payouts.html", context, status=422 if own_form else 200)


class OwnForm(forms.Form):
    """Our own free money to our own bank. `wish` makes two clicks one payout."""

    wish = forms.UUIDField(widget=forms.HiddenInput)
    amount = AmountField(required=False, label="Amount", help_text="Empty: all that is free.")


def _own(request: HttpRequest, form: OwnForm) -> dict[str, Any]:
    return {
        "form": form,
        "money": own_money(settings.CURRENCY),
        "currency": settings.CURRENCY,
        "wishes": wishes_of(None, size=3),
        "can_ask": may(staff_of(request)).control,
    }


@require_POST
@for_controllers
def own(request: HttpRequest) -> HttpResponseBase:
    """Ask for a payout of our own free money."""
    form = OwnForm(request.POST)
    if form.is_valid():
        amount = form.cleaned_data["amount"] or None
        try:
            with traced(
                "payout.asked", f"payout_wish:{form.cleaned_data['wish']}", by=staff_of(request).user_id, amount=amount
            ):
                ask_own(wish_id=form.cleaned_data["wish"], amount_minor=amount)
        except (BadPayout, PayoutUnderway) as refused:
            add_refusal(form, refused, amount_minor="amount")
        else:
            messages.success(request, "The payout is being asked for. No cent of what we owe goes with it.")
            return HttpResponseRedirect(reverse("finance:payouts"))
    return _page(request, form)


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
    credits, back_minor = list(credits_in(found)), taken_back_in(found)
    sum_minor = sum(each.amount_minor for each in carried) + sum(each.sent_minor for each in credits)
    vendor = named([found.vendor_id]).get(found.vendor_id) if found.vendor_id else None
    context = {
        "payout": found,
        "vendor": vendor,
        "owner": vendor.name if vendor else OURS,
        "next": next_of_payout(found),
        "carried": [{"link": each, "reference": about.get(each.transfer.reference_id)} for each in carried],
        "sum_minor": sum_minor,
        "credits": credits,
        "back_minor": back_minor,
        "left_minor": found.amount_minor - sum_minor + back_minor,
        "entries": list(entries_of([found.id])),
        "trail": [
            {"label": "Payouts", "url": reverse("finance:payouts")},
            {"label": found.provider_payout_id},
        ],
    }
    return render(request, "finance/payout.html", context)
