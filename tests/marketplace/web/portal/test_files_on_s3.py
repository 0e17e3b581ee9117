"""The portal with its pictures and documents on S3: what members see, what they get, and who gets nothing."""

import io

import pytest
from django.core.files.storage import storages
from PIL import Image

from tenants.isolation.doors import in_shop
from tenants.shop.catalog.imports import run_import
from tenants.shop.catalog.models import Document, Picture, Product, ProductImport
from tests.factories.shop import shelf
from tests.support.object_storage import PRIVATE, PUBLIC

FOREVER = "public, max-age=31536000, immutable"
DOWN = "Pictures and documents cannot be reached right now."
PDF = b"%PDF-1.4\n1 0 obj\n%%EOF\n"


@pytest.fixture(autouse=True)
def on_s3(buckets):
    return buckets


@pytest.fixture
def mug(desk):
    with in_shop(desk.vendor):
        return shelf("Mug").product


def named(data, name):
    file = io.BytesIO(data)
    file.name = name
    return file


@pytest.fixture
def sheet(desk, mug):
    """A data sheet that Lindqvist sent in."""
    desk.post(f"/products/{mug.id}/documents/", {"title": "Data sheet", "document": named(PDF, "sheet.pdf")})
    with in_shop(desk.vendor):
        return Document.objects.get()


def test_a_picture_sent_in_is_shown_from_the_public_bucket(desk, mug, picture, buckets):
    desk.post(f"/products/{mug.id}/pictures/", {"pictures": picture(1600, 800, "JPEG")})
    with in_shop(desk.vendor):
        kept = Picture.objects.get()
    assert buckets.keys(PUBLIC, f"pictures/{desk.vendor.id}/") == sorted(
        f"{kept.path}-{width}.webp" for width in (320, 640, 1280)
    )
    page = desk.get(f"/products/{mug.id}/")
    address = f"{buckets.url}/{PUBLIC}/{kept.path}-320.webp"
    assert f'<img src="{address}"' in page.content.decode()
    rules = dict(rule.split(" ", 1) for rule in page["Content-Security-Policy"].split("; "))
    assert rules["img-src"] == f"'self' data: {buckets.url}/{PUBLIC}/"
    assert [name for name, value in rules.items() if buckets.url in value] == ["img-src"]
    got = buckets.http.get(address)
    assert (got.headers["Content-Type"], got.headers["Cache-Control"]) == ("image/webp", FOREVER)
    assert Image.open(io.BytesIO(got.content)).size == (320, 160)
    before = desk.get(f"/media/{kept.path}-320.webp")
    assert (before.status_code, before["Location"]) == (302, address)


def test_a_logo_is_shown_from_the_public_bucket(desk, picture, buckets):
    desk.post("/shop/logo/", {"logo": picture()})
    desk.vendor.refresh_from_db()
    assert buckets.keys(PUBLIC, f"logos/{desk.vendor.id}/") == [desk.vendor.logo]
    assert f'src="{buckets.url}/{PUBLIC}/{desk.vendor.logo}"' in desk.text("/shop/")
    assert buckets.http.get(f"{buckets.url}/{PUBLIC}/{desk.vendor.logo}").headers["Cache-Control"] == FOREVER


def test_a_document_is_handed_out_by_an_address_signed_for_a_minute(desk, sheet, buckets):
    assert buckets.keys(PRIVATE, f"documents/{desk.vendor.id}/") == [sheet.path]
    answer = desk.get(f"/documents/{sheet.id}/")
    assert answer.status_code == 302
    assert answer["Location"].startswith(f"{buckets.url}/{PRIVATE}/{sheet.path}?")
    assert "X-Amz-Expires=60" in answer["Location"]
    assert "no-store" in answer["Cache-Control"]
    got = buckets.http.get(answer["Location"])
    assert (got.status_code, got.content) == (200, PDF)
    assert got.headers["Content-Disposition"] == 'attachment; filename="data-sheet.pdf"'
    assert got.headers["Content-Type"] == "application/pdf"


def test_another_vendor_gets_no_address_and_no_document(desk, sheet, desk_of, make_vendor, buckets):
    moreau = make_vendor("moreau")
    stranger = desk_of(moreau)
    assert stranger.get(f"/documents/{sheet.id}/").status_code == 404
    assert stranger.post(f"/documents/{sheet.id}/removal/").status_code == 404
    # Not even where a row of its own says that the document is its own.
    with in_shop(moreau):
        product = shelf("Soap").product
        row = Document.objects.create(
            product=product, title="Mine", path=sheet.path, content_type="application/pdf", size_bytes=1
        )
    answer = stranger.get(f"/documents/{row.id}/")
    assert (answer.status_code, "This file is not yours" in answer.content.decode()) == (403, True)
    assert "X-Amz" not in str(answer.headers)
    stranger.post(f"/documents/{row.id}/removal/")
    assert buckets.keys(PRIVATE, sheet.path) == [sheet.path]
    assert buckets.http.get(f"{buckets.url}/{PRIVATE}/{sheet.path}").status_code == 403


