"""Reading what was sent: the back office's mail page."""

from uuid import UUID

from django.conf import settings

from kit.errors import SoukError
from kit.pagination import Page, keyset_page
from notifications.models import Mail


class NoSuchMail(SoukError):
    """There is no message of that id."""

    code = "not_found"


def newest_mail(*, state: str = "", cursor: str | None = None, size: int = 50) -> Page[Mail]:
    """Messages newest first, of one state or all, without their texts."""
    rows = Mail.objects.defer("text", "html")
    if state:
        rows = rows.filter(state=state)
    return keyset_page(rows, order=["-created_at", "-id"], cursor=cursor, size=size)


def read_mail(mail_id: UUID) -> Mail:
    """One message with its text. In production a private one comes without: staff must not sign in as others.

    Raises NoSuchMail.
    """
    mail = Mail.objects.filter(id=mail_id).first()
    if mail is None:
        raise NoSuchMail("This message does not exist.")
    if mail.private and settings.PRODUCTION:
        mail.text = mail.html = ""
    return mail
