"""What of a vendor's disputes keeps it from being closed, and what of a customer's keeps them from being erased."""

from collections.abc import Iterator
from uuid import UUID

from django.db.models import F

from billing.disputes.models import FINAL, Dispute, DisputeSlice
from kit.personal import Person
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


def disputes_under_way(person: Person) -> Iterator[str]:
    """Each dispute of what a customer paid that their bank has not decided."""
    open_ones = Dispute.objects.filter(payment__reference_id__in=person.orders).exclude(state__in=FINAL)
    for number in open_ones.order_by("reference_number").values_list("reference_number", flat=True).distinct():
        yield f"Your bank has not decided the dispute of order {number}"
