"""Mail is a row first: written with the change that causes it, sent after commit by `tasks.send_due`."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.template import Context, Template
from django.template.loader import get_template

from kit import clock
from kit.links import absolute_url
from kit.personal import ERASED_DOMAIN
from notifications.models import Mail
from outbox.doorbell import ring


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
    mail to somebody else quotes the customer of. Nothing is written to an address that stands for somebody erased.
    Raises TemplateDoesNotExist before anything is written.
    """
    if to.endswith(f"@{ERASED_DOMAIN}"):
        return
    context = {"market_url": absolute_url("market", "/"), **(context or {})}
    subject = " ".join(_plain_text(f"emails/{template}.subject.txt", context).split())
    mail = Mail(
        key=key,
        template=template,
        to=to,
        subject=subject[:200],
        text=_plain_text(f"emails/{template}.txt", {**context, "title": subject}).strip() + "\n",
        html=get_template(f"emails/{template}.html").render({**context, "title": subject}),
        vendor_id=vendor_id,
        private=private,
        forget=forget,
        about=about,
        due_at=clock.now(),
        created_at=clock.now(),
    )
    # ON CONFLICT DO NOTHING without naming the index: the storefront's role may insert here, not read.
    Mail.objects.bulk_create([mail], ignore_conflicts=True)
    transaction.on_commit(lambda: ring("notifications.send_due"))


def _plain_text(name: str, context: dict[str, Any]) -> str:
    """A text template's output, where nothing is HTML and so nothing is escaped."""
    template: Template = get_template(name).template  # type: ignore[attr-defined]
    return template.render(Context(context, autoescape=False))
