"""Reading the audit trail."""

from uuid import UUID

from audit.models import AuditEntry
from kit.pagination import Page, keyset_page


def entries_about(subject: str, *, cursor: str | None = None, size: int = 50) -> Page[AuditEntry]:
    """What was done to one thing ("vendor:<id>"), newest first."""
    return keyset_page(AuditEntry.objects.filter(subject=subject), order=["-at", "-id"], cursor=cursor, size=size)


def entries_of_vendor(vendor_id: UUID, *, cursor: str | None = None, size: int = 50) -> Page[AuditEntry]:
    """What was done at or to one vendor, newest first."""
    return keyset_page(AuditEntry.objects.filter(vendor_id=vendor_id), order=["-at", "-id"], cursor=cursor, size=size)
