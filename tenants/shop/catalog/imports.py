"""Importing a CSV file of products: a result for every row, never half a row, resumable after a kill.

Rows are taken in chunks, each one transaction: products, variants, stock, results and how far we are change
together, so a process that dies loses at most the chunk at hand. Sending the same file again changes nothing.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import PurePath
from typing import IO, Any
from uuid import UUID

import structlog
from django.conf import settings
from django.core.files.storage import storages
from django.db import IntegrityError, transaction
from django.db.models import Q

from kit import clock
from kit.context import require_vendor
from kit.errors import InvalidInput, NotAllowed
from kit.ids import uuid7
from outbox.doorbell import ring
from taxonomy import queries as taxonomy
from tenants.shop.catalog import csv_file
from tenants.shop.catalog.actions import check_may_publish, products_changed, slug_of
from tenants.shop.catalog.csv_file import UnreadableFile
from tenants.shop.catalog.drafts import (
    MAX_EXTERNAL_ID,
    MAX_SKU,
    MAX_TITLE,
    ProductDraft,
    VariantDraft,
    clean_tags,
    problems,
)
from tenants.shop.catalog.gtin import is_gtin
from tenants.shop.catalog.metrics import IMPORTED
from tenants.shop.catalog.models import (
    ImportRow,
    ImportState,
    Product,
    ProductImport,
    ProductState,
    RowResult,
    Variant,
)
from tenants.shop.catalog.plan import keep_within_plan, room_to_add
from tenants.shop.inventory.actions import set_stock

log = structlog.get_logger(__name__)
CHUNK = 500


def request_import(
    *, file: IO[bytes], filename: str, publish: bool = True, requested_by: UUID | None = None
) -> ProductImport:
    """Keep the file and have it imported by the shopworker.

    Raises UnreadableFile when that could not work at all; ShippingUnknown when its products are to be published.
    """
    if publish:
        check_may_publish()
    file.seek(0, 2)
    if file.tell() > settings.MAX_IMPORT_BYTES:
        megabytes = settings.MAX_IMPORT_BYTES // (1024 * 1024)
        raise UnreadableFile(f"The file is larger than {megabytes} MB. Send it in parts.", field="file")
    found = csv_file.survey(file)
    if not found.rows:
        raise UnreadableFile("The file has a header and no products.", field="file")
    vendor = require_vendor()
    product_import = ProductImport(
        filename=PurePath(filename).name.replace("\0", "")[:200],
        publish=publish,
        requested_by=requested_by,
        rows_total=found.rows,
    )
    file.seek(0)
    product_import.path = storages["private"].save(f"imports/{vendor.id}/{product_import.id}.csv", file)
    with transaction.atomic():
        product_import.save(force_insert=True)
        transaction.on_commit(lambda: ring("shop_catalog.run_imports", vendor=str(vendor.id)))
    return product_import


def run_import(import_id: UUID, *, ends: float | None = None) -> int:
    """Do what is left of an import, or what can be done of it until `ends` (of `time.monotonic`); gives how many rows this
    call did. Another process at it at the same time does no harm.
    """
    done = 0
    try:
        with closing(_Reader(ProductImport.objects.get(id=import_id))) as reader:
            while True:
                with transaction.atomic():
                    rows = _next_chunk(import_id, reader)
                if rows is None:
                    break
                done += rows
                IMPORTED.labels(require_vendor().slug).inc(rows)
                if ends is not None and time.monotonic() >= ends:
                    break
    except FileNotFoundError:
        _fail(import_id, "The file is gone. Send it again.")
    except (UnreadableFile, NotAllowed) as error:
        _fail(import_id, str(error))
    log.info("import_ran", vendor=require_vendor().slug, import_id=str(import_id), rows=done)
    return done


def _next_chunk(import_id: UUID, reader: "_Reader") -> int | None:
    """Import the next rows inside the caller's transaction; None when there are none, or somebody else is at it."""
    product_import = ProductImport.objects.select_for_update(skip_locked=True).filter(id=import_id).first()
    if product_import is None or product_import.state not in (ImportState.DUE, ImportState.RUNNING):
        return None
    rows = reader.read(product_import.rows_done)
    if product_import.rows_done == 0:
        _report_columns(product_import, reader)
    for chunk in _take(product_import, reader, rows):
        product_import.created_count += chunk.created
        product_import.updated_count += chunk.updated
        product_import.error_count += chunk.errors
    product_import.rows_done += len(rows)
    product_import.state = ImportState.RUNNING
    if len(rows) < CHUNK:
        product_import.state, product_import.finished_at = ImportState.DONE, clock.now()
        product_import.rows_total = product_import.rows_done
    product_import.save()
    return len(rows)


