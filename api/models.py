"""What the API itself keeps: answers to writes that carried an Idempotency-Key."""

from django.db import models

from kit import clock
from kit.access import Access
from kit.ids import uuid7
from tenants.vendors.models import Vendor


class IdempotentRequest(models.Model):
    """A write that was done, by whom and under which key, with its answer.

    The key is kept as a hash, and the answer is encrypted with the key itself: whoever reads this table can neither repeat
    a request nor learn what was answered. Of a vendor's portal for writes on its host; without a vendor elsewhere.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    vendor = models.ForeignKey(Vendor, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    caller = models.CharField(max_length=100, help_text="kind:id of who called")
    key_hash = models.CharField(max_length=64)
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of method, path and body")
    status = models.PositiveSmallIntegerField(default=0, help_text="of the answer; 0 at work, 1 given up")
    answer = models.BinaryField(default=bytes)
    created_at = models.DateTimeField(default=clock.now)

    access = Access(store="select insert update", vendor="select insert update")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["caller", "key_hash", "vendor"], name="idempotent_request_once", nulls_distinct=False
            )
        ]
        indexes = [models.Index(fields=["created_at"], name="idempotent_request_age")]
