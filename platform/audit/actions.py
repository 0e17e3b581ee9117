"""Writing the audit trail: in the transaction of the act itself, so that neither stands without the other."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import transaction

from audit.models import AuditEntry
from kit import clock

ACTOR_KINDS = ("customer", "member", "staff", "system")


def record(
    *,
    action: str,
    subject: str,
    actor_kind: str = "system",
    actor_id: UUID | None = None,
    vendor_id: UUID | None = None,
    data: dict[str, Any] | None = None,
) -> AuditEntry:
    """Note that someone did `action` to `subject`.

    `action` is a past-tense name ("vendor.approved"; "shop.…" when a vendor's own process writes it), `subject` is
    "kind:id". `actor_id` is the user; none for the system. `data` holds what changed, never secrets or card data.
    Must be called inside a transaction; raises ValueError for an actor that is none of ours.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError(f"{action} was recorded outside a transaction")
    if actor_kind not in ACTOR_KINDS:
        raise ValueError(f"not a kind of actor: {actor_kind!r}")
    if (actor_id is None) != (actor_kind == "system"):
        raise ValueError("the system acts without an actor's id, everyone else with it")
    entry = AuditEntry(
        at=clock.now(),
        action=action,
        subject=subject,
        actor_kind=actor_kind,
        actor_id=actor_id,
        vendor_id=vendor_id,
        data=data or {},
    )
    entry.save(force_insert=True)
    return entry


@contextmanager
def traced(action: str, subject: str = "", *, by: UUID, **data: Any) -> Iterator[dict[str, Any]]:
    """Run the actions within as one transaction, and note who of the staff did it: `by` is that person's user id.

    `subject` is "kind:id"; one that is known only afterwards is put into what this gives, under "subject". The rest of
    it becomes the entry's data.
    """
    told: dict[str, Any] = dict(data)
    with transaction.atomic():
        yield told
        about = str(told.pop("subject", subject))
        record(action=action, subject=about, actor_kind="staff", actor_id=by, data=told)
