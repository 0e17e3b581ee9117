"""Writing to a shop about an order, and what it answered: one thread a shop, for the customer and whoever has the link."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kit.errors import SoukError
from marketplace.messages import queries
from marketplace.messages.actions import MOST_PHOTOS, encode_photos, mark_read, report_thread, say
from marketplace.messages.models import MessagePhoto
from marketplace.orders.models import Order, VendorOrder
from marketplace.web import talking
from marketplace.web.storefront.views.account import user_of
from marketplace.web.storefront.views.orders import order_here
from marketplace.web.storefront.visitor import customers, person, see_other


@never_cache
@customers
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    page = queries.threads_of_customer(user.id, cursor=request.GET.get("cursor") or None)
    context = {
        "rows": page.rows,
        "unread": queries.unread_of_customer(user.id),
        "previous_url": f"?cursor={page.previous_cursor}" if page.previous_cursor else "",
        "next_url": f"?cursor={page.next_cursor}" if page.next_cursor else "",
    }
    return render(request, "storefront/messages.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def thread(request: HttpRequest, number: str, vendor_order_id: UUID) -> HttpResponse:
    order, part = _find(request, number, vendor_order_id)
    if request.method != "POST":
        return _page(request, order, part)
    user = person(request)
    try:
        say(
            vendor_order_id=part.id,
            text=request.POST.get("text", ""),
            kind="customer",
            by=user.id if user is not None else None,
            photos=encode_photos(request.FILES.getlist("photos")),
        )
    except SoukError as refused:
        return _page(request, order, part, refused)
    return see_other(_url(order, part))


@require_POST
def report(request: HttpRequest, number: str, vendor_order_id: UUID) -> HttpResponse:
    """Have Souk read it."""
    order, part = _find(request, number, vendor_order_id)
    found, user = queries.thread_of(part), person(request)
    if found is None:
        raise Http404("Nothing was said yet.")
    try:
        by = user.id if user is not None else None
        report_thread(thread=found, words=request.POST.get("words", ""), kind="customer", by=by)
    except SoukError as refused:
        return _page(request, order, part, refused)
    messages.success(request, "We look at it. Until we are done, our staff can read this conversation.")
    return see_other(_url(order, part))


@require_safe
def photo(request: HttpRequest, number: str, vendor_order_id: UUID, message_photo_id: UUID) -> HttpResponse:
    _, part = _find(request, number, vendor_order_id)
    found = queries.thread_of(part)
    shown = queries.photo_of(message_photo_id, thread=found) if found is not None else None
    if shown is None:
        raise Http404("There is no such picture.")
    return talking.photo_answer(shown)


def _find(request: HttpRequest, number: str, vendor_order_id: UUID) -> tuple[Order, VendorOrder]:
    order = order_here(request, number)
    part = VendorOrder.objects.filter(id=vendor_order_id, order=order).first()
    if part is None:
        raise Http404("There is no such order here.")
    return order, part


def _url(order: Order, part: VendorOrder) -> str:
    return reverse("storefront:order_messages", args=[order.number, part.id])


def _page(request: HttpRequest, order: Order, part: VendorOrder, problem: SoukError | None = None) -> HttpResponse:
    found = queries.thread_of(part)
    said = queries.messages_of(found)
    if found is not None:
        mark_read(thread=found, kind="customer")

    def photo_url(photo: MessagePhoto) -> str:
        return reverse("storefront:order_message_photo", args=[order.number, part.id, photo.id])

    context: dict[str, Any] = {
        "order": order,
        "part": part,
        "thread": found,
        "said": talking.shown(said, me="customer", others=part.vendor_name, photo_url=photo_url),
        "text": request.POST.get("text", ""),
        "words": request.POST.get("words", ""),
        "most_photos": MOST_PHOTOS,
        "problem": problem,
    }
    return render(request, "storefront/order_messages.html", context, status=422 if problem else 200)
