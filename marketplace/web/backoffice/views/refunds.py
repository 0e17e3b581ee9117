"""Canceling and refunding for customers, deciding about what is above a limit, and the policy that holds for both."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.queries import names_of
from audit.actions import traced
from billing.payments.models import Payment
from kit import clock
from kit.errors import SoukError
from kit.money import Money, parse_major
from marketplace.orders.models import Order
from marketplace.returns import shown
from marketplace.returns.actions import Actor
from marketplace.returns.claims import grant_claim, suggested_for_claim
from marketplace.returns.models import (
    Claim,
    CommissionOnRefund,
    CustomerCancels,
    RefundRequest,
    RequestState,
    ReturnReason,
    SilentVendor,
)
from marketplace.returns.policy import DAYS, RETURN_TERMS, policies, policy_at, set_policy
from marketplace.returns.preview import Ask
from marketplace.returns.queries import facts_of, requests_page, requests_waiting
from marketplace.web.backoffice.roles import for_administrators, for_orders, for_refunds, staff_of
from marketplace.web.backoffice.tables import Filter, pages, tabs
from marketplace.web.giving_back import Purpose, decide, deciding, giving_back, told_of


@require_http_methods(["GET", "HEAD", "POST"])
@for_refunds
def order_refund(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """The form over all vendors' parts, its preview, and doing it; `?claim=` grants a claim, over its vendor's part."""
    order = Order.objects.filter(id=order_id).first()
    if order is None:
        raise Http404("There is no such order.")
    by, claim = _actor(request), _claim_named(request, order)
    purpose = _purpose(claim, by) if claim else None
    vendor_id = claim.vendor_id if claim else None
    state = giving_back(request, order_id=order.id, by=by, vendor_id=vendor_id, purpose=purpose)
    if state.done is not None:
        messages.success(request, told_of(state.done))
        return redirect("backoffice:claim", claim.id) if claim else redirect("backoffice:order", order.id)
    fee = Payment.objects.values_list("fee_minor", flat=True).get(reference_id=order.id)
    context = {"order": order, "state": state, "fee_minor": fee, "trail": _trail(order)}
    return render(request, "backoffice/order_refund.html", context, status=state.status)


def _claim_named(request: HttpRequest, order: Order) -> Claim | None:
    """The open claim of this order that the page is about; Http404 for any other."""
    text = (request.POST if request.method == "POST" else request.GET).get("claim", "")
    if not text:
        return None
    try:
        found = shown.claim_with(UUID(text), order_id=order.id)
    except ValueError:
        found = None
    if found is None:
        raise Http404("There is no such claim to decide.")
    return found


def _purpose(claim: Claim, by: Actor) -> Purpose:
    [facts] = facts_of(claim.order_id, vendor_id=claim.vendor_id)
    suggested = suggested_for_claim(claim, facts)

    def do(asks: Sequence[Ask], reason: str, digest: str) -> RefundRequest:
        return grant_claim(claim_id=claim.id, asks=asks, reason=reason, by=by, digest=digest)

    return Purpose("claim", claim.id, f"Claim {claim.number}.", suggested, do)


def _trail(order: Order) -> list[dict[str, str]]:
    return [
        {"label": "Orders", "url": reverse("backoffice:orders")},
        {"label": order.number, "url": reverse("backoffice:order", args=[order.id])},
        {"label": "Cancel or refund"},
    ]


class RequestFilter(Filter):
    state = forms.ChoiceField(choices=[("", "All"), *RequestState.choices])


@require_GET
@for_orders
def refunds(request: HttpRequest) -> HttpResponse:
    """What anybody asked for, newest first; `?state=waiting` what somebody has to decide."""
    state = RequestFilter(request).chosen["state"]
    page = requests_page(state=state, cursor=request.GET.get("cursor"))
    names = names_of(who for row in page.rows for who in (row.asked_by, row.decided_by))
    waiting = requests_waiting()
    states = [(value, label, waiting if value == "waiting" else None) for value, label in RequestState.choices]
    rows = [
        {
            "row": row,
            "url": reverse("backoffice:refund", args=[row.id]),
            "asked_by": names.get(row.asked_by, "") if row.asked_by else "",
        }
        for row in page.rows
    ]
    context = {"rows": rows, "tabs": tabs(request, "state", [("", "All", None), *states]), **pages(request, page)}
    return render(request, "backoffice/refunds.html", context)


@require_GET
@for_orders
def refund(request: HttpRequest, request_id: UUID) -> HttpResponse:
    return _page(request, _find(request_id))


@require_POST
@for_refunds
def decision(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Approve (`decision=approve`, with the digest of what was shown) or reject."""
    found = _find(request_id)
    try:
        messages.success(request, decide(request, found, _actor(request)))
    except SoukError as refused:
        return _page(request, _find(request_id), problem=str(refused))
    return redirect("backoffice:refund", found.id)


