"""A vendor's vacation: from a day on until another, or until it says so, nobody buys from it. Days are UTC's, as all here.

Nothing begins or ends it: whoever sells asks the clock. Orders that were placed go on.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from django.db import transaction

from audit.actions import record
from kit import clock
from kit.errors import Conflict, InvalidInput
from outbox.actions import announce
from tenants.vendors.lifecycle import note_event
from tenants.vendors.models import Vendor

LONGEST_MESSAGE = 300
FURTHEST = timedelta(days=3 * 366)


class NoVacation(Conflict):
    """The vendor has no vacation, and plans none."""

    code = "no_vacation"


class VendorAway(Conflict):
    """Somebody wants to buy of a vendor that is on vacation."""

    code = "vendor_away"


@transaction.atomic
def set_vacation(*, vendor: Vendor, by: UUID, starts_on: date, back_on: date | None, message: str = "") -> Vendor:
    """Go on vacation from a day on (today: from now on), until `back_on`, when it sells again; without, until it says so.

    Instead of the one there was. A vacation that is on has begun when it began, whatever `starts_on` says. As the vendor's
    own role. Raises InvalidInput with the field at fault.
    """
    vendor = Vendor.objects.select_for_update(of=("self",)).get(id=vendor.id)
    now = clock.now()
    message = " ".join(message.split())
    if len(message) > LONGEST_MESSAGE:
        raise InvalidInput(f"The message is longer than {LONGEST_MESSAGE} characters.", field="message")
    if vendor.is_away(now):
        begins = vendor.away_from
    elif starts_on < now.date():
        raise InvalidInput("This day has passed.", field="starts_on")
    elif starts_on - now.date() > FURTHEST:
        raise InvalidInput("Choose a day within the next three years.", field="starts_on")
    else:
        begins = max(midnight(starts_on), now)
    assert begins is not None
    if back_on is not None and back_on - now.date() > 2 * FURTHEST:
        raise InvalidInput("Choose a day within the next six years, or none.", field="back_on")
    ends = midnight(back_on) if back_on else None
    if ends is not None and ends <= max(begins, now):
        raise InvalidInput("Choose a day after the vacation has begun, from tomorrow on.", field="back_on")
    vendor.away_from, vendor.away_until, vendor.away_message = begins, ends, message
    vendor.save(update_fields=["away_from", "away_until", "away_message"])
    data = {"from": begins.isoformat(), "until": ends.isoformat() if ends else None}
    _note(vendor, "vacation_set", by, reason=message, data=data)
    return vendor


@transaction.atomic
def end_vacation(*, vendor: Vendor, by: UUID) -> Vendor:
    """Sell again from now on, or drop the vacation that was planned. As the vendor's own role. Raises NoVacation."""
    vendor = Vendor.objects.select_for_update(of=("self",)).get(id=vendor.id)
    if not vendor.has_vacation(clock.now()):
        raise NoVacation("There is no vacation to end.")
    vendor.away_from = vendor.away_until = None
    vendor.away_message = ""
    vendor.save(update_fields=["away_from", "away_until", "away_message"])
    _note(vendor, "vacation_ended", by)
    return vendor


def away_words(until: datetime | None) -> str:
    """What customers read of a vendor that is on vacation."""
    return f"On vacation, back on {until:%-d %B %Y}." if until else "On vacation at the moment."


def hold_present(vendor_ids: Iterable[UUID]) -> dict[UUID, Vendor]:
    """These vendors as they are now; none goes on vacation from now on before this transaction ends. One statement.

    Whoever does waits for orders that are being placed, and orders that come meanwhile wait for the vacation. A key-share
    lock, as rows that refer to the vendor take, stands in the way of nothing else.
    """
    found = Vendor.objects.raw(
        f"SELECT * FROM {Vendor._meta.db_table} WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE", [list(vendor_ids)]
    )
    return {vendor.id: vendor for vendor in found}


def check_at_home(vendor: Vendor, now: datetime) -> None:
    """Raises VendorAway, worded for the customer."""
    if vendor.is_away(now):
        back = f", back on {vendor.away_until:%-d %B %Y}" if vendor.away_until else ""
        raise VendorAway(
            f"{vendor.name} is on vacation{back}. Remove its items to order the rest now; nothing has been ordered yet."
        )


def midnight(day: date) -> datetime:
    """When a day begins."""
    return datetime.combine(day, time(), tzinfo=UTC)


def _note(vendor: Vendor, name: str, by: UUID, *, reason: str = "", data: dict[str, str | None] | None = None) -> None:
    note_event(vendor, name, by=by, actor_kind="member", reason=reason, data=data)
    record(
        action=f"shop.{name}",
        subject=f"vendor:{vendor.id}",
        actor_kind="member",
        actor_id=by,
        vendor_id=vendor.id,
        data=data,
    )
    announce("shop.vacation_changed", vendor_id=vendor.id, payload={"vendor": str(vendor.id)})
