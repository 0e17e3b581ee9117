"""Crediting and debiting a vendor by hand, and what became of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
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
from billing.payouts.adjustments import (
    BadAdjustment,
    NotRefused,
    SentBefore,
    SentDifferently,
    adjustments_page,
    credit_vendor,
    debit_vendor,
    debits_page,
    retry_adjustment,
)
from billing.payouts.models import Adjustment, VendorDebt
from billing.payouts.owed import payments_of
from kit.ids import uuid7
from kit.money import Money
from kit.pagination import Page
from marketplace.web.backoffice.forms import AmountField, VendorField, add_refusal
from marketplace.web.backoffice.roles import for_accountants, for_finance, may, staff_of
from marketplace.web.backoffice.tables import pages
from tenants.vendors.queries import named, slugs


class ByHandForm(forms.Form):
    """`once` makes two clicks one credit, which has it as its id."""

    once = forms.UUIDField(widget=forms.HiddenInput)
    vendor = VendorField(label="Vendor", help_text="The vendor's address, e.g. norrljus.")
    amount = AmountField(label="Amount")
    reason = forms.CharField(max_length=250, label="Why", help_text="The vendor reads it in its account.")


@dataclass(frozen=True, slots=True)
class Kind:
    """Credits, or debits: where they are listed, how the audit calls them, who makes them, what is said once made."""

    route: str
    label: str
    audited: str
    make: Callable[..., Any]
    stored: str
    done: str


CREDITS = Kind("finance:adjustments", "Credits", "vendor.credited", credit_vendor, "adjustment", "are on their way")
DEBITS = Kind("finance:debits", "Debits", "vendor.debited", debit_vendor, "vendor_debt", "are owed from now on")


@require_http_methods(["GET", "HEAD", "POST"])
@for_finance
def adjustments(request: HttpRequest) -> HttpResponse:
    """Credits by hand, newest first, and a form for the next; large ones wait for a second person."""
    form = _form(request)
    if _made(request, form, CREDITS):
        return HttpResponseRedirect(reverse(CREDITS.route))
    return _listed(request, form, CREDITS, adjustments_page(cursor=request.GET.get("cursor")))


@require_http_methods(["GET", "HEAD", "POST"])
@for_finance
def debits(request: HttpRequest) -> HttpResponse:
    """Debits by hand in the same way: each is a debt of the vendor's, which later earnings pay."""
    form = _form(request)
    if _made(request, form, DEBITS):
        return HttpResponseRedirect(reverse(DEBITS.route))
    page = debits_page(cursor=request.GET.get("cursor"))
    return _listed(request, form, DEBITS, page, payments=payments_of(page.rows))


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


def _form(request: HttpRequest) -> ByHandForm:
    return ByHandForm(request.POST if request.method == "POST" else None, initial={"once": uuid7()})


def _made(request: HttpRequest, form: ByHandForm, kind: Kind) -> bool:
    """Whether the form was sent and what it asks for is made, or waits for a second person."""
    if not form.is_bound or not form.is_valid():
        return False
    vendor, amount_minor, reason = (form.cleaned_data[name] for name in ("vendor", "amount", "reason"))
    by, made = staff_of(request).user_id, None
    try:
        with traced(kind.audited, f"vendor:{vendor.id}", by=by, amount_minor=amount_minor, reason=reason) as told:
            made = kind.make(
                vendor=vendor, amount_minor=amount_minor, reason=reason, by=by, once=form.cleaned_data["once"]
            )
            told["made"] = f"{'approval' if isinstance(made, Approval) else kind.stored}:{made.id}"
    except SentBefore as before:
        made = before.made
    except SentDifferently as other:
        form.data = request.POST.copy()
        form.data["once"] = str(uuid7())
        form.add_error(None, str(other))
    except (BadAdjustment, NoReason, WaitsAlready) as refused:
        add_refusal(form, refused, amount_minor="amount")
    if made is None:
        return False
    amount = Money(amount_minor, settings.CURRENCY)
    messages.success(request, f"{amount} for {vendor.name} {_became(made, kind)}.")
    return True


def _became(made: Adjustment | VendorDebt | Approval, kind: Kind) -> str:
    if not isinstance(made, Approval):
        return kind.done
    return (
        "wait for a second person"
        if made.waits
        else f"were asked for before, and {made.get_decision_display().lower()}"
    )


def _listed(
    request: HttpRequest,
    form: ByHandForm,
    kind: Kind,
    page: Page[Any],
    *,
    payments: dict[UUID, list[Any]] | None = None,
) -> HttpResponse:
    vendors = named(row.vendor_id for row in page.rows)
    keeps = may(staff_of(request)).keep_books
    context = {
        "rows": [
            {"row": row, "vendor": vendors.get(row.vendor_id), "payments": (payments or {}).get(row.id, [])}
            for row in page.rows
        ],
        "form": form,
        "slugs": slugs() if keeps else [],
        "currency": settings.CURRENCY,
        "can_change": keeps,
        "are_debits": kind is DEBITS,
        "tabs": [
            {"label": each.label, "url": reverse(each.route), "current": each is kind, "count": None}
            for each in (CREDITS, DEBITS)
        ],
        **pages(request, page),
    }
    return render(request, "finance/adjustments.html", context, status=422 if form.errors else 200)
