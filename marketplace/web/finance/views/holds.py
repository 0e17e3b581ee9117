"""Holding money: the rules in force, and holds placed on a single transfer by hand."""

from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import StaffRole
from audit.actions import traced
from billing.disputes.ways import ways_of
from billing.payouts.hold_rules import (
    BadHoldRule,
    HoldRuleEnded,
    add_hold_rule,
    covers_words,
    end_hold_rule,
    live_hold_rules,
    says_words,
)
from billing.payouts.holds import MANUAL, AlreadyTransferred, HoldEnded, SayWhy, place_hold, release_hold
from billing.payouts.models import Hold, HoldKind, HoldRule, HoldScope, Transfer
from billing.payouts.ways import RULE_WORDS, is_open
from kit.money import bps_of_percent
from marketplace.web.backoffice.forms import (
    AmountField,
    VendorField,
    add_refusal,
    category_choices,
)
from marketplace.web.backoffice.roles import (
    for_accountants,
    for_controllers,
    for_finance,
    may,
    seen_by_finance,
    staff_of,
)
from marketplace.web.finance.references import references
from tenants.vendors.queries import named, slugs

FIELDS = {"only_vendor": "vendor", "category_path": "category", "rate_bps": "percent", "above_minor": "above"}


class HoldRuleForm(forms.Form):
    kind = forms.ChoiceField(choices=HoldKind, label="The rule")
    scope = forms.ChoiceField(choices=HoldScope, label="It is about", initial=HoldScope.ALL)
    days = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=365,
        label="Days",
        help_text="After delivery; of a reserve: later than the rest. Empty: until you release it (large, risky).",
    )
    vendor = VendorField(required=False, label="Which vendor", help_text="The vendor's address, e.g. norrljus.")
    category = forms.ChoiceField(required=False, label="Which category")
    country = forms.CharField(required=False, max_length=2, label="Which country", help_text="Two letters, e.g. SE.")
    new_for_days = forms.IntegerField(required=False, min_value=1, max_value=3650, label="New for days")
    new_for_orders = forms.IntegerField(required=False, min_value=1, max_value=9999, label="New for orders")
    percent = forms.DecimalField(
        required=False, min_value=0, max_value=100, decimal_places=2, label="Reserved share of the earnings"
    )
    above = AmountField(required=False, label="Large is above")

    def __init__(self, *args: Any, **options: Any):
        super().__init__(*args, **options)
        self.fields["category"].choices = category_choices("—")  # type: ignore[attr-defined]


class HoldForm(forms.Form):
    reason = forms.CharField(max_length=200, label="Why", help_text="The vendor reads it.")
    release_at = forms.DateTimeField(
        required=False,
        label="Until",
        help_text="Empty holds it until you release it.",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@seen_by_finance(StaffRole.CONTROLLER)
def rules(request: HttpRequest) -> HttpResponse:
    """The hold rules in force; a controller adds and ends them."""
    if request.method == "POST":
        return _add(request)
    return _rules_page(request, HoldRuleForm())


def _add(request: HttpRequest) -> HttpResponse:
    form = HoldRuleForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        try:
            with traced("hold_rule.added", by=staff_of(request).user_id) as told:
                rule = add_hold_rule(
                    kind=data["kind"],
                    scope=data["scope"],
                    days=data["days"],
                    only_vendor=data["vendor"].id if data["vendor"] else None,
                    category_path=data["category"],
                    country=data["country"],
                    rate_bps=bps_of_percent(data["percent"]) if data["percent"] is not None else None,
                    above_minor=data["above"],
                    new_for_days=data["new_for_days"],
                    new_for_orders=data["new_for_orders"],
                )
                told["subject"], told["says"] = f"hold_rule:{rule.id}", says_words(rule)
        except BadHoldRule as refused:
            add_refusal(form, refused, **FIELDS)
        else:
            messages.success(request, f"In force for what is sold from now on: {says_words(rule)}.")
            return HttpResponseRedirect(reverse("finance:hold_rules"))
    return _rules_page(request, form)


def _rules_page(request: HttpRequest, form: HoldRuleForm) -> HttpResponse:
    rows = live_hold_rules()
    vendors = named(row.only_vendor for row in rows)
    context = {
        "rows": [
            {
                "rule": row,
                "covers": covers_words(
                    row, vendors[row.only_vendor].name if row.only_vendor in vendors else "One vendor"
                ),
                "says": says_words(row),
            }
            for row in rows
        ],
        "form": form,
        "slugs": slugs(),
        "currency": settings.CURRENCY,
        "hold_days": settings.HOLD_DAYS,
        "can_change": may(staff_of(request)).control,
    }
    return render(request, "finance/hold_rules.html", context, status=422 if form.errors else 200)


@require_POST
@for_controllers
def end_rule(request: HttpRequest, rule_id: UUID) -> HttpResponse:
    """Take a rule out of force. What it holds stays held."""
    try:
        with traced("hold_rule.ended", f"hold_rule:{rule_id}", by=staff_of(request).user_id):
            end_hold_rule(rule_id=rule_id)
    except HoldRule.DoesNotExist as missing:
        raise Http404("There is no such rule.") from missing
    except HoldRuleEnded as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, "Out of force. What was sold before keeps its hold.")
    return HttpResponseRedirect(reverse("finance:hold_rules"))


