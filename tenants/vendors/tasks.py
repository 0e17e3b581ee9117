"""The sweep that opens shops."""

from celery import shared_task
from django.db import transaction

from tenants.isolation.actions import NoSpareWall
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
