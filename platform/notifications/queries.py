"""Reading what was sent: the back office's mail page."""

import re
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from kit.errors import SoukError
from kit.pagination import Page, keyset_page
from notifications.models import Mail, MailState

# What opens an order to whoever has it, in a link.
KEY = re.compile(r"([?&](?:amp;)?key=)[^\s\"'&<>]+")


class NoSuchMail(SoukError):
    """There is no message of that id."""

    code = "not_found"


def newest_mail(*, state: str = "", search: str = "", cursor: str | None = None, size: int = 50) -> Page[Mail]:
    """Messages newest first, of one state or all, without their texts. `search` is part of the address or subject."""
    rows = Mail.objects.defer("text", "html")
    if state:
        rows = rows.filter(state=state)
    if words := search.strip():
        rows = rows.filter(Q(to__icontains=words) | Q(subject__icontains=words))
    return keyset_page(rows, order=["-created_at", "-id"], cursor=cursor, size=size)


def read_mail(mail_id: UUID) -> Mail:
    """One message with its text. In production a private one comes without, and no link of any has the key that opens a
    guest's order: staff must not act as others.

    Raises NoSuchMail.
    """
    mail = Mail.objects.filter(id=mail_id).first()
    if mail is None:
        raise NoSuchMail("This message does not exist.")
    if mail.private and settings.PRODUCTION:
        mail.text = mail.html = ""
    if settings.PRODUCTION:
        mail.text, mail.html = KEY.sub(r"\1…", mail.text), KEY.sub(r"\1…", mail.html)
    return mail


def failed_count() -> int:
    """How many messages were given up."""
    return Mail.objects.filter(state=MailState.FAILED).count()
