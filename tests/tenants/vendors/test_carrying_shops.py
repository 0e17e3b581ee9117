"""A shop as a file and on another cluster: what arrives is what left, to the row and the byte."""

import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import CommandError, call_command
from django.db import connection

from kit import clock
from tenants.isolation.clusters import snapshot
from tenants.isolation.copying import digest, tables_of
from tenants.isolation.doors import ShopElsewhere, bind_vendor, in_shop
from tenants.isolation.models import ShopExport, ShopScript, Wall, WallState
from tenants.isolation.shop_file import NotAShopFile, WrongVersion
from tenants.isolation.shop_sql import NAME, OLD_NAME
from tenants.shop.catalog.models import Document, Picture, Product
from tenants.shop.integrations.models import ApiKey
from tenants.shop.inventory.models import StockLevel
from tenants.vendors.exporting import ask_for_export, run_exports
from tenants.vendors.models import Vendor
from tenants.vendors.restoring import NothingToRestoreInto, ShopNotEmpty, restore_shop
from tests.factories.shop import shelf
from tests.tenants.isolation.conftest import own_wall

__all__ = ["own_wall"]

FOREIGN = "documents/0/../secret.pdf"
pytestmark = pytest.mark.django_db(transaction=True)


def furnish(vendor):
    """Rows with all that a text can hold, a picture in three widths, a document, and a key."""
    with in_shop(vendor):
        odd = 'Ä "quoted", comma\nsecond line \\ backslash ; \t tab'
        mug = shelf(odd, attributes={"glaze": "öchsenblut", "note": None}, description="")
        shelf("Bowl", price_minor=2500, stock=0)
        name = f"pictures/{vendor.id}/mug"
        for width in (320, 640, 1280):
            storages["default"].save(f"{name}-{width}.webp", ContentFile(bytes([width % 256]) * width))
        Picture.objects.create(product=mug.product, path=name, position=1, width=1280, height=960)
        manual = storages["private"].save(f"documents/{vendor.id}/manual.pdf", ContentFile(b"%PDF-1.7 %%EOF"))
        Document.objects.create(
            product=mug.product, title="Manual", path=manual, content_type="application/pdf", size_bytes=14
        )
        # A vendor's own row may name anything; the file takes along only what is the vendor's.
        Document.objects.create(
            product=mug.product,
            title="Theirs",
            path="documents/0/../secret.pdf",
            content_type="application/pdf",
            size_bytes=1,
        )


def make_key():
    ApiKey.objects.create(
        name="ERP", prefix="sk_1", key_hash="x" * 64, scopes=[], created_by=uuid4(), expires_at=clock.now()
    )


def digests(vendor, *, with_keys=False):
    schema = Vendor.objects.get(id=vendor.id).schema_name
    with snapshot() as line:
        return {table.name: digest(line, schema, table) for table in tables_of(line, schema, with_keys=with_keys)}


def files_below(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in Path(folder).rglob("*") if path.is_file()
    }


