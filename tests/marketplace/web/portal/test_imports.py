"""Sending a CSV file, following it, and reading what became of each row."""

import csv
import io
import re

import pytest

from tenants.isolation.doors import bind_vendor, in_shop
from tenants.shop.catalog.imports import run_import
from tenants.shop.catalog.models import ImportRow, Product, ProductImport


def file_of(text, name="shelf.csv"):
    file = io.BytesIO(text.encode() if isinstance(text, str) else text)
    file.name = name
    return file


GOOD = "sku,title,price,stock\nM-1,Mug,18.00,4\nM-2,=Bowl,19.00,2\nM-3,Plate,dear,1\n"


@pytest.fixture
def sent(desk):
    """(desk, an import that is waiting)"""
    answer = desk.post("/imports/new/", {"file": file_of(GOOD), "publish": "on"})
    with in_shop(desk.vendor):
        made = ProductImport.objects.get()
    assert answer["Location"] == f"/imports/{made.id}/"
    return desk, made


def test_an_import_is_followed_until_it_is_done(sent):
    desk, made = sent
    page = desk.text(f"/imports/{made.id}/")
    assert '<meta http-equiv="refresh"' in page
    assert 'hx-trigger="every 2s"' in page
    part = desk.get(f"/imports/{made.id}/?part=progress", **{"HX-Request": "true"})
    assert "0 of 3 rows" in part.content.decode()
    assert "<html" not in part.content.decode()
    with bind_vendor(desk.vendor):
        run_import(made.id)
    part = desk.get(f"/imports/{made.id}/?part=progress", **{"HX-Request": "true"})
    assert part["HX-Refresh"] == "true"
    page = desk.text(f"/imports/{made.id}/")
    assert "http-equiv" not in page
    assert "is not an amount" in page
    assert "Mug" in page
    page = desk.text(f"/imports/{made.id}/?rows=errors").split("<main")[1]
    assert "is not an amount" in page
    assert ">Mug<" not in page
    assert "1 import left rows out" in desk.text("/")


def test_results_as_csv_hold_no_formulas(sent):
    desk, made = sent
    with bind_vendor(desk.vendor):
        run_import(made.id)
    with in_shop(desk.vendor):
        ImportRow.objects.filter(number=4).update(message="=HYPERLINK(0)")
        assert Product.objects.filter(title="=Bowl").exists()
    answer = desk.get(f"/imports/{made.id}/results.csv")
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert rows[0] == ["line", "result", "field", "message"]
    assert rows[-1][0] == "4"
    assert rows[-1][3] == "'=HYPERLINK(0)"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"", "The submitted file is empty."),
        (b"sku,title,price\n", "The file has a header and no products."),
        (b"PK\x03\x04rest", "This is a spreadsheet."),
        ("sku,name\nM-1,Mug\n", "There is no column called “price”."),
        (b"sku,title,price\nM-1,\xff\x81,1\n", "The file is not Windows-1252"),
    ],
)
def test_a_file_that_cannot_work_is_refused_at_once(desk, text, words):
    answer = desk.post("/imports/new/", {"file": file_of(text)})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    with in_shop(desk.vendor):
        assert not ProductImport.objects.exists()


def test_the_counts_above_and_the_tabs_agree(desk):
    text = f"sku,title,price,gtin\nA,{'x' * 300},1,\nB,Bowl,2,\nC,Plate,0,\nD,Cup,3,12\n"
    desk.post("/imports/new/", {"file": file_of(text), "publish": "on"})
    with bind_vendor(desk.vendor):
        run_import(ProductImport.objects.get().id)
    with in_shop(desk.vendor):
        made = ProductImport.objects.get()
        found = list(made.rows.order_by("number").values_list("result", "field"))
    assert found == [("warning", "title"), ("created", ""), ("error", "price"), ("warning", "gtin")]
    page = desk.text(f"/imports/{made.id}/").split("<main")[1]
    assert (made.created_count, made.updated_count, made.error_count) == (3, 0, 1)
    tabs = re.findall(r">([A-Z][a-z ]+)<span class=\"count\">(\d+)</span>", page)
    assert tabs == [("All rows", "4"), ("Not imported", "1"), ("With a warning", "2"), ("Without a warning", "1")]
    page = desk.text(f"/imports/{made.id}/?rows=clean").split("<main")[1]
    assert ">Bowl<" in page
    assert ">Cup<" not in page


def test_without_a_file_the_form_says_so(desk):
    answer = desk.post("/imports/new/", {})
    assert answer.status_code == 422
    assert "Choose a file." in answer.content.decode()


def test_the_template_can_be_imported(desk):
    template = b"".join(desk.get("/imports/template.csv").streaming_content)
    desk.post("/imports/new/", {"file": file_of(template), "publish": "on"})
    with bind_vendor(desk.vendor):
        made = ProductImport.objects.get()
        run_import(made.id)
        made.refresh_from_db()
        assert (made.state, made.created_count, made.error_count) == ("done", 1, 0)
        product = Product.objects.get()
    assert (product.title, product.attributes) == ("Stoneware mug, sand", {"Material": "Stoneware"})


def test_another_vendors_import_does_not_exist_here(sent, desk_of, make_vendor):
    _, made = sent
    stranger = desk_of(make_vendor("moreau"))
    assert stranger.get(f"/imports/{made.id}/").status_code == 404
    assert stranger.get(f"/imports/{made.id}/results.csv").status_code == 404
    assert "shelf.csv" not in stranger.text("/imports/")
