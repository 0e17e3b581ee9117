"""Mail that was, or is to be, sent. One row per message, keyed so that no event sends it twice."""

from django.db import models

from kit import clock
from kit.access import Access
from kit.ids import uuid7
from kit.personal import PSEUDONYM, Personal


class MailState(models.TextChoices):
    DUE = "due", "Due"
    SENT = "sent", "Sent"
    FAILED = "failed", "Failed"


class Mail(models.Model):
    """A message to one address. `key` says what it is about and makes it unique, e.g. `order_placed:<order id>`."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(max_length=160)
    template = models.CharField(max_length=60)
    to = models.EmailField(max_length=254)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    html = models.TextField(blank=True)
    vendor_id = models.UUIDField(null=True, blank=True)
    private = models.BooleanField(default=False, help_text="holds a link or code that signs someone in")
    off_url = models.TextField(
        blank=True, default="", db_default="", help_text="switches such mail off; empty for what nobody can"
    )
    about = models.UUIDField(null=True, blank=True, help_text="the order it speaks of: erased with whoever ordered")
    forget = models.BooleanField(
        default=False, db_default=False, help_text="its address and text are dropped once it went out, or was given up"
    )
    state = models.CharField(max_length=10, choices=MailState, default=MailState.DUE)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=clock.now)
    created_at = models.DateTimeField(default=clock.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)

    access = Access(store="insert")
    personal = Personal(
        "Mail we sent you",
        email="to",
        also="about",
        blank={"to": PSEUDONYM, "subject": "", "text": "", "html": "", "error": "", "off_url": ""},
        hidden=("html", "error", "off_url"),
        more=("created_at",),
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key"], name="mail_key_unique")]
        indexes = [
            models.Index(fields=["due_at"], name="mail_due", condition=models.Q(state="due")),
            models.Index(fields=["-created_at"], name="mail_failed", condition=models.Q(state="failed")),
            models.Index(fields=["-created_at"], name="mail_newest"),
        ]


class MailRefusal(models.Model):
    """An address does not want mail about an optional topic."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(max_length=254, help_text="in lower case")
    topic = models.CharField(max_length=20, help_text="of `notifications.topics`")
    refused_at = models.DateTimeField(default=clock.now)

    access = Access(store="select insert delete")
    personal = Personal("Mail you switched off", email="email", delete=True, more=("email", "topic", "refused_at"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["email", "topic"], name="mail_refused_once")]
