"""Rates of VAT in force and to come, and customers who are free of it."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.exemptions import end_exemption, grant_exemption
from accounts.models import TaxExemption, User
from audit.actions import traced
from kit import clock
from kit.errors import SoukError
from kit.money import in_percent
from marketplace.web.backoffice.forms import ExemptionForm, TaxRateForm, add_refusal
from marketplace.web.backoffice.roles import for_administrators, for_support, staff_of
from taxonomy.models import TaxCategory, TaxRate
from taxonomy.rates import add_rate
from taxonomy.tax import COUNTRY_NAMES, SELLING_COUNTRIES, Rate, rates, with_rates


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrators
def tax_rates(request: HttpRequest) -> HttpResponse:
    """Of each country the rates of today, those to come, and a form for one that begins later."""
    form = TaxRateForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        given = dict(form.cleaned_data)
        given["rate"] = given.pop("percent").scaleb(-2)
        by = staff_of(request).user_id
        try:
            with traced("tax_rate.added", by=by, **{name: str(value) for name, value in given.items()}) as told:
                made = add_rate(**given, by=by)
                told |= {"subject": f"tax_rate:{made.id}"}
        except SoukError as refused:
            add_refusal(form, refused, rate="percent")
        else:
            messages.success(request, f"From {made.valid_from:%-d %B %Y} on it is {in_percent(made.rate)} %.")
            return HttpResponseRedirect(reverse("backoffice:tax_rates"))
    context = {"form": form, "rows": _rows()}
    return render(request, "backoffice/tax_rates.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@for_support
def exemptions(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """The documents by which a customer is or was free of VAT, and a form for another one."""
    user = User.objects.filter(id=user_id).first()
    if user is None:
        raise Http404("There is no such customer.")
    form = ExemptionForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        by = staff_of(request).user_id
        given = {name: str(value) for name, value in form.cleaned_data.items()}
        try:
            with traced("tax_exemption.granted", f"user:{user.id}", by=by, **given):
                grant_exemption(user=user, by=by, **form.cleaned_data)
        except SoukError as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, "Granted. Orders on those days are without VAT.")
            return HttpResponseRedirect(reverse("backoffice:exemptions", args=[user.id]))
    people = [
        {"label": "Customers", "url": reverse("backoffice:customers")},
        {"label": str(user), "url": reverse("backoffice:customer", args=[user.id])},
    ]
    context = {
        "customer": user,
        "form": form,
        "rows": [_exemption(row) for row in user.tax_exemptions.order_by("-id")],
        "trail": [*people, {"label": "Free of VAT"}],
    }
    return render(request, "backoffice/exemptions.html", context, status=422 if form.errors else 200)


@require_POST
@for_support
def exemption_end(request: HttpRequest, exemption_id: UUID) -> HttpResponse:
    found = TaxExemption.objects.filter(id=exemption_id).first()
    if found is None:
        raise Http404("There is no such exemption.")
    by = staff_of(request).user_id
    try:
        with traced("tax_exemption.ended", f"user:{found.user_id}", by=by, exemption=str(found.id)):
            end_exemption(exemption_id=found.id, by=by)
    except SoukError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, "Ended. Orders from now on are with VAT.")
    return HttpResponseRedirect(reverse("backoffice:exemptions", args=[found.user_id]))


def _exemption(row: TaxExemption) -> dict[str, object]:
    today = clock.today()
    state = "ended" if row.ended_at or row.valid_until < today else "open" if row.valid_from > today else "active"
    label = {"ended": "Over", "open": "To come", "active": "In force"}[state]
    return {"row": row, "country": COUNTRY_NAMES.get(row.country, row.country), "state": state, "label": label}


def _rows() -> list[dict[str, object]]:
    """A row for each country: what holds today by category, and what is to come."""
    today, added = clock.today(), TaxRate.objects.all()
    table = with_rates((row.country, row.tax_category, Rate(row.valid_from, row.rate, row.source)) for row in added)
    known = {str(category) for category in TaxCategory}
    return [
        {
            "country": name,
            "now": [
                {
                    "label": TaxCategory(category).label,
                    "rate": f"{in_percent(held[-1].rate)} %",
                    "source": held[-1].source,
                }
                for (of, category), dated in sorted(table.items(), key=lambda item: item[1][-1].rate, reverse=True)
                if of == country
                and category in known
                and (held := [rate for rate in dated if rate.valid_from <= today])
            ],
            "coming": [
                {"label": TaxCategory(category).label, "rate": f"{in_percent(rate.rate)} %", "on": rate.valid_from}
                for (of, category), dated in table.items()
                if of == country
                for rate in dated
                if rate.valid_from > today
            ],
        }
        for country, name in SELLING_COUNTRIES
        if rates()
    ]
