"""What of a vendor's disputes keeps it from being closed."""

from uuid import UUID

from django.db.models import F

from billing.disputes.models import FINAL, DisputeSlice
from kit.words import counted
from tenants.vendors.leaving import Obstacle


def open_disputes(vendor_id: UUID) -> list[Obstacle]:
    """Disputes that are not decided and that the vendor has a part in."""
    count = (
        DisputeSlice.objects.filter(vendor_id=vendor_id, version=F("dispute__version"))
        .exclude(dispute__state__in=FINAL)
        .values("dispute_id")
        .distinct()
        .count()
    )
    return [Obstacle("disputes", f"{counted(count, 'dispute is', 'disputes are')} not decided")] if count else []
