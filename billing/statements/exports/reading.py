"""The journal of a span, in parts: each is read by three statements and forgotten before the next."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from billing.ledger.models import JournalEntry, Posting
from kit.errors import SoukError
from tenants.vendors.queries import named

PART = 1000


class NotWhole(SoukError):
    """An entry that does not balance or lacks a posting: nothing is exported."""

    code = "entry_not_whole"


@dataclass(frozen=True, slots=True)
class Side:
    code: str
    vendor_id: UUID | None
    vendor: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A whole entry of one currency; `number` counts within the export."""

    number: int
    id: UUID
    source_key: str
    kind: str
    description: str
    reference_id: UUID | None
    occurred_at: datetime
    posted_at: datetime
    sides: tuple[Side, ...]

    @property
    def debits_minor(self) -> int:
        return sum(side.amount_minor for side in self.sides if side.amount_minor > 0)


def entries_between(since: datetime, until: datetime, *, currency: str, part: int = PART) -> Iterator[list[Entry]]:
    """Whole entries in the order they occurred, `part` at a time. Raises NotWhole."""
    rows = JournalEntry.objects.filter(occurred_at__gte=since, occurred_at__lt=until).order_by("occurred_at", "id")
    fields = ("occurred_at", "id", "source_key", "kind", "description", "reference_id", "posted_at", "postings_count")
    number, after = 0, Q()
    while found := list(rows.filter(after).values_list(*fields)[:part]):
        sides = _sides([row[1] for row in found], currency)
        made = []
        for at, id, source_key, kind, description, reference_id, posted_at, said in found:
            if id not in sides:
                continue
            own = sides[id]
            if sum(side.amount_minor for side in own) or len(own) > said or len(own) < 2:
                raise NotWhole(f"Entry {source_key} is not whole. The match names what is wrong with it.")
            number += 1
            made.append(Entry(number, id, source_key, kind, description, reference_id, at, posted_at, tuple(own)))
        yield made
        last_at, last_id = found[-1][:2]
        # The first condition is for the index, which would begin anew at every part.
        after = Q(occurred_at__gte=last_at) & (Q(occurred_at__gt=last_at) | Q(id__gt=last_id))


def _sides(entry_ids: list[UUID], currency: str) -> dict[UUID, list[Side]]:
    rows = list(
        Posting.objects.filter(entry_id__in=entry_ids, currency=currency)
        .order_by("id")
        .values_list("entry_id", "account__code", "vendor_id", "amount_minor")
    )
    vendors = named(vendor_id for _, _, vendor_id, _ in rows)
    found: dict[UUID, list[Side]] = defaultdict(list)
    for entry_id, code, vendor_id, amount in rows:
        vendor = vendors.get(vendor_id) if vendor_id else None
        found[entry_id].append(Side(code, vendor_id, vendor.name if vendor else "", amount))
    return found
