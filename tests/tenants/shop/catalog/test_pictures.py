"""Pictures and documents: whatever is sent, only our own encoding of a real picture is kept."""

import struct
import zlib
from io import BytesIO

import pytest
from django.core.files.storage import default_storage, storages
from PIL import Image

from kit.errors import NotAllowed
from outbox.models import Fact
from tenants.isolation.doors import in_shop
from tenants.shop.catalog.documents import (
    InvalidDocument,
    add_document,
    remove_document,
)
from tenants.shop.catalog.models import Document, Picture
from tenants.shop.catalog.pictures import (
    InvalidPicture,
    add_picture,
    file_of,
    order_pictures,
    picture_srcset,
    picture_url,
    remove_picture,
)
from tests.factories.shop import shelf

pytestmark = pytest.mark.django_db


@pytest.fixture
def product(make_vendor):
    vendor = make_vendor("lindqvist")
    with in_shop(vendor):
        product = shelf("Mug", stock=0).product
        product.vendor_id = vendor.id
        yield product


def drawn(size=(1600, 800), kind="JPEG", mode="RGB", **options):
    out = BytesIO()
    Image.new(mode, size, "teal").save(out, kind, **options)
    out.seek(0)
    return out


def stored(path, width):
    with default_storage.open(file_of(path, width)) as file:
        image = Image.open(file)
        image.load()
        return image


@pytest.mark.parametrize(
    ("kind", "mode"), [("JPEG", "RGB"), ("PNG", "RGBA"), ("PNG", "P"), ("WEBP", "RGB"), ("JPEG", "CMYK")]
)
def test_a_picture_is_kept_in_three_widths_of_webp(product, kind, mode):
    picture = add_picture(product=product, file=drawn(kind=kind, mode=mode), alt=" A mug ")
    assert (picture.width, picture.height, picture.alt, picture.position) == (1280, 640, "A mug", 0)
    assert picture.path.startswith(f"pictures/{product.vendor_id}/")
    assert [stored(picture.path, width).size for width in (320, 640, 1280)] == [(320, 160), (640, 320), (1280, 640)]
    assert stored(picture.path, 320).format == "WEBP"
    assert picture_url(picture.path) == f"/media/{picture.path}-640.webp"
    assert picture_srcset(picture.path).split(", ")[0] == f"/media/{picture.path}-320.webp 320w"
    assert Fact.objects.filter(name="shop.products_changed").count() == 1


@pytest.mark.parametrize(
    ("size", "kept"),
    [
        ((30, 20_000), [(2, 1280), (4, 2560), (8, 5120)]),
        ((20_000, 30), [(320, 1), (640, 1), (1280, 2)]),
        ((1, 20_000), [(1, 1280), (1, 2560), (1, 5120)]),
        ((800, 3200), [(320, 1280), (640, 2560), (800, 3200)]),
    ],
)
def test_a_strip_is_bounded_on_its_longer_side(product, size, kept):
    picture = add_picture(product=product, file=drawn(size=size, kind="PNG"))
    assert [stored(picture.path, width).size for width in (320, 640, 1280)] == kept
    assert (picture.width, picture.height) == kept[-1]


def test_it_is_turned_upright_and_tells_nothing_of_where_it_was_taken(product):
    exif = Image.Exif()
    exif[0x0112] = 6  # rotated
    exif[0x010F] = "SecretCamera"
    exif.get_ifd(0x8825)[1] = "N"
    sent = drawn(size=(200, 100), exif=exif, comment=b"my address")
    picture = add_picture(product=product, file=sent)
    assert (picture.width, picture.height) == (100, 200)
    kept = stored(picture.path, 1280)
    assert dict(kept.getexif()) == {}
    with default_storage.open(file_of(picture.path, 1280)) as file:
        data = file.read()
    assert b"SecretCamera" not in data
    assert b"my address" not in data
    assert b"EXIF" not in data


