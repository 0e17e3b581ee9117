"""A vendor's life as the office and the portal show it: what happened, and what still keeps it from being closed."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from tenants.vendors.models import VendorEvent, VendorEventName

_GOOD, _BAD, _WARN = "good", "bad", "warn"
SHOWN: dict[str, tuple[str, str]] = {
    VendorEventName.APPROVED: ("check", _GOOD),
    VendorEventName.ACTIVATED: ("store", _GOOD),
    VendorEventName.LIFTED: ("check", _GOOD),
    VendorEventName.REOPENED: ("undo-2", _GOOD),
    VendorEventName.REJECTED: ("ban", _BAD),
    VendorEventName.SUSPENDED: ("ban", _BAD),
    VendorEventName.CLOSING: ("lock", _WARN),
    VendorEventName.CLOSED: ("lock", _BAD),
    VendorEventName.VACATION_SET: ("calendar", ""),
}


def timeline(events: Sequence[VendorEvent], who: Callable[[VendorEvent], str]) -> list[dict[str, Any]]:
    """Events for `components/timeline.html`, newest first; `who` names whoever did it."""
    return [
        {
            "title": event.get_name_display(),
            "at": event.at,
            "note": ". ".join(filter(None, [who(event), _more(event), event.reason])),
            "icon": SHOWN.get(event.name, ("circle", ""))[0],
            "tone": SHOWN.get(event.name, ("circle", ""))[1],
        }
        for event in events
    ]


def _more(event: VendorEvent) -> str:
    if event.name == VendorEventName.SUSPENDED:
        return f"Payouts {'are held' if event.data.get('payouts') == 'held' else 'go on'}"
    if event.name == VendorEventName.VACATION_SET and event.data:
        begins, ends = event.data["from"], event.data["until"]
        return f"From {_day(begins)}, {f'back on {_day(ends)}' if ends else 'until it says so'}"
    return ""


def _day(at: str) -> str:
    return f"{datetime.fromisoformat(at):%-d %B %Y}"


def named_by(people: Mapping[UUID, str], *, staff: str = "") -> Callable[[VendorEvent], str]:
    """Names for a timeline; `staff` is what the marketplace's own are called where their names are not told."""

    def who(event: VendorEvent) -> str:
        if event.actor_id is None:
            return ""
        if staff and event.actor_kind == "staff":
            return staff
        return people.get(event.actor_id, "")

    return who


def still_open(noted: Sequence[Mapping[str, str]], places: Mapping[str, str]) -> list[dict[str, str]]:
    """What keeps a vendor from being closed, each with the address where it can be seen, if there is one."""
    return [{"words": each["words"], "url": places.get(each["about"], "")} for each in noted]
