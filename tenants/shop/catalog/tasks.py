"""Imports that are due, done as the vendor itself.

Vendors take turns: who imports a hundred thousand rows goes to the end of the queue every few seconds, and is never served
by two threads at once.
"""

import time
from datetime import datetime

import structlog
from celery import shared_task

from kit import clock
from kit.errors import SoukError
from outbox.doorbell import ring
from tenants.isolation.doors import bind_vendor
from tenants.shop.catalog.imports import run_import
from tenants.shop.catalog.metrics import tell_oldest
from tenants.shop.catalog.models import ImportState, ProductImport
from tenants.vendors.models import Vendor

log = structlog.get_logger(__name__)
TURN_SECONDS = 10


@shared_task(name="shop_catalog.run_imports")
def run_imports(vendor: str = "") -> int:
    """Do the imports that are due, of one vendor (its id) or of all, each for a turn; gives how many rows. Left-over
    ones are resumed.
    """
    shops = Vendor.objects.filter(schema_name__isnull=False).order_by("id")
    done, waited = 0, [clock.now()]
    for each in list(shops.filter(id=vendor) if vendor else shops):
        try:
            with bind_vendor(each):
                done += _turn(each, waited)
        except Exception:  # whatever is the matter with one vendor's shop, role or file, the next one has its turn
            log.exception("import_turn_failed", vendor=each.slug)
    if not vendor:
        tell_oldest(min(waited))
    return done


def _turn(vendor: Vendor, waited: list[datetime]) -> int:
    """Import for as long as a turn lasts, the oldest file first; who has some left asks for another turn."""
    unfinished = ProductImport.objects.filter(state__in=(ImportState.DUE, ImportState.RUNNING))
    done, ends = 0, time.monotonic() + TURN_SECONDS
    for import_id, since in list(unfinished.order_by("created_at").values_list("id", "created_at")):
        waited.append(since)
        try:
            done += run_import(import_id, ends=ends)
        except SoukError as error:
            log.warning("import_refused", vendor=vendor.slug, import_id=str(import_id), cause=error.code)
            continue
        if time.monotonic() >= ends:
            if unfinished.exists():
                ring("shop_catalog.run_imports", vendor=str(vendor.id))
            break
        if unfinished.filter(id=import_id).exists():
            break  # another thread is at this vendor's oldest
    return done
