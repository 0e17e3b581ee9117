"""What we keep about a customer: a copy to take away, and erasing it."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from redis.exceptions import RedisError

from kit import rates
from kit.errors import Conflict, SoukError
from marketplace.web.storefront.views.account import user_of
from marketplace.web.storefront.visitor import customers, see_other
from privacy.actions import StillOpen, ask_for_copy, ask_for_erasure, link_token, obstacles_of, take_back, waiting
from privacy.models import DataRequest, Kind
from privacy.queries import copy_with, requests_of

TRIES_A_MINUTE = 5


class TooManyTries(Conflict):
    code = "too_many_tries"


@never_cache
@customers
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    asked = requests_of(user)
    context = {"requests": asked, "erasure": next((each for each in asked if _waits(each)), None)}
    return render(request, "storefront/data.html", context)


@customers
@require_POST
def copy(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    try:
        ask_for_copy(user=user)
    except SoukError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"We make the copy now, and mail {user.email} when it is there.")
    return see_other(reverse("storefront:data"))


@never_cache
@customers
@require_safe
def fetch(request: HttpRequest, data_request_id: UUID) -> HttpResponse:
    found = copy_with(data_request_id)
    if found is None or found.user_id != user_of(request).id:
        raise Http404("There is no such copy, or its time is over.")
    return _download(found)


@never_cache
@require_safe
def fetch_by_link(request: HttpRequest, data_request_id: UUID, token: str) -> HttpResponse:
    """A guest's copy: the link is the key to it."""
    found = copy_with(data_request_id) if constant_time_compare(token, link_token(data_request_id)) else None
    if found is None or found.user_id is not None:
        raise Http404("There is no such copy, or its time is over.")
    return _download(found)


@never_cache
@customers
@require_http_methods(["GET", "HEAD", "POST"])
def erasure(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    problem: SoukError | None = None
    if request.method == "POST":
        try:
            _count_try(user.id)
            words_too = request.POST.get("words") == "too"
            made = ask_for_erasure(user=user, password=request.POST.get("password", ""), words_too=words_too)
        except SoukError as error:
            problem = error
        else:
            messages.success(
                request, f"Your data is erased on {made.due_at:%-d %B %Y}. Until then you can take it back."
            )
            return see_other(reverse("storefront:data"))
    context = {
        "problem": problem,
        "obstacles": problem.obstacles if isinstance(problem, StillOpen) else obstacles_of(user, user.email),
        "erasure": waiting(user, user.email, Kind.ERASURE),
        "days": settings.ERASURE_DAYS,
        "words_too": request.POST.get("words") == "too",
    }
    return render(request, "storefront/data_erasure.html", context, status=422 if problem else 200)


@customers
@require_POST
def erasure_back(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    standing = waiting(user, user.email, Kind.ERASURE)
    if standing is None:
        messages.info(request, "Nothing waits to be erased.")
    else:
        take_back(request_id=standing.id)
        messages.success(request, "Nothing is erased: everything stays as it is.")
    return see_other(reverse("storefront:data"))


def _count_try(user_id: UUID) -> None:
    """Whoever sits at an open browser does not get to guess the password. Without Valkey nobody is counted."""
    try:
        rate = rates.count("erasure", str(user_id), TRIES_A_MINUTE)
    except RedisError:
        return
    if rate.remaining < 0:
        raise TooManyTries("That was tried often. Wait a minute.")


def _waits(request: DataRequest) -> bool:
    return request.kind == Kind.ERASURE and request.is_open


def _download(found: DataRequest) -> HttpResponse:
    response = HttpResponse(bytes(found.content or b""), content_type="application/zip")
    response.headers["Content-Disposition"] = 'attachment; filename="souk-your-data.zip"'
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, no-store"
    return response
