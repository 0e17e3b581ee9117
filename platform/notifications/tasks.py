"""The sweep that sends what is due."""

from datetime import timedelta
from email.utils import parseaddr

import structlog
from celery import shared_task
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction

from kit import clock
from kit.personal import ERASED_DOMAIN
from notifications.models import Mail, MailState

log = structlog.get_logger(__name__)
MAX_ATTEMPTS = 10
# How long a message stays with the worker that took it; longer than any SMTP timeout.
LEASE = timedelta(minutes=5)


@shared_task(name="notifications.send_due")
def send_due() -> int:
    """Send what is due until nothing is; gives how many messages went out."""
    sent = 0
    while (mail := _claim()) is not None:
        try:
            if not mail.to.endswith(f"@{ERASED_DOMAIN}"):  # erased while it waited
                _transmit(mail)
        except OSError as error:  # smtplib's errors are OSErrors, as are those of the network and the disk
            _postpone(mail, error)
        else:
            _mark_sent(mail)
            sent += 1
    return sent


@transaction.atomic
def _claim() -> Mail | None:
    """Take the next message by moving its date ahead: no transaction stays open while the mail server thinks.

    A worker that dies between sending and marking leaves a message that goes out again after the lease, with the same
    Message-ID.
    """
    now = clock.now()
    due = Mail.objects.filter(state=MailState.DUE, due_at__lte=now).order_by("due_at", "id")
    mail = due.select_for_update(skip_locked=True).first()
    if mail is None:
        return None
    mail.attempts += 1
    mail.due_at = now + LEASE
    mail.save(update_fields=["attempts", "due_at"])
    return mail


def _transmit(mail: Mail) -> None:
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    headers = {"Message-ID": f"<{mail.id}@{domain}>", "Auto-Submitted": "auto-generated"}
    if mail.off_url:  # RFC 8058: mail programs show a button of their own
        headers |= {"List-Unsubscribe": f"<{mail.off_url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    message = EmailMultiAlternatives(
        subject=mail.subject,
        body=mail.text,
        to=[mail.to],
        headers=headers,
    )
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    message.send()


def _mark_sent(mail: Mail) -> None:
    mail.state, mail.sent_at, mail.error = MailState.SENT, clock.now(), ""
    changed = ["state", "sent_at", "error"]
    # Else its text stays as the row has it: whom it is about may have been erased while it was on its way.
    if mail.private and settings.PRODUCTION:
        mail.text = mail.html = ""
        changed += ["text", "html"]
    mail.save(update_fields=changed)
    _forget(mail)


def _forget(mail: Mail) -> None:
    if mail.forget:
        Mail.objects.filter(id=mail.id).update(to=f"{mail.id.hex}@{ERASED_DOMAIN}", subject="", text="", html="")


def _postpone(mail: Mail, error: OSError) -> None:
    """Try again in 1, 2, 4 … minutes, at most an hour apart; give up after ten attempts and say so in the log."""
    # The words of a mail server quote the address; the kind of error and its code are enough.
    code = getattr(error, "smtp_code", None) or error.errno
    mail.error = f"{type(error).__name__} {code}" if code else type(error).__name__
    mail.due_at = clock.now() + timedelta(minutes=min(2 ** (mail.attempts - 1), 60))
    if mail.attempts >= MAX_ATTEMPTS:
        mail.state = MailState.FAILED
    mail.save(update_fields=["error", "due_at", "state"])
    if mail.state == MailState.FAILED:
        _forget(mail)
    log.warning("mail_not_sent", mail=str(mail.id), template=mail.template, cause=mail.error, state=mail.state)
