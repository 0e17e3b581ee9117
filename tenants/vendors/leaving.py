"""A vendor's way out: closing, closed once nothing is open and its shop is exported, dropped after a while; and back again.

Closing ends selling at once and nothing else: the vendor still ships, answers and is paid. Closed ends all; the schema is
kept for `CLOSED_SHOP_DAYS` and then dropped by the builder. Orders, books and documents stay: the law wants them.
"""

from datetime import timedelta
from typing import cast
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.module_loading import import_string

from kit import clock
from kit.errors import Conflict
from outbox.actions import announce
from tenants.isolation.clusters import line_to
from tenants.isolation.copying import hold, tables_of
from tenants.isolation.models import MAIN, ExportState, ShopExport, Wall, WallState
from tenants.isolation.queries import kept_wall, wall_of
from tenants.isolation.retiring import retire
from tenants.vendors.actions import activate_if_ready, note, required
from tenants.vendors.models import Member, Vendor, VendorState

MAY_LEAVE = (VendorState.ONBOARDING, VendorState.ACTIVE, VendorState.SUSPENDED)


class CannotLeave(Conflict):
    """The vendor is in a state from which it cannot be closed, or not be opened again."""

    code = "cannot_leave"


class StillOpen(Conflict):
    """Something of the vendor is open; `obstacles` says each thing."""

    code = "still_open"

    def __init__(self, vendor: Vendor, obstacles: list[str]):
        super().__init__(f"{vendor.name} cannot be closed yet: {'; '.join(obstacles)}.")
        self.obstacles = obstacles


class NotExported(Conflict):
    """The vendor has a right to its data before they go."""

    code = "not_exported"


def obstacles_to_closing(vendor: Vendor) -> list[str]:
    """What is open of the vendor, in words; empty when it can be closed."""
    paths = cast("list[str]", import_string(settings.EVENT_TABLE + ".OBSTACLES_TO_CLOSING"))
    return [obstacle for path in paths for obstacle in import_string(path)(vendor.id)]


@transaction.atomic
def begin_closing(*, vendor: Vendor, by: UUID | None, reason: str) -> Vendor:
    """End selling; the vendor gets a mail with the reason. `by` is a member of staff, None the operator.

    Raises CannotLeave, InvalidInput.
    """
    vendor = Vendor.objects.select_for_update(of=("self",)).get(id=vendor.id)
    if vendor.state not in MAY_LEAVE:
        raise CannotLeave(f"A vendor that is {vendor.get_state_display().lower()} cannot begin to close.")
    vendor.decision_reason = required(reason, "reason", "reason", 2000)
    vendor.state, vendor.closing_at = VendorState.CLOSING, clock.now()
    vendor.save(update_fields=["decision_reason", "state", "closing_at"])
    note("vendor.closing", vendor, actor_id=by, actor_kind="staff" if by else "system")
    return vendor


@transaction.atomic
def close_vendor(*, vendor: Vendor, by: UUID | None, handed_over: str = "") -> Vendor:
    """Close a vendor of which nothing is open: its people are signed out, its shop is retired.

    Its export must have been made since closing began: by the worker, or, `handed_over`, the sha256 of the file that the
    operator wrote. Raises CannotLeave, StillOpen, NotExported.
    """
    vendor = Vendor.objects.select_for_update(of=("self",)).get(id=vendor.id)
    if vendor.state != VendorState.CLOSING:
        raise CannotLeave(f"{vendor.name} is {vendor.get_state_display().lower()}; begin with closing it.")
    wall = wall_of(vendor.id)
    if wall is not None:
        _wait_for_orders(wall)
    if found := obstacles_to_closing(vendor):
        raise StillOpen(vendor, found)
    if wall is not None and not (handed_over or _exported_since(vendor)):
        raise NotExported(f"{vendor.name} has a right to its data: export the shop first.")
    if wall is not None:
        retire(wall, keep=timedelta(days=settings.CLOSED_SHOP_DAYS))
    vendor.state, vendor.closed_at, vendor.schema_name = VendorState.CLOSED, clock.now(), None
    vendor.out_of_service_at = None
    vendor.save(update_fields=["state", "closed_at", "schema_name", "out_of_service_at"])
    Member.objects.filter(vendor=vendor).update(access_version=F("access_version") + 1)
    note("vendor.closed", vendor, actor_id=by, actor_kind="staff" if by else "system")
    return vendor


@transaction.atomic
def reopen_vendor(*, vendor: Vendor, by: UUID | None) -> Vendor:
    """Take a closing, or a closed, vendor back: with its shop while that is kept, else with a new one to restore into.

    Raises CannotLeave.
    """
    vendor = Vendor.objects.select_for_update(of=("self",)).get(id=vendor.id)
    if vendor.state not in (VendorState.CLOSING, VendorState.CLOSED):
        raise CannotLeave(f"{vendor.name} is {vendor.get_state_display().lower()}, and neither closing nor closed.")
    if vendor.state == VendorState.CLOSED and (wall := kept_wall(vendor.id)) is not None:
        wall.state, wall.vendor_id = WallState.ASSIGNED, vendor.id
        wall.retired_at = wall.drop_after = None
        wall.save(update_fields=["state", "vendor_id", "retired_at", "drop_after"])
        vendor.schema_name = wall.name
    vendor.state, vendor.closing_at, vendor.closed_at, vendor.decision_reason = VendorState.ONBOARDING, None, None, ""
    vendor.save(update_fields=["state", "closing_at", "closed_at", "decision_reason", "schema_name"])
    note("vendor.reopened", vendor, actor_id=by, actor_kind="staff" if by else "system")
    activate_if_ready(vendor)
    if vendor.schema_name:
        announce("vendor.shop_restored", vendor_id=vendor.id, payload={"vendor": str(vendor.id)})
    return vendor


def _wait_for_orders(wall: Wall) -> None:
    """A checkout that began while the vendor still sold holds rows of its shop: once we have the tables, it has placed its
    order or given up, and no other begins."""
    if wall.cluster != MAIN:
        return
    with line_to(MAIN) as line:
        hold(line, wall.name, tables_of(line, wall.name))


def _exported_since(vendor: Vendor) -> bool:
    return ShopExport.objects.filter(
        vendor_id=vendor.id, state=ExportState.DONE, asked_at__gte=vendor.closing_at
    ).exists()
