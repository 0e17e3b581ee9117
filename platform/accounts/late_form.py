"""A form that comes when its sender has been signed out: nothing is done, and they are told so.

What was typed is neither kept nor sent again by us. A form sent by htmx leaves its page standing, so that it can be sent
again after signing in beside it; any other form leads back, through signing in, to the page it was on.
"""

from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

WORDS = "You were signed out; nothing was saved."
READING = ("GET", "HEAD", "OPTIONS")
_UNSAVED = "form_unsaved"


def is_form(request: HttpRequest) -> bool:
    return request.method not in READING


def page_of(request: HttpRequest) -> str:
    """The path of the page the form was on, as the browser says; "/" when it says none, or one of another host."""
    page = urlsplit(request.headers.get("Referer", ""))
    if page.netloc != request.get_host():
        return "/"
    return f"{page.path or '/'}?{page.query}" if page.query else page.path or "/"


def remember(request: HttpRequest) -> None:
    """For this browser, until it has signed in."""
    request.session[_UNSAVED] = True


def take(request: HttpRequest) -> bool:
    """Whether a form went unsaved since this browser was signed out. Asked once."""
    return bool(request.session.pop(_UNSAVED, False))


def tell(request: HttpRequest) -> None:
    messages.error(request, WORDS)


def answer_in_place(*, sign_in_url: str) -> HttpResponse:
    """For htmx: a message on the page as it stands, whatever part of it the form meant to change."""
    content = render_to_string(
        "components/toast.html",
        {
            "tone": "error",
            "text": f"{WORDS} What you typed is still on this page: sign in beside it, then send it again.",
            "action_url": sign_in_url,
            "action_label": "Sign in in a new tab",
        },
    )
    to_the_toasts = {"HX-Retarget": "#toasts", "HX-Reswap": "innerHTML", "HX-Reselect": "souk-toast"}
    return HttpResponse(content, headers={**to_the_toasts, "Cache-Control": "no-store"})
