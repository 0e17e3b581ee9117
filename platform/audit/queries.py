"""Reading the audit trail."""

from datetime import datetime
from uuid import UUID

from audit.models import AuditEntry
from kit.pagination import Page, keyset_page


def entries_about(subject: str, *, cursor: str | None = None, size: int = 50) -> Page[AuditEntry]:
    """What was done to one thing ("vendor:<id>"), newest first."""
    return keyset_page(AuditEntry.objects.filter(subject=subject), order=["-at", "-id"], cursor=cursor, size=size)


def entries_of_vendor(
    vendor_id: UUID, *, action: str = "", cursor: str | None = None, size: int = 50
) -> Page[AuditEntry]:
    """What was done at or to one vendor, newest first. `action` is the beginning of a name."""
    rows = AuditEntry.objects.filter(vendor_id=vendor_id, action__startswith=action)
    return keyset_page(rows, order=["-at", "-id"], cursor=cursor, size=size)


def entries_page(
    *,
    action: str = "",
    actor_kind: str = "",
    actor_id: UUID | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    cursor: str | None = None,
    size: int = 50,
) -> Page[AuditEntry]:
    """The whole trail, newest first. `action` is the beginning of a name ("vendor", "vendor.approved").

    Raises InvalidInput on a bad cursor.
    """
    rows = AuditEntry.objects.all()
    if action:
        rows = rows.filter(action__startswith=action)
    if actor_kind:
        rows = rows.filter(actor_kind=actor_kind)
    if actor_id:
        rows = rows.filter(actor_id=actor_id)
    if since:
        rows = rows.filter(at__gte=since)
    if until:
        rows = rows.filter(at__lt=until)
    # Ids rise with time, and their index is there.
    return keyset_page(rows, order=["-id"], cursor=cursor, size=size)
