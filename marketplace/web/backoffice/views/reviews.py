"""What buyers wrote, for moderators: what was reported, and whether it is seen."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.queries import names_of
from kit.errors import SoukError
from marketplace.reviews import queries
from marketplace.reviews.actions import hide_review, keep_review, restore_review
from marketplace.reviews.models import Review, ReviewPhoto
from marketplace.web import reviewing
from marketplace.web.backoffice.roles import for_moderators, staff_of
from marketplace.web.backoffice.tables import Filter, pages, tabs

STATES = (("", "All"), ("reported", "Reported"), ("hidden", "Hidden"))


class ReviewFilter(Filter):
    state = forms.ChoiceField(choices=STATES)


@require_GET
@for_moderators
def reviews(request: HttpRequest) -> HttpResponse:
    page = queries.all_reviews(state=ReviewFilter(request).chosen["state"], cursor=request.GET.get("cursor"))
    counts = {"reported": queries.reported()}
    context = {
        "rows": page.rows,
        "tabs": tabs(request, "state", [(value, label, counts.get(value)) for value, label in STATES]),
        **pages(request, page),
    }
    return render(request, "backoffice/reviews.html", context)


@require_GET
@for_moderators
def review(request: HttpRequest, review_id: UUID) -> HttpResponse:
    return _page(request, _find(review_id))


@require_POST
@for_moderators
def hiding(request: HttpRequest, review_id: UUID) -> HttpResponse:
    reason = request.POST.get("reason", "")
    return _do(request, review_id, lambda by: hide_review(review_id=review_id, reason=reason, by=by), "Hidden.")


@require_POST
@for_moderators
def restoring(request: HttpRequest, review_id: UUID) -> HttpResponse:
    return _do(request, review_id, lambda by: restore_review(review_id=review_id, by=by), "It is shown again.")


@require_POST
@for_moderators
def keeping(request: HttpRequest, review_id: UUID) -> HttpResponse:
    """What was reported is looked at, and it stays."""
    return _do(request, review_id, lambda by: keep_review(review_id=review_id, by=by), "It stays.")


@require_GET
@for_moderators
def photo(request: HttpRequest, review_photo_id: UUID) -> HttpResponse:
    found = ReviewPhoto.objects.filter(id=review_photo_id).first()
    if found is None:
        raise Http404("There is no such photo.")
    return reviewing.photo_answer(found)


def _do(request: HttpRequest, review_id: UUID, act: Callable[[UUID], Any], told: str) -> HttpResponse:
    found = _find(review_id)
    try:
        act(staff_of(request).user_id)
    except SoukError as refused:
        return _page(request, found, refused)
    messages.success(request, told)
    return redirect("backoffice:review", found.id)


def _find(review_id: UUID) -> Review:
    found = queries.review_with(review_id)
    if found is None:
        raise Http404("There is no such review.")
    return found


def _page(request: HttpRequest, found: Review, problem: SoukError | None = None) -> HttpResponse:
    reports = sorted(found.reports.all(), key=lambda report: report.at, reverse=True)
    of = found.order_line.title if found.order_line else found.vendor_order.vendor_name
    context = {
        "found": found,
        "of": of,
        "part": found.vendor_order,
        "review": reviewing.shown([found], photo_route="backoffice:review_photo")[0],
        "hidden_by": names_of([found.hidden_by]).get(found.hidden_by, "") if found.hidden_by else "",
        "reports": [{"report": each, "who": _who(each.reporter_kind, found)} for each in reports],
        "waiting": sum(each.settled_at is None for each in reports),
        "reason": request.POST.get("reason", ""),
        "problem": problem,
        "trail": [{"label": "Reviews", "url": reverse("backoffice:reviews")}, {"label": of}],
    }
    return render(request, "backoffice/review.html", context, status=422 if problem else 200)


def _who(kind: str, found: Review) -> str:
    """Moderators know no customers by name."""
    return found.vendor_order.vendor_name if kind == "member" else "A customer"
