"""What others do in a shop whose rows its own SQL has spoiled.

A vendor's role may write all of its stock. Whatever it did there, an order that other vendors have parts in is placed, paid,
let go or given back without it: what goes wrong in its shop is undone, written in the log, and its own to put right.
"""

from collections.abc import Callable
from typing import TypeVar

import structlog
from django.db import DataError, IntegrityError, transaction

from kit.context import require_vendor
from tenants.shop.inventory.actions import NotReserved

log = structlog.get_logger(__name__)
T = TypeVar("T")
# No row is that way by our own doing: a constraint, a value nobody can read, a hold without its level, or without itself.
# What is locked, or a server that restarts, is none of these, and is tried again.
UNSOUND = (IntegrityError, DataError, LookupError, NotReserved)


def unless_unsound(do: Callable[[], T], *, otherwise: T) -> T:
    """What `do` gives, in a savepoint of its own, inside the shop; `otherwise` where the shop's rows do not let it."""
    try:
        with transaction.atomic():
            return do()
    except UNSOUND:
        log.exception("stock_unsound", vendor=require_vendor().slug)
        return otherwise