def test_exported_closed_dropped_and_restored_a_shop_is_what_it_was(
    make_vendor, own_wall, settings, tmp_path, capsys, move_clock
):
    # A role of the test's own: those of other spares have shops in the template as well, and cannot be dropped.
    Wall.objects.filter(id=own_wall().id).update(created_at=clock.now() - timedelta(days=365))
    lindqvist, _ = make_vendor("lindqvist"), make_vendor("moreau")
    furnish(lindqvist)
    before, media = digests(lindqvist), {**files_below(settings.MEDIA_ROOT), **files_below(settings.PRIVATE_ROOT)}
    assert before["shop_catalog_product"].rows == 2
    file = tmp_path / "lindqvist.zip"
    call_command("shops", "close", "lindqvist", "--reason", "You asked us to.", "--export", str(file), "--json")
    told = json.loads(capsys.readouterr().out)
    assert (told["state"], told["obstacles"], told["export"]["files"]) == ("closed", [], 4)
    assert told["export"]["missing_files"] == [FOREIGN]

    with zipfile.ZipFile(file) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        assert archive.testzip() is None
        assert {entry["name"]: (entry["rows"], entry["sha256"]) for entry in manifest["tables"]} == {
            name: (each.rows, each.sha256) for name, each in before.items()
        }
        rows = json.loads(archive.read("tables/shop_catalog_product.json"))
        assert sorted(row["title"] for row in rows)[1].startswith('Ä "quoted", comma\nsecond line')
        assert not [name for name in archive.namelist() if "integrations" in name or ".." in name]
    assert manifest["version"] == Wall.objects.get(last_vendor_id=lindqvist.id).version

    # After the days of grace its schema and its role are gone.
    old = Wall.objects.get(last_vendor_id=lindqvist.id).name
    call_command("shops", "drop")
    assert Wall.objects.filter(name=old).exists()
    move_clock(timedelta(days=31))
    call_command("shops", "drop")
    assert _exists("pg_namespace", "nspname", old) == _exists("pg_roles", "rolname", old) is False
    for path in [*Path(settings.MEDIA_ROOT).rglob("*.webp"), *Path(settings.PRIVATE_ROOT).rglob("*.pdf")]:
        path.unlink()

    # Another vendor's file, another version's, a damaged one: nothing is changed.
    with pytest.raises(CommandError, match=r"export of lindqvist .* not of moreau"):
        call_command("shops", "restore", "moreau", str(file))
    with pytest.raises(NothingToRestoreInto):
        restore_shop(vendor=lindqvist, file=file.open("rb"))
    Wall.objects.filter(state=WallState.SPARE).update(version="another version")
    with pytest.raises(WrongVersion, match="of version"):
        restore_shop(vendor=lindqvist, file=file.open("rb"), into_new=True)
    Wall.objects.filter(state=WallState.SPARE).update(version=manifest["version"])
    with pytest.raises(NotAShopFile, match=r"shop_catalog_product\.csv is not what"):
        restore_shop(vendor=lindqvist, file=_damaged(file), into_new=True)
    with pytest.raises(NotAShopFile):
        restore_shop(vendor=lindqvist, file=io.BytesIO(b"no zip"), into_new=True)
    assert Vendor.objects.get(id=lindqvist.id).schema_name is None

    capsys.readouterr()
    call_command("shops", "restore", "lindqvist", str(file), "--new-schema", "--json")
    told = json.loads(capsys.readouterr().out)
    assert (told["rows"], told["files_stored"]) == (sum(each.rows for each in before.values()), 4)
    call_command("shops", "reopen", "lindqvist")
    assert digests(lindqvist) == before
    assert {**files_below(settings.MEDIA_ROOT), **files_below(settings.PRIVATE_ROOT)} == media
    lindqvist.refresh_from_db()
    assert (lindqvist.state, lindqvist.schema_name == old) == ("active", False)
    with bind_vendor(lindqvist):
        assert StockLevel.objects.get(variant__product__title__startswith="Ä").on_hand == 10


def test_restored_in_its_place_a_shop_keeps_its_keys_and_only_when_rows_may_go(make_vendor, tmp_path):
    lindqvist = make_vendor("lindqvist")
    furnish(lindqvist)
    file = tmp_path / "lindqvist.zip"
    call_command("shops", "export", "lindqvist", str(file))
    before = digests(lindqvist)
    with in_shop(lindqvist):
        make_key()
        Product.objects.filter(title="Bowl").delete()
        shelf("Came later")
    with pytest.raises(ShopNotEmpty), file.open("rb") as source:
        restore_shop(vendor=lindqvist, file=source)
    call_command("shops", "restore", "lindqvist", str(file), "--replace")
    assert digests(lindqvist) == before
    with in_shop(lindqvist):
        assert ApiKey.objects.get().name == "ERP"


def test_the_worker_exports_what_staff_asked_for(make_vendor):
    lindqvist, moreau = make_vendor("lindqvist"), make_vendor("moreau")
    furnish(lindqvist)
    by = uuid4()
    first = ask_for_export(vendor=lindqvist, by=by)
    assert ask_for_export(vendor=lindqvist, by=by).id == first.id
    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA {moreau.schema_name} CASCADE")
    ask_for_export(vendor=moreau, by=by)
    assert run_exports() == 1
    made, failed = ShopExport.objects.order_by("id")
    assert (made.state, made.rows_count, made.files_count) == (
        "done",
        sum(d.rows for d in digests(lindqvist).values()),
        4,
    )
    assert (failed.state, failed.error) == ("failed", "It could not be written. The log says why.")
    with in_shop(lindqvist), storages["private"].open(made.file_path) as file:
        assert zipfile.ZipFile(file).testzip() is None
        assert file.size == made.file_bytes


