"""A shop as a file, to hand over and to restore from: a zip of its tables as CSV and JSON, its pictures and documents.

    manifest.json            what it is: format, vendor, version of the schema, when; every table and file with its checksum
    tables/<table>.csv       rows by primary key; NULL is an empty cell, an empty text is quoted
    tables/<table>.json      the same rows as an array of objects
    media/public/<name>      pictures
    media/private/<name>     documents and import files

API keys are left out: with what is kept of them nobody gets in, but they are the shop's locks, not its goods.
"""

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import partial
from typing import IO, Any
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from psycopg import Connection

from kit.errors import InvalidInput, NotAllowed
from kit.storage import SHARED, StorageUnavailable, own
from tenants.isolation.copying import (
    Digest,
    Table,
    Teller,
    count,
    digest,
    empty,
    hold,
    read_csv,
    read_json,
    tables_of,
    write_csv,
)
from tenants.isolation.media import PRIVATE, PUBLIC, ShopFile

FORMAT = "souk-shop"
FORMAT_VERSION = 1
PART = 1 << 20
FOLDERS = {PUBLIC: "media/public", PRIVATE: "media/private"}

Note = Callable[[int, int], None]


class NotAShopFile(InvalidInput):
    """The file is none of ours, or is damaged."""

    code = "not_a_shop_file"


class WrongVendor(InvalidInput):
    """The file is another vendor's."""

    code = "wrong_vendor"


class WrongVersion(InvalidInput):
    """The file is of another version of the shop's schema."""

    code = "wrong_version"


@dataclass(frozen=True)
class TableEntry:
    """A table in the manifest."""

    name: str
    columns: list[str]
    rows: int
    sha256: str


@dataclass(frozen=True)
class FileEntry:
    """A picture or document in the manifest."""

    store: str
    name: str
    bytes: int
    sha256: str


@dataclass
class Manifest:
    """What a shop's file says it is."""

    vendor_id: str
    vendor_slug: str
    vendor_name: str
    version: str
    made_at: str
    tables: list[TableEntry] = field(default_factory=list)
    files: list[FileEntry] = field(default_factory=list)
    missing_files: list[str] = field(default_factory=list)
    format: str = FORMAT
    format_version: int = FORMAT_VERSION

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables)

    @property
    def digests(self) -> dict[str, Digest]:
        return {table.name: Digest(table.rows, table.sha256) for table in self.tables}


def write_shop(
    out: IO[bytes],
    line: Connection[Any],
    schema: str,
    *,
    about: Manifest,
    files: list[ShopFile],
    note: Note = lambda done, total: None,
) -> Manifest:
    """Write the shop's file to `out`. Within one transaction that sees one state of the tables, and acting for the vendor.

    `note` hears how many steps are done, and hears it again at every part of a long one.
    """
    tables = tables_of(line, schema)
    steps = len(tables) + 1
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, table in enumerate(tables):
            about.tables.append(_write_table(archive, line, schema, table, partial(note, number, steps)))
        for file in files:
            note(len(tables), steps)
            if (entry := _write_file(archive, file)) is None:
                about.missing_files.append(file.name)
            else:
                about.files.append(entry)
        archive.writestr("manifest.json", json.dumps(asdict(about), indent=2, ensure_ascii=False))
    note(steps, steps)
    return about


def _write_table(
    archive: zipfile.ZipFile, line: Connection[Any], schema: str, table: Table, alive: Callable[[], None]
) -> TableEntry:
    alive()
    with archive.open(f"tables/{table.name}.csv", "w", force_zip64=True) as entry:
        told = Teller(entry.write)
        for part in read_csv(line, schema, table):
            told.hear(part)
            alive()
    with archive.open(f"tables/{table.name}.json", "w", force_zip64=True) as entry:
        entry.write(b"[")
        for number, text in enumerate(read_json(line, schema, table)):
            entry.write((",\n" if number else "\n").encode() + text.encode())
            if number % 1000 == 0:
                alive()
        entry.write(b"\n]\n")
    found = told.digest(count(line, schema, table))
    return TableEntry(table.name, list(table.columns), found.rows, found.sha256)


def _write_file(archive: zipfile.ZipFile, file: ShopFile) -> FileEntry | None:
    """None for a file that is not there, and for a name that is not the vendor's: a row may name anything."""
    try:
        if not (file.store == PUBLIC and file.name.split("/")[0] in SHARED):
            own(file.name)
        source = storages[file.store].open(file.name, "rb")
    except (FileNotFoundError, NotAllowed):
        return None
    told, size = hashlib.sha256(), 0
    with source, archive.open(f"{FOLDERS[file.store]}/{file.name}", "w", force_zip64=True) as entry:
        while part := source.read(PART):
            told.update(part)
            size += len(part)
            entry.write(part)
    return FileEntry(file.store, file.name, size, told.hexdigest())


