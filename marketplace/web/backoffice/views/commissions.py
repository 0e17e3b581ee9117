"""What the platform takes: the rules in their order, and what they would take of a line."""

import json
from collections.abc import Callable, Mapping, Sequence
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
from billing.commissions import words
from billing.commissions.actions import BadRule, Changes, RuleEnded, add_rule, end_rule, move_rule, replace_rule
from billing.commissions.engine import CommissionLine, NoRule, Rule, RuleBroken, RuleCurrency
from billing.commissions.models import TERMS, CommissionDraft, CommissionRule, RuleTerms
from billing.commissions.queries import (
    as_rule,
    explain,
    line_to_explain,
    live_rows,
    live_rules,
    vendors_named,
    versions,
)
from billing.commissions.simulator import prices_below_fee
from marketplace.checkout.fee_floor import offers_below_fee
from marketplace.checkout.simulation import provider_fee
from marketplace.web.backoffice.forms import ExplainForm, add_refusal
from marketplace.web.backoffice.roles import for_administrators, staff_of
from marketplace.web.backoffice.rule_form import FIELDS, RuleForm, terms_of
from tenants.vendors.queries import slugs


@dataclass(frozen=True)
class RuleRow:
    """A rule in its place: what it covers and takes, in words, and where it can be moved to."""

    rule: RuleTerms
    read: Rule
    covers: str
    takes: str
    is_first: bool
    is_last: bool
    url: str
    position_url: str
    end_url: str

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
    rows = rule_rows(list(live_rows()), _urls)
    context = {
        "rows": rows,
        "takes_all": any(row.read.conditions.is_everything and not row.read.problem for row in rows),
        "drafts": CommissionDraft.objects.filter(adopted_at=None, discarded_at=None).order_by("-id")[:10],
        "broken": [row for row in rows if row.read.problem],
        "form": form,
        "explained": explained,
        "slugs": slugs(),
        "currency": settings.CURRENCY,
    }
    return render(request, "backoffice/commissions.html", context)


def rule_rows(rows: Sequence[RuleTerms], urls: Callable[[Any], dict[str, str]]) -> list[RuleRow]:
    """Rules as the pages list them. One query at most."""
    vendors, last = vendors_named(rows), len(rows) - 1
    read = [as_rule(row) for row in rows]
    return [
        RuleRow(row, rule, covered(rule, vendors), words.takes(rule), place == 0, place == last, **urls(row))
        for place, (row, rule) in enumerate(zip(rows, read, strict=True))
    ]


def _urls(row: CommissionRule) -> dict[str, str]:
    return {
        "url": reverse("backoffice:commission", args=[row.id]),
        "position_url": reverse("backoffice:commission_position", args=[row.id]),
        "end_url": reverse("backoffice:commission_end", args=[row.id]),
    }


def covered(rule: Rule, vendors: Mapping[UUID, str]) -> str:
    return "Nobody can say what" if rule.problem else words.covers(rule.conditions, vendors)


def _explain(form: ExplainForm) -> Explained | None:
    """None when it cannot be said; then the form says why."""
    data = form.cleaned_data
    if data["amount"] < 0:
        form.add_error("amount", "A line is not sold for less than nothing.")
        return None
    line = line_to_explain(
        vendor_id=data["vendor"].id,
        category_path=data["category"],
        amount_minor=data["amount"],
        quantity=data["quantity"],
        currency=settings.CURRENCY,
        country=data["country"],
        tags=[tag.strip().lower() for tag in data["tags"].split(",") if tag.strip()],
    )
    try:
        taken, passed = explain(line)
    except (NoRule, RuleBroken, RuleCurrency) as refused:
        form.add_error(None, str(refused))
        return None
    return Explained(taken, data["amount"], line.currency, passed)