def test_the_same_picture_is_stored_once(product):
    first = add_picture(product=product, file=drawn())
    second = add_picture(product=product, file=drawn())
    assert first.path == second.path
    assert len(default_storage.listdir(f"pictures/{product.vendor_id}")[1]) == 3
    assert [first.position, second.position] == [0, 1]


def png_header(width, height):
    """A PNG that claims a size and holds nothing."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"GIF89a" + b"\0" * 100,
        b"%PDF-1.4 %%EOF",
        drawn().getvalue()[:400],
        drawn(kind="PNG").getvalue()[:-20],
        drawn(kind="BMP").getvalue(),
        drawn(kind="TIFF").getvalue(),
        png_header(100_000, 100_000),
        png_header(8000, 5001),
    ],
    ids=["empty", "text", "svg", "gif", "pdf", "cut jpeg", "cut png", "bmp", "tiff", "bomb", "40 megapixels"],
)
def test_what_is_no_picture_is_refused(product, data):
    with pytest.raises(InvalidPicture):
        add_picture(product=product, file=BytesIO(data))
    assert not Picture.objects.exists()
    assert not default_storage.exists("pictures")


def test_limits(product, settings):
    settings.MAX_PICTURE_BYTES = 1000
    with pytest.raises(InvalidPicture, match="larger than"):
        add_picture(product=product, file=drawn(size=(2000, 2000)))
    settings.MAX_PICTURE_BYTES = 10**6
    for n in range(12):
        add_picture(product=product, file=drawn(size=(10 + n, 10)))
    with pytest.raises(InvalidPicture, match="at most 12"):
        add_picture(product=product, file=drawn(size=(50, 10)))


def test_pictures_are_ordered_and_removed(product):
    ids = [add_picture(product=product, file=drawn(size=(10 + n, 10))).id for n in range(3)]
    order_pictures(product=product, picture_ids=[ids[2], ids[0], ids[1]])
    assert list(product.pictures.values_list("id", flat=True)) == [ids[2], ids[0], ids[1]]
    with pytest.raises(InvalidPicture):
        order_pictures(product=product, picture_ids=ids[:2])
    remove_picture(picture=Picture.objects.get(id=ids[0]))
    assert product.pictures.count() == 2


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"%PDF-1.7\n...\n%%EOF\n", "application/pdf"),
        (drawn(kind="PNG").getvalue(), "image/png"),
        (drawn().getvalue(), "image/jpeg"),
    ],
)
def test_a_document_is_kept_in_private(product, data, kind):
    document = add_document(product=product, file=BytesIO(data), title="Certificate")
    assert document.content_type == kind
    assert document.path.startswith(f"documents/{product.vendor_id}/{product.id}/")
    with storages["private"].open(document.path) as file:
        assert file.read() == data
    assert not default_storage.exists(document.path)


@pytest.mark.parametrize("data", [b"", b"MZ\x90", b"<html>", b"%PDF-1.7 cut", drawn(kind="GIF").getvalue()])
def test_other_files_are_no_documents(product, data):
    with pytest.raises(InvalidDocument):
        add_document(product=product, file=BytesIO(data), title="Certificate")
    assert not Document.objects.exists()


def test_a_row_that_points_at_anothers_file_opens_nothing(product, make_vendor):
    document = add_document(product=product, file=BytesIO(b"%PDF-1.7 %%EOF"), title="Certificate")
    theirs = document.path
    with in_shop(make_vendor("moreau")), pytest.raises(NotAllowed):
        storages["private"].attachment(document.path, filename="x.pdf", content_type="application/pdf")
    for path in ("/etc/passwd", theirs.replace("documents/", "documents/../documents/"), f"{theirs}/../../x"):
        with pytest.raises(NotAllowed):
            storages["private"].attachment(path, filename="x.pdf", content_type="application/pdf")


@pytest.mark.django_db(transaction=True)
def test_a_removed_document_takes_its_file_along(product):
    document = add_document(product=product, file=BytesIO(b"%PDF-1.7 %%EOF"), title="Certificate")
    path = document.path
    remove_document(document=document)
    assert not storages["private"].exists(path)
