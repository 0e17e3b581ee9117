"""Drafts of the commission rules: changed in peace, tried on past orders, adopted in one go."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from audit.actions import traced
from billing.commissions import drafts
from billing.commissions.actions import BadRule
from billing.commissions.models import CommissionDraft, DraftRule, Simulation, SimulationState
from billing.commissions.queries import as_rule
from kit import clock
from kit.errors import InvalidInput
from marketplace.web.backoffice.forms import add_refusal
from marketplace.web.backoffice.roles import for_administrators, staff_of
from marketplace.web.backoffice.rule_form import FIELDS, RuleForm, terms_of
from marketplace.web.backoffice.views.commissions import place_of, rule_rows, told_of
from tenants.vendors.queries import named

UNDER_WAY = (SimulationState.DUE, SimulationState.RUNNING)


class PeriodForm(forms.Form):
    """The orders of which days."""

    first_on = forms.DateField(label="First day", widget=forms.DateInput(attrs={"type": "date"}))
    last_on = forms.DateField(label="Last day", widget=forms.DateInput(attrs={"type": "date"}))


@require_POST
@for_administrators
def new_draft(request: HttpRequest) -> HttpResponse:
    """A draft that says what is in force."""
    name = request.POST.get("name", "").strip() or f"Draft of {clock.today():%-d %B %Y}"
    try:
        with traced("commission_draft.started", by=staff_of(request).user_id, name=name[:100]) as told:
            made = drafts.start_draft(name=name, by=staff_of(request).user_id)
            told["subject"] = f"commission_draft:{made.id}"
    except InvalidInput as refused:
        messages.error(request, str(refused))
        return HttpResponseRedirect(reverse("backoffice:commissions"))
    return _to(made.id)


@require_GET
@for_administrators
def draft(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    found = _draft(draft_id)
    today = clock.today()
    return _page(request, found, PeriodForm(initial={"first_on": today - timedelta(days=30), "last_on": today}))


def _page(request: HttpRequest, found: CommissionDraft, form: PeriodForm) -> HttpResponse:
    def urls(row: Any) -> dict[str, str]:
        return {
            "url": reverse("backoffice:commission_draft_rule", args=[found.id, row.id]),
            "position_url": reverse("backoffice:commission_draft_position", args=[found.id, row.id]),
            "end_url": reverse("backoffice:commission_draft_end", args=[found.id, row.id]),
        }

    rows = rule_rows(list(found.rules.select_related("source")), urls)
    context = {
        "draft": found,
        "rows": rows,
        "takes_all": any(row.read.conditions.is_everything and not row.read.problem for row in rows),
        "form": form,
        "simulations": found.simulations.order_by("-id").defer("result")[:10],
        "trail": _trail(found.name),
    }
    return render(request, "backoffice/commission_draft.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@for_administrators
def draft_rule(request: HttpRequest, draft_id: UUID, rule_id: UUID | None = None) -> HttpResponse:
    """A rule of a draft, to be changed, or a new one."""
    found = _draft(draft_id)
    row = found.rules.filter(id=rule_id).select_related("source").first() if rule_id else None
    if rule_id and row is None:
        raise Http404("The draft has no such rule.")
    is_broken = bool(row and as_rule(row).problem)
    of = {"is_broken": is_broken, "is_new": row is None}
    if request.method == "POST":
        form = RuleForm(request.POST, **of)
    else:
        form = RuleForm(initial=terms_of(row, is_broken=is_broken) if row else None, **of)
    if form.is_bound and form.is_valid():
        try:
            with traced(
                "commission_draft.changed",
                f"commission_draft:{found.id}",
                by=staff_of(request).user_id,
                **told_of(form.changes),
            ):
                drafts.draft_rule(
                    draft_id=found.id,
                    rule_id=rule_id,
                    position=form.cleaned_data.get("position"),
                    **form.changes,
                )
        except (BadRule, drafts.DraftClosed) as refused:
            add_refusal(form, refused, **FIELDS)
        else:
            return _to(found.id)
    context = {
        "draft": found,
        "rule": row,
        "form": form,
        "currency": settings.CURRENCY,
        "trail": _trail(found.name, _address(found.id), row.name if row else "New rule"),
    }
    return render(request, "backoffice/commission_draft_rule.html", context, status=422 if form.errors else 200)


@require_POST
@for_administrators
def draft_position(request: HttpRequest, draft_id: UUID, rule_id: UUID) -> HttpResponse:
    """Ask a rule of a draft earlier or later: at `position`, 1 is first."""
    _row(draft_id, rule_id)
    try:
        drafts.move_in_draft(draft_id=draft_id, rule_id=rule_id, position=place_of(request))
    except drafts.DraftClosed as refused:
        messages.error(request, str(refused))
    return _to(draft_id)


@require_POST
@for_administrators
def draft_end(request: HttpRequest, draft_id: UUID, rule_id: UUID) -> HttpResponse:
    """Leave a rule out of a draft."""
    row = _row(draft_id, rule_id)
    try:
        with traced(
            "commission_draft.changed", f"commission_draft:{draft_id}", by=staff_of(request).user_id, left_out=row.name
        ):
            drafts.end_in_draft(draft_id=draft_id, rule_id=rule_id)
    except drafts.DraftClosed as refused:
        messages.error(request, str(refused))
    return _to(draft_id)


@require_POST
@for_administrators
def adoption(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Put a draft in force, all of it at once."""
    found = _draft(draft_id)
    try:
        with traced("commission_draft.adopted", f"commission_draft:{found.id}", by=staff_of(request).user_id):
            drafts.adopt_draft(draft_id=found.id, by=staff_of(request).user_id)
    except (drafts.DraftClosed, drafts.DraftOutdated, BadRule) as refused:
        messages.error(request, str(refused))
        return _to(found.id)
    messages.success(request, f"“{found.name}” is in force.")
    return HttpResponseRedirect(reverse("backoffice:commissions"))


