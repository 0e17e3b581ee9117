"""Threads as the pages of all faces show them."""

from collections.abc import Callable, Iterable
from typing import Any

from django.http import HttpResponse

from marketplace.messages.models import Message, MessagePhoto
from marketplace.orders.photos import WEBP


def shown(messages: Iterable[Message], *, me: str, others: str, photo_url: Callable[[MessagePhoto], str]) -> list[Any]:
    """What the component `_said` takes: who said it, as whoever looks knows them. `me` is customer, member or staff."""
    names = {me: "You", "customer" if me == "member" else "member": others}
    if me == "staff":
        names = {"customer": "The customer", "member": others}
    return [
        {
            "who": names[message.author_kind],
            "at": message.at,
            "text": message.text,
            "photos": [{"url": photo_url(photo)} for photo in message.shown_photos],
        }
        for message in messages
    ]


def photo_answer(photo: MessagePhoto) -> HttpResponse:
    """A picture, once who asks was checked."""
    response = HttpResponse(bytes(photo.content), content_type=WEBP)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response
