"""What customers send back: to answer, to receive, to inspect and to refund; and what they have the platform decide."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from kit import clock
from kit.errors import InvalidInput, SoukError
from marketplace.returns import answering, shown
from marketplace.returns.actions import Actor
from marketplace.returns.answering import ADDRESS, Found
from marketplace.returns.claims import say
from marketplace.returns.exchange import send_replacement
from marketplace.returns.models import STANDING, Claim, ClaimState, Return, ReturnLine, ReturnState
from marketplace.returns.photos import small_photo, whole_photo
from marketplace.returns.states import may_return
from marketplace.web.photos import photos_with
from marketplace.web.portal import present
from marketplace.web.portal.roles import DOES_ORDERS, SEES_ORDERS, changes, shows
from tenants.vendors.models import Member

TABS = (
    ("open", "Open"),
    (ReturnState.ASKED, "To answer"),
    (ReturnState.ACCEPTED, "Accepted"),
    (ReturnState.SENT, "On their way"),
    (ReturnState.RECEIVED, "To inspect"),
    (ReturnState.INSPECTED, "To refund"),
    ("", "All"),
)
FIELDS = ("ok", "damaged", "missing", "restock")


@shows(*SEES_ORDERS, visits=True)
def returns(request: HttpRequest) -> HttpResponse:
    """By state, newest first, with the claims that are open above."""
    vendor_id = _vendor_id(request)
    counts = shown.return_counts(vendor_id)
    page = shown.returns_page(vendor_id, state=request.GET.get("state", ""), cursor=request.GET.get("cursor"))
    tabs = [
        (value, label, sum(counts.values()) if value == "open" else counts.get(value, 0) if value else None)
        for value, label in TABS
    ]
    now = clock.now()
    context = {
        "rows": [
            {
                "found": row,
                "what": ", ".join(f"{line.quantity} × {line.order_line.title}" for line in row.lines.all()),
                "is_late": row.due_at is not None and row.due_at < now,
            }
            for row in page.rows
        ],
        "claims": shown.claims_page(vendor_id=vendor_id, state=ClaimState.OPEN).rows,
        "pages": present.pages(request, page),
        "tabs": present.tabs(request, tabs),
    }
    return render(request, "portal/returns.html", context)


@shows(*SEES_ORDERS, visits=True)
def show(request: HttpRequest, return_id: UUID) -> HttpResponse:
    return _page(request, _find(request, return_id))


@changes(*DOES_ORDERS)
def answer(request: HttpRequest, return_id: UUID) -> HttpResponse:
    """Accept (`answer=accept`, with where to send it) or decline."""
    found, by, note = _find(request, return_id), _actor(request), request.POST.get("note", "")
    try:
        if request.POST.get("answer") == "accept":
            address = {name: request.POST.get(name, "") for name in ADDRESS}
            prepaid = request.POST.get("prepaid", "")
            answering.accept_return(return_id=found.id, by=by, send_to=address, prepaid=prepaid, note=note)
            messages.success(request, "Accepted. The customer gets the label.")
        else:
            answering.decline_return(return_id=found.id, by=by, note=note)
            messages.success(request, "Declined. The customer reads why.")
    except SoukError as refused:
        return _page(request, found, refused)
    return redirect("portal:return", found.id)


@changes(*DOES_ORDERS)
def receipt(request: HttpRequest, return_id: UUID) -> HttpResponse:
    """It is here."""
    found = _find(request, return_id)
    try:
        answering.receive_return(return_id=found.id, by=_actor(request))
    except SoukError as refused:
        return _page(request, found, refused)
    return redirect("portal:return", found.id)


@changes(*DOES_ORDERS)
def inspection(request: HttpRequest, return_id: UUID) -> HttpResponse:
    """How every unit was found, by `ok-<line>`, `damaged-<line>`, `missing-<line>` and `restock-<line>`."""
    found = _find(request, return_id)
    try:
        answering.inspect_return(
            return_id=found.id,
            by=_actor(request),
            found={line.order_line_id: _found(request, line) for line in found.lines.all()},
            note=request.POST.get("note", ""),
        )
    except SoukError as refused:
        return _page(request, found, refused)
    messages.success(request, "Noted. Now give the money back.")
    return redirect("portal:return", found.id)


@changes(*DOES_ORDERS)
def replacement(request: HttpRequest, return_id: UUID) -> HttpResponse:
    """What the customer wanted instead has left."""
    found = _find(request, return_id)
    names = ("carrier", "tracking_number", "tracking_url")
    try:
        send_replacement(return_id=found.id, by=_actor(request), **{name: request.POST.get(name, "") for name in names})
    except SoukError as refused:
        return _page(request, found, refused)
    messages.success(request, "The customer gets an e-mail.")
    return redirect("portal:return", found.id)


@changes(*DOES_ORDERS)
def closing(request: HttpRequest, return_id: UUID) -> HttpResponse:
    """Give nothing back, and say why."""
    found = _find(request, return_id)
    try:
        answering.close_return(return_id=found.id, by=_actor(request), note=request.POST.get("note", ""))
    except SoukError as refused:
        return _page(request, found, refused)
    return redirect("portal:return", found.id)


@shows(*SEES_ORDERS, visits=True)
def photo(request: HttpRequest, photo_id: UUID) -> HttpResponseBase:
    """A customer's photo, in the size of a page; all of it with `?whole=1`."""
    found = shown.photo_of(photo_id, vendor_id=_vendor_id(request))
    if found is None:
        raise Http404("There is no such photo.")
    return whole_photo(found) if request.GET.get("whole") else small_photo(found)


