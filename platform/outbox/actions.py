"""Announcing a fact, in the transaction that made it true."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils.module_loading import import_string
from psycopg.types.json import Jsonb

from kit import clock
from kit.errors import Conflict
from outbox.doorbell import ring
from outbox.models import Delivery, DeliveryState, Fact


class NotGivenUp(Conflict):
    """The delivery was made, or will be tried again by itself."""

    code = "delivery_not_failed"


def announce(name: str, *, vendor_id: UUID | None = None, payload: dict[str, Any] | None = None) -> Fact:
    """Record that `name` happened and tell the inside listeners; the others hear of it after commit.

    Must be called inside a transaction. What an inside listener raises refuses the whole change.
    """
    if not connection.in_atomic_block:
        raise RuntimeError(f"{name} was announced outside a transaction")
    fact = Fact(name=name, vendor_id=vendor_id, payload=payload or {}, recorded_at=clock.now())
    with connection.cursor() as cursor:  # what everybody does all the time is written out
        row: list[Any] = [fact.id, fact.name, fact.vendor_id, Jsonb(fact.payload), fact.recorded_at]
        cursor.execute(_RECORD, row)
    for path in import_string(settings.EVENT_TABLE + ".INSIDE").get(name, ()):
        import_string(path)(fact)
    _ring_once()
    return fact


_RECORD = f"INSERT INTO {Fact._meta.db_table} (id, name, vendor_id, payload, recorded_at) VALUES (%s, %s, %s, %s, %s)"


def _ring_once() -> None:
    """Ring after commit, once for all that this transaction tells.

    What was asked for within a savepoint rings only if that savepoint stays: it counts where ours lies within it.
    """
    ours = set(connection.savepoint_ids)
    if not any(asked[1] is _ring and asked[0] <= ours for asked in connection.run_on_commit):
        transaction.on_commit(_ring)


def _ring() -> None:
    ring("outbox.deliver")


@transaction.atomic
def retry_delivery(*, delivery_id: UUID) -> Delivery:
    """Have a delivery that was given up tried again, with all its attempts before it. Raises NotGivenUp."""
    delivery = Delivery.objects.select_for_update(of=("self",)).select_related("fact").filter(id=delivery_id).first()
    if delivery is None or delivery.state != DeliveryState.FAILED:
        raise NotGivenUp("This delivery was made meanwhile, or is being tried again already.")
    delivery.state, delivery.attempts, delivery.due_at = DeliveryState.DUE, 0, clock.now()
    delivery.save(update_fields=["state", "attempts", "due_at"])
    _ring_once()
    return delivery