@require_GET
@for_finance
def transfer(request: HttpRequest, transfer_id: UUID) -> HttpResponse:
    """A transfer with its holds and its way, and a form to hold it."""
    return _transfer_page(request, transfer_id, HoldForm())


@require_POST
@for_accountants
def place(request: HttpRequest, transfer_id: UUID) -> HttpResponse:
    form = HoldForm(request.POST)
    if form.is_valid():
        found = _transfer(transfer_id)
        try:
            with traced(
                "hold.placed",
                f"transfer:{transfer_id}",
                by=staff_of(request).user_id,
                reason=form.cleaned_data["reason"],
            ):
                place_hold(
                    transfer=found,
                    rule=MANUAL,
                    reason=form.cleaned_data["reason"],
                    release_at=form.cleaned_data["release_at"],
                )
        except (AlreadyTransferred, SayWhy) as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, f"{found.reference_number} is held.")
            return HttpResponseRedirect(reverse("finance:transfer", args=[transfer_id]))
    return _transfer_page(request, transfer_id, form)


@require_POST
@for_accountants
def release(request: HttpRequest, hold_id: UUID) -> HttpResponse:
    """End a hold before its date, with a reason."""
    found = Hold.objects.select_related("transfer").filter(id=hold_id).first()
    if found is None:
        raise Http404("There is no such hold.")
    reason = request.POST.get("reason", "")[:200]
    try:
        with traced("hold.released", f"transfer:{found.transfer_id}", by=staff_of(request).user_id, reason=reason):
            release_hold(hold=found, reason=reason)
    except HoldEnded as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, "Released. The money goes when no other hold is open.")
    return HttpResponseRedirect(reverse("finance:transfer", args=[found.transfer_id]))


def _transfer(transfer_id: UUID) -> Transfer:
    found = Transfer.objects.filter(id=transfer_id).first()
    if found is None:
        raise Http404("There is no such transfer.")
    return found


def _transfer_page(request: HttpRequest, transfer_id: UUID, form: HoldForm) -> HttpResponse:
    found = _transfer(transfer_id)
    [way] = ways_of([found])
    context = {
        "transfer": found,
        "way": way,
        "reference": references([found.reference_id]).get(found.reference_id),
        "vendor": named([found.vendor_id]).get(found.vendor_id),
        "holds": [
            {"hold": hold, "rule": RULE_WORDS.get(hold.rule, hold.rule.replace("_", " ")), "is_open": is_open(hold)}
            for hold in way.holds
        ],
        "form": form,
        "can_change": may(staff_of(request)).keep_books,
        "trail": [{"label": "Transfers", "url": reverse("finance:transfers")}, {"label": found.reference_number}],
    }
    return render(request, "finance/transfer.html", context, status=422 if form.errors else 200)
