"""Mail is a row first: written with the change that causes it, sent after commit by `tasks.send_due`."""

from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction
from django.template import Context, Template
from django.template.loader import get_template

from kit import clock
from kit.links import absolute_url
from kit.personal import ERASED_DOMAIN
from notifications.models import Mail
from notifications.preferences import is_refused
from notifications.topics import off_url, topic_of
from outbox.doorbell import ring


class Written(NamedTuple):
    subject: str
    text: str
    html: str


def send(
    key: str,
    template: str,
    to: str,
    context: dict[str, Any] | None = None,
    *,
    vendor_id: UUID | None = None,
    private: bool = False,
    forget: bool = False,
    about: UUID | None = None,
) -> None:
    """Write a message to `to` from `templates/emails/<template>.{subject.txt,txt,html}`, once per `key`.

    A key that was used before sends nothing, whatever the content: listeners may run twice, mail goes out once. A
    `private` message holds a link or code that signs someone in; its text is shown to nobody in production; one
    to `forget` is the last to somebody erased. `about` is the order that a
    mail to somebody else quotes the customer of. Nothing is written to an address that stands for somebody erased,
    nor about an optional topic that the address has switched off.
    Raises TemplateDoesNotExist before anything is written.
    """
    if to.endswith(f"@{ERASED_DOMAIN}"):
        return
    # A shop's mail is its work: nobody who reads it switches a topic off for all of them.
    topic = "" if vendor_id else topic_of(template)
    if topic and is_refused(to, topic):
        return
    off = off_url(to, topic) if topic else ""
    context = {"market_url": absolute_url("market", "/"), "off_url": off, **(context or {})}
    written = compose(template, context)
    mail = Mail(
        key=key,
        template=template,
        to=to,
        subject=written.subject[:200],
        text=written.text,
        html=written.html,
        vendor_id=vendor_id,
        private=private,
        forget=forget,
        about=about,
        off_url=off,
        due_at=clock.now(),
        created_at=clock.now(),
    )
    # ON CONFLICT DO NOTHING without naming the index: the storefront's role may insert here, not read.
    Mail.objects.bulk_create([mail], ignore_conflicts=True)
    transaction.on_commit(lambda: ring("notifications.send_due"))


def compose(template: str, context: dict[str, Any]) -> Written:
    """What a template says in this context. Raises TemplateDoesNotExist."""
    subject = " ".join(_plain_text(f"emails/{template}.subject.txt", context).split())
    context = {**context, "title": subject}
    return Written(
        subject,
        _plain_text(f"emails/{template}.txt", context).strip() + "\n",
        get_template(f"emails/{template}.html").render(context),
    )


def _plain_text(name: str, context: dict[str, Any]) -> str:
    """A text template's output, where nothing is HTML and so nothing is escaped."""
    template: Template = get_template(name).template  # type: ignore[attr-defined]
    return template.render(Context(context, autoescape=False))
