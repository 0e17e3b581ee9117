"""A page's ticket to the streams: which topics, for whom, and until when. Signed by who served the page."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.core import signing
from django.http import HttpRequest

from kit import clock
from kit.errors import NotAllowed

PATH = "/live/stream"
# A stream is opened anew by then, with a ticket for which the page's own door was passed again.
TICKET_TIME = timedelta(minutes=10)
_SALT = "souk.live"


class TicketRefused(NotAllowed):
    """It was made by nobody of ours, or its time is over."""

    code = "ticket_refused"


@dataclass(frozen=True, slots=True)
class Ticket:
    """`who` is counted (`member:<id>`, `user:<id>`, `guest:<session>`), and so is `vendor`, where the page is a vendor's.
    The stream ends with the access of `who`, and with their `session`. Instants are milliseconds since 1970, of `kit.clock`.
    """

    topics: tuple[str, ...]
    who: str
    session: str
    vendor: str
    issued_ms: int
    until_ms: int


def issue(*, topics: tuple[str, ...], who: str, session: str, vendor: str = "", until: datetime | None = None) -> str:
    """A ticket from now on, for ten minutes, or until their session ends (`until`) when that is sooner."""
    now = clock.now()
    end = min(filter(None, [now + TICKET_TIME, until]))
    said = [list(topics), who, session, vendor, in_ms(now), in_ms(end)]
    return signing.dumps(said, key=settings.LIVE_KEY, salt=_SALT)


def read(text: str) -> Ticket:
    """Raises TicketRefused unless one of ours signed it and its time is not over."""
    try:
        topics, who, session, vendor, issued_ms, until_ms = signing.loads(text, key=settings.LIVE_KEY, salt=_SALT)
    except (signing.BadSignature, ValueError) as error:
        raise TicketRefused("This ticket is damaged.") from error
    if until_ms <= in_ms(clock.now()):
        raise TicketRefused("This ticket's time is over: load the page again.")
    return Ticket(tuple(topics), who, session, vendor, issued_ms, until_ms)


def stream_url(request: HttpRequest, ticket: str) -> str:
    """Where the page listens: under its own host, on the port of `live` where nothing stands in front of both."""
    path = f"{PATH}?{urlencode({'ticket': ticket})}"
    if not settings.LIVE_PORT:
        return path
    return f"{settings.SCHEME}://{request.get_host().partition(':')[0]}:{settings.LIVE_PORT}{path}"


def session_name(request: HttpRequest) -> str:
    """What a session is called here: nobody is signed in by it. Who has none has a name of their own for this ticket."""
    key = request.session.session_key or secrets.token_hex(16)
    return f"session:{hashlib.sha256(f'souk.live {key}'.encode()).hexdigest()[:32]}"


def in_ms(when: datetime) -> int:
    return int(when.timestamp() * 1000)
