"""A vendor's way out: closing, closed once nothing is open and its shop is exported, dropped after a while; and back again.

Closing ends selling at once and nothing else: the vendor still ships, answers and is paid. Closed ends all; the schema is
kept for `CLOSED_SHOP_DAYS` and then dropped by the builder. Orders, books and documents stay: the law wants them.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import TypedDict, cast
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.module_loading import import_string

from accounts.models import StaffMember
from audit.actions import record
from kit import clock
from kit.errors import Conflict
from kit.personal import Person
from outbox.actions import announce
from tenants.isolation.clusters import line_to
from tenants.isolation.copying import hold, tables_of
from tenants.isolation.models import MAIN, ExportState, ShopExport, Wall, WallState
from tenants.isolation.queries import kept_wall, wall_of
from tenants.isolation.retiring import retire
from tenants.vendors.actions import activate_if_ready, required
from tenants.vendors.exporting import ask_for_export
from tenants.vendors.lifecycle import TRANSITIONS, move, note_event
from tenants.vendors.models import Member, Vendor, VendorEvent, VendorState

log = structlog.get_logger(__name__)

MAY_LEAVE = TRANSITIONS["closing"].begins


class _Actor(TypedDict):
    by: UUID | None
    actor_kind: str


class Obstacle(str):
    """What is open of a vendor, in words; `about` says where it can be seen: orders, refunds, disputes, money or plan."""

    about: str

    def __new__(cls, about: str, words: str) -> "Obstacle":
        made = super().__new__(cls, words)
        made.about = about
        return made


class CannotLeave(Conflict):
    """The vendor is in a state from which it cannot be closed, or not be opened again."""

    code = "cannot_leave"


class StillOpen(Conflict):
    """Something of the vendor is open; `obstacles` says each thing."""

    code = "still_open"

    def __init__(self, vendor: Vendor, obstacles: list[Obstacle]):
        super().__init__(f"{vendor.name} cannot be closed yet: {'; '.join(obstacles)}.")
        self.obstacles = obstacles


class NotExported(Conflict):
    """The vendor has a right to its data before they go."""

    code = "not_exported"


def obstacles_to_closing(vendor: Vendor) -> list[Obstacle]:
    """What is open of the vendor, in words; empty when it can be closed."""
    paths = cast("list[str]", import_string(settings.EVENT_TABLE + ".OBSTACLES_TO_CLOSING"))
    return [obstacle for path in paths for obstacle in import_string(path)(vendor.id)]


@transaction.atomic
def begin_closing(*, vendor: Vendor, by: UUID | None, reason: str, actor_kind: str = "staff") -> Vendor:
    """End selling; the vendor gets a mail with the reason. `by` is a member of staff, or who `actor_kind` says, None the
    operator.

    Raises CannotLeave, InvalidInput.
    """
    vendor = Vendor.objects.select_for_update(of=("self",)).get(id=vendor.id)
    if vendor.state not in MAY_LEAVE:
        raise CannotLeave(f"A vendor that is {vendor.get_state_display().lower()} cannot begin to close.")
    vendor.decision_reason = required(reason, "reason", "reason", 2000)
    vendor.closing_at = clock.now()
    vendor.save(update_fields=["decision_reason", "closing_at"])
    move(vendor, "closing", VendorState.CLOSING, **_actor(by, actor_kind), reason=vendor.decision_reason)
    _look(vendor)
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
    vendor.closed_at, vendor.schema_name = clock.now(), None
    vendor.out_of_service_at = None
    vendor.save(update_fields=["closed_at", "schema_name", "out_of_service_at"])
    Member.objects.filter(vendor=vendor).update(access_version=F("access_version") + 1)
    move(vendor, "closed", VendorState.CLOSED, **_actor(by))
    return vendor


@transaction.atomic
def reopen_vendor(*, vendor: Vendor, by: UUID | None, actor_kind: str = "staff") -> Vendor:
    """Take a closing, or a closed, vendor back: with its shop while that is kept, else with a new one to restore into.

    One that was suspended when it began to close is suspended again. Raises CannotLeave.
    """
    vendor = Vendor.objects.select_for_update(of=("self",)).get(id=vendor.id)
    if vendor.state not in (VendorState.CLOSING, VendorState.CLOSED):
        raise CannotLeave(f"{vendor.name} is {vendor.get_state_display().lower()}, and neither closing nor closed.")
    if vendor.state == VendorState.CLOSED and (wall := kept_wall(vendor.id)) is not None:
        wall.state, wall.vendor_id = WallState.ASSIGNED, vendor.id
        wall.retired_at = wall.drop_after = None
        wall.save(update_fields=["state", "vendor_id", "retired_at", "drop_after"])
        vendor.schema_name = wall.name
    vendor.closing_at = vendor.closed_at = vendor.closing_asked_at = None
    vendor.decision_reason = vendor.suspension_reason
    vendor.save(update_fields=["closing_at", "closed_at", "closing_asked_at", "decision_reason", "schema_name"])
    to = VendorState.SUSPENDED if vendor.suspended_at else VendorState.ONBOARDING
    move(vendor, "reopened", to, **_actor(by, actor_kind))
    vendor.refresh_from_db()  # its checklist has heard of it, and may have let it sell
    activate_if_ready(vendor)
    if vendor.schema_name:
        announce("vendor.shop_restored", vendor_id=vendor.id, payload={"vendor": str(vendor.id)})
    return vendor


@transaction.atomic
def ask_to_close(*, vendor: Vendor, by: UUID, reason: str) -> Vendor:
    """An owner wants its shop closed: it sells no more from now on, and the platform begins to close it within seconds.

    As the vendor's own role. Asked twice is asked once. Raises CannotLeave, InvalidInput.
    """
    vendor = Vendor.objects.select_for_update(of=("self",)).get(id=vendor.id)
    reason = required(reason, "reason", "reason", 2000)
    if vendor.closing_asked_at is not None:
        return vendor
    if vendor.state not in MAY_LEAVE:
        raise CannotLeave(f"A shop that is {vendor.get_state_display().lower()} cannot begin to close.")
    vendor.closing_asked_at = clock.now()
    vendor.save(update_fields=["closing_asked_at"])
    _tell(vendor, "closing_asked", by, reason)
    return vendor


@transaction.atomic
def take_closing_back(*, vendor: Vendor, by: UUID) -> Vendor:
    """An owner wants to go on after all, while its shop is not closed. As the vendor's own role.

    Raises CannotLeave when nobody of the vendor asked: what staff began, staff take back.
    """
    vendor = Vendor.objects.select_for_update(of=("self",)).get(id=vendor.id)
    if vendor.closing_asked_at is None or (vendor.state == VendorState.CLOSING and not was_asked_for(vendor)):
        raise CannotLeave("The marketplace closes this shop, or nobody does. Write to us if it should not be closed.")
    if vendor.state == VendorState.CLOSED:
        raise CannotLeave("This shop is closed already. Write to us if you want to come back.")
    vendor.closing_asked_at = None
    vendor.save(update_fields=["closing_asked_at"])
    _tell(vendor, "closing_taken_back", by)
    return vendor


@transaction.atomic
def follow_asking(vendor_id: UUID) -> None:
    """Begin to close a vendor whose owner asked for it and did not take it back since, or the other way round."""
    vendor = Vendor.objects.select_for_update(of=("self",)).get(id=vendor_id)
    asked = VendorEvent.objects.filter(vendor=vendor, name__in=["closing_asked", "closing_taken_back"])
    last = asked.order_by("-at", "-id").first()
    if last is None:
        return
    if vendor.closing_asked_at is not None and vendor.state in MAY_LEAVE:
        begin_closing(vendor=vendor, by=last.actor_id, reason=last.reason, actor_kind="member")
    elif vendor.closing_asked_at is None and vendor.state == VendorState.CLOSING and was_asked_for(vendor):
        reopen_vendor(vendor=vendor, by=last.actor_id, actor_kind="member")


def was_asked_for(vendor: Vendor) -> bool:
    """Whether the closing that is under way began because an owner asked for it."""
    began = VendorEvent.objects.filter(vendor=vendor, name="closing").order_by("-at", "-id").first()
    return began is not None and began.actor_kind == "member"


def close_what_is_done() -> int:
    """Close vendors that have been closing for `CLOSING_DAYS` and of which nothing is open; gives how many.

    One that was not exported since is exported first, and closed by a later run.
    """
    long_enough = clock.now() - timedelta(days=settings.CLOSING_DAYS)
    closed = 0
    with transaction.atomic():
        # Whoever is just being closed by somebody is passed by.
        waiting = Vendor.objects.select_for_update(skip_locked=True, of=("self",)).filter(state=VendorState.CLOSING)
        found = list(waiting.order_by("closing_at", "id"))
    for vendor in found:
        if _look(vendor) or vendor.closing_at is None or vendor.closing_at > long_enough:
            continue
        try:
            close_vendor(vendor=vendor, by=None)
        except NotExported:
            ask_for_export(vendor=vendor, by=None)
        except Conflict as still:
            log.info("not_closed", vendor=vendor.slug, why=str(still))
        else:
            closed += 1
    return closed


def _look(vendor: Vendor) -> list[Obstacle]:
    """What is open of it now; noted on the vendor, whose own people cannot look everywhere."""
    found = obstacles_to_closing(vendor)
    noted = [{"about": each.about, "words": str(each)} for each in found]
    if vendor.still_open != noted:
        vendor.still_open = noted
        Vendor.objects.filter(id=vendor.id).update(still_open=noted)
    return found


def _actor(by: UUID | None, kind: str = "staff") -> _Actor:
    return {"by": by, "actor_kind": kind if by else "system"}


def _tell(vendor: Vendor, name: str, by: UUID, reason: str = "") -> None:
    note_event(vendor, name, by=by, actor_kind="member", reason=reason)
    record(
        action=f"shop.{name}",
        subject=f"vendor:{vendor.id}",
        actor_kind="member",
        actor_id=by,
        vendor_id=vendor.id,
        data={"reason": reason} if reason else {},
    )
    announce(f"shop.{name}", vendor_id=vendor.id, payload={"vendor": str(vendor.id)})


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


def places_at_work(person: Person) -> Iterator[str]:
    """Where somebody who wants to be erased still works: whoever stays answers for what was done there."""
    if person.user_id is None:
        return
    here = Member.objects.filter(user_id=person.user_id, left_at=None).select_related("vendor")
    for member in here.order_by("joined_at", "id"):
        yield f"You work at {member.vendor.name}: leave its team first"
    if StaffMember.objects.filter(user_id=person.user_id, left_at=None).exists():
        yield "You work at Souk's office: leave its staff first"
