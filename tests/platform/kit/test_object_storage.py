"""Pictures and documents in folders and on S3: whose they are, who gets them, and for how long."""

import re
import time
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from urllib.parse import parse_qs, urlsplit, urlunsplit
from uuid import uuid4

import pytest
from django.core.exceptions import SuspiciousOperation
from django.core.files.base import ContentFile
from django.core.files.storage import InvalidStorageError, default_storage, storages
from django.core.files.uploadedfile import SimpleUploadedFile

from kit.context import CurrentVendor, NoVendor, acting_for
from kit.errors import NotAllowed
from kit.storage import StorageUnavailable
from tests.support.object_storage import PRIVATE, PUBLIC

FOREVER = "public, max-age=31536000, immutable"
PDF = b"%PDF-1.7\n%%EOF\n"


def somebody(slug):
    return CurrentVendor(id=uuid4(), slug=slug, schema=f"shop of {slug}")


LINDQVIST, MOREAU = somebody("lindqvist"), somebody("moreau")


@pytest.fixture(params=["folders", "s3"])
def stores(request):
    """The private store, in both forms."""
    if request.param == "s3":
        request.getfixturevalue("buckets")
    return storages["private"]


@pytest.fixture
def sheet(buckets):
    """The name of a document of Lindqvist's on S3."""
    with acting_for(LINDQVIST):
        return storages["private"].save(f"documents/{LINDQVIST.id}/{uuid4()}.pdf", ContentFile(PDF))


def address_of(name, vendor=LINDQVIST, **options):
    with acting_for(vendor):
        options = {"filename": "sheet.pdf", "content_type": "application/pdf", **options}
        return storages["private"].signed_url(name, **options)


# --- Who gets what, at the server -----------------------------------------------------------------------------


def test_a_signed_address_gives_the_document_as_a_file_to_keep(buckets, sheet):
    with acting_for(LINDQVIST):
        answer = storages["private"].attachment(sheet, filename="Größe; x.pdf", content_type="application/pdf")
    assert (answer.status_code, answer["Cache-Control"]) == (302, "private, no-store")
    assert parse_qs(urlsplit(answer.url).query)["X-Amz-Expires"] == ["60"]
    got = buckets.http.get(answer.url)
    assert (got.status_code, got.content) == (200, PDF)
    assert got.headers["Content-Type"] == "application/pdf"
    assert got.headers["Content-Disposition"] == "attachment; filename*=utf-8''Gr%C3%B6%C3%9Fe%3B%20x.pdf"
    assert got.headers["Cache-Control"] == "private, no-store"


def test_a_signed_address_stops_working(buckets, sheet):
    address = address_of(sheet, seconds=1)
    assert buckets.http.get(address).status_code == 200
    time.sleep(2.1)
    assert (buckets.http.get(address).status_code, buckets.http.get(address_of(sheet)).status_code) == (403, 200)


@pytest.mark.parametrize(
    ("what", "by"),
    [
        (r"X-Amz-Signature=(.)", lambda found: "X-Amz-Signature=" + ("0" if found[1] != "0" else "1")),
        (r"X-Amz-Expires=60", lambda found: "X-Amz-Expires=604800"),
        (r"response-content-type=application%2Fpdf", lambda found: "response-content-type=text%2Fhtml"),
        (r"&X-Amz-Signature=\w+", lambda found: ""),
        (r"X-Amz-Date=(\d)", lambda found: "X-Amz-Date=3"),
        (r"X-Amz-Credential=portal", lambda found: "X-Amz-Credential=admin"),
    ],
    ids=["signature", "expiry", "type", "unsigned", "date", "key"],
)
def test_a_signed_address_that_was_changed_gives_nothing(buckets, sheet, what, by):
    address = address_of(sheet)
    changed = re.sub(what, by, address)
    assert changed != address
    got = buckets.http.get(changed)
    # 400 where it is neither signed nor without any sign of it.
    assert got.status_code in (400, 403)
    assert PDF not in got.content


def test_a_signature_for_ones_own_document_opens_no_other(buckets, sheet):
    with acting_for(MOREAU):
        mine = storages["private"].save(f"documents/{MOREAU.id}/mine.pdf", ContentFile(PDF))
    parts = urlsplit(address_of(mine, MOREAU))
    assert buckets.http.get(urlunsplit(parts)).status_code == 200
    for path in (f"/{PRIVATE}/{sheet}", f"/{PRIVATE}/{mine}/../../{LINDQVIST.id}/{sheet.rpartition('/')[2]}"):
        assert buckets.http.get(urlunsplit(parts._replace(path=path))).status_code == 403
    # Nor does it let anybody write where it lets them read.
    assert buckets.http.put(urlunsplit(parts), content=b"x").status_code == 403
    assert buckets.http.delete(urlunsplit(parts)).status_code == 403


