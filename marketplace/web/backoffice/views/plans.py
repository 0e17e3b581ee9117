"""The plans that vendors may choose: what each allows, what it costs from now on, and how many have it."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from billing.subscriptions import plans as keeping
from billing.subscriptions import queries
from billing.subscriptions.models import START, Interval, Plan
from kit.errors import SoukError
from kit.money import Money
from marketplace.web.backoffice.forms import NewPlanForm, PlanForm, PlanPriceForm, add_refusal
from marketplace.web.backoffice.roles import for_administrators, staff_of


@require_GET
@for_administrators
def plans(request: HttpRequest) -> HttpResponse:
    counts = queries.subscribers_by_plan()
    rows = [{"plan": plan, "subscribers": counts.get(plan.id, 0)} for plan in queries.with_prices(Plan.objects.all())]
    return render(request, "backoffice/plans.html", {"rows": rows})


@require_http_methods(["GET", "POST"])
@for_administrators
def new_plan(request: HttpRequest) -> HttpResponse:
    form = NewPlanForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            made = keeping.add_plan(by=staff_of(request).user_id, **form.cleaned_data)
        except SoukError as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, f"“{made.name}” is there. It can be chosen once it has a price.")
            return HttpResponseRedirect(reverse("backoffice:plan", args=[made.id]))
    context = {"form": form, "trail": _trail("New plan")}
    return render(request, "backoffice/plan_new.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@for_administrators
def plan(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    found = _plan(plan_id)
    form = PlanForm(request.POST) if request.method == "POST" else PlanForm(initial=_initial(found))
    if form.is_bound and form.is_valid():
        try:
            keeping.change_plan(plan=found, by=staff_of(request).user_id, **form.cleaned_data)
        except SoukError as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, f"“{found.name}” is changed, for every vendor that has it.")
            return HttpResponseRedirect(reverse("backoffice:plans"))
    return _page(request, found, form, PlanPriceForm())


@require_POST
@for_administrators
def price(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """Another price from now on: subscribers keep theirs."""
    found = _plan(plan_id)
    if found.code == START:
        # Its page has no such form.
        raise keeping.PlanRefused("The plan that everybody has costs nothing.")
    form = PlanPriceForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        try:
            made = keeping.set_price(
                plan=found,
                by=staff_of(request).user_id,
                interval=data["interval"],
                amount_minor=data["amount"],
                trial_days=data["trial_days"],
            )
        except SoukError as refused:
            add_refusal(form, refused)
        else:
            money = Money(made.amount_minor, made.currency)
            messages.success(request, f"“{found.name}” costs {money} a {made.interval} from now on.")
            return HttpResponseRedirect(reverse("backoffice:plan", args=[found.id]))
    return _page(request, found, PlanForm(initial=_initial(found)), form)


@require_POST
@for_administrators
def retirement(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """Offer it no more."""
    found = _plan(plan_id)
    try:
        keeping.retire_plan(plan=found, by=staff_of(request).user_id)
    except SoukError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"“{found.name}” is not offered any more. Whoever has it keeps it.")
    return HttpResponseRedirect(reverse("backoffice:plans"))


def _page(request: HttpRequest, found: Plan, form: PlanForm, price_form: PlanPriceForm) -> HttpResponse:
    context = {
        "plan": found,
        "form": form,
        "price_form": price_form,
        "prices": list(found.prices.order_by("interval", "-version")),
        "is_free": found.code == START,
        "currency": settings.CURRENCY,
        "intervals": Interval.choices,
        "trail": _trail(found.name),
    }
    return render(request, "backoffice/plan.html", context, status=422 if form.errors or price_form.errors else 200)


def _initial(found: Plan) -> dict[str, Any]:
    return {name: getattr(found, name) for name in PlanForm.base_fields}


def _plan(plan_id: UUID) -> Plan:
    found = Plan.objects.filter(id=plan_id).first()
    if found is None:
        raise Http404("There is no such plan.")
    return found


def _trail(here: str) -> list[dict[str, str]]:
    return [{"label": "Plans", "url": reverse("backoffice:plans")}, {"label": here, "url": ""}]