@pytest.fixture
def north(tmp_path, settings):
    """A second PostgreSQL server, prepared as an operator prepares one."""
    from embedded.servers import ensure_postgres, stop
    from embedded.world import World
    from tenants.isolation import roles

    world = World("north", tmp_path / "north")
    address = ensure_postgres(world)
    server = {"host": address.host, "port": address.port, "user": address.superuser, "password": address.password}
    with psycopg.connect(**server, dbname="postgres", autocommit=True) as admin:
        roles.make_roles(admin, {name: settings.SECRET_OF(name) for name in roles.LOGINS})
        roles.make_database(admin, "souk")
    with psycopg.connect(**server, dbname="souk", autocommit=True) as admin:
        roles.prepare_database(admin)
    settings.CLUSTERS = {"north": f"host={address.host} port={address.port} dbname=souk"}
    yield lambda: psycopg.connect(**server, dbname="souk", autocommit=True)
    stop(world)


def test_moved_to_another_cluster_and_back_a_shop_is_what_it_was(make_vendor, north, capsys):
    lindqvist, moreau = make_vendor("lindqvist"), make_vendor("moreau")
    furnish(lindqvist)
    with in_shop(lindqvist):
        make_key()
    before = digests(lindqvist, with_keys=True)
    schema = lindqvist.schema_name
    with pytest.raises(CommandError, match="no cluster “south”; known are main, north"):
        call_command("shops", "move", "lindqvist", "south")
    assert Vendor.objects.get(slug="lindqvist").out_of_service_at is None

    call_command("shops", "move", "lindqvist", "north", "--json")
    told = json.loads(capsys.readouterr().out)
    assert (told["rows"], told["tables"]) == (sum(each.rows for each in before.values()), len(before))
    with north() as line:
        assert {table.name: digest(line, schema, table) for table in tables_of(line, schema, with_keys=True)} == before
        # The vendor's own role can log in there, and has its rights.
        line.execute(f"SET ROLE {schema}")
        assert line.execute(f"SELECT count(*) FROM {schema}.shop_catalog_product").fetchone() == (2,)
    lindqvist.refresh_from_db()
    old = Wall.objects.get(name=told["kept"])
    assert (lindqvist.cluster, lindqvist.may_sell, lindqvist.is_reachable) == ("north", False, False)
    assert (old.state, old.cluster, old.last_vendor_id) == ("retired", "main", lindqvist.id)
    assert OLD_NAME.fullmatch(old.name)
    assert NAME.fullmatch(schema)
    # Nobody finds the copy that is left; no door opens, and nothing is written where nobody looks.
    assert not _exists("pg_namespace", "nspname", schema)
    for door in (in_shop, bind_vendor):
        with pytest.raises(ShopElsewhere), door(lindqvist):
            pass

    call_command("shops", "move", "lindqvist", "main")
    lindqvist.refresh_from_db()
    assert (lindqvist.cluster, lindqvist.may_sell) == ("main", True)
    assert digests(lindqvist, with_keys=True) == before
    with bind_vendor(lindqvist):
        assert Product.objects.count() == 2
    with in_shop(moreau):
        assert Product.objects.count() == 0


def test_a_move_that_fails_leaves_the_shop_where_it_is_and_in_service(make_vendor, north):
    lindqvist = make_vendor("lindqvist")
    furnish(lindqvist)
    before = digests(lindqvist, with_keys=True)
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {lindqvist.schema_name}.shop_catalog_product ADD COLUMN note text")
    with pytest.raises(CommandError, match="changed by hand"):
        call_command("shops", "move", "lindqvist", "north")
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {lindqvist.schema_name}.shop_catalog_product DROP COLUMN note")
    lindqvist.refresh_from_db()
    assert (lindqvist.cluster, lindqvist.may_sell) == ("main", True)
    assert digests(lindqvist, with_keys=True) == before
    with north() as line:
        assert tables_of(line, lindqvist.schema_name) == []
        # What a move that was killed leaves there is in nobody's way.
        line.execute(f"CREATE SCHEMA {lindqvist.schema_name} AUTHORIZATION owner")
    ShopScript.objects.all().delete()
    with pytest.raises(CommandError, match="no script for the version"):
        call_command("shops", "move", "lindqvist", "north")


def _exists(table, column, name):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table} WHERE {column} = %s", [name])
        return cursor.fetchone() == (1,)


def _damaged(file):
    """The same archive with one letter of one table changed, its own check sums in order."""
    out = io.BytesIO()
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            target.writestr(name, data.replace(b"Bowl", b"Bowe") if name.endswith("product.csv") else data)
    out.seek(0)
    return out
