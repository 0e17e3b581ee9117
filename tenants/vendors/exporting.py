"""Exporting a shop: to a file at the operator's, or, asked for by staff, by the worker into the private storage."""

import hashlib
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from typing import IO
from uuid import UUID

import structlog
from django.core.files import File
from django.core.files.storage import storages
from django.db import transaction
from django.db.models import Q

from audit.actions import record
from kit import clock
from kit.errors import Conflict, SoukError
from outbox.doorbell import ring
from tenants.isolation.clusters import snapshot
from tenants.isolation.doors import in_shop
from tenants.isolation.media import files_of
from tenants.isolation.models import ExportState, ShopExport
from tenants.isolation.queries import wall_of
from tenants.isolation.shop_file import PART, Manifest, manifest_of, write_shop
from tenants.vendors.models import Vendor

log = structlog.get_logger(__name__)
# A worker that has not said how far it is for so long was killed; its export is begun anew.
SILENT = timedelta(minutes=2)
TOLD_EVERY_SECONDS = 5.0
SWEEP = "vendors.export_shops"


class NoShop(Conflict):
    """The vendor has no shop to export."""

    code = "no_shop"


def export_shop(
    *, vendor: Vendor, out: IO[bytes], note: Callable[[int, int], None] = lambda done, total: None
) -> Manifest:
    """Write the vendor's shop to a file, as it is at one instant, pictures and documents included. Outside a transaction.

    Raises NoShop, ShopElsewhere, StorageUnavailable.
    """
    wall = wall_of(vendor.id)
    if wall is None:
        raise NoShop(f"{vendor.name} has no shop to export.")
    with ExitStack() as stack:
        stack.enter_context(in_shop(vendor))
        line = stack.enter_context(snapshot())
        about = manifest_of(
            vendor_id=vendor.id, slug=vendor.slug, name=vendor.name, version=wall.version, at=clock.now()
        )
        return write_shop(out, line, wall.name, about=about, files=files_of(vendor.id), note=note)


@transaction.atomic
def ask_for_export(*, vendor: Vendor, by: UUID | None) -> ShopExport:
    """Have the worker export the shop; nobody asks when it is closed by itself.

    One that waits or is being made already is given again. Raises NoShop.
    """
    Vendor.objects.select_for_update(of=("self",)).get(id=vendor.id)
    if wall_of(vendor.id) is None:
        raise NoShop(f"{vendor.name} has no shop to export.")
    waiting = ShopExport.objects.filter(
        vendor_id=vendor.id, state__in=[ExportState.QUEUED, ExportState.RUNNING]
    ).first()
    if waiting is not None:
        return waiting
    export = ShopExport.objects.create(vendor_id=vendor.id, asked_by=by)
    record(
        action="vendor.shop_export_asked",
        subject=f"vendor:{vendor.id}",
        actor_kind="staff" if by else "system",
        actor_id=by,
        vendor_id=vendor.id,
        data={"export": str(export.id)},
    )
    transaction.on_commit(lambda: ring(SWEEP))
    return export


def run_exports() -> int:
    """Make what was asked for, oldest first; gives how many. One that fails says why and stops no other."""
    done = 0
    while (export := _claim()) is not None:
        try:
            _make(export)
            done += 1
        except Exception as error:
            log.exception("shop_export_failed", export_id=str(export.id))
            why = str(error) if isinstance(error, SoukError) else "It could not be written. The log says why."
            ShopExport.objects.filter(id=export.id).update(
                state=ExportState.FAILED, error=why[:250], done_at=clock.now()
            )
    return done


@transaction.atomic
def _claim() -> ShopExport | None:
    now = clock.now()
    waiting = Q(state=ExportState.QUEUED) | Q(state=ExportState.RUNNING, alive_at__lt=now - SILENT)
    export = ShopExport.objects.select_for_update(skip_locked=True).filter(waiting).order_by("id").first()
    if export is not None:
        export.state, export.alive_at, export.tables_done = ExportState.RUNNING, now, 0
        export.save(update_fields=["state", "alive_at", "tables_done"])
    return export


def _make(export: ShopExport) -> None:
    vendor = Vendor.objects.get(id=export.vendor_id)

    told: tuple[int, float] = (-1, 0.0)

    def note(done: int, total: int) -> None:
        nonlocal told
        if done != told[0] or time.monotonic() - told[1] > TOLD_EVERY_SECONDS:
            told = (done, time.monotonic())
            ShopExport.objects.filter(id=export.id).update(tables_done=done, tables_total=total, alive_at=clock.now())

    with tempfile.NamedTemporaryFile(suffix=".zip") as file:
        manifest = export_shop(vendor=vendor, out=file, note=note)
        file.flush()
        size, checksum = file.tell(), checksum_of(file)
        file.seek(0)
        path = f"exports/{vendor.id}/{export.id}.zip"
        with in_shop(vendor):
            store = storages["private"]
            if store.exists(path):  # of a worker that was killed once it had written
                store.delete(path)
            store.save(path, File(file))
    ShopExport.objects.filter(id=export.id).update(
        state=ExportState.DONE,
        done_at=clock.now(),
        version=manifest.version,
        rows_count=manifest.rows,
        files_count=len(manifest.files),
        file_path=path,
        file_sha256=checksum,
        file_bytes=size,
        error="",
    )


def checksum_of(file: IO[bytes]) -> str:
    """The sha256 of a whole file."""
    file.seek(0)
    told = hashlib.sha256()
    while part := file.read(PART):
        told.update(part)
    return told.hexdigest()