@shows(*SEES_ORDERS, visits=True)
def claim(request: HttpRequest, claim_id: UUID) -> HttpResponse:
    return _claim_page(request, _find_claim(request, claim_id))


@changes(*DOES_ORDERS)
def claim_messages(request: HttpRequest, claim_id: UUID) -> HttpResponse:
    """The shop's side of it."""
    found = _find_claim(request, claim_id)
    try:
        say(claim=found, text=request.POST.get("text", ""), by=_actor(request))
    except SoukError as refused:
        return _claim_page(request, found, refused)
    messages.success(request, "The customer and the marketplace read it.")
    return redirect("portal:claim", found.id)


# --- Their parts ------------------------------------------------------------------------------------------------------


def _page(request: HttpRequest, found: Return, problem: SoukError | None = None) -> HttpResponse:
    vendor = request.vendor  # type: ignore[attr-defined]
    asked_again = problem is not None
    suggested = found.send_to or answering.where_to_send(vendor)
    context = {
        "found": found,
        "part": found.vendor_order,
        "next": shown.NEXT[found.state][1],
        "lines": [_line(request, found, line) for line in found.lines.all()],
        "address": [
            {
                "name": name,
                "label": name.replace("_", " ").capitalize(),
                "value": request.POST.get(name, "") if asked_again and name in request.POST else suggested[name],
                "longest": longest,
                "problem": str(problem) if problem and problem.field == name else "",
            }
            for name, longest in ADDRESS.items()
        ],
        "prepaid": request.POST.get("prepaid", found.prepaid),
        "note": request.POST.get("note", ""),
        "photos": photos_with("portal:return_photo", found),
        "events": shown.timeline_of(found, _names(request)),
        "claims": list(found.claims.order_by("id")),
        "can": {
            step: may_return(found.state, step, "member") for step in ("accepted", "declined", "received", "inspected")
        },
        "can_refund": found.state == ReturnState.INSPECTED
        and (found.refund is None or found.refund.state not in STANDING),
        "can_replace": found.state == ReturnState.INSPECTED
        and any(line.replace_with for line in found.lines.all())
        and (found.refund is None or found.refund.state not in STANDING),
        "tracking": {name: request.POST.get(name, "") for name in ("carrier", "tracking_number", "tracking_url")},
        "is_all_well": all(line.ok == line.quantity for line in found.lines.all()),
        "problem": problem,
    }
    return render(request, "portal/return.html", context, status=422 if problem else 200)


def _line(request: HttpRequest, found: Return, line: ReturnLine) -> dict[str, Any]:
    first = {"ok": line.quantity, "damaged": 0, "missing": 0, "restock": line.quantity}
    if found.inspected_at:
        first = {"ok": line.ok, "damaged": line.damaged, "missing": line.missing, "restock": line.restocked}
    labels = {"ok": "Fine", "damaged": "Damaged", "missing": "Missing", "restock": "Back on the shelf"}
    return {
        "line": line,
        "fields": [
            {
                "name": f"{name}-{line.order_line_id}",
                "label": labels[name],
                "value": request.POST.get(f"{name}-{line.order_line_id}", first[name]),
            }
            for name in FIELDS
        ],
    }


def _found(request: HttpRequest, line: ReturnLine) -> Found:
    counts = {}
    for name in FIELDS:
        text = request.POST.get(f"{name}-{line.order_line_id}", "").strip() or "0"
        if not text.isascii() or not text.isdigit() or len(text) > 6:
            raise InvalidInput("Give whole numbers.", field=f"found-{line.order_line_id}")
        counts[name] = int(text)
    return Found(**counts)


def _claim_page(request: HttpRequest, found: Claim, problem: SoukError | None = None) -> HttpResponse:
    vendor = request.vendor  # type: ignore[attr-defined]
    context = {
        "claim": found,
        "part": found.vendor_order,
        "said": shown.said_in(found, vendor_name=vendor.name),
        "photos": photos_with("portal:return_photo", found),
        "events": shown.timeline_of(found, _names(request)),
        "text": request.POST.get("text", ""),
        "problem": problem,
    }
    return render(request, "portal/claim.html", context, status=422 if problem else 200)


def _find(request: HttpRequest, return_id: UUID) -> Return:
    found = shown.vendor_return(_vendor_id(request), return_id)
    if found is None:
        raise Http404("There is no such return.")
    return found


def _find_claim(request: HttpRequest, claim_id: UUID) -> Claim:
    found = shown.claim_with(claim_id, vendor_id=_vendor_id(request))
    if found is None:
        raise Http404("There is no such claim.")
    return found


def _names(request: HttpRequest) -> dict[UUID, str]:
    return dict(Member.objects.filter(vendor_id=_vendor_id(request)).values_list("user_id", "name"))


def _actor(request: HttpRequest) -> Actor:
    member: Member = request.member  # type: ignore[attr-defined]
    return Actor("member", member.user_id, f"member:{member.role}")


def _vendor_id(request: HttpRequest) -> UUID:
    return request.vendor.id  # type: ignore[attr-defined, no-any-return]