def test_who_has_no_key_reads_single_pictures_and_nothing_else(buckets, sheet):
    with acting_for(LINDQVIST):
        name = default_storage.save(f"pictures/{LINDQVIST.id}/abc-320.webp", ContentFile(b"RIFF"))
    assert default_storage.url(name) == f"{buckets.url}/{PUBLIC}/{name}"
    got = buckets.http.get(default_storage.url(name))
    assert (got.status_code, got.content) == (200, b"RIFF")
    assert (got.headers["Content-Type"], got.headers["Cache-Control"]) == ("image/webp", FOREVER)
    refused = [
        buckets.http.get(f"{buckets.url}/{PRIVATE}/{sheet}"),
        buckets.http.get(f"{buckets.url}/{PRIVATE}/"),
        buckets.http.get(f"{buckets.url}/{PUBLIC}/"),
        buckets.http.put(default_storage.url(name), content=b"x"),
        buckets.http.put(f"{buckets.url}/{PUBLIC}/pictures/new.webp", content=b"x"),
        buckets.http.delete(default_storage.url(name)),
    ]
    assert [each.status_code for each in refused] == [403] * len(refused)


def test_a_process_without_keys_looks_at_pictures_and_has_no_private_store(buckets):
    with acting_for(LINDQVIST):
        name = default_storage.save(f"pictures/{LINDQVIST.id}/{uuid4()}.webp", ContentFile(b"RIFF"))
        buckets.use("", serves_vendors=False, access_key="", secret_key="")
        assert (default_storage.exists(name), default_storage.exists(f"demo/{uuid4()}.webp")) == (True, False)
        with pytest.raises(StorageUnavailable):
            default_storage.save(f"pictures/{LINDQVIST.id}/other.webp", ContentFile(b"RIFF"))
    assert buckets.keys(PUBLIC, f"pictures/{LINDQVIST.id}/other") == []


def test_processes_that_serve_no_vendor_are_told_of_no_private_store():
    from config.object_storage import storages_of

    assert set(storages_of(None, private_root=None, serves_vendors=False)) == {"default"}
    with pytest.raises(InvalidStorageError):
        storages["documents"]


# --- Whose a name is ------------------------------------------------------------------------------------------


def everything_asked_of(store, name):
    yield lambda: store.exists(name)
    yield lambda: store.open(name)
    yield lambda: store.save(name, ContentFile(b"x"))
    yield lambda: store.delete(name)
    yield lambda: store.size(name)
    yield lambda: store.listdir(name.rpartition("/")[0])
    yield lambda: store.get_modified_time(name)
    yield lambda: store.attachment(name, filename="x.pdf", content_type="application/pdf")
    if hasattr(store, "signed_url"):
        yield lambda: store.signed_url(name, filename="x.pdf", content_type="application/pdf")


def test_another_vendors_document_cannot_be_asked_for_in_any_way(stores):
    with acting_for(LINDQVIST):
        name = stores.save(f"documents/{LINDQVIST.id}/sheet.pdf", ContentFile(PDF))
    with acting_for(MOREAU):
        for ask in everything_asked_of(stores, name):
            with pytest.raises(NotAllowed, match="This file is not yours"):
                ask()
    for ask in everything_asked_of(stores, name):
        with pytest.raises(NoVendor):
            ask()
    with acting_for(LINDQVIST), stores.open(name) as file:
        assert file.read() == PDF
    with pytest.raises(ValueError):
        stores.url(name)


def test_no_spelling_leads_out_of_ones_own_part(stores):
    with acting_for(LINDQVIST):
        stores.save(f"documents/{LINDQVIST.id}/sheet.pdf", ContentFile(PDF))
    theirs, mine = f"{LINDQVIST.id}/sheet.pdf", f"documents/{MOREAU.id}"
    names = [
        f"{mine}/../{theirs}",
        f"{mine}\\..\\{theirs}",
        f"{mine}/..\\../documents/{theirs}",
        f"/documents/{theirs}",
        f"//{MOREAU.id}/../documents/{theirs}",
        f"./documents/{theirs}",
        f"{mine}/../../documents/{theirs}",
        f"documents/{theirs}\0/{MOREAU.id}",
        f"{MOREAU.id}/{theirs}",
        f"documents/{MOREAU.id}x/sheet.pdf",
        "documents",
        "",
    ]
    with acting_for(MOREAU):
        for name in names:
            for ask in (stores.exists, stores.open, stores.delete):
                with pytest.raises((NotAllowed, SuspiciousOperation, ValueError)):
                    ask(name)


@pytest.mark.parametrize("form", ["folders", "s3"])
def test_public_files_are_written_by_their_own_vendor(form, request):
    if form == "s3":
        request.getfixturevalue("buckets")
    with acting_for(LINDQVIST):
        name = default_storage.save(f"logos/{LINDQVIST.id}/{uuid4()}.webp", ContentFile(b"RIFF"))
    with acting_for(MOREAU):
        assert default_storage.exists(name)
        for theirs in (name, f"pictures/{LINDQVIST.id}/x.webp", "demo/hero.webp", "hero.webp"):
            with pytest.raises(NotAllowed):
                default_storage.save(theirs, ContentFile(b"<svg/>"))
            with pytest.raises(NotAllowed):
                default_storage.delete(theirs)
    with pytest.raises(NoVendor):
        default_storage.save(f"logos/{LINDQVIST.id}/x.webp", ContentFile(b"RIFF"))
    # The market's own pictures are nobody's, and may be drawn anew under their names.
    hero = f"demo/{uuid4()}.webp"
    assert default_storage.save(hero, ContentFile(b"RIFF")) == hero
    default_storage.delete(hero)
    with acting_for(LINDQVIST):
        default_storage.delete(name)
        assert not default_storage.exists(name)