def _take(product_import: ProductImport, reader: "_Reader", rows: Sequence[csv_file.Row]) -> "list[_Chunk]":
    """The rows imported together; or, when the database refuses them together, each by itself."""
    chunk = _Chunk(product_import, reader)
    try:
        with transaction.atomic():
            chunk.take(rows)
        return [chunk]
    except IntegrityError:
        # Two rows trade SKUs, or somebody saved one of them in the portal between our look and our write.
        if len(rows) > 1:
            return [chunk for row in rows for chunk in _take(product_import, reader, [row])]
        refused = _Chunk(product_import, reader)
        refused.take([replace(rows[0], problem="Its SKU or id was just taken by another product. Import it again.")])
        return [refused]


def _fail(import_id: UUID, why: str) -> None:
    ProductImport.objects.filter(id=import_id).update(state=ImportState.FAILED, error=why, finished_at=clock.now())


def _report_columns(product_import: ProductImport, reader: "_Reader") -> None:
    header = reader.header
    parts = []
    if header.read_as:
        parts.append(
            f"The file is not UTF-8 and was read as {header.read_as}. If accents look wrong, save it as “CSV UTF-8” and "
            "send it again."
        )
    if header.has_pictures:
        parts.append("Pictures are not fetched from addresses; add them in the portal.")
    if header.unused:
        parts.append(f"Columns not used: {', '.join(header.unused)}.")
    if parts:
        message = " ".join(parts)[:300]
        ImportRow.objects.get_or_create(
            product_import=product_import, number=1, defaults={"result": RowResult.WARNING, "message": message}
        )


class _Reader:
    """The file's rows from any position on, and what was seen before it: two rows of a file never mean one product."""

    def __init__(self, product_import: ProductImport) -> None:
        self._file = storages["private"].open(product_import.path, "rb")
        self._restart()

    def _restart(self) -> None:
        self._position = 0
        self._rows: Iterator[csv_file.Row] = iter(())
        self.header, self._rows = csv_file.read(self._file)
        self.seen: dict[tuple[str, str], int] = {}

    def read(self, position: int) -> list[csv_file.Row]:
        """The chunk of rows that begins at `position`."""
        if position != self._position:
            self._restart()
            while self._position < position:
                self._advance(min(CHUNK, position - self._position))
        return self._advance(CHUNK)

    def _advance(self, count: int) -> list[csv_file.Row]:
        rows = [self._told_apart(row) for row in islice(self._rows, count)]
        self._position += count
        return rows

    def _told_apart(self, row: csv_file.Row) -> csv_file.Row:
        for column in ("external_id", "sku"):
            value = row.cells.get(column, "")
            if value and not row.problem:
                earlier = self.seen.setdefault((column, value), row.line)
                if earlier != row.line:
                    label = "SKU" if column == "sku" else "id"
                    return replace(row, problem=f"The same {label} stands in line {earlier}.")
        return row

    def close(self) -> None:
        self._rows = iter(())  # lets go of the file first
        self._file.close()


# --- One chunk ----------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Known:
    """What the shop has of what a chunk names."""

    by_external_id: dict[str, Product] = field(default_factory=dict)
    by_sku: dict[str, Variant] = field(default_factory=dict)
    variants: dict[UUID, list[Variant]] = field(default_factory=dict)


class _RowError(InvalidInput):
    """A row that is not imported."""


