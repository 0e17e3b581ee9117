"""Facts that a listener could not take in."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from audit.actions import traced
from marketplace.web.backoffice.roles import for_administrators, staff_of
from marketplace.web.backoffice.tables import Filter, pages, tabs
from outbox.actions import NotGivenUp, retry_delivery
from outbox.queries import deliveries_page, failed_count, retrying_count, retrying_page


class FactFilter(Filter):
    state = forms.ChoiceField(choices=[("", "Given up"), ("retrying", "Trying again")])


@require_GET
@for_administrators
def facts(request: HttpRequest) -> HttpResponse:
    """Deliveries that were given up, or (`?state=retrying`) fail and are tried again by themselves."""
    retrying = FactFilter(request).chosen["state"] == "retrying"
    cursor = request.GET.get("cursor")
    page = retrying_page(cursor=cursor) if retrying else deliveries_page(cursor=cursor)
    choices = [("", "Given up", failed_count()), ("retrying", "Trying again", retrying_count())]
    context = {"rows": page.rows, "retrying": retrying, "tabs": tabs(request, "state", choices), **pages(request, page)}
    return render(request, "backoffice/facts.html", context)


@require_POST
@for_administrators
def retry(request: HttpRequest, delivery_id: UUID) -> HttpResponse:
    try:
        with traced("delivery.retried", f"delivery:{delivery_id}", by=staff_of(request).user_id) as told:
            delivery = retry_delivery(delivery_id=delivery_id)
            told |= {"fact": delivery.fact.name, "listener": delivery.listener}
    except NotGivenUp as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"{delivery.fact.name} is being delivered again.")
    return HttpResponseRedirect(reverse("backoffice:facts"))
