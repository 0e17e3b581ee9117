"""Stock from files."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from kit.errors import SoukError
from marketplace.web.portal import present
from marketplace.web.portal.roles import ANYBODY, DOES_CATALOG, edits, shows
from tenants.shop.inventory.feeds import feed_rows_page, feeds_page, take_feed
from tenants.shop.inventory.models import StockFeed


@edits(ANYBODY, DOES_CATALOG, visits=True)
def feeds(request: HttpRequest) -> HttpResponse:
    problem = ""
    if request.method == "POST":
        file = request.FILES.get("file")
        if file is None:
            problem = "Choose a file."
        else:
            try:
                feed = take_feed(file=file, filename=file.name or "stock.csv", by=request.member.user_id)  # type: ignore[attr-defined]
            except SoukError as error:
                problem = str(error)
            else:
                messages.success(request, "Read. Each row has its answer below.")
                return redirect("portal:feed", feed.id)
    page = feeds_page(cursor=request.GET.get("cursor"))
    context = {"feeds": page.rows, "problem": problem, "pages": present.pages(request, page)}
    return render(request, "portal/feeds.html", context, status=422 if problem else 200)


@shows(*ANYBODY, visits=True)
def feed(request: HttpRequest, feed_id: UUID) -> HttpResponse:
    found = StockFeed.objects.filter(id=feed_id).first()
    if found is None:
        raise Http404("There is no such file.")
    page = feed_rows_page(found, cursor=request.GET.get("cursor"))
    context = {"feed": found, "rows": page.rows, "pages": present.pages(request, page)}
    return render(request, "portal/feed.html", context)
