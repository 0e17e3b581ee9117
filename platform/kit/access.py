"""Who may touch a table: declared on the model, carried into the database by `manage.py walls apply`.

    class Parcel(models.Model):
        access = Access(store="select", vendor="select insert update")

Rights are PostgreSQL's words, optionally with columns: `update(fulfillment_state, accepted_at)`. `platform` has all four
on every public table unless said otherwise. A table with a `vendor_id` column gets row-level security, forced; what a
vendor's role is granted there holds for its own rows only. A table without `access` is refused by the drift check.
"""

from dataclasses import dataclass
from typing import Any

ALL = "select insert update delete"
APPEND = "select insert"


@dataclass(frozen=True, slots=True)
class Access:
    """Rights per role. `vendor` is granted to the group of all vendors' login roles.

    `vendor_rows` narrows which rows a vendor sees: "own" (vendor_id is its own), "all" (a shared table: no narrowing).
    `vendor_where` is the SQL condition for rows a vendor reads of a table that has no `vendor_id` of its own.
    `vendor_check` is a further SQL condition on rows a vendor writes, e.g. "name LIKE 'shop.%'".
    """

    store: str = ""
    vendor: str = ""
    doorman: str = ""
    platform: str = ALL
    vendor_rows: str = "own"
    vendor_where: str = ""
    vendor_check: str = ""


def access_of(model: type) -> Access | None:
    found: Any = getattr(model, "access", None)
    return found if isinstance(found, Access) else None