class ShopArchive:
    """A shop's file, opened to restore from. Raises NotAShopFile for anything else."""

    def __init__(self, file: IO[bytes]) -> None:
        try:
            self._archive = zipfile.ZipFile(file)
            told = json.loads(self._archive.read("manifest.json"))
            if told.get("format") != FORMAT:
                raise NotAShopFile("This is no export of a shop.")
            if told.get("format_version") != FORMAT_VERSION:
                raise NotAShopFile(f"This export has format {told.get('format_version')}; we read {FORMAT_VERSION}.")
            told["tables"] = [TableEntry(**entry) for entry in told["tables"]]
            told["files"] = [FileEntry(**entry) for entry in told["files"]]
            self.manifest = Manifest(**told)
        except (zipfile.BadZipFile, KeyError, ValueError, TypeError, AttributeError) as error:
            raise NotAShopFile("This is no export of a shop, or it is damaged.") from error

    def check_is_of(self, *, vendor_id: UUID, slug: str) -> None:
        """Raises WrongVendor."""
        if self.manifest.vendor_id != str(vendor_id):
            raise WrongVendor(
                f"This is the export of {self.manifest.vendor_slug} ({self.manifest.vendor_id}), not of {slug} ({vendor_id})."
            )

    def check_fits(self, version: str) -> None:
        """Raises WrongVersion."""
        if self.manifest.version != version:
            raise WrongVersion(
                f"This export is of version {self.manifest.version}, the shop of {version}. Restore it with the release that "
                "made it, into a shop of that version, and migrate then."
            )

    def check_is_whole(self) -> None:
        """Every table and file is there and is what the manifest says. Raises NotAShopFile."""
        checks = [(f"tables/{table.name}.csv", table.sha256) for table in self.manifest.tables]
        checks += [(f"{FOLDERS[file.store]}/{file.name}", file.sha256) for file in self.manifest.files]
        for name, expected in checks:
            told = hashlib.sha256()
            try:
                for part in self._parts(name):
                    told.update(part)
            except (KeyError, zipfile.BadZipFile, OSError) as error:
                raise NotAShopFile(f"The export is damaged: {name} cannot be read.") from error
            if told.hexdigest() != expected:
                raise NotAShopFile(f"The export is damaged: {name} is not what the manifest says.")

    def put_files(self) -> int:
        """Store the pictures and documents that are not there; gives how many. Acting for the vendor.

        Raises StorageUnavailable, NotAllowed.
        """
        stored = 0
        for file in self.manifest.files:
            store = storages[file.store]
            if store.exists(file.name):
                continue
            name = store.save(file.name, ContentFile(b"".join(self._parts(f"{FOLDERS[file.store]}/{file.name}"))))
            if name != file.name:
                raise StorageUnavailable(f"{file.name} could not be stored under its name.")
            stored += 1
        return stored

    def put_rows(self, line: Connection[Any], schema: str, note: Note = lambda done, total: None) -> None:
        """Make the rows of the shop those of the file, inside the caller's transaction, and prove it.

        Raises NotAShopFile when the tables are not those of the file, or the rows arrive otherwise than they left.
        """
        tables = {table.name: table for table in tables_of(line, schema)}
        wanted = {entry.name: set(entry.columns) for entry in self.manifest.tables}
        if {name: set(table.columns) for name, table in tables.items()} != wanted:
            raise NotAShopFile("The export's tables are not those of the shop, though their versions are the same.")
        hold(line, schema, tables.values())
        empty(line, schema, tables.values())
        for number, (name, table) in enumerate(tables.items()):
            note(number, len(tables))
            write_csv(line, schema, table, self._parts(f"tables/{name}.csv"))
            if (found := digest(line, schema, table)) != self.manifest.digests[name]:
                raise NotAShopFile(f"{name} arrived with {found.rows} rows and another checksum than it left.")
        note(len(tables), len(tables))

    def _parts(self, name: str) -> Iterator[bytes]:
        with self._archive.open(name) as entry:
            while part := entry.read(PART):
                yield part


def manifest_of(*, vendor_id: UUID, slug: str, name: str, version: str, at: datetime) -> Manifest:
    """An empty manifest of a shop as it is at an instant."""
    return Manifest(str(vendor_id), slug, name, version, at.isoformat())