def _page(request: HttpRequest, found: RefundRequest, problem: str = "") -> HttpResponse:
    fee = Payment.objects.values_list("fee_minor", flat=True).get(reference_id=found.order_id)
    context = {
        **deciding(found, _actor(request), names_of([found.asked_by, found.decided_by]), problem),
        "order_url": reverse("backoffice:order", args=[found.order_id]),
        "decision_url": reverse("backoffice:refund_decision", args=[found.id]),
        "trail": [{"label": "Refunds", "url": reverse("backoffice:refunds")}, {"label": found.number}],
        "fee_minor": fee,
    }
    return render(request, "backoffice/refund.html", context, status=409 if problem else 200)


def _find(request_id: UUID) -> RefundRequest:
    found = RefundRequest.objects.filter(id=request_id).first()
    if found is None:
        raise Http404("There is no such request.")
    return found


def _actor(request: HttpRequest) -> Actor:
    staff = staff_of(request)
    return Actor("staff", staff.user_id, f"staff:{staff.role}")


# --- The policy -------------------------------------------------------------------------------------------------------


class PolicyForm(forms.Form):
    """What holds from now on. A limit left empty is none: any amount."""

    commission = forms.ChoiceField(label="Commission on a refund", choices=CommissionOnRefund.choices)
    kept_after_days = forms.IntegerField(label="Days since the payment", required=False, min_value=1, max_value=3650)
    customer_cancels = forms.ChoiceField(label="Customers cancel by themselves", choices=CustomerCancels.choices)
    silent_vendor = forms.ChoiceField(
        label="When a vendor does not answer a return", choices=SilentVendor.choices, required=False
    )
    accept_days = forms.IntegerField(
        label="A new order is canceled when not taken on within, days",
        required=False,
        min_value=1,
        max_value=60,
        help_text="Empty: it waits.",
    )
    vendor_pays_for = forms.MultipleChoiceField(
        label="The vendor pays the way back of what",
        choices=ReturnReason.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    reason = forms.CharField(label="Why it changes", max_length=200)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for name, (label, most) in DAYS.items():
            self.fields[name] = forms.IntegerField(label=label, required=False, min_value=1, max_value=most)
        for role in settings.REFUND_LIMITS:
            kind, _, name = role.partition(":")
            whose = "Vendor's" if kind == "member" else "Staff's"
            self.fields[f"limit-{role}"] = forms.CharField(
                label=f"{whose} {name}, up to ({settings.CURRENCY})", required=False, max_length=20
            )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        limits: dict[str, int | None] = {}
        for role in settings.REFUND_LIMITS:
            text = str(data.get(f"limit-{role}") or "").strip()
            try:
                limits[role] = parse_major(text, settings.CURRENCY).amount_minor if text else None
            except ValueError as error:
                self.add_error(f"limit-{role}", str(error))
        return {**data, "limits": limits}

    def day_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in DAYS]

    def limit_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith("limit-")]


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrators
def policy(request: HttpRequest) -> HttpResponse:
    """What holds, what held before, and the form that makes it something else from now on."""
    holds = policy_at(clock.now())
    limits = {
        f"limit-{role}": "" if limit is None else str(Money(limit, settings.CURRENCY).major)
        for role, limit in ((role, holds.limits.get(role, 0)) for role in settings.REFUND_LIMITS)
    }
    initial = {
        "commission": holds.commission,
        "kept_after_days": holds.kept_after_days,
        "customer_cancels": holds.customer_cancels,
        **{name: getattr(holds, name) for name in RETURN_TERMS},
        **limits,
    }
    form = PolicyForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        names = ("commission", "kept_after_days", "customer_cancels", "limits", "reason", *RETURN_TERMS)
        given = {name: form.cleaned_data[name] for name in names}
        # What was left empty of these stays as it is.
        given = {
            name: value
            for name, value in given.items()
            if value not in (None, "") or name not in (*DAYS, "silent_vendor")
        }
        try:
            with traced("refund_policy.set", by=staff_of(request).user_id, reason=given["reason"]) as told:
                made = set_policy(by=staff_of(request).user_id, **given)
                told.update(subject=f"refund_policy:{made.id}", commission=made.commission, limits=made.limits)
        except SoukError as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        else:
            messages.success(request, "This holds from now on.")
            return HttpResponseRedirect(reverse("backoffice:refund_policy"))
    made_before = policies()
    people = names_of(row.made_by for row in made_before)
    context = {"form": form, "rows": [{"row": row, "by": people.get(row.made_by, "")} for row in made_before]}
    return render(request, "backoffice/refund_policy.html", context, status=422 if form.errors else 200)
