"""Finding any object by its id, and showing it as the API does."""

from __future__ import annotations

from typing import Any

from .accounts import KIND as ACCOUNT
from .accounts import v1_view
from .errors import missing
from .money.movements import find_movement
from .money.transfers import render_transfer
from .store import Record
from .world import World


def get(world: World, account: str, kind: str, id: str, *, param: str | None = None, status: int = 404) -> Record:
    """The account's record of a kind, or ApiError ``resource_missing``: it does not see another account's objects."""
    record = world.store.find(id)
    if record is None or record.kind != kind or record.account != account:
        raise missing(kind, id, param=param or kind.rpartition(".")[2], status=status)
    return record


def show(world: World, record: Record) -> dict[str, Any]:
    """A record as v1 shows it, nothing expanded."""
    if record.kind == "transfer":
        return render_transfer(world, record)
    if record.kind == ACCOUNT:
        return v1_view(world, record)
    return record.body


def show_by_id(world: World, id: str) -> dict[str, Any] | None:
    """What an id stands for, for expansion; None if there is nothing."""
    if id.startswith("txn_"):
        return find_movement(world, id)
    record = world.store.find(id)
    return show(world, record) if record else None
