"""Reading CSV: every way to write it, and every way to get it wrong."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from hypothesis import given
from hypothesis import strategies as st

from tenants.shop.catalog import csv_file
from tenants.shop.catalog.csv_file import READ_BYTES, UnreadableFile, read_attributes, read_price, survey


def rows_of(file):
    return list(csv_file.read(file)[1])


def read(text, encoding="utf-8"):
    return rows_of(BytesIO(text.encode(encoding)))


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_delimiters_marks_and_newlines(delimiter, encoding, newline):
    text = newline.join(
        [
            delimiter.join(["SKU", "Title", "Price"]),
            delimiter.join([*["M1", '"Große Tasse, blau; ""neu"""', "18,00"][:2], '"18,00"']),
        ]
    )
    found = read(text, encoding)
    assert [dict(row.cells) for row in found] == [{"sku": "M1", "title": 'Große Tasse, blau; "neu"', "price": "18,00"}]


def test_lines_are_counted_as_an_editor_shows_them():
    text = 'sku,title,price\nA,"two\nlines",1\n\n  ,,\nB,short\nC,x,3\n'
    assert [(row.line, row.problem) for row in read(text)] == [
        (2, ""),
        (6, "This row has 2 cells; the header has 3."),
        (7, ""),
    ]


def test_headers_are_understood_and_the_rest_is_named():
    header = survey(
        BytesIO(b"ID,Product Name,EAN,price_minor,List-Price,attr:Color,Image URL,released_on,qty\n1,a,,1,,red,x,y,3")
    ).header
    assert {meaning for _, meaning in header.columns} == {
        "external_id",
        "title",
        "gtin",
        "price_minor",
        "compare_at",
        "stock",
    }
    assert header.attributes == ((5, "Color"),)
    assert (header.unused, header.has_pictures) == (("Image URL", "released_on"), True)


@pytest.mark.parametrize(
    ("encoding", "read_as"),
    [("utf-8", ""), ("utf-8-sig", ""), ("utf-16", "UTF-16"), ("cp1252", "Windows-1252"), ("latin-1", "Windows-1252")],
)
@pytest.mark.parametrize("before", [0, READ_BYTES - 24, READ_BYTES])
def test_letters_are_read_however_they_were_written(encoding, read_as, before):
    rows = f"{'x' * before};Krug;1\nK-1;Krügé ½;12,50\n"
    header, found = csv_file.read(BytesIO(f"sku;title;price\n{rows}".encode(encoding)))
    assert header.read_as == read_as
    assert [dict(row.cells) for row in found][1] == {"sku": "K-1", "title": "Krügé ½", "price": "12,50"}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"\n\n\n", "empty"),
        ("sku;title;price\nA;Tasse;1".encode("utf-16")[:-1], "not UTF-16 from about line 2"),
        ("sku;title;price\nA;Tasse;1".encode("utf-16-le"), "Line 1 holds bytes"),
        (b"PK\x03\x04\x14\x00", "spreadsheet"),
        (b"sku,title,price\nA,caf\xc3\xa9,1\nB,caf\xe9,1\n", "not UTF-8 from about line"),
        (b"sku,title,price\nA,\xe9\x81,1\n", "not Windows-1252 from about line"),
        (b"sku,title,price\nA,x\x00y,1\n", "Line 2 holds bytes"),
        (b'sku,title,price\nA,"open,1\nB,x,2\n', "lines 2 to 3 cannot be read: a quote is opened"),
        (b'sku,title,price\nA,"x" y,1\n', "line 2 cannot be read: a quoted cell goes on"),
        (b"sku,price\nA,1\n", "none called .title"),
        (b"sku,title\nA,x\n", "no column called .price"),
        (b"title,price\nA,1\n", "no column called .sku. or .id"),
        (b"sku,title,price,Title\nA,x,1,y\n", "Two columns mean the title"),
        (b"sku,title,price,attr:A,attr:A\nA,x,1,y,z\n", "Two columns are called"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "none called .title"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(data, words):
    with pytest.raises(UnreadableFile, match=words):
        survey(BytesIO(data))


def test_a_cell_without_end_is_refused():
    with pytest.raises(UnreadableFile, match="longer than 200,000"):
        survey(BytesIO(b'sku,title,price\nA,"' + b"x\n" * 150_000))


@given(st.binary(max_size=400))
def test_no_bytes_do_anything_but_read_or_say_why(data):
    for start in (b"", b"sku,title,price\n"):
        try:
            counted = survey(BytesIO(start + data)).rows
        except UnreadableFile:
            continue
        assert counted == len(rows_of(BytesIO(start + data)))


@pytest.mark.parametrize("kind", ["memory", "disk"])
def test_uploads_are_read_and_left_open(kind):
    data = b"sku,title,price\nA,Mug,1\n"
    file = (
        SimpleUploadedFile("a.csv", data) if kind == "memory" else TemporaryUploadedFile("a.csv", "text/csv", 24, None)
    )
    if kind == "disk":
        file.write(data)
    assert survey(file).rows == 1
    assert len(rows_of(file)) == 1
    file.seek(0)
    assert file.read() == data


def test_prices_are_major_or_minor():
    assert read_price({"price": "1 299,50"}, "price", "EUR") == 129950
    assert read_price({"price_minor": "995"}, "price", "EUR") == 995
    assert read_price({"price": ""}, "price", "EUR") is None
    for cells in (
        {"price": "free"},
        {"price": "1.999"},
        {"price_minor": "9.5"},
        {"price_minor": "1e3"},
        {"price": "1.000,00"},
    ):
        with pytest.raises(ValueError):
            read_price(cells, "price", "EUR")


def test_attributes_are_a_json_object():
    assert read_attributes('{"Material": "Oak", "Width": 12.5, "Oiled": true, "None": null}') == {
        "Material": "Oak",
        "Width": 12.5,
        "Oiled": True,
    }
    for text in ("Oak", "[1]", "{", "[" * 100_000, "1" * 5000):
        with pytest.raises(ValueError, match="written as JSON"):
            read_attributes(text)


def test_every_name_means_one_column():
    names = [name for names in csv_file.COLUMNS.values() for name in names]
    assert len(names) == len(set(names))
