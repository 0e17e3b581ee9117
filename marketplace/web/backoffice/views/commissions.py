"""What the platform takes: the rules in their order, and what they would take of a line."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.queries import names_of
from audit.actions import traced
from billing.commissions.actions import BadRule, RuleEnded, add_rule, end_rule, move_rule, replace_rule
from billing.commissions.engine import CommissionInput, CommissionLine, NoRule, RuleCurrency
from billing.commissions.models import CommissionRule, RuleScope
from billing.commissions.queries import explain, live_rows, versions
from kit.money import Money
from marketplace.web.backoffice.forms import ExplainForm, RateForm, RuleForm, add_refusal, rate_of
from marketplace.web.backoffice.roles import for_administrators, staff_of
from tenants.vendors.models import Vendor
from tenants.vendors.queries import named, slugs

FIELDS = {"rate_bps": "percent", "fixed_minor": "fixed", "vendor_id": "vendor", "category_path": "category"}


@dataclass(frozen=True)
class RuleRow:
    """A rule in force: what it covers and takes, in words, and where it can be moved to."""

    rule: CommissionRule
    covers: str
    takes: str
    is_first: bool
    is_last: bool

    @property
    def above(self) -> int:
        return self.rule.position - 1

    @property
    def below(self) -> int:
        return self.rule.position + 1


@dataclass(frozen=True)
class Explained:
    """What a line would pay, by which rule, and why the rules before that one did not match."""

    line: CommissionLine
    base_minor: int
    currency: str
    passed: list[str]

    @property
    def earnings_minor(self) -> int:
        return self.base_minor - self.line.amount_minor


@require_GET
@for_administrators
def commissions(request: HttpRequest) -> HttpResponse:
    """The rules, first to be asked first; with `?vendor=&category=&amount=&quantity=` what a line would pay."""
    asked = "amount" in request.GET
    form = ExplainForm(request.GET) if asked else ExplainForm()
    explained = _explain(form) if asked and form.is_valid() else None
    rows = list(live_rows())
    vendors = named(rule.vendor_id for rule in rows)
    last = len(rows) - 1
    context = {
        "rows": [
            RuleRow(rule, _covers(rule, vendors), takes(rule), place == 0, place == last)
            for place, rule in enumerate(rows)
        ],
        "takes_all": any(rule.scope == RuleScope.GLOBAL for rule in rows),
        "form": form,
        "explained": explained,
        "slugs": slugs(),
        "currency": settings.CURRENCY,
    }
    return render(request, "backoffice/commissions.html", context)


def _explain(form: ExplainForm) -> Explained | None:
    """None when it cannot be said; then the form says why."""
    data = form.cleaned_data
    line = CommissionInput(
        key="line",
        vendor_id=data["vendor"].id,
        category_path=data["category"],
        base_minor=data["amount"],
        quantity=data["quantity"],
        currency=settings.CURRENCY,
    )
    if line.base_minor < 0:
        form.add_error("amount", "A line is not sold for less than nothing.")
        return None
    try:
        taken, passed = explain(line)
    except (NoRule, RuleCurrency) as refused:
        form.add_error(None, str(refused))
        return None
    return Explained(taken, line.base_minor, line.currency, passed)


def _covers(rule: CommissionRule, vendors: dict[UUID, Vendor]) -> str:
    if rule.scope == RuleScope.VENDOR and rule.vendor_id:
        vendor = vendors.get(rule.vendor_id)
        return vendor.name if vendor else "A vendor that is gone"
    return rule.category_path if rule.scope == RuleScope.CATEGORY else "Everything"


def takes(rule: CommissionRule) -> str:
    """The rate in words: "12 % + 0.30 EUR a unit"."""
    parts = [f"{rule.rate_bps / 100:g} %"] if rule.rate_bps or not rule.fixed_minor else []
    if rule.fixed_minor:
        parts.append(f"{Money(rule.fixed_minor, rule.currency)} a unit")
    return " + ".join(parts)


@require_http_methods(["GET", "POST"])
@for_administrators
def new_rule(request: HttpRequest) -> HttpResponse:
    form = RuleForm(request.POST or None)
    if form.is_valid():
        data = form.cleaned_data
        scope = data["scope"]
        try:
            with traced("commission_rule.added", by=staff_of(request).user_id, **_figures(form)) as told:
                rule = add_rule(
                    name=data["name"],
                    scope=scope,
                    rate_bps=form.rate_bps,
                    fixed_minor=data["fixed"],
                    vendor_id=data["vendor"].id if scope == RuleScope.VENDOR and data["vendor"] else None,
                    category_path=data["category"] if scope == RuleScope.CATEGORY else "",
                    position=data["position"],
                    by=staff_of(request).user_id,
                )
                told["subject"] = f"commission_rule:{rule.id}"
        except BadRule as refused:
            add_refusal(form, refused, **FIELDS)
        else:
            messages.success(request, f"“{rule.name}” is in force, number {rule.position}.")
            return HttpResponseRedirect(reverse("backoffice:commissions"))
    context = {"form": form, "slugs": slugs(), "currency": settings.CURRENCY, "trail": _trail("New rule")}
    return render(request, "backoffice/commission_new.html", context, status=422 if form.errors else 200)


def _figures(form: RateForm) -> dict[str, Any]:
    return {"name": form.cleaned_data["name"], "rate_bps": form.rate_bps, "fixed_minor": form.cleaned_data["fixed"]}


@require_http_methods(["GET", "POST"])
@for_administrators
def rule(request: HttpRequest, rule_id: UUID) -> HttpResponse:
    """A rule with the versions before it; a change makes the next version."""
    found = CommissionRule.objects.filter(id=rule_id).first()
    if found is None:
        raise Http404("There is no such rule.")
    form = RateForm(request.POST) if request.method == "POST" else RateForm(initial=rate_of(found))
    if form.is_bound and form.is_valid():
        try:
            with traced("commission_rule.replaced", by=staff_of(request).user_id, **_figures(form)) as told:
                new = replace_rule(
                    rule_id=found.id,
                    name=form.cleaned_data["name"],
                    rate_bps=form.rate_bps,
                    fixed_minor=form.cleaned_data["fixed"],
                    by=staff_of(request).user_id,
                )
                told["subject"] = f"commission_rule:{new.id}"
        except (BadRule, RuleEnded) as refused:
            add_refusal(form, refused, **FIELDS)
        else:
            messages.success(request, f"“{new.name}” is in force as version {new.version}.")
            return HttpResponseRedirect(reverse("backoffice:commissions"))
    past = versions(found)
    people = names_of(version.created_by for version in past)
    context = {
        "rule": found,
        "form": form,
        "covers": _covers(found, named([found.vendor_id])),
        "versions": [
            {"rule": version, "takes": takes(version), "by": people.get(version.created_by, "System")}  # type: ignore[arg-type]
            for version in past
        ],
        "currency": found.currency,
        "trail": _trail(found.name),
    }
    return render(request, "backoffice/commission.html", context, status=422 if form.errors else 200)


def _trail(here: str) -> list[dict[str, str]]:
    return [{"label": "Commissions", "url": reverse("backoffice:commissions")}, {"label": here}]


@require_POST
@for_administrators
def position(request: HttpRequest, rule_id: UUID) -> HttpResponse:
    """Ask a rule earlier or later: at `position`, 1 is first."""
    wanted = request.POST.get("position", "")
    if not (wanted.isascii() and wanted.isdigit()):
        raise BadRule("Say which place the rule shall have: 1 is first.", field="position")
    try:
        with traced(
            "commission_rule.moved",
            f"commission_rule:{rule_id}",
            by=staff_of(request).user_id,
            position=int(wanted[:6]),
        ):
            move_rule(rule_id=rule_id, position=int(wanted[:6]))
    except RuleEnded as refused:
        messages.error(request, str(refused))
    return HttpResponseRedirect(reverse("backoffice:commissions"))


@require_POST
@for_administrators
def end(request: HttpRequest, rule_id: UUID) -> HttpResponse:
    """Take a rule out of force. What it covered falls to the rules behind it."""
    try:
        with traced("commission_rule.ended", f"commission_rule:{rule_id}", by=staff_of(request).user_id):
            ended = end_rule(rule_id=rule_id)
    except RuleEnded as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"“{ended.name}” is no longer in force.")
    return HttpResponseRedirect(reverse("backoffice:commissions"))
