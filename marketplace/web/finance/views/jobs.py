"""What the worker does by itself: each sweep, how it went, and the provider's events that could not be taken in."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from audit.actions import traced
from billing.stripe.inbox import NotWaiting, retry_event
from billing.stripe.queries import failing_events_count, failing_events_page, waiting_events
from kit import clock
from marketplace.web.backoffice.roles import for_finance, staff_of
from marketplace.web.backoffice.tables import Filter, pages, tabs
from observability.jobs import NoSuchJob, failing_count, run_now
from observability.jobs import jobs as all_jobs


class JobFilter(Filter):
    state = forms.ChoiceField(choices=[("", "Jobs"), ("events", "Provider's events")])


@require_GET
@for_finance
def jobs(request: HttpRequest) -> HttpResponse:
    """The sweeps; `?state=events` the events of the provider that fail."""
    state = JobFilter(request).chosen["state"]
    waiting = waiting_events()
    choices = [("", "Jobs", failing_count() or None), ("events", "Provider's events", failing_events_count() or None)]
    context = {
        "state": state,
        "tabs": tabs(request, "state", choices),
        "waiting": waiting,
        "lag_seconds": round((clock.now() - waiting.oldest_at).total_seconds()) if waiting.oldest_at else 0,
    }
    if state == "events":
        page = failing_events_page(cursor=request.GET.get("cursor"))
        context |= {"events": page.rows, **pages(request, page)}
    else:
        context |= {"jobs": all_jobs()}
    return render(request, "finance/jobs.html", context)


@require_POST
@for_finance
def run(request: HttpRequest, name: str) -> HttpResponse:
    """Ring for a sweep now."""
    try:
        run_now(name=name, by=staff_of(request).user_id)
    except NoSuchJob as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"{name} runs as soon as the worker hears.")
    return HttpResponseRedirect(reverse("finance:jobs"))


@require_POST
@for_finance
def event_retry(request: HttpRequest, event_id: UUID) -> HttpResponse:
    """Have an event of the provider taken in again."""
    try:
        with traced("webhook.retried", f"webhook:{event_id}", by=staff_of(request).user_id) as told:
            told["type"] = retry_event(event_id=event_id).type
    except NotWaiting as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, "The event is taken in again within seconds.")
    return HttpResponseRedirect(f"{reverse('finance:jobs')}?state=events")
