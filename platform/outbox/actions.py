"""Announcing a fact, in the transaction that made it true."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string
from kit import clock

from outbox.doorbell import ring
from outbox.models import Fact


def announce(name: str, *, vendor_id: UUID | None = None, payload: dict[str, Any] | None = None) -> Fact:
    """Record that `name` happened and tell the inside listeners; the others hear of it after commit.

    Must be called inside a transaction. What an inside listener raises refuses the whole change.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError(f"{name} was announced outside a transaction")
    fact = Fact(name=name, vendor_id=vendor_id, payload=payload or {}, recorded_at=clock.now())
    fact.save(force_insert=True)
    for path in import_string(settings.EVENT_TABLE + ".INSIDE").get(name, ()):
        import_string(path)(fact)
    transaction.on_commit(lambda: ring("outbox.deliver"))
    return fact