# --- What is kept, and how ------------------------------------------------------------------------------------


def test_the_type_is_told_by_our_name_and_not_by_who_sent_it(buckets):
    sent = SimpleUploadedFile("x.csv", b"<script>", content_type="text/html")
    with acting_for(LINDQVIST):
        name = storages["private"].save(f"imports/{LINDQVIST.id}/{uuid4()}.csv", sent)
    assert buckets.look.head_object(Bucket=PRIVATE, Key=name)["ContentType"] == "text/csv"


def test_a_name_not_made_of_content_is_not_kept_for_ever(buckets):
    name = default_storage.save(f"demo/{uuid4()}.webp", ContentFile(b"RIFF"))
    assert buckets.http.get(default_storage.url(name)).headers["Cache-Control"] == "public, max-age=3600"


def test_a_large_file_waits_on_disk_and_is_fetched_once(buckets):
    data = bytes(range(256)) * 40_000  # ten megabytes: more than one part
    with acting_for(LINDQVIST):
        name = storages["private"].save(f"imports/{LINDQVIST.id}/{uuid4()}.csv", BytesIO(data))
        with storages["private"].open(name) as file:
            buckets.look.delete_object(Bucket=PRIVATE, Key=name)
            assert file.file._rolled
            assert file.read() == data
            file.seek(5)
            assert file.read(3) == data[5:8]


def test_what_is_missing_is_not_found(stores):
    name = f"documents/{LINDQVIST.id}/{uuid4()}.pdf"
    with acting_for(LINDQVIST):
        assert not stores.exists(name)
        with pytest.raises(FileNotFoundError):
            stores.open(name)
        with pytest.raises(FileNotFoundError):
            stores.attachment(name, filename="x.pdf", content_type="application/pdf")
        stores.delete(name)


# --- When the server is not there, or not ours ------------------------------------------------------------------


@pytest.mark.parametrize("how", ["down", "wrong key", "no right"])
def test_what_cannot_be_reached_says_so(buckets, sheet, how):
    {"down": buckets.break_off, "wrong key": buckets.lose_key, "no right": lambda: buckets.use("office")}[how]()
    private = storages["private"]
    with acting_for(LINDQVIST):
        asks = [
            lambda: private.exists(sheet),
            lambda: private.open(sheet),
            lambda: private.save(sheet, ContentFile(b"x")),
            lambda: private.delete(sheet),
            lambda: private.attachment(sheet, filename="x.pdf", content_type="application/pdf"),
            lambda: default_storage.save(f"pictures/{LINDQVIST.id}/x.webp", ContentFile(b"x")),
        ]
        for ask in asks:
            with pytest.raises(StorageUnavailable, match="cannot be reached right now") as refused:
                ask()
            assert sheet not in str(refused.value)
    assert buckets.look.get_object(Bucket=PRIVATE, Key=sheet)["Body"].read() == PDF


# --- Addresses ------------------------------------------------------------------------------------------------


def test_an_address_is_signed_for_the_host_that_browsers_ask(buckets, sheet):
    outside = buckets.url.replace("127.0.0.1", "localhost")
    buckets.use(download_endpoint=outside)
    address = address_of(sheet)
    assert address.startswith(f"{outside}/{PRIVATE}/documents/")
    assert buckets.http.get(address).content == PDF
    assert buckets.http.get(address.replace(outside, buckets.url)).status_code == 403


def test_at_aws_the_bucket_stands_in_the_host_of_its_region(buckets):
    buckets.use(endpoint="", public_url="https://pictures.example/souk")
    name = f"pictures/{LINDQVIST.id}/abc-320.webp"
    assert default_storage.url(name) == f"https://pictures.example/souk/{name}"
    assert address_of(f"documents/{LINDQVIST.id}/a.pdf").startswith(
        f"https://{PRIVATE}.s3.eu-central-1.amazonaws.com/documents/{LINDQVIST.id}/a.pdf?"
    )


def test_vendors_served_side_by_side_each_get_their_own(buckets):
    def serve(number):
        vendor, data = somebody(f"shop-{number}"), str(number).encode() * 1000
        with acting_for(vendor):
            name = storages["private"].save(f"documents/{vendor.id}/a.pdf", ContentFile(data))
            with storages["private"].open(name) as file:
                opened = file.read()
            answer = storages["private"].attachment(name, filename="a.pdf", content_type="application/pdf")
        return opened == data and buckets.http.get(answer.url).content == data

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(serve, range(24))) == [True] * 24
