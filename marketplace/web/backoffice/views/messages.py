"""Conversations between customers and shops: private, and read by staff only while a claim is open or one was reported."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from marketplace.messages import queries
from marketplace.messages.actions import read_as_staff, settle_report
from marketplace.messages.models import Thread
from marketplace.returns.claims import UNDECIDED
from marketplace.returns.models import Claim
from marketplace.web import talking
from marketplace.web.backoffice.roles import for_support, staff_of
from marketplace.web.backoffice.tables import pages


@require_GET
@for_support
def threads(request: HttpRequest) -> HttpResponse:
    page = queries.threads_reported(cursor=request.GET.get("cursor"))
    return render(request, "backoffice/threads.html", {"rows": page.rows, **pages(request, page)})


@require_GET
@for_support
def thread(request: HttpRequest, thread_id: UUID) -> HttpResponse:
    """What was said. Every look is written into the audit trail. Raises NotReadable, which the middleware shows."""
    found = _find(thread_id)
    said = read_as_staff(thread=found, has_claim=_has_claim(found), by=staff_of(request).user_id)
    part = found.vendor_order
    context = {
        "thread": found,
        "part": part,
        "said": talking.shown(
            said,
            me="staff",
            others=part.vendor_name,
            photo_url=lambda photo: reverse("backoffice:message_photo", args=[found.id, photo.id]),
        ),
        "trail": [{"label": "Messages", "url": reverse("backoffice:threads")}, {"label": part.number}],
    }
    return render(request, "backoffice/thread.html", context)


@require_GET
@for_support
def photo(request: HttpRequest, thread_id: UUID, message_photo_id: UUID) -> HttpResponse:
    found = _find(thread_id)
    shown = queries.photo_of(message_photo_id, thread=found) if found.is_reported or _has_claim(found) else None
    if shown is None:
        raise Http404("There is no such picture.")
    return talking.photo_answer(shown)


@require_POST
@for_support
def settling(request: HttpRequest, thread_id: UUID) -> HttpResponse:
    found = _find(thread_id)
    settle_report(thread_id=found.id, by=staff_of(request).user_id)
    messages.success(request, "Done with: it is private again.")
    return redirect("backoffice:threads")


def _find(thread_id: UUID) -> Thread:
    found = Thread.objects.select_related("vendor_order__order").filter(id=thread_id).first()
    if found is None:
        raise Http404("There is no such conversation.")
    return found


def _has_claim(thread: Thread) -> bool:
    return Claim.objects.filter(vendor_order_id=thread.vendor_order_id, state__in=UNDECIDED).exists()
