"""Reading a vendor's CSV file: what each row says, or why the file cannot be read. Nothing here touches the database.

UTF-8 with or without a mark, UTF-16 with one, else Windows-1252; comma, semicolon or tab, quoted by `"`. The file is read
as a stream, twice: `survey` proves that it is whole when it is sent, `read` then gives it row by row.
"""

import codecs
import csv
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from io import TextIOWrapper
from typing import IO, Any

from kit.errors import InvalidInput
from kit.money import parse_major

MAX_FIELD = 200_000
READ_BYTES = 65_536
_DIGITS = re.compile(r"-?[0-9]{1,15}")

# What vendors call a column, in lower case with "_" between words, and what it is here.
COLUMNS = {
    "external_id": ["external_id", "id", "product_id", "article_id"],
    "title": ["title", "name", "product_name", "product_title"],
    "description": ["description", "body", "text"],
    "brand": ["brand", "manufacturer", "vendor_brand"],
    "gtin": ["gtin", "ean", "upc", "barcode", "ean13", "gtin13"],
    "price": ["price", "unit_price"],
    "price_minor": ["price_minor", "price_cents"],
    "compare_at": ["compare_at", "compare_at_price", "list_price", "old_price"],
    "compare_at_minor": ["compare_at_minor", "compare_at_cents"],
    "currency": ["currency", "price_currency"],
    "stock": ["stock", "quantity", "qty", "inventory", "on_hand"],
    "sku": ["sku", "article_number", "item_number"],
    "category": ["category", "product_category", "category_path"],
    "condition": ["condition"],
    "attributes": ["attributes"],
    "tags": ["tags", "product_tags"],
    "weight_grams": ["weight_grams", "weight_g"],
}
PICTURES = ["picture_url", "image_url", "image_link", "picture", "image", "images", "pictures"]
_MEANING = {name: column for column, names in COLUMNS.items() for name in names}


UTF_8, UTF_16, WINDOWS_1252 = "utf-8-sig", "utf-16", "cp1252"
NAMES = {UTF_8: "UTF-8", UTF_16: "UTF-16", WINDOWS_1252: "Windows-1252"}


class UnreadableFile(InvalidInput):
    """The file as a whole cannot be imported; the message says where and why. Nothing of it was."""

    code = "unreadable_file"


@dataclass(frozen=True, slots=True)
class Header:
    """What each column is: (position, meaning), attributes by the name after "attr:"; and those not used.

    `read_as` names the way letters were written, where it was not UTF-8.
    """

    width: int
    columns: tuple[tuple[int, str], ...]
    attributes: tuple[tuple[int, str], ...]
    unused: tuple[str, ...]
    has_pictures: bool
    read_as: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line it begins at (the header is 1), its cells by meaning, and what is wrong with it as a whole."""

    line: int
    cells: Mapping[str, str]
    attributes: Mapping[str, str]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Survey:
    header: Header
    rows: int


def survey(file: IO[bytes]) -> Survey:
    """Read the whole file once. Raises UnreadableFile where it is not text, not CSV, or lacks a column we need."""
    header, found = _open(file)
    return Survey(header, sum(1 for _ in found))


def read(file: IO[bytes]) -> tuple[Header, Iterator[Row]]:
    """The header, and every row in turn; blank lines are no rows. Raises UnreadableFile, as `survey` does."""
    header, found = _open(file)
    return header, _rows(header, found)


def _rows(header: Header, found: Iterator[tuple[int, list[str]]]) -> Iterator[Row]:
    for line, cells in found:
        if len(cells) != header.width:
            count = f"{len(cells)} cell" + ("s" if len(cells) != 1 else "")
            yield Row(line, {}, {}, f"This row has {count}; the header has {header.width}.")
            continue
        yield Row(
            line,
            {meaning: cells[position].strip() for position, meaning in header.columns},
            {name: cells[position].strip() for position, name in header.attributes if cells[position].strip()},
        )


def read_price(cells: Mapping[str, str], name: str, currency: str) -> int | None:
    """The amount in column `name` (major units) or `name`_minor; None when both are empty. Raises ValueError, in
    words.
    """
    minor = cells.get(f"{name}_minor", "")
    if minor:
        if not _DIGITS.fullmatch(minor):
            raise ValueError(f"“{minor[:40]}” is not a whole number of cents.")
        return int(minor)
    text = cells.get(name, "")
    return parse_major(text[:40], currency).amount_minor if text else None


def read_number(text: str) -> int:
    """A whole number. Raises ValueError, in words."""
    if not _DIGITS.fullmatch(text):
        raise ValueError(f"“{text[:40]}” is not a whole number.")
    return int(text)


def read_attributes(text: str) -> dict[str, Any]:
    """A JSON object of names and values; nulls are left out. Raises ValueError, in words."""
    if not text:
        return {}
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError('Attributes are written as JSON, like {"Material": "Oak"}.') from None
    if not isinstance(found, dict):
        raise ValueError('Attributes are written as JSON, like {"Material": "Oak"}.')
    return {name: value for name, value in found.items() if value is not None}


def _open(file: IO[bytes]) -> tuple[Header, Iterator[tuple[int, list[str]]]]:
    file.seek(0)
    start = file.read(4)
    if start[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
        raise UnreadableFile("This is a spreadsheet. Save it as “CSV UTF-8” and send it again.", field="file")
    encoding = _encoding_of(file)
    found = _parsed(_lines(file, encoding))
    first = next(found, None)
    if first is None:
        raise UnreadableFile("The file is empty.", field="file")
    read_as = "" if encoding == UTF_8 else NAMES[encoding]
    return replace(_header(first[1]), read_as=read_as), found


def _encoding_of(file: IO[bytes]) -> str:
    """How the file's letters are written, by its mark or by what it holds; UTF-8 for one that is spoiled farther on.

    Whatever is neither UTF-8 nor marked is taken for Windows-1252, which spreadsheets in western Europe write. Digits,
    separators and quotes are the same bytes in all of its kin, so a wrong guess spoils accents, never a price.
    """
    file.seek(0)
    if file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return UTF_16
    file.seek(0)
    decoder, has_accents = codecs.getincrementaldecoder(UTF_8)(), False
    try:
        while data := file.read(READ_BYTES):
            has_accents = not decoder.decode(data).isascii() or has_accents
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        if not has_accents and error.object[: error.start].isascii():
            return WINDOWS_1252
    return UTF_8


def _lines(file: IO[bytes], encoding: str) -> Iterator[str]:
    """The lines as text. The wrapper is let go of at the end, so that it does not close the caller's file."""
    file.seek(0)
    text = TextIOWrapper(file, encoding=encoding, newline="")
    number = 0
    try:
        for line in text:
            number += 1
            if "\0" in line:
                raise UnreadableFile(f"Line {number} holds bytes that no text has. Is this a CSV file?", field="file")
            yield line
    except UnicodeDecodeError:
        raise UnreadableFile(
            f"The file is not {NAMES[encoding]} from about line {number + 1}. "
            "Save it as “CSV UTF-8” and send it again.",
            field="file",
        ) from None
    finally:
        if not file.closed:  # as it is when nobody read to the end and all is being cleared away
            text.detach()


