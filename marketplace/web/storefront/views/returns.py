"""Sending something back: what and why, the label, the way back, and having the platform decide."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kit import clock
from kit.errors import InvalidInput, SoukError
from marketplace.orders.models import Order, VendorOrder
from marketplace.returns import asking, shown
from marketplace.returns.actions import Actor
from marketplace.returns.asking import AskedLine, Returnable
from marketplace.returns.claims import may_claim, open_claim, say, withdraw_claim
from marketplace.returns.exchange import Replacement, replacements_of
from marketplace.returns.labels import return_label
from marketplace.returns.models import Claim, ClaimKind, Return, ReturnReason, ReturnState
from marketplace.returns.photos import MOST_PHOTOS, Taken, encode_photos, small_photo
from marketplace.returns.policy import Policy, policy_at
from marketplace.web.storefront.views.orders import order_here
from marketplace.web.storefront.visitor import person, see_other
from taxonomy.tax import COUNTRY_NAMES

# What a customer may claim by themselves; the rest follows from a return.
KINDS = [(kind.value, kind.label) for kind in ClaimKind if kind != ClaimKind.SILENT]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: HttpRequest, number: str) -> HttpResponse:
    """The form over every shop's part, and asking: each shop gets a return of its own."""
    order = order_here(request, number)
    policy = policy_at(clock.now())
    possible = asking.returnable(order.id, policy=policy)
    if request.method != "POST":
        return _form(request, order, policy, possible)
    try:
        asked = {part: _asked(request, lines) for part, lines in possible.items()}
        photos = encode_photos(request.FILES.getlist("photos"))
        made = _ask_all(request, order, asked, photos)
    except SoukError as refused:
        return _form(request, order, policy, possible, refused)
    if len(made) == 1:
        return see_other(_url(order, made[0]))
    messages.success(request, "Every shop has been asked about its own articles.")
    return see_other(reverse("storefront:order", args=[order.number]))


@never_cache
@require_safe
def show(request: HttpRequest, number: str, return_id: UUID) -> HttpResponse:
    order, returned = _find(request, number, return_id)
    return _page(request, order, returned)


