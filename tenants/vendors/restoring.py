"""Restoring one shop from its export, in its place or into a new schema."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import IO
from uuid import UUID

from django.conf import settings
from django.db import transaction

from audit.actions import record
from kit.context import acting_for
from kit.errors import Conflict
from outbox.actions import announce
from tenants.isolation.actions import assign_wall
from tenants.isolation.clusters import line_to, unhurried
from tenants.isolation.copying import count, tables_of
from tenants.isolation.doors import ShopElsewhere
from tenants.isolation.models import MAIN, Wall
from tenants.isolation.queries import next_spare, wall_of
from tenants.isolation.retiring import retire
from tenants.isolation.shop_file import Manifest, ShopArchive
from tenants.vendors.actions import set_in_service
from tenants.vendors.models import Vendor


class NothingToRestoreInto(Conflict):
    """The vendor has no shop: one must be made for it."""

    code = "no_shop"


class ShopNotEmpty(Conflict):
    """Restoring would take the rows that are there."""

    code = "shop_not_empty"


@dataclass(frozen=True)
class Restored:
    """What became of an export: the wall it is behind now, and how many files had to be stored."""

    wall: Wall
    manifest: Manifest
    files_stored: int


def restore_shop(
    *,
    vendor: Vendor,
    file: IO[bytes],
    into_new: bool = False,
    replace: bool = False,
    with_files: bool = True,
    by: UUID | None = None,
    note: Callable[[int, int], None] = lambda done, total: None,
) -> Restored:
    """Make the vendor's shop what its export says, proved row by row; the catalogue follows.

    In its place, where `replace` allows rows that are there to go; or `into_new`: a prepared shop is taken, and the old one
    retired and kept. API keys are in no export: in its place they stay, in a new shop there are none. Files are stored
    first, unless `with_files` is false. All checks come before any change. Raises NotAShopFile, WrongVendor, WrongVersion,
    NothingToRestoreInto, ShopNotEmpty, ShopElsewhere, NoSpareWall, StorageUnavailable.
    """
    archive = ShopArchive(file)
    archive.check_is_of(vendor_id=vendor.id, slug=vendor.slug)
    wall = next_spare() if into_new else wall_of(vendor.id)
    if wall is None:
        raise NothingToRestoreInto(
            "No prepared shop waits." if into_new else f"{vendor.name} has no shop: take a new one."
        )
    archive.check_fits(wall.version)
    archive.check_is_whole()
    stored = 0
    if with_files:
        with acting_for(vendor.current):
            stored = archive.put_files()
    with transaction.atomic():
        vendor = Vendor.objects.select_for_update(of=("self",)).get(id=vendor.id)
        wall = _new_wall(vendor) if into_new else Wall.objects.select_for_update().get(vendor_id=vendor.id)
        archive.check_fits(wall.version)
        if wall.cluster != MAIN:
            raise ShopElsewhere("This shop lies on another cluster: move it back first.")
        with line_to(MAIN) as line, unhurried():
            if not (into_new or replace) and any(count(line, wall.name, each) for each in tables_of(line, wall.name)):
                raise ShopNotEmpty(
                    f"{vendor.name}'s shop has rows, which would be lost: allow that (--replace), or take a new schema."
                )
            archive.put_rows(line, wall.name, note)
        record(
            action="vendor.shop_restored",
            subject=f"vendor:{vendor.id}",
            actor_kind="staff" if by else "system",
            actor_id=by,
            vendor_id=vendor.id,
            data={"made_at": archive.manifest.made_at, "rows": archive.manifest.rows, "into_new": into_new},
        )
        announce("vendor.shop_restored", vendor_id=vendor.id, payload={"vendor": str(vendor.id)})
    return Restored(wall, archive.manifest, stored)


def _new_wall(vendor: Vendor) -> Wall:
    if (old := wall_of(vendor.id)) is not None:
        retire(old, keep=timedelta(days=settings.CLOSED_SHOP_DAYS))
    wall = assign_wall(vendor.id)
    vendor.schema_name, vendor.cluster = wall.name, wall.cluster
    vendor.save(update_fields=["schema_name", "cluster"])
    set_in_service(vendor_id=vendor.id, in_service=True)
    return wall
