"""Canceling and refunding an order of the vendor's own, and deciding about what its members asked for."""

from collections.abc import Sequence
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from kit.errors import SoukError
from marketplace.orders import queries as orders
from marketplace.orders.models import VendorOrder
from marketplace.returns import shown
from marketplace.returns.actions import Actor
from marketplace.returns.answering import refund_return, suggested_refund
from marketplace.returns.models import RefundRequest, RequestState, Return
from marketplace.returns.preview import Ask
from marketplace.returns.queries import facts_of, requests_page, requests_waiting
from marketplace.web.giving_back import Purpose, decide, deciding, giving_back, told_of
from marketplace.web.portal import present
from marketplace.web.portal.roles import DOES_ORDERS, SEES_ORDERS, changes, edits, shows
from tenants.vendors.models import Member

TABS = (("", "All"), (RequestState.WAITING, "Waiting"), (RequestState.DONE, "Done"), (RequestState.CHANGED, "Not done"))


@edits(SEES_ORDERS, DOES_ORDERS, visits=True)
def order_refund(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """The form, its preview, and doing it: `?kind=cancellation` for what has not left, `?parcel=` for all of one parcel,
    `?return=` for what was sent back and inspected.
    """
    vendor_id = request.vendor.id  # type: ignore[attr-defined]
    try:
        part = orders.vendor_order(vendor_id, order_id)
    except VendorOrder.DoesNotExist:
        raise Http404("There is no such order.") from None
    by, returned = _actor(request), _return_named(request, part)
    purpose = _purpose(returned, part, by) if returned else None
    state = giving_back(request, order_id=part.order_id, by=by, vendor_id=vendor_id, purpose=purpose)
    if state.done is not None:
        messages.success(request, told_of(state.done))
        return redirect("portal:return", returned.id) if returned else redirect("portal:order", part.id)
    return render(request, "portal/order_refund.html", {"order": part, "state": state}, status=state.status)


@shows(*SEES_ORDERS, visits=True)
def refunds(request: HttpRequest) -> HttpResponse:
    """What was asked for, newest first; `?state=waiting` what somebody has to decide."""
    vendor_id, state = request.vendor.id, request.GET.get("state", "")  # type: ignore[attr-defined]
    page = requests_page(vendor_id=vendor_id, state=state, cursor=request.GET.get("cursor"), size=30)
    waiting = requests_waiting(vendor_id)
    tabs = [(value, label, (waiting or None) if value == RequestState.WAITING else None) for value, label in TABS]
    names = _names(request)
    context = {
        "rows": [
            {
                "row": row,
                "url": reverse("portal:refund", args=[row.id]),
                "asked_by": names.get(row.asked_by, "") if row.asked_by else "",
            }
            for row in page.rows
        ],
        "pages": present.pages(request, page),
        "tabs": present.tabs(request, tabs),
    }
    return render(request, "portal/refunds.html", context)


@shows(*SEES_ORDERS, visits=True)
def refund(request: HttpRequest, request_id: UUID) -> HttpResponse:
    return _page(request, _find(request, request_id))


@changes(*DOES_ORDERS)
def decision(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Approve (`decision=approve`, with the digest of what was shown) or reject."""
    found = _find(request, request_id)
    try:
        messages.success(request, decide(request, found, _actor(request)))
    except SoukError as refused:
        return _page(request, _find(request, request_id), problem=str(refused))
    return redirect("portal:refund", found.id)


def _return_named(request: HttpRequest, part: VendorOrder) -> Return | None:
    """The return of this order that the page is about; Http404 for any other's."""
    text = (request.POST if request.method == "POST" else request.GET).get("return", "")
    if not text:
        return None
    try:
        found = shown.vendor_return(part.vendor_id, UUID(text))
    except ValueError:
        found = None
    if found is None or found.vendor_order_id != part.id:
        raise Http404("There is no such return.")
    return found


def _purpose(returned: Return, part: VendorOrder, by: Actor) -> Purpose:
    [facts] = facts_of(part.order_id, vendor_id=part.vendor_id)
    words = " ".join(filter(None, (f"Return {returned.number}.", returned.inspection_note)))[:200]

    def do(asks: Sequence[Ask], reason: str, digest: str) -> RefundRequest:
        return refund_return(return_id=returned.id, asks=asks, reason=reason, by=by, digest=digest)

    return Purpose("return", returned.id, words, suggested_refund(returned, facts), do)


def _page(request: HttpRequest, found: RefundRequest, problem: str = "") -> HttpResponse:
    context = {
        **deciding(found, _actor(request), _names(request), problem),
        "order_url": reverse("portal:order", args=[found.preview["parts"][0]["vendor_order_id"]]),
        "decision_url": reverse("portal:refund_decision", args=[found.id]),
        "list_url": reverse("portal:refunds"),
    }
    return render(request, "portal/refund.html", context, status=409 if problem else 200)


def _find(request: HttpRequest, request_id: UUID) -> RefundRequest:
    found = RefundRequest.objects.filter(id=request_id, vendor_id=request.vendor.id).first()  # type: ignore[attr-defined]
    if found is None:
        raise Http404("There is no such request.")
    return found


def _names(request: HttpRequest) -> dict[UUID, str]:
    rows = Member.objects.filter(vendor_id=request.vendor.id)  # type: ignore[attr-defined]
    return dict(rows.values_list("user_id", "name"))


def _actor(request: HttpRequest) -> Actor:
    member: Member = request.member  # type: ignore[attr-defined]
    return Actor("member", member.user_id, f"member:{member.role}")
