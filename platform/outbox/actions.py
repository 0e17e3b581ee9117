"""Announcing a fact, in the transaction that made it true."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

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
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError(f"{name} was announced outside a transaction")
    fact = Fact(name=name, vendor_id=vendor_id, payload=payload or {}, recorded_at=clock.now())
    fact.save(force_insert=True)
    for path in import_string(settings.EVENT_TABLE + ".INSIDE").get(name, ()):
        import_string(path)(fact)
    transaction.on_commit(lambda: ring("outbox.deliver"))
    return fact


@transaction.atomic
def retry_delivery(*, delivery_id: UUID) -> Delivery:
    """Have a delivery that was given up tried again, with all its attempts before it. Raises NotGivenUp."""
    delivery = Delivery.objects.select_for_update(of=("self",)).select_related("fact").filter(id=delivery_id).first()
    if delivery is None or delivery.state != DeliveryState.FAILED:
        raise NotGivenUp("This delivery was made meanwhile, or is being tried again already.")
    delivery.state, delivery.attempts, delivery.due_at = DeliveryState.DUE, 0, clock.now()
    delivery.save(update_fields=["state", "attempts", "due_at"])
    transaction.on_commit(lambda: ring("outbox.deliver"))
    return delivery
