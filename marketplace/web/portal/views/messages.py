"""What customers wrote about their orders: to read by those who see orders, to answer by those who do them; never for
staff who look in."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from kit.errors import SoukError
from marketplace.messages import queries
from marketplace.messages.actions import MOST_PHOTOS, encode_photos, mark_read, report_thread, say
from marketplace.messages.models import MessagePhoto
from marketplace.orders.models import VendorOrder
from marketplace.web import talking
from marketplace.web.portal import present
from marketplace.web.portal.roles import DOES_ORDERS, SEES_ORDERS, changes, edits, may, shows
from tenants.vendors.models import Member


@shows(*SEES_ORDERS)
def threads(request: HttpRequest) -> HttpResponse:
    """Newest first; `state` is unread or all."""
    vendor_id, state = _vendor_id(request), request.GET.get("state", "")
    page = queries.threads_of_vendor(vendor_id, unread=state == "unread", cursor=request.GET.get("cursor"))
    tabs = [("", "All", None), ("unread", "New", queries.unread_of_vendor(vendor_id))]
    context = {"rows": page.rows, "pages": present.pages(request, page), "tabs": present.tabs(request, tabs)}
    return render(request, "portal/messages.html", context)


@edits(SEES_ORDERS, DOES_ORDERS)
def thread(request: HttpRequest, order_id: UUID) -> HttpResponse:
    part = _find(request, order_id)
    if request.method != "POST":
        return _page(request, part)
    try:
        say(
            vendor_order_id=part.id,
            text=request.POST.get("text", ""),
            kind="member",
            by=_member(request).user_id,
            photos=encode_photos(request.FILES.getlist("photos")),
        )
    except SoukError as refused:
        return _page(request, part, refused)
    return redirect("portal:order_messages", part.id)


@changes(*DOES_ORDERS)
def report(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Have the marketplace read it."""
    part = _find(request, order_id)
    found = queries.thread_of(part)
    if found is None:
        raise Http404("Nothing was said yet.")
    try:
        report_thread(thread=found, words=request.POST.get("words", ""), kind="member", by=_member(request).user_id)
    except SoukError as refused:
        return _page(request, part, refused)
    messages.success(request, "The marketplace looks at it. Until it is done, its staff can read this conversation.")
    return redirect("portal:order_messages", part.id)


@shows(*SEES_ORDERS)
def photo(request: HttpRequest, message_photo_id: UUID) -> HttpResponse:
    found = MessagePhoto.objects.filter(id=message_photo_id, vendor_id=_vendor_id(request)).first()
    if found is None:
        raise Http404("There is no such picture.")
    return talking.photo_answer(found)


def _vendor_id(request: HttpRequest) -> UUID:
    return request.vendor.id  # type: ignore[attr-defined,no-any-return]


def _member(request: HttpRequest) -> Member:
    return request.member  # type: ignore[attr-defined,no-any-return]


def _find(request: HttpRequest, order_id: UUID) -> VendorOrder:
    part = VendorOrder.objects.filter(id=order_id, vendor_id=_vendor_id(request), paid_at__isnull=False).first()
    if part is None:
        raise Http404("There is no such order.")
    return part


def _page(request: HttpRequest, part: VendorOrder, problem: SoukError | None = None) -> HttpResponse:
    found = queries.thread_of(part)
    said = queries.messages_of(found)
    if found is not None and may(_member(request)).do_orders:
        mark_read(thread=found, kind="member")
    customer = part.ship_to.get("name") or "The customer"
    context = {
        "part": part,
        "thread": found,
        "customer": customer,
        "said": talking.shown(
            said, me="member", others=customer, photo_url=lambda photo: reverse("portal:message_photo", args=[photo.id])
        ),
        "text": request.POST.get("text", ""),
        "words": request.POST.get("words", ""),
        "most_photos": MOST_PHOTOS,
        "problem": problem,
    }
    return render(request, "portal/order_messages.html", context, status=422 if problem else 200)