@require_http_methods(["GET", "POST"])
@for_administrators
def new_rule(request: HttpRequest) -> HttpResponse:
    form = RuleForm(request.POST or None)
    if form.is_valid():
        changes = form.changes
        try:
            with traced("commission_rule.added", by=staff_of(request).user_id, **told_of(changes)) as told:
                rule = add_rule(**changes, position=form.cleaned_data["position"], by=staff_of(request).user_id)
                told["subject"] = f"commission_rule:{rule.id}"
        except BadRule as refused:
            add_refusal(form, refused, **FIELDS)
        else:
            messages.success(request, f"“{rule.name}” is in force, number {rule.position}.")
            return HttpResponseRedirect(reverse("backoffice:commissions"))
    context = {"form": form, "currency": settings.CURRENCY, "trail": _trail("New rule")}
    return render(request, "backoffice/commission_new.html", context, status=422 if form.errors else 200)


def told_of(changes: Changes) -> dict[str, Any]:
    """Of a rule's terms those that say something, for the trail of who did what."""
    return {name: value for name, value in changes.items() if value or name == "rate_bps"}


@require_http_methods(["GET", "POST"])
@for_administrators
def rule(request: HttpRequest, rule_id: UUID) -> HttpResponse:
    """A rule with the versions before it; a change makes the next version."""
    found = CommissionRule.objects.filter(id=rule_id).first()
    if found is None:
        raise Http404("There is no such rule.")
    read = as_rule(found)
    of = {"is_broken": bool(read.problem), "is_new": False}
    form = (
        RuleForm(request.POST, **of)
        if request.method == "POST"
        else RuleForm(initial=terms_of(found, is_broken=bool(read.problem)), **of)
    )
    if form.is_bound and form.is_valid():
        changes = form.changes
        try:
            with traced("commission_rule.replaced", by=staff_of(request).user_id, **told_of(changes)) as told:
                new = replace_rule(rule_id=found.id, **changes, by=staff_of(request).user_id)
                told["subject"] = f"commission_rule:{new.id}"
        except (BadRule, RuleEnded) as refused:
            add_refusal(form, refused, **FIELDS)
        else:
            messages.success(request, f"“{new.name}” is in force as version {new.version}.")
            return HttpResponseRedirect(reverse("backoffice:commissions"))
    past = versions(found)
    people, vendors = names_of(version.created_by for version in past), vendors_named(past)
    context = {
        "rule": found,
        "form": form,
        "problem": read.problem,
        "stored": json.dumps({name: getattr(found, name) for name in TERMS}, indent=1) if read.problem else "",
        "covers": covered(read, vendors),
        "versions": [
            {
                "rule": version,
                "covers": covered(of_version, vendors),
                "takes": words.takes(of_version),
                "by": people.get(version.created_by, "System"),  # type: ignore[arg-type]
            }
            for version, of_version in ((version, as_rule(version)) for version in past)
        ],
        "below_fee": prices_below_fee(read, provider_fee(), currency=settings.CURRENCY),
        "offers": [] if found.ended_at else offers_below_fee(read, live_rules()),
        "currency": settings.CURRENCY,
        "trail": _trail(found.name),
    }
    return render(request, "backoffice/commission.html", context, status=422 if form.errors else 200)


def _trail(here: str) -> list[dict[str, str]]:
    return [{"label": "Commissions", "url": reverse("backoffice:commissions")}, {"label": here}]


@require_POST
@for_administrators
def position(request: HttpRequest, rule_id: UUID) -> HttpResponse:
    """Ask a rule earlier or later: at `position`, 1 is first."""
    wanted = place_of(request)
    try:
        with traced(
            "commission_rule.moved", f"commission_rule:{rule_id}", by=staff_of(request).user_id, position=wanted
        ):
            move_rule(rule_id=rule_id, position=wanted)
    except RuleEnded as refused:
        messages.error(request, str(refused))
    return HttpResponseRedirect(reverse("backoffice:commissions"))


def place_of(request: HttpRequest) -> int:
    """The place that is asked for. Raises BadRule."""
    wanted = request.POST.get("position", "")
    if not (wanted.isascii() and wanted.isdigit()):
        raise BadRule("Say which place the rule shall have: 1 is first.", field="position")
    return int(wanted[:6])


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
