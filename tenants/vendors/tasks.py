"""The sweeps that open shops, export and measure them, and look at vendors' domains."""

from celery import shared_task
from django.db import transaction

from tenants.isolation.actions import NoSpareWall
from tenants.isolation.measuring import measure
from tenants.vendors import domains, exporting, leaving
from tenants.vendors.actions import open_shop
from tenants.vendors.models import Vendor, VendorState


@shared_task(name="vendors.open_shops")
def open_shops() -> int:
    """Open the shops of vendors approved while no prepared wall was at hand; gives how many."""
    opened = 0
    while _open_one():
        opened += 1
    return opened


@transaction.atomic
def _open_one() -> bool:
    vendor = (
        Vendor.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(state=VendorState.ONBOARDING, schema_name=None)
        .order_by("approved_at", "id")
        .first()
    )
    if vendor is None:
        return False
    try:
        open_shop(vendor=vendor)
    except NoSpareWall:
        return False
    return True


@shared_task(name=exporting.SWEEP)
def export_shops() -> int:
    """Make the exports that staff asked for; gives how many."""
    return exporting.run_exports()


@shared_task(name="vendors.close_what_is_done")
def close_what_is_done() -> int:
    """Close vendors of which nothing is open any more; gives how many."""
    return leaving.close_what_is_done()


@shared_task(name="vendors.measure_shops")
def measure_shops() -> int:
    """Note the size of every shop; gives how many."""
    return measure()


@shared_task(name="vendors.check_domains")
def check_domains() -> int:
    """Look at the records of vendors' own domains; gives of how many."""
    return domains.check_due()
