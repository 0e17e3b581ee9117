"""Four eyes: what one of the staff asks for and another decides."""

from django.db import models
from django.db.models import F, Q

from kit import clock
from kit.access import Access
from kit.ids import uuid7


class Decision(models.TextChoices):
    GRANTED = "granted", "Granted"
    REFUSED = "refused", "Refused"
    WITHDRAWN = "withdrawn", "Withdrawn"


class Approval(models.Model):
    """Something somebody wants done, kept with all that is needed to do it, until somebody else has decided.

    `kind` says what, and who hears of it ("ledger.entry"); `payload` is that listener's. `done_as` is what it made.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=60)
    subject = models.CharField(max_length=120, help_text="kind:id of what it is about")
    summary = models.CharField(max_length=250, help_text="what is done when it is granted, in a line")
    payload = models.JSONField(default=dict)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=250)
    requested_by = models.UUIDField(help_text="the user")
    requested_at = models.DateTimeField(default=clock.now)
    decision = models.CharField(max_length=10, choices=Decision, blank=True, help_text="empty while it waits")
    decided_by = models.UUIDField(null=True, blank=True, help_text="the user")
    decided_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=250, blank=True, help_text="of who decided")
    done_as = models.CharField(max_length=120, blank=True, help_text="kind:id of what was made when it was granted")

    access = Access()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "subject"], name="approval_waits_once", condition=Q(decision="")),
            models.CheckConstraint(
                condition=~Q(decision__in=["granted", "refused"]) | ~Q(decided_by=F("requested_by")),
                name="approval_by_another",
            ),
            models.CheckConstraint(
                condition=Q(decision="", decided_by=None, decided_at=None)
                | (~Q(decision="") & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="approval_decided_by_somebody",
            ),
            models.CheckConstraint(condition=Q(amount_minor__gte=0), name="approval_amount_not_negative"),
        ]
        indexes = [
            models.Index(fields=["id"], name="approval_waiting", condition=Q(decision="")),
            models.Index(fields=["subject", "-id"], name="approval_subject"),
        ]

    @property
    def waits(self) -> bool:
        return not self.decision
