"""Imports that are due, done as the vendor itself."""

import structlog
from celery import shared_task

from kit import clock
from kit.errors import SoukError
from tenants.isolation.doors import bind_vendor
from tenants.shop.catalog.imports import run_import
from tenants.shop.catalog.metrics import tell_oldest
from tenants.shop.catalog.models import ImportState, ProductImport
from tenants.vendors.models import Vendor

log = structlog.get_logger(__name__)


@shared_task(name="shop_catalog.run_imports")
def run_imports(vendor: str = "") -> int:
    """Do the imports that are due, of one vendor (its id) or of all; gives how many rows. Left-over ones are
    resumed.
    """
    shops = Vendor.objects.filter(schema_name__isnull=False).order_by("id")
    done, waited = 0, [clock.now()]
    for each in list(shops.filter(id=vendor) if vendor else shops):
        with bind_vendor(each):
            due = ProductImport.objects.filter(state__in=(ImportState.DUE, ImportState.RUNNING)).order_by("created_at")
            for import_id, since in list(due.values_list("id", "created_at")):
                waited.append(since)
                try:
                    done += run_import(import_id)
                except SoukError as error:
                    log.warning("import_refused", vendor=each.slug, import_id=str(import_id), cause=error.code)
    if not vendor:
        tell_oldest(min(waited))
    return done
