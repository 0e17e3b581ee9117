"""How long mail waits to be sent."""

from datetime import datetime

from kit import clock
from notifications.models import Mail, MailState
from observability.metrics import queue


@queue("mail")
def oldest_mail() -> datetime | None:
    """The first of `mail_due`."""
    due = Mail.objects.filter(state=MailState.DUE, due_at__lte=clock.now())
    return due.order_by("due_at").values_list("due_at", flat=True).first()