class _Chunk:
    """Turns rows into products in memory, then writes them in a few statements."""

    def __init__(self, product_import: ProductImport, reader: _Reader) -> None:
        self.product_import, self.header = product_import, reader.header
        self.columns = {meaning for _, meaning in reader.header.columns}
        self.tree = taxonomy.tree()
        self.now = clock.now()
        self.created = self.updated = self.errors = 0
        self.products: dict[UUID, Product] = {}
        self.variants: dict[UUID, Variant] = {}
        self.stock: dict[UUID, int] = {}
        self.results: dict[int, ImportRow] = {}
        # variant -> its line and its product, for what only shows when stock is set
        self.room = room_to_add()
        self.lines: dict[UUID, int] = {}
        self.owners: dict[UUID, UUID] = {}

    def take(self, rows: Sequence[csv_file.Row]) -> None:
        known = self._known(rows)
        for row in rows:
            try:
                self._row(row, known)
            except _RowError as error:
                self._result(row.line, RowResult.ERROR, str(error), error.field or "")
                self.errors += 1
        self._write()

    def _known(self, rows: Sequence[csv_file.Row]) -> _Known:
        """Everything these rows may change, its products locked in id order."""
        ids = [row.cells.get("external_id", "") for row in rows]
        skus = [row.cells.get("sku", "") or row.cells.get("external_id", "") for row in rows]
        wanted = Q(external_id__in=[value for value in ids if value])
        named = Variant.objects.filter(sku__in=[sku[:MAX_SKU] for sku in skus if sku])
        wanted |= Q(id__in=named.values("product_id"))
        found = {product.id: product for product in Product.objects.select_for_update().filter(wanted).order_by("id")}
        known = _Known(by_external_id={p.external_id: p for p in found.values() if p.external_id})
        for variant in Variant.objects.filter(product_id__in=list(found)).order_by("position", "id"):
            variant.product = found[variant.product_id]
            known.by_sku[variant.sku] = variant
            known.variants.setdefault(variant.product_id, []).append(variant)
        return known

    def _row(self, row: csv_file.Row, known: _Known) -> None:
        if row.problem:
            raise _RowError(row.problem)
        external_id, sku = row.cells.get("external_id", ""), row.cells.get("sku", "")
        if not external_id and not sku:
            raise _RowError("This row has neither a SKU nor an id.", field="sku")
        variant = self._match(external_id, sku, known)
        warnings: list[tuple[str, str]] = []
        draft = self._draft(row, variant, warnings)
        wanted = draft.variants[0]
        is_new = variant is None
        if variant is None:
            taken = known.by_sku.get(wanted.sku)
            if taken is not None:
                raise _RowError(f"The SKU “{wanted.sku}” is taken by another product.", field="sku")
            if self.room is not None:
                if self.room < 1:
                    raise _RowError(
                        "Your plan has no room for another product. Choose a larger one on the page “Plan”."
                    )
                self.room -= 1
            product = Product(id=uuid7(), slug=slug_of(draft.title), created_at=self.now)
            variant = Variant(id=uuid7(), product=product, sku=wanted.sku)
            known.by_sku[wanted.sku] = variant
        before = None if is_new else _state_of(variant)
        self._apply(variant, draft)
        self._publish(variant.product, warnings)
        if wanted.stock is not None:
            self.stock[variant.id] = wanted.stock
        self.lines[variant.id], self.owners[variant.id] = row.line, variant.product_id
        changed = before != _state_of(variant)
        if changed:
            variant.product.version += 0 if is_new else 1
            variant.product.updated_at = self.now
            self.products[variant.product.id] = variant.product
            self.variants[variant.id] = variant
        self.created += is_new
        self.updated += not is_new
        name, message = warnings[0] if len(warnings) == 1 else ("", " ".join(text for _, text in warnings))
        result = RowResult.WARNING if warnings else RowResult.CREATED if is_new else RowResult.UPDATED
        self._result(row.line, result, message, name, variant.product.id)

    def _match(self, external_id: str, sku: str, known: _Known) -> Variant | None:
        """The variant a row means: by the vendor's id, then by SKU."""
        product = known.by_external_id.get(external_id) if external_id else None
        by_sku = known.by_sku.get(sku) if sku else None
        if product is None:
            if by_sku is None:
                return None
            if external_id and by_sku.product.external_id:
                raise _RowError(f"The SKU “{sku[:60]}” is taken by another product.", field="sku")
            return by_sku
        if by_sku is not None and by_sku.product_id != product.id:
            raise _RowError(f"The SKU “{sku[:60]}” is taken by another product.", field="sku")
        variants = known.variants.get(product.id, [])
        if by_sku is not None:
            return by_sku
        if len(variants) == 1:
            return variants[0]
        raise _RowError("This product has several variants: say which by its SKU.", field="sku")

    def _draft(self, row: csv_file.Row, variant: Variant | None, warnings: list[tuple[str, str]]) -> ProductDraft:
        """What the row says, over what is there. Raises _RowError for what is wrong; what can be left out is a
        warning.
        """
        cells = row.cells
        old = variant.product if variant else None
        title = cells["title"]
        if len(title) > MAX_TITLE:
            warnings.append(("title", f"The title was cut to {MAX_TITLE} characters."))
            title = title[:MAX_TITLE].rstrip()
        gtin = cells.get("gtin", variant.gtin if variant else "").replace(" ", "").replace("-", "")
        if gtin and not is_gtin(gtin):
            warnings.append(("gtin", f"“{gtin[:20]}” is not a GTIN; the product was imported without it."))
            gtin = ""
        external_id = cells.get("external_id", "") or (old.external_id if old else "")
        price, compare_at = self._prices(cells, variant)
        draft = ProductDraft(
            title=title,
            description=cells.get("description", old.description if old else ""),
            brand=cells.get("brand", old.brand if old else ""),
            category_id=self._category(cells, old),
            condition=cells.get("condition", "").casefold() or (old.condition if old else "new"),
            attributes=self._attributes(row, old),
            tags=self._tags(cells, old),
            external_id=external_id,
            variants=[
                VariantDraft(
                    id=variant.id if variant else None,
                    sku=cells.get("sku", "") or (variant.sku if variant else external_id[:MAX_SKU]),
                    gtin=gtin,
                    options=variant.options if variant else {},
                    currency=cells.get("currency", "").upper() or settings.CURRENCY,
                    weight_grams=self._read("weight_grams", cells, variant.weight_grams if variant else 0) or 0,
                    stock=self._read("stock", cells, None),
                    price_minor=price,
                    compare_at_minor=compare_at,
                )
            ],
        )
        for name, trouble in problems(draft, self.tree).items():
            raise _RowError(trouble, field=self._column(name.removeprefix("variants.0.")))
        return draft

    def _column(self, name: str) -> str:
        """What the file calls it: `price` unless there is a column `price_minor`."""
        return name if name in self.columns else name.removesuffix("_minor")

    def _prices(self, cells: Mapping[str, str], variant: Variant | None) -> tuple[int, int | None]:
        """Price and price to compare with."""
        currency = cells.get("currency", "").upper() or settings.CURRENCY
        if currency != settings.CURRENCY:
            raise _RowError(f"Prices here are in {settings.CURRENCY}.", field="currency")
        price = self._price("price", cells)
        compare_at = self._price("compare_at", cells)
        if price is None:
            raise _RowError("There is no price.", field="price")
        if variant and not self.columns & {"compare_at", "compare_at_minor"}:
            # A price raised to what it was compared with ends the comparison.
            old = variant.compare_at_minor
            compare_at = old if old and old > price else None
        return price, compare_at

    @staticmethod
    def _price(name: str, cells: Mapping[str, str]) -> int | None:
        try:
            return csv_file.read_price(cells, name, settings.CURRENCY)
        except ValueError as error:
            raise _RowError(str(error), field=name) from None

    def _category(self, cells: Mapping[str, str], old: Product | None) -> UUID | None:
        words = cells.get("category", "")
        if not words:
            return old.category_id if old and "category" not in self.columns else None
        node = self.tree.find(words)
        if node is None:
            raise _RowError(f"There is no category “{words[:60]}”.", field="category")
        return node.id

    def _tags(self, cells: Mapping[str, str], old: Product | None) -> list[str]:
        if "tags" not in self.columns:
            return list(old.tags) if old else []
        return clean_tags(cells.get("tags", "").split(","))

    def _attributes(self, row: csv_file.Row, old: Product | None) -> dict[str, Any]:
        if "attributes" not in self.columns and not self.header.attributes:
            return dict(old.attributes) if old else {}
        try:
            return csv_file.read_attributes(row.cells.get("attributes", "")) | dict(row.attributes)
        except ValueError as error:
            raise _RowError(str(error), field="attributes") from None

    @staticmethod
    def _read(name: str, cells: Mapping[str, str], otherwise: int | None) -> int | None:
        text = cells.get(name, "")
        if not text:
            return otherwise
        try:
            return csv_file.read_number(text)
        except ValueError as error:
            raise _RowError(str(error), field=name) from None

    @staticmethod
    def _apply(variant: Variant, draft: ProductDraft) -> None:
        product, wanted = variant.product, draft.variants[0]
        product.title, product.description, product.brand = draft.title, draft.description, draft.brand
        product.category_id, product.condition = draft.category_id, draft.condition
        product.attributes = dict(draft.attributes)
        product.tags = list(draft.tags)
        product.external_id = draft.external_id[:MAX_EXTERNAL_ID]
        variant.sku, variant.gtin = wanted.sku, wanted.gtin
        variant.price_minor, variant.compare_at_minor = wanted.price_minor, wanted.compare_at_minor
        variant.currency, variant.weight_grams = wanted.currency, wanted.weight_grams

    def _publish(self, product: Product, warnings: list[tuple[str, str]]) -> None:
        if not self.product_import.publish:
            return
        if product.state == ProductState.ARCHIVED:
            warnings.append(("", "This product is archived and stays so."))
        elif product.state == ProductState.DRAFT:
            product.state = ProductState.PUBLISHED
            product.published_at = product.published_at or self.now

    def _result(self, line: int, result: str, message: str = "", name: str = "", product: UUID | None = None) -> None:
        self.results[line] = ImportRow(
            product_import=self.product_import,
            number=line,
            result=result,
            field=name[:60],
            message=message[:300],
            product_id=product,
        )

    def _write(self) -> None:
        Product.objects.bulk_create(
            sorted(self.products.values(), key=lambda product: product.id),
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=[
                *("title", "description", "brand", "category_id", "condition", "attributes", "tags", "external_id"),
                "state",
                *("version", "updated_at", "published_at"),
            ],
        )
        Variant.objects.bulk_create(
            sorted(self.variants.values(), key=lambda variant: variant.id),
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=["sku", "gtin", "price_minor", "compare_at_minor", "currency", "weight_grams"],
        )
        # What was published now may be more than the plan has on sale: the newest of all wait.
        changed = set(self.products) | {product.id for product in keep_within_plan()}
        if self.stock:
            reason = f"import {self.product_import.filename}"[:200]
            counted = set_stock(self.stock, reason, actor_id=self.product_import.requested_by, announced=False)
            for variant_id, promised in counted.refused.items():
                row = self.results[self.lines[variant_id]]
                row.result, row.field = RowResult.WARNING, "stock"
                row.message = f"Stock was left as it is: {promised} units are promised to orders. {row.message}"[:300]
            changed |= {self.owners[variant_id] for variant_id in counted.changed}
        ImportRow.objects.bulk_create(self.results.values())
        if changed:
            products_changed(changed)


def _state_of(variant: Variant) -> tuple[Any, ...]:
    """What an import may change, to tell whether it did."""
    product = variant.product
    return (
        *(product.title, product.description, product.brand, product.category_id, product.condition),
        *(product.attributes, product.tags, product.external_id, product.state),
        *(variant.sku, variant.gtin, variant.price_minor, variant.compare_at_minor, variant.currency),
        variant.weight_grams,
    )
