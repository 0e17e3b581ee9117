"""Pages of which a part keeps itself new: the part alone, with an ETag, and a ticket to the stream that says it is old.

    return live_page(request, "portal/board.html", context, part="portal/_board.html", topics=…, who=…, said="…")

`?part=live` is the part, through the same door as the page; the page includes `components/live.html`, which holds it. `who`
listens: "" is a guest, by their session; with None nobody does, and the page is as it was served.
"""

import hashlib
import re
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.template.loader import render_to_string

from live import tickets

PART = "live"
# What is another each time, and says nothing new.
_ANEW = re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"|(?<=>)[^<]*(?=</time>)')


def live_page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    *,
    part: str,
    topics: tuple[str, ...],
    who: str | None,
    said: str,
    vendor: str = "",
) -> HttpResponse:
    """The page, or of it what may have changed; 304 when that has not. The view says `never_cache`."""
    inner = render_to_string(part, context, request)
    etag = f'"{hashlib.sha256(_ANEW.sub("", inner).encode()).hexdigest()[:32]}"'
    ticket = _stream(request, topics, who, vendor) if who is not None else ""
    if request.GET.get("part") != PART:
        asked = request.GET.copy()
        asked["part"] = PART
        live = {
            "part": f"{request.path}?{asked.urlencode()}",
            "stream": ticket,
            "etag": etag,
            "said": said,
            "inner": inner,
            "is_on": who is not None,
        }
        return render(request, template, {**context, "live": live})
    is_same = request.headers.get("If-None-Match", "") == etag
    answer = HttpResponseNotModified() if is_same else HttpResponse(inner)
    answer.headers["ETag"] = etag
    answer.headers["Souk-Stream"] = ticket
    return answer


def _stream(request: HttpRequest, topics: tuple[str, ...], who: str, vendor: str) -> str:
    session = tickets.session_name(request)
    return tickets.stream_url(request, tickets.issue(topics=topics, who=who or session, session=session, vendor=vendor))