def test_a_removed_document_is_gone_even_for_who_holds_its_address(desk, sheet, buckets):
    address = desk.get(f"/documents/{sheet.id}/")["Location"]
    desk.post(f"/documents/{sheet.id}/removal/")
    assert buckets.http.get(address).status_code == 404
    assert desk.get(f"/documents/{sheet.id}/").status_code == 404
    assert buckets.keys(PRIVATE, f"documents/{desk.vendor.id}/") == []


def test_a_document_whose_object_is_missing_is_not_found(desk, sheet, buckets):
    buckets.look.delete_object(Bucket=PRIVATE, Key=sheet.path)
    assert desk.get(f"/documents/{sheet.id}/").status_code == 404


def test_a_document_too_many_leaves_no_object_behind(desk, mug, sheet, buckets):
    with in_shop(desk.vendor):
        for n in range(19):
            Document.objects.create(product=mug, title=str(n), path="", content_type="", size_bytes=0)
    again = {"title": "One more", "document": named(PDF, "sheet.pdf")}
    answer = desk.post(f"/products/{mug.id}/documents/", again, **{"HX-Request": "true"})
    assert "at most 20 documents" in answer.content.decode()
    assert buckets.keys(PRIVATE, f"documents/{desk.vendor.id}/") == [sheet.path]


def test_a_file_of_products_is_read_from_the_private_bucket(desk, buckets):
    # Long descriptions: more than Django keeps in memory, more than one part of an upload, several chunks of rows.
    rows = [f'M-{n},Mug {n},18.00,4,"{"Thrown by hand. " * 500}"' for n in range(1100)]
    data = ("sku,title,price,stock,description\n" + "\n".join(rows) + "\n").encode()
    assert len(data) > 8 * 1024 * 1024
    answer = desk.post("/imports/new/", {"file": named(data, "mugs.csv"), "publish": "on"})
    with in_shop(desk.vendor):
        sent = ProductImport.objects.get()
        assert answer["Location"] == f"/imports/{sent.id}/"
        assert buckets.keys(PRIVATE, f"imports/{desk.vendor.id}/") == [sent.path]
        assert run_import(sent.id) == 1100
        assert Product.objects.count() == 1100
        # Done again after the object is gone, nothing is read and nothing changes.
        storages["private"].delete(sent.path)
        assert run_import(sent.id) == 0


def test_a_file_that_is_gone_fails_its_import_in_words(desk, buckets):
    desk.post("/imports/new/", {"file": named(b"sku,title,price\nM-1,Mug,18.00\n", "mugs.csv")})
    with in_shop(desk.vendor):
        sent = ProductImport.objects.get()
        buckets.look.delete_object(Bucket=PRIVATE, Key=sent.path)
        run_import(sent.id)
        sent.refresh_from_db()
        assert (sent.state, sent.error) == ("failed", "The file is gone. Send it again.")


# --- When S3 is down ------------------------------------------------------------------------------------------


def test_pages_stand_and_refusals_are_said_while_s3_is_down(desk, mug, sheet, picture, buckets):
    buckets.break_off()
    download = desk.get(f"/documents/{sheet.id}/")
    assert (download.status_code, DOWN in download.content.decode()) == (503, True)
    table = desk.post("/imports/new/", {"file": named(b"sku,title,price\nM-1,Mug,18.00\n", "mugs.csv")})
    assert (table.status_code, DOWN in table.content.decode()) == (503, True)
    for path, data in (
        (f"/products/{mug.id}/pictures/", {"pictures": picture()}),
        (f"/products/{mug.id}/documents/", {"title": "Sheet", "document": named(PDF, "sheet.pdf")}),
        (f"/documents/{sheet.id}/removal/", {}),
        ("/shop/logo/", {"logo": picture()}),
    ):
        assert DOWN in desk.post(path, data, follow=True).content.decode()
    assert desk.get("/shop/").status_code == desk.get("/products/").status_code == 200
    desk.vendor.refresh_from_db()
    assert desk.vendor.logo == ""
    with in_shop(desk.vendor):
        assert (Picture.objects.count(), ProductImport.objects.count()) == (0, 0)
        assert Document.objects.get() == sheet
    buckets.use()
    assert desk.get(f"/documents/{sheet.id}/").status_code == 302


def test_an_import_waits_until_s3_is_back(desk, buckets):
    from kit.storage import StorageUnavailable

    desk.post("/imports/new/", {"file": named(b"sku,title,price\nM-1,Mug,18.00\n", "mugs.csv")})
    with in_shop(desk.vendor):
        sent = ProductImport.objects.get()
        buckets.break_off()
        with pytest.raises(StorageUnavailable):
            run_import(sent.id)
        sent.refresh_from_db()
        assert (sent.state, sent.rows_done) == ("due", 0)
        buckets.use()
        assert run_import(sent.id) == 1
