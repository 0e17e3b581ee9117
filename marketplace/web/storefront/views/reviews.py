"""What buyers say: read by all, written by whoever's order it was, reported by customers."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from kit.errors import SoukError
from kit.pagination import Page
from marketplace.catalog import queries as catalog
from marketplace.catalog.models import Listing, VendorCard
from marketplace.catalog.queries import NotListed
from marketplace.orders.models import Order
from marketplace.reviews import queries
from marketplace.reviews.actions import MOST_PHOTOS, encode_photos, report_review, write_review
from marketplace.reviews.models import Review, Subject
from marketplace.reviews.queries import Reviewable
from marketplace.web import reviewing
from marketplace.web.storefront import present
from marketplace.web.storefront.views.orders import order_here
from marketplace.web.storefront.visitor import customers, person, see_other

STARS = ((5, "5, very good"), (4, "4, good"), (3, "3, all right"), (2, "2, not good"), (1, "1, bad"))


@require_safe
def of_listing(request: HttpRequest, slug: str) -> HttpResponse:
    """All that is said of an article; by `rating`, in the order of `sort`."""
    listing = Listing.objects.defer("search", "description").filter(slug=slug, is_visible=True).first()
    if listing is None:
        raise Http404("This is not offered here any more.")
    page = queries.reviews_of_listing(listing.id, **_narrowing(request))
    url = reverse("storefront:listing", args=[listing.slug])
    return _list(request, listing, listing.title, url, page, queries.spread(listing_id=listing.id))


@require_safe
def of_vendor(request: HttpRequest, slug: str) -> HttpResponse:
    """All that is said of a shop."""
    try:
        card = catalog.vendor_card(slug)
    except NotListed as error:
        raise Http404(str(error)) from None
    page = queries.reviews_of_vendor(card.vendor_id, **_narrowing(request))
    url = reverse("storefront:vendor", args=[card.slug])
    return _list(request, card, card.name, url, page, queries.spread(vendor_id=card.vendor_id))


@require_safe
def photo(request: HttpRequest, review_photo_id: UUID) -> HttpResponse:
    found = queries.seen_photo(review_photo_id)
    if found is None:
        raise Http404("There is no such photo.")
    return reviewing.photo_answer(found, public=True)


@never_cache
@customers
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, review_id: UUID) -> HttpResponse:
    """Say what is wrong with a review; each customer once."""
    found, user, problem = queries.seen_review(review_id), person(request), None
    if found is None:
        raise Http404("There is no such review.")
    assert user is not None  # login_required
    if request.method == "POST":
        try:
            report_review(review=found, words=request.POST.get("words", ""), kind="customer", by=user.id)
        except SoukError as refused:
            problem = refused
        else:
            messages.success(request, "Thank you. We look at it.")
            return see_other(_page_of(found))
    context = {
        "review": present.reviews([found])[0],
        "back_url": _page_of(found),
        "words": request.POST.get("words", ""),
        "problem": problem,
    }
    return render(request, "storefront/review_report.html", context, status=422 if problem else 200)


# --- Whoever bought ---------------------------------------------------------------------------------------------------


@never_cache
@require_safe
def of_order(request: HttpRequest, number: str) -> HttpResponse:
    """What of an order has come, and what was said of it."""
    order = order_here(request, number)
    rows = [_row(order, each) for each in queries.reviewable(order)]
    return render(request, "storefront/order_reviews.html", {"order": order, "rows": rows})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest, number: str, about: UUID) -> HttpResponse:
    """Say how an article or a shop was, or change what was said."""
    order = order_here(request, number)
    found = next((each for each in queries.reviewable(order) if each.about == about), None)
    if found is None:
        raise Http404("This has not come yet.")
    if request.method != "POST":
        return _form(request, order, found)
    text = request.POST.get("rating", "")
    try:
        write_review(
            order=order,
            about=about,
            rating=int(text) if text in ("1", "2", "3", "4", "5") else None,
            photos=encode_photos(request.FILES.getlist("photos")),
            **{name: request.POST.get(name, "") for name in ("title", "words", "author")},
        )
    except SoukError as refused:
        return _form(request, order, found, refused)
    messages.success(request, "Thank you. Others can read it now.")
    return see_other(reverse("storefront:order_reviews", args=[order.number]))


# --- Their parts ------------------------------------------------------------------------------------------------------


def _narrowing(request: HttpRequest) -> dict[str, Any]:
    rating, sort = request.GET.get("rating", ""), request.GET.get("sort", "")
    return {
        "rating": int(rating) if rating in ("1", "2", "3", "4", "5") else None,
        "sort": sort if sort in queries.SORTS else "newest",
        "cursor": request.GET.get("cursor") or None,
    }


def _list(
    request: HttpRequest, of: Listing | VendorCard, name: str, url: str, page: Page[Review], spread: dict[int, int]
) -> HttpResponse:
    chosen = _narrowing(request)
    kept = {"sort": chosen["sort"], "rating": chosen["rating"] or ""}

    def link(**changes: Any) -> str:
        values = {key: value for key, value in {**kept, **changes}.items() if value not in ("", "newest", None)}
        return f"{request.path}?{urlencode(values)}" if values else request.path

    most = max(spread.values(), default=0)
    context = {
        "name": name,
        "url": url,
        "rating": of.rating,
        "count": of.rating_count,
        "spread": [
            {
                "stars": stars,
                "count": count,
                "share": count * 100 // most if most else 0,
                "url": link(rating=stars),
                "current": stars == chosen["rating"],
            }
            for stars, count in spread.items()
        ],
        "all_url": link(rating="") if chosen["rating"] else "",
        "sorts": queries.SORT_LABELS,
        "chosen": chosen,
        "reviews": present.reviews(page.rows),
        "previous_url": link(cursor=page.previous_cursor) if page.previous_cursor else "",
        "next_url": link(cursor=page.next_cursor) if page.next_cursor else "",
    }
    return render(request, "storefront/reviews.html", context)


def _page_of(review: Review) -> str:
    if review.order_line is not None:
        return reverse("storefront:listing_reviews", args=[review.order_line.listing_slug])
    return reverse("storefront:vendor_reviews", args=[review.vendor_order.vendor_slug])


def _row(order: Order, each: Reviewable) -> dict[str, Any]:
    return {
        "each": each,
        "is_shop": each.subject == Subject.VENDOR,
        "image_url": present.thumbnail(each.picture),
        "url": reverse("storefront:order_review", args=[order.number, each.about]),
        "review": present.reviews([each.review])[0] if each.review else None,
    }


def _form(request: HttpRequest, order: Order, found: Reviewable, problem: SoukError | None = None) -> HttpResponse:
    user = person(request)
    name = user.short_name if user is not None else str(order.ship_to.get("name", "")).partition(" ")[0]
    before = found.review
    first = {
        "rating": str(before.rating) if before else "",
        "title": before.title if before else "",
        "words": before.words if before else "",
        "author": before.author if before else name,
    }
    context = {
        "order": order,
        "row": _row(order, found),
        "stars": [(str(value), label) for value, label in STARS],
        "values": {name: request.POST.get(name, value) for name, value in first.items()},
        "most_photos": MOST_PHOTOS,
        "problem": problem,
    }
    return render(request, "storefront/review_form.html", context, status=422 if problem else 200)
