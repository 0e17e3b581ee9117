"""What customers have the platform decide: both sides, questions to them, and the decision."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.queries import names_of
from kit import clock
from kit.errors import SoukError
from marketplace.messages.queries import thread_of
from marketplace.orders.models import OrderEvent
from marketplace.returns import shown
from marketplace.returns.actions import Actor
from marketplace.returns.claims import UNDECIDED, dismiss_claim, say
from marketplace.returns.models import Claim, ClaimState, Return
from marketplace.returns.photos import small_photo, whole_photo
from marketplace.web.backoffice.roles import for_orders, for_refunds, staff_of
from marketplace.web.backoffice.tables import Filter, pages, tabs
from marketplace.web.photos import photos_with


class ClaimFilter(Filter):
    state = forms.ChoiceField(choices=[("", "All"), *ClaimState.choices])


@require_GET
@for_orders
def claims(request: HttpRequest) -> HttpResponse:
    """The open ones with the oldest first; any others newest first."""
    state = ClaimFilter(request).chosen["state"]
    page = shown.claims_page(state=state, cursor=request.GET.get("cursor"))
    open_now, now = shown.claims_open(), clock.now()
    states = [(value, label, open_now if value == ClaimState.OPEN else None) for value, label in ClaimState.choices]
    context = {
        "rows": [{"claim": row, "is_late": row.due_at is not None and row.due_at < now} for row in page.rows],
        "tabs": tabs(request, "state", [("", "All", None), *states]),
        **pages(request, page),
    }
    return render(request, "backoffice/claims.html", context)


@require_GET
@for_orders
def claim(request: HttpRequest, claim_id: UUID) -> HttpResponse:
    return _page(request, _find(claim_id))


@require_POST
@for_refunds
def claim_messages(request: HttpRequest, claim_id: UUID) -> HttpResponse:
    """Say something to both sides; with `asks` of one of them."""
    found = _find(claim_id)
    try:
        say(
            claim=found,
            text=request.POST.get("text", ""),
            by=_actor(request),
            asks=request.POST.get("asks", ""),
        )
    except SoukError as refused:
        return _page(request, found, refused)
    messages.success(request, "Both sides read it.")
    return redirect("backoffice:claim", found.id)


@require_POST
@for_refunds
def dismissal(request: HttpRequest, claim_id: UUID) -> HttpResponse:
    """Give nothing back, and say why. Granting it is refunding: `orders/<id>/refund/?claim=`."""
    found = _find(claim_id)
    try:
        dismiss_claim(claim_id=found.id, by=_actor(request), note=request.POST.get("note", ""))
    except SoukError as refused:
        return _page(request, found, refused)
    messages.success(request, "Declined. Both sides read why.")
    return redirect("backoffice:claim", found.id)


@require_GET
@for_orders
def photo(request: HttpRequest, photo_id: UUID) -> HttpResponseBase:
    """A customer's photo, in the size of a page; all of it with `?whole=1`."""
    found = shown.photo_of(photo_id)
    if found is None:
        raise Http404("There is no such photo.")
    return whole_photo(found) if request.GET.get("whole") else small_photo(found)


def _page(request: HttpRequest, found: Claim, problem: SoukError | None = None) -> HttpResponse:
    returned = shown.return_of(found.order_id, found.returned_id) if found.returned_id else None
    context: dict[str, Any] = {
        "claim": found,
        "part": found.vendor_order,
        "returned": returned,
        "said": shown.said_in(found, vendor_name=found.vendor_order.vendor_name),
        "photos": photos_with("backoffice:claim_photo", found),
        "thread": thread_of(found.vendor_order) if found.state in UNDECIDED else None,
        "return_photos": photos_with("backoffice:claim_photo", returned) if returned else [],
        "events": _events(found, returned),
        "decided_by": names_of([found.decided_by]).get(found.decided_by, "") if found.decided_by else "",
        "text": request.POST.get("text", ""),
        "asks": request.POST.get("asks", ""),
        "note": request.POST.get("note", ""),
        "problem": problem,
        "refund_url": f"{reverse('backoffice:order_refund', args=[found.order_id])}?claim={found.id}",
        "trail": [{"label": "Claims", "url": reverse("backoffice:claims")}, {"label": found.number}],
    }
    return render(request, "backoffice/claim.html", context, status=422 if problem else 200)


def _events(claim: Claim, returned: Return | None) -> list[dict[str, Any]]:
    """All that happened to the claim and its return, by whom."""
    events = list(OrderEvent.objects.filter(vendor_order_id=claim.vendor_order_id).order_by("at", "id"))
    ids = {str(claim.id), str(returned.id) if returned else ""}
    wanted = [each for each in events if {each.data.get("claim"), each.data.get("return")} & ids]
    names = names_of([each.actor_id for each in wanted])
    return [shown.shown_event(each, names) for each in wanted]


def _find(claim_id: UUID) -> Claim:
    found = shown.claim_with(claim_id)
    if found is None:
        raise Http404("There is no such claim.")
    return found


def _actor(request: HttpRequest) -> Actor:
    staff = staff_of(request)
    return Actor("staff", staff.user_id, f"staff:{staff.role}")
