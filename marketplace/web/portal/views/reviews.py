"""What buyers say of the shop and of what it sold: to read, to answer, and to report to the marketplace."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from kit.errors import SoukError
from marketplace.reviews import queries
from marketplace.reviews.actions import LONGEST_REPLY, reply_to_review, report_review
from marketplace.reviews.models import Review, ReviewPhoto
from marketplace.web import reviewing
from marketplace.web.portal import present
from marketplace.web.portal.roles import DOES_ORDERS, SEES_ORDERS, changes, shows
from tenants.vendors.models import Member


@shows(*SEES_ORDERS, visits=True)
def reviews(request: HttpRequest) -> HttpResponse:
    """Newest first; `state` is unanswered, hidden or all."""
    vendor_id = _vendor_id(request)
    page = queries.vendor_reviews(vendor_id, state=request.GET.get("state", ""), cursor=request.GET.get("cursor"))
    tabs = [("", "All", None), ("unanswered", "To answer", queries.unanswered(vendor_id)), ("hidden", "Hidden", None)]
    context = {"rows": page.rows, "pages": present.pages(request, page), "tabs": present.tabs(request, tabs)}
    return render(request, "portal/reviews.html", context)


@shows(*SEES_ORDERS, visits=True)
def show(request: HttpRequest, review_id: UUID) -> HttpResponse:
    return _page(request, _find(request, review_id))


@changes(*DOES_ORDERS)
def reply(request: HttpRequest, review_id: UUID) -> HttpResponse:
    found = _find(request, review_id)
    try:
        reply_to_review(review_id=found.id, words=request.POST.get("reply", ""), by=_member(request).user_id)
    except SoukError as refused:
        return _page(request, found, refused)
    messages.success(request, "Your answer stands under the review.")
    return redirect("portal:review", found.id)


@changes(*DOES_ORDERS)
def report(request: HttpRequest, review_id: UUID) -> HttpResponse:
    """Have the marketplace look at it."""
    found, member = _find(request, review_id), _member(request)
    try:
        report_review(review=found, words=request.POST.get("words", ""), kind="member", by=member.user_id)
    except SoukError as refused:
        return _page(request, found, refused)
    messages.success(request, "The marketplace looks at it.")
    return redirect("portal:review", found.id)


@shows(*SEES_ORDERS, visits=True)
def photo(request: HttpRequest, review_photo_id: UUID) -> HttpResponse:
    found = ReviewPhoto.objects.filter(id=review_photo_id, vendor_id=_vendor_id(request)).first()
    if found is None:
        raise Http404("There is no such photo.")
    return reviewing.photo_answer(found)


def _vendor_id(request: HttpRequest) -> UUID:
    return request.vendor.id  # type: ignore[attr-defined,no-any-return]


def _member(request: HttpRequest) -> Member:
    return request.member  # type: ignore[attr-defined,no-any-return]


def _find(request: HttpRequest, review_id: UUID) -> Review:
    found = queries.vendor_review(_vendor_id(request), review_id)
    if found is None:
        raise Http404("There is no such review.")
    return found


def _page(request: HttpRequest, found: Review, problem: SoukError | None = None) -> HttpResponse:
    context = {
        "found": found,
        "part": found.vendor_order,
        "review": {**reviewing.shown([found], photo_route="portal:review_photo")[0], "answer": ""},
        "reply": request.POST.get("reply", found.reply),
        "words": request.POST.get("words", ""),
        "longest_reply": LONGEST_REPLY,
        "problem": problem,
    }
    return render(request, "portal/review.html", context, status=422 if problem else 200)
