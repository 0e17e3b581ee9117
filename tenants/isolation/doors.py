"""The doors into a shop.

`in_shop(vendor)` for processes that may see every shop: only the search path moves, also inside a transaction, so that one
checkout can write many shops. `bind_vendor(vendor)` for processes that serve a vendor: the connection becomes one that
logged in as that vendor. Both set `kit.context.current_vendor`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from django.db import connection

from kit.context import CurrentVendor, NoVendor, acting_for
from kit.errors import Conflict
from tenants.isolation.models import MAIN


class ShopElsewhere(Conflict):
    """The shop lies on another cluster, where none of our doors leads."""

    code = "shop_elsewhere"


class HasShop(Protocol):
    """What a door needs of a vendor."""

    @property
    def cluster(self) -> str: ...

    @property
    def current(self) -> CurrentVendor: ...


@contextmanager
def in_shop(vendor: HasShop) -> Iterator[None]:
    """Shop tables are those of `vendor` within. Raises NoVendor when it has no shop yet, ShopElsewhere."""
    current = _with_shop(vendor)
    if connection.bound_schema == current.schema:  # type: ignore[attr-defined]
        # Already bound to this very vendor: a process that serves vendors runs code written for the others.
        with acting_for(current):
            yield
        return
    before = connection.schema_name  # type: ignore[attr-defined]
    connection.enter(current.schema)  # type: ignore[attr-defined]
    try:
        with acting_for(current):
            yield
    finally:
        connection.leave(before)  # type: ignore[attr-defined]


@contextmanager
def bind_vendor(vendor: HasShop) -> Iterator[None]:
    """Every query within runs as the vendor's own login role. Refused inside a transaction. Raises as `in_shop`."""
    current = _with_shop(vendor)
    before = connection.bind(current.schema, current.schema)  # type: ignore[attr-defined]
    try:
        with acting_for(current):
            yield
    finally:
        connection.unbind(before)  # type: ignore[attr-defined]


@contextmanager
def acting_as(role: str) -> Iterator[None]:
    """Every query within runs as `role` (store, platform ...): for a process that stands for all of them, never production.

    Refused inside a transaction, and everywhere else for want of the role's password.
    """
    before = connection.bind(role, None)  # type: ignore[attr-defined]
    try:
        yield
    finally:
        connection.unbind(before)  # type: ignore[attr-defined]


@contextmanager
def building() -> Iterator[None]:
    """Every query within runs as the builder, at work as the owner: for a process that stands for all of them."""
    with acting_as("builder"):
        with connection.cursor() as cursor:
            cursor.execute("SET ROLE owner")
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute("RESET ROLE")


def _with_shop(vendor: HasShop) -> CurrentVendor:
    current = vendor.current
    if not current.schema:
        raise NoVendor(f"vendor {current.slug} has no shop yet")
    if vendor.cluster != MAIN:
        raise ShopElsewhere("This shop is out of service: it lies on another cluster.")
    return current
