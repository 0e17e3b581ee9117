"""Stock from a file of the shop's own systems: `sku`, `warehouse`, `on_hand`; a bad row keeps no other from counting."""

import csv
import io
from collections import defaultdict
from collections.abc import Iterator
from typing import IO
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from kit.errors import InvalidInput
from kit.pagination import Page, keyset_page
from tenants.shop.catalog.models import Variant
from tenants.shop.inventory.actions import MAX_UNITS, lock_warehouse, set_stock
from tenants.shop.inventory.ledger import lock_levels
from tenants.shop.inventory.models import FeedResult, StockFeed, StockFeedRow, Warehouse

MAX_BYTES = 2_000_000
MAX_ROWS = 10_000
COLUMNS = ("sku", "warehouse", "on_hand")


@transaction.atomic
def take_feed(*, file: IO[bytes], filename: str, by: UUID) -> StockFeed:
    """Set stock to what the file says and keep an answer for each row.

    An empty warehouse is the shop's first. The last row of a variant in a warehouse counts; those before it are refused.
    Raises InvalidInput where the file as a whole cannot be read: then nothing changed.
    """
    found = list(_read(file))
    feed = StockFeed.objects.create(filename=filename[:150], sent_by=by)
    places = {place.name.casefold(): place for place in Warehouse.objects.open()}
    first = Warehouse.objects.open().first()
    variants = dict(Variant.objects.filter(sku__in={sku for _, sku, _, _ in found}).values_list("sku", "id"))
    rows: list[StockFeedRow] = []
    wanted: dict[UUID, dict[UUID, tuple[int, StockFeedRow]]] = defaultdict(dict)
    for number, sku, name, text in found:
        row = StockFeedRow(feed=feed, number=number, sku=sku[:60], warehouse=name[:100], result=FeedResult.REFUSED)
        rows.append(row)
        place = places.get(name.casefold()) if name else first
        if sku not in variants:
            row.message = "You have no variant with this SKU."
        elif place is None:
            row.message = "You have no such warehouse in use."
        elif not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) <= MAX_UNITS):
            row.message = f"Stock is a number from 0 to {MAX_UNITS:,}."
        else:
            if before := wanted[place.id].get(variants[sku]):
                before[1].message = f"Line {number} says otherwise, or again."
            wanted[place.id][variants[sku]] = (int(text), row)
    _set(wanted, places={place.id: place for place in places.values()}, feed=feed, by=by)
    StockFeedRow.objects.bulk_create(rows, batch_size=2000)
    return feed


def _set(
    wanted: dict[UUID, dict[UUID, tuple[int, StockFeedRow]]],
    *,
    places: dict[UUID, Warehouse],
    feed: StockFeed,
    by: UUID,
) -> None:
    # Everything in the order in which orders lock it, before the first warehouse is written.
    for place_id in sorted(wanted):
        lock_warehouse(places[place_id])
    lock_levels(Q(variant_id__in={variant for here in wanted.values() for variant in here}))
    for place_id, here in sorted(wanted.items()):
        done = set_stock(
            {variant: units for variant, (units, _) in here.items()},
            f"file {feed.filename}"[:200],
            warehouse=places[place_id],
            actor_id=by,
            reference=f"feed:{feed.id}",
        )
        for variant, (_, row) in here.items():
            row.result = FeedResult.CHANGED if variant in done.changed else FeedResult.UNCHANGED
            if variant in done.refused:
                row.result = FeedResult.REFUSED
                row.message = f"{done.refused[variant]} units are promised to orders: stock cannot be less than that."


def feeds_page(*, cursor: str | None = None, size: int = 30) -> Page[StockFeed]:
    """Files, the newest first."""
    return keyset_page(StockFeed.objects.all(), order=("-sent_at", "-id"), cursor=cursor, size=size)


def feed_rows_page(feed: StockFeed, *, cursor: str | None = None, size: int = 100) -> Page[StockFeedRow]:
    """A file's rows with their answers, in the file's order."""
    return keyset_page(StockFeedRow.objects.filter(feed=feed), order=("number",), cursor=cursor, size=size)


def _read(file: IO[bytes]) -> Iterator[tuple[int, str, str, str]]:
    """Line number, SKU, warehouse and units of each row, as they were written."""
    data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise InvalidInput("This file is larger than 2 MB.", field="file")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidInput("This file is not written in UTF-8.", field="file") from None
    if "\0" in text:
        raise InvalidInput("This is no CSV file.", field="file")
    line = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=line.count))
    try:
        header = [cell.strip().lower() for cell in next(reader, [])]
        missing = [name for name in ("sku", "on_hand") if name not in header]
        if missing:
            raise InvalidInput(f"The first line lacks the column {missing[0]}.", field="file")
        at = {name: header.index(name) for name in COLUMNS if name in header}
        for count, cells in enumerate(reader, start=1):
            if count > MAX_ROWS:
                raise InvalidInput(f"A file has {MAX_ROWS:,} rows at most.", field="file")
            if any(cells):
                found = {name: cells[place].strip() if place < len(cells) else "" for name, place in at.items()}
                yield reader.line_num, found["sku"], found.get("warehouse", ""), found["on_hand"]
    except csv.Error as error:
        raise InvalidInput(f"Line {reader.line_num} is no CSV: {error}.", field="file") from None
