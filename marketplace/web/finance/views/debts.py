"""What vendors owe us: by vendor and age, debt by debt; writing one off, and how much a vendor may owe."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from approvals.models import Approval
from billing.payouts.debts import limit_of, set_limit
from billing.payouts.owed import debt_of, debts_page, owed_by_age, payments_of
from billing.payouts.wishes import held_payouts
from billing.payouts.write_offs import ask_write_off
from kit import clock
from kit.errors import SoukError
from kit.ids import uuid7
from kit.money import Money, parse_major
from marketplace.web.backoffice.roles import for_controllers, for_finance, may, staff_of
from marketplace.web.backoffice.tables import Filter, csv_file, every_row, link, major, pages, tabs, wants_csv
from marketplace.web.finance.references import references
from tenants.vendors.models import Vendor
from tenants.vendors.queries import named

STATES = (("open", "Open"), ("settled", "Settled"))


class DebtFilter(Filter):
    state = forms.ChoiceField(choices=[("", "All"), *STATES])
    vendor = forms.UUIDField()


class MoneyForm(forms.Form):
    """An amount and why. The amount is in the major unit, as people write it."""

    amount = forms.CharField(max_length=20)
    reason = forms.CharField(max_length=250)

    def clean_amount(self) -> int:
        try:
            return parse_major(self.cleaned_data["amount"], settings.CURRENCY).amount_minor
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None


class WriteOffForm(MoneyForm):
    """`once` makes two clicks one write-off."""

    once = forms.UUIDField()


@require_GET
@for_finance
def debts(request: HttpRequest) -> HttpResponseBase:
    """Who owes how much and since when, then every debt, newest first; `?vendor=` one vendor's."""
    chosen = DebtFilter(request).chosen
    is_open = {"open": True, "settled": False}.get(chosen["state"])
    query: dict[str, Any] = {"vendor_id": chosen["vendor"] or None, "is_open": is_open}
    if wants_csv(request):
        return csv_file("vendor-debts", CSV_HEADS, _csv_rows(query))
    page = debts_page(**query, cursor=request.GET.get("cursor"))
    aged = [owed for owed in owed_by_age(now=clock.now()) if query["vendor_id"] in (None, owed.vendor_id)]
    held = held_payouts([owed.vendor_id for owed in aged])
    ids = [*(debt.vendor_id for debt in page.rows), *(owed.vendor_id for owed in aged), query["vendor_id"]]
    vendors = named(ids)
    found = references(debt.reference_id for debt in page.rows if debt.reference_id)
    paid = payments_of(page.rows)
    vendor = vendors.get(query["vendor_id"]) if query["vendor_id"] else None
    context = {
        "aged": [
            {"owed": owed, "vendor": vendors.get(owed.vendor_id), "held": held.get(owed.vendor_id)} for owed in aged
        ],
        "rows": [
            {
                "debt": debt,
                "vendor": vendors.get(debt.vendor_id),
                "reference": found.get(debt.reference_id) if debt.reference_id else None,
                "payments": paid.get(debt.id, []),
                "once": uuid7(),
            }
            for debt in page.rows
        ],
        "tabs": tabs(request, "state", [("", "All", None), *((value, label, None) for value, label in STATES)]),
        "vendor": vendor,
        "limit_minor": limit_of(vendor.id, settings.CURRENCY) if vendor else settings.VENDOR_DEBT_LIMIT_MINOR,
        "currency": settings.CURRENCY,
        "may_control": may(staff_of(request)).control,
        "clear_url": link(request, vendor=None),
        **pages(request, page),
    }
    return render(request, "finance/debts.html", context)


CSV_HEADS = ("vendor", "vendor_order", "cause", "reason", "currency", "amount", "left", "made", "settled")


def _csv_rows(query: dict[str, Any]) -> Iterator[Sequence[Any]]:
    for part in every_row(lambda **page: debts_page(**query, **page)):
        vendors = named(debt.vendor_id for debt in part)
        for debt in part:
            yield (
                vendors[debt.vendor_id].name if debt.vendor_id in vendors else "",
                debt.reference_number,
                debt.cause,
                debt.reason,
                debt.currency,
                major(debt.amount_minor, debt.currency),
                major(debt.left_minor, debt.currency),
                debt.created_at,
                debt.settled_at,
            )


@require_POST
@for_controllers
def writing_off(request: HttpRequest, debt_id: UUID) -> HttpResponse:
    """No longer expect a part of a debt, or all of it."""
    debt = debt_of(debt_id)
    if debt is None:
        raise Http404("There is no such debt.")
    form = WriteOffForm(request.POST)
    if not form.is_valid():
        messages.error(request, "To write a debt off, give an amount and say why.")
        return _back(debt.vendor_id)
    try:
        paid = ask_write_off(
            debt_id=debt.id,
            amount_minor=form.cleaned_data["amount"],
            reason=form.cleaned_data["reason"],
            by=staff_of(request).user_id,
            once=form.cleaned_data["once"],
        )
    except SoukError as refused:
        messages.error(request, str(refused))
    else:
        amount = Money(paid.amount_minor, paid.currency)
        if isinstance(paid, Approval):
            messages.info(request, f"Writing off {amount} waits for a second person.")
        else:
            messages.success(request, f"{amount} were written off.")
    return _back(debt.vendor_id)


@require_POST
@for_controllers
def limit(request: HttpRequest, vendor_id: UUID) -> HttpResponse:
    """Let one vendor owe more, or less, than others."""
    if not Vendor.objects.filter(id=vendor_id).exists():
        raise Http404("There is no such vendor.")
    form = MoneyForm(request.POST)
    if not form.is_valid():
        messages.error(request, "For a limit of its own, give an amount and say why.")
        return _back(vendor_id)
    try:
        made = set_limit(
            vendor_id=vendor_id,
            limit_minor=form.cleaned_data["amount"],
            currency=settings.CURRENCY,
            reason=form.cleaned_data["reason"],
            by=staff_of(request).user_id,
        )
    except SoukError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"This vendor may owe {Money(made.limit_minor, made.currency)}.")
    return _back(vendor_id)


def _back(vendor_id: UUID) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('finance:debts')}?vendor={vendor_id}")