def _parsed(lines: Iterator[str]) -> Iterator[tuple[int, list[str]]]:
    """(line it begins at, cells) of every row that is not blank."""
    first = next(lines, None)
    if first is None:
        return
    delimiter = max(",;\t", key=lambda mark: re.sub(r'"[^"]*"', "", first).count(mark))

    def all_lines() -> Iterator[str]:
        yield first
        yield from lines

    csv.field_size_limit(MAX_FIELD)
    reader = csv.reader(all_lines(), delimiter=delimiter, strict=True)
    begins = 1
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            where = f"line {begins}" if reader.line_num <= begins else f"lines {begins} to {reader.line_num}"
            raise UnreadableFile(f"The row at {where} cannot be read: {_why(error)}", field="file") from None
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            yield begins, cells
        begins = reader.line_num + 1


def _why(error: csv.Error) -> str:
    text = str(error)
    if "expected after" in text:
        return "a quoted cell goes on after its closing quote. Write a quote inside a cell twice."
    if "unexpected end of data" in text:
        return "a quote is opened and never closed."
    if "field larger" in text:
        return f"a cell is longer than {MAX_FIELD:,} characters. Is a closing quote missing?"
    return text


def _header(cells: list[str]) -> Header:
    columns: dict[str, int] = {}
    attributes: dict[str, int] = {}
    unused: list[str] = []
    has_pictures = False
    for position, cell in enumerate(cells):
        name = re.sub(r"[\s\-]+", "_", cell.strip().casefold())
        if name.startswith("attr:"):
            label = cell.strip()[5:].strip()
            if label in attributes:
                raise UnreadableFile(f"Two columns are called “attr:{label[:40]}”.", field="file")
            attributes[label] = position
        elif meaning := _MEANING.get(name):
            if meaning in columns:
                raise UnreadableFile(f"Two columns mean the {meaning.replace('_', ' ')}.", field="file")
            columns[meaning] = position
        else:
            has_pictures = has_pictures or name in PICTURES
            unused.append(cell.strip() or f"column {position + 1}")
    if "title" not in columns:
        raise UnreadableFile("The first line must name the columns; there is none called “title”.", field="file")
    if not columns.keys() & {"price", "price_minor"}:
        raise UnreadableFile("There is no column called “price”.", field="file")
    if not columns.keys() & {"external_id", "sku"}:
        raise UnreadableFile(
            "There is no column called “sku” or “id”; a later import could not tell which product is which.",
            field="file",
        )
    by_position = tuple((position, meaning) for meaning, position in columns.items())
    return Header(
        len(cells), by_position, tuple((p, label) for label, p in attributes.items()), tuple(unused), has_pictures
    )
