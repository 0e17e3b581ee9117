"""What people ask of us about their own data: a copy of it, or that it be erased."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from kit import clock
from kit.access import Access
from kit.ids import uuid7
from kit.personal import PSEUDONYM, Personal


class Kind(models.TextChoices):
    EXPORT = "export", "A copy"
    ERASURE = "erasure", "Erasure"


class DataRequest(models.Model):
    """One wish of one person: of an account, or, as a guest, of whoever ordered with `email`.

    Done by a sweep once it is due; an erasure is due only after a while, during which it can be taken back. `content` is
    the copy, kept until `expires_at`.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=8, choices=Kind)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="data_requests"
    )
    email = models.EmailField(max_length=254, help_text="where the answer goes")
    order_number = models.CharField(max_length=20, blank=True, help_text="by which a guest was known")
    words_too = models.BooleanField(default=False, help_text="what was said in public goes as well")
    asked_at = models.DateTimeField(default=clock.now)
    asked_by = models.UUIDField(null=True, blank=True, help_text="the member of staff's user who wrote it down")
    due_at = models.DateTimeField(default=clock.now)
    taken_back_at = models.DateTimeField(null=True, blank=True)
    refused_at = models.DateTimeField(null=True, blank=True)
    refused_because = models.JSONField(default=list, blank=True, help_text="what was still open, in words")
    done_at = models.DateTimeField(null=True, blank=True)
    counts = models.JSONField(default=dict, blank=True, help_text="rows by what they are")
    content = models.BinaryField(null=True, blank=True)
    size_bytes = models.PositiveIntegerField(default=0)
    expires_at = models.DateTimeField(null=True, blank=True)

    access = Access(store="select insert update(taken_back_at)")
    personal = Personal(
        "What you asked of us",
        user="user_id",
        email="email",
        blank={"email": PSEUDONYM, "content": None},
        keep={"order_number": "finds what we did, if somebody asks", "asked_by": "whom of our staff to ask"},
        hidden=("content",),
        more=("kind", "asked_at", "done_at", "taken_back_at", "refused_because"),
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind"],
                condition=Q(done_at=None, taken_back_at=None, refused_at=None),
                name="data_request_one_open",
            ),
            models.CheckConstraint(
                condition=Q(content__isnull=True) | Q(expires_at__isnull=False), name="data_copy_expires"
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=Q(done_at=None, taken_back_at=None, refused_at=None),
                name="data_request_due",
            ),
            models.Index(fields=["expires_at"], condition=Q(content__isnull=False), name="data_request_expiry"),
        ]

    @property
    def is_open(self) -> bool:
        return not (self.done_at or self.taken_back_at or self.refused_at)

    @property
    def state(self) -> str:
        """One word for it: waiting, done, expired, taken_back or refused."""
        if self.taken_back_at:
            return "taken_back"
        if self.refused_at:
            return "refused"
        if not self.done_at:
            return "waiting"
        return "expired" if self.kind == Kind.EXPORT and self.content is None else "done"