@never_cache
@require_safe
def label(request: HttpRequest, number: str, return_id: UUID) -> HttpResponse:
    """The label as PDF, once the shop has said where to send it."""
    _, returned = _find(request, number, return_id)
    if not returned.send_to:
        raise Http404("There is no label before the shop has accepted the return.")
    answer = HttpResponse(return_label(returned), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="return-{returned.number}.pdf"'
    return answer


@require_POST
def sending(request: HttpRequest, number: str, return_id: UUID) -> HttpResponse:
    """It has left, and how it is followed."""
    order, returned = _find(request, number, return_id)
    names = ("carrier", "tracking_number", "tracking_url")
    try:
        asking.say_sent(
            return_id=returned.id, by=_actor(request), **{name: request.POST.get(name, "") for name in names}
        )
    except SoukError as refused:
        return _page(request, order, returned, refused)
    messages.success(request, "We have told the shop.")
    return see_other(_url(order, returned))


@require_POST
def withdrawal(request: HttpRequest, number: str, return_id: UUID) -> HttpResponse:
    order, returned = _find(request, number, return_id)
    try:
        asking.withdraw_return(return_id=returned.id, by=_actor(request))
    except SoukError as refused:
        return _page(request, order, returned, refused)
    return see_other(_url(order, returned))


@require_POST
def photos(request: HttpRequest, number: str, return_id: UUID) -> HttpResponse:
    order, returned = _find(request, number, return_id)
    try:
        asking.add_photos(
            return_id=returned.id, photos=encode_photos(request.FILES.getlist("photos")), by=_actor(request)
        )
    except SoukError as refused:
        return _page(request, order, returned, refused)
    return see_other(_url(order, returned))


@require_safe
def photo(request: HttpRequest, number: str, photo_id: UUID) -> HttpResponse:
    """A photo of a return or a claim of this order, in the size of a page."""
    order = order_here(request, number)
    found = shown.photo_of(photo_id, returned__order_id=order.id) or shown.photo_of(photo_id, claim__order_id=order.id)
    if found is None:
        raise Http404("There is no such photo.")
    return small_photo(found)


# --- Claims -----------------------------------------------------------------------------------------------------------


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_claim(request: HttpRequest, number: str) -> HttpResponse:
    """Have the platform decide about one shop's part (`part`), or about a return (`return`)."""
    order = order_here(request, number)
    data = request.POST if request.method == "POST" else request.GET
    returned = _return_named(order, data.get("return", ""))
    now = clock.now()
    policy = policy_at(now)
    parts = [
        part
        for part in order.vendor_orders.order_by("number")
        if may_claim(part, policy=policy, now=now) or (returned and returned.vendor_order_id == part.id)
    ]
    if request.method != "POST":
        return _claim_form(request, order, parts, returned)
    part = next((part for part in parts if str(part.id) == data.get("part", "")), None)
    try:
        if part is None:
            raise InvalidInput("Choose the shop.", field="part")
        made = open_claim(
            vendor_order_id=part.id,
            kind=data.get("kind", ""),
            words=data.get("words", ""),
            by=_actor(request),
            order=order,
            returned=returned,
            photos=encode_photos(request.FILES.getlist("photos")),
        )
    except SoukError as refused:
        return _claim_form(request, order, parts, returned, refused)
    return see_other(reverse("storefront:order_claim", args=[order.number, made.id]))


@never_cache
@require_safe
def claim(request: HttpRequest, number: str, claim_id: UUID) -> HttpResponse:
    order, found = _find_claim(request, number, claim_id)
    return _claim_page(request, order, found)


@require_POST
def claim_messages(request: HttpRequest, number: str, claim_id: UUID) -> HttpResponse:
    order, found = _find_claim(request, number, claim_id)
    try:
        say(claim=found, text=request.POST.get("text", ""), by=_actor(request))
    except SoukError as refused:
        return _claim_page(request, order, found, refused)
    return see_other(reverse("storefront:order_claim", args=[order.number, found.id]))


@require_POST
def claim_withdrawal(request: HttpRequest, number: str, claim_id: UUID) -> HttpResponse:
    order, found = _find_claim(request, number, claim_id)
    try:
        withdraw_claim(claim_id=found.id, by=_actor(request))
    except SoukError as refused:
        return _claim_page(request, order, found, refused)
    return see_other(reverse("storefront:order_claim", args=[order.number, found.id]))


# --- Their parts ------------------------------------------------------------------------------------------------------


def _actor(request: HttpRequest) -> Actor:
    user = person(request)
    return Actor("customer", user.id if user is not None else None)


def _url(order: Order, returned: Return) -> str:
    return reverse("storefront:order_return", args=[order.number, returned.id])


def _find(request: HttpRequest, number: str, return_id: UUID) -> tuple[Order, Return]:
    order = order_here(request, number)
    found = shown.return_of(order.id, return_id)
    if found is None:
        raise Http404("There is no such return.")
    return order, found


def _find_claim(request: HttpRequest, number: str, claim_id: UUID) -> tuple[Order, Claim]:
    order = order_here(request, number)
    found = shown.claim_with(claim_id, order_id=order.id)
    if found is None:
        raise Http404("There is no such claim.")
    return order, found


def _return_named(order: Order, text: str) -> Return | None:
    """The return that a claim is about; none for any other text."""
    try:
        return shown.return_of(order.id, UUID(text))
    except ValueError:
        return None


def _asked(request: HttpRequest, lines: Sequence[Returnable]) -> list[AskedLine]:
    found = []
    for line in lines:
        text = request.POST.get(f"units-{line.line_id}", "").strip() or "0"
        if not text.isascii() or not text.isdigit() or len(text) > 6:
            raise InvalidInput("Give a whole number.", field=f"units-{line.line_id}")
        if int(text):
            reason, instead = (request.POST.get(f"{name}-{line.line_id}", "") for name in ("reason", "replace"))
            found.append(AskedLine(line.line_id, int(text), reason, _variant(instead, line.line_id)))
    return found


def _variant(text: str, line_id: UUID) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        raise InvalidInput("Choose of what can be had instead.", field=f"replace-{line_id}") from None


@transaction.atomic
def _ask_all(
    request: HttpRequest, order: Order, asked: dict[UUID, list[AskedLine]], photos: Sequence[Taken]
) -> list[Return]:
    """A return of each shop that is asked something, all or none. In the order in which vendor orders are locked."""
    wanted = {part: lines for part, lines in sorted(asked.items()) if lines}
    if not wanted:
        raise InvalidInput("Choose what you want to send back.", field="lines")
    words, by = request.POST.get("words", ""), _actor(request)
    return [
        asking.ask_return(order=order, vendor_order_id=part, lines=lines, words=words, by=by, photos=photos)
        for part, lines in wanted.items()
    ]


def _form(
    request: HttpRequest,
    order: Order,
    policy: Policy,
    possible: dict[UUID, list[Returnable]],
    problem: SoukError | None = None,
) -> HttpResponse:
    parts = VendorOrder.objects.filter(id__in=possible).order_by("number")
    instead = replacements_of(order.id) if possible else {}
    context = {
        "order": order,
        "policy": policy,
        "parts": [
            {
                "part": part,
                "lines": [_line(request, line, instead.get(line.line_id, []), problem) for line in possible[part.id]],
            }
            for part in parts
        ],
        "reasons": [(reason.value, reason.label, reason.value in policy.vendor_pays_for) for reason in ReturnReason],
        "words": request.POST.get("words", ""),
        "most_photos": MOST_PHOTOS,
        "problem": problem,
    }
    return render(request, "storefront/return_new.html", context, status=422 if problem else 200)


def _line(
    request: HttpRequest, line: Returnable, instead: Sequence[Replacement], problem: SoukError | None
) -> dict[str, Any]:
    names = {name: f"{name}-{line.line_id}" for name in ("units", "reason", "replace")}
    return {
        "title": line.title,
        "most": line.units,
        "until": line.until,
        "instead": [(str(each.variant_id), each.title) for each in instead],
        **{
            name: {
                "name": field,
                "value": request.POST.get(field, ""),
                "problem": str(problem) if problem is not None and problem.field == field else "",
            }
            for name, field in names.items()
        },
    }


def _page(request: HttpRequest, order: Order, returned: Return, problem: SoukError | None = None) -> HttpResponse:
    # What an action locked and changed is not what was read before it.
    returned = shown.return_of(order.id, returned.id) or returned
    country = returned.send_to.get("country", "")
    context = {
        "order": order,
        "returned": returned,
        "part": returned.vendor_order,
        "next": shown.NEXT[returned.state][0],
        "pays": shown.who_pays(returned),
        "address": {
            "name": returned.send_to["name"],
            "line1": returned.send_to["street"],
            "postal_code": returned.send_to["postal_code"],
            "city": returned.send_to["city"],
            "country": COUNTRY_NAMES.get(country, country),
        }
        if returned.send_to
        else None,
        "photos": _photos(order, returned),
        "events": shown.timeline_of(returned, {}),
        "can_send": returned.state in (ReturnState.ACCEPTED, ReturnState.SENT),
        "can_withdraw": asking.may_withdraw(returned),
        "can_claim": returned.state not in (ReturnState.WITHDRAWN, ReturnState.SETTLED, ReturnState.ASKED),
        "claims": list(returned.claims.order_by("id")),
        "tracking": {
            name: request.POST.get(name, getattr(returned, name))
            for name in ("carrier", "tracking_number", "tracking_url")
        },
        "problem": problem,
        "most_photos": MOST_PHOTOS,
    }
    return render(request, "storefront/return.html", context, status=422 if problem else 200)


def _photos(order: Order, of: Return | Claim) -> list[dict[str, str]]:
    return [{"url": reverse("storefront:order_photo", args=[order.number, photo.id])} for photo in of.photos.all()]


def _claim_form(
    request: HttpRequest,
    order: Order,
    parts: Sequence[VendorOrder],
    returned: Return | None,
    problem: SoukError | None = None,
) -> HttpResponse:
    data = request.POST if request.method == "POST" else request.GET
    first = str(returned.vendor_order_id) if returned else str(parts[0].id) if len(parts) == 1 else ""
    suggested = {ReturnState.DECLINED: ClaimKind.DECLINED, ReturnState.REFUNDED: ClaimKind.TOO_LITTLE}
    kind = suggested.get(ReturnState(returned.state), "") if returned else ""
    context = {
        "order": order,
        "parts": parts,
        "returned": returned,
        "kinds": KINDS,
        "chosen": {"part": data.get("part") or first, "kind": data.get("kind") or kind, "words": data.get("words", "")},
        "most_photos": MOST_PHOTOS,
        "problem": problem,
    }
    return render(request, "storefront/claim_new.html", context, status=422 if problem else 200)


def _claim_page(request: HttpRequest, order: Order, found: Claim, problem: SoukError | None = None) -> HttpResponse:
    context = {
        "order": order,
        "claim": found,
        "part": found.vendor_order,
        "said": shown.said_in(found, vendor_name=found.vendor_order.vendor_name),
        "photos": _photos(order, found),
        "events": shown.timeline_of(found, {}),
        "text": request.POST.get("text", ""),
        "problem": problem,
    }
    return render(request, "storefront/claim.html", context, status=422 if problem else 200)