@require_POST
@for_administrators
def discard(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Put a draft away."""
    found = _draft(draft_id)
    try:
        with traced("commission_draft.discarded", f"commission_draft:{found.id}", by=staff_of(request).user_id):
            drafts.discard_draft(draft_id=found.id)
    except drafts.DraftClosed as refused:
        messages.error(request, str(refused))
    return HttpResponseRedirect(reverse("backoffice:commissions"))


@require_POST
@for_administrators
def simulations(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Have a draft replayed over a period."""
    found, form = _draft(draft_id), PeriodForm(request.POST)
    if form.is_valid():
        try:
            made = drafts.simulate(draft_id=found.id, by=staff_of(request).user_id, **form.cleaned_data)
        except (InvalidInput, drafts.DraftClosed) as refused:
            add_refusal(form, refused)
        else:
            return HttpResponseRedirect(reverse("backoffice:commission_simulation", args=[made.id]))
    return _page(request, found, form)


@require_GET
@for_administrators
def simulation(request: HttpRequest, simulation_id: UUID) -> HttpResponse:
    """How far a replay has come, and what came of it."""
    found = Simulation.objects.select_related("draft").filter(id=simulation_id).first()
    if found is None:
        raise Http404("There is no such simulation.")
    result = found.result
    rows = [*result.get("vendors", ()), *result.get("below_fee", ())]
    vendors = named(UUID(row["vendor_id"]) for row in rows)
    names = {str(vendor_id): vendor.name for vendor_id, vendor in vendors.items()}
    context = {
        "simulation": found,
        "under_way": found.state in UNDER_WAY,
        "vendors": [{**row, "name": names.get(row["vendor_id"], "—")} for row in result.get("vendors", ())],
        "totals": _totals(result.get("vendors", ())),
        "below_fee": [{**row, "name": names.get(row["vendor_id"], "—")} for row in result.get("below_fee", ())],
        "result": result,
        "trail": _trail(found.draft.name, _address(found.draft_id), "Simulation"),
    }
    return render(request, "backoffice/commission_simulation.html", context)


def _totals(rows: Any) -> list[dict[str, Any]]:
    """The sums over all vendors, by currency."""
    sums: dict[str, dict[str, Any]] = {}
    for row in rows:
        total = sums.setdefault(row["currency"], {"currency": row["currency"]})
        for name in ("was_minor", "would_be_minor", "difference_minor", "lines", "refused"):
            total[name] = total.get(name, 0) + row[name]
    return list(sums.values())


def _draft(draft_id: UUID) -> CommissionDraft:
    found = CommissionDraft.objects.filter(id=draft_id).first()
    if found is None:
        raise Http404("There is no such draft.")
    return found


def _row(draft_id: UUID, rule_id: UUID) -> DraftRule:
    found = DraftRule.objects.filter(draft_id=draft_id, id=rule_id).first()
    if found is None:
        raise Http404("The draft has no such rule.")
    return found


def _address(draft_id: UUID) -> str:
    return reverse("backoffice:commission_draft", args=[draft_id])


def _to(draft_id: UUID) -> HttpResponse:
    return HttpResponseRedirect(_address(draft_id))


def _trail(name: str, url: str = "", here: str = "") -> list[dict[str, str]]:
    trail = [{"label": "Commissions", "url": reverse("backoffice:commissions")}]
    return [*trail, {"label": name, "url": url}, {"label": here}] if here else [*trail, {"label": name}]
