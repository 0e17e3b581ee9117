"""Who did what. Append-only: no role the product uses may change or remove an entry."""

from django.db import models

from kit import clock
from kit.access import APPEND, Access
from kit.ids import uuid7
from kit.personal import Personal


class AuditEntry(models.Model):
    """One act of one person (or of the system, with an empty actor)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    at = models.DateTimeField(default=clock.now)
    actor_id = models.UUIDField(null=True, blank=True, help_text="the user; none for the system")
    actor_kind = models.CharField(max_length=20, help_text="customer, member, staff or system")
    action = models.CharField(max_length=80, help_text="e.g. vendor.approved")
    subject = models.CharField(max_length=120, help_text="kind:id of what it was done to")
    vendor_id = models.UUIDField(null=True, blank=True)
    data = models.JSONField(default=dict)

    access = Access(store="insert", vendor="insert", vendor_check="action LIKE 'shop.%'", platform=APPEND)
    personal = Personal(
        "What you did that we write down",
        user="actor_id",
        keep={"data": "append-only: who did what, by ids; names and addresses are never written here"},
        more=("at", "action", "subject"),
    )

    class Meta:
        verbose_name_plural = "audit entries"
        indexes = [
            models.Index(fields=["subject", "-at"], name="audit_subject"),
            models.Index(fields=["vendor_id", "-at"], name="audit_vendor"),
        ]
