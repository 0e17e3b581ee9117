"""The form of a waiting room, for vendors and for the platform's staff; and what their lists show of each."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms

from kit import clock
from kit.errors import SoukError
from marketplace.waiting import actions
from marketplace.waiting.actions import Keeper
from marketplace.waiting.models import WaitingRoom
from marketplace.waiting.queries import tallies
from marketplace.web.form_errors import put_error


def _moment(label: str, help_text: str = "", *, required: bool = True) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, required=required, widget=widget, help_text=help_text)


class RateForm(forms.Form):
    per_minute = forms.IntegerField(
        label="Let in a minute", min_value=1, max_value=6000, help_text="As many as you can serve: 60 is one a second."
    )

    def change(self, room_id: UUID, *, by: Keeper) -> bool:
        """Let in as many from now on; False where it is refused, which is said in the form."""
        try:
            actions.change_rate(room_id=room_id, by=by, **self.cleaned_data)
        except SoukError as error:
            put_error(self, error)
            return False
        return True


class RoomForm(RateForm):
    stay_minutes = forms.IntegerField(
        label="Minutes to order", min_value=1, max_value=120, initial=10, help_text="For each who was let in."
    )
    gathers_at = _moment(
        "People gather from", "Nobody orders it from then on without being let in. Empty: now.", required=False
    )
    opens_at = _moment("Opens", "Who came before is put in an order by lot. Times are UTC.")
    ends_at = _moment("Ends", "From then on it is ordered as ever. Within three days.")

    def terms(self) -> dict[str, Any]:
        names = ("per_minute", "stay_minutes", "gathers_at", "opens_at", "ends_at")
        return {name: self.cleaned_data[name] for name in names}


class ProductRoomForm(RoomForm):
    """With one of a vendor's products that are on sale."""

    product = forms.ChoiceField(label="Product")
    field_order = ("product",)

    def __init__(self, *args: Any, products: Sequence[tuple[str, str]], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["product"].choices = products  # type: ignore[attr-defined]


def state_of(room: WaitingRoom, now: datetime) -> tuple[str, str]:
    """(tone, word)."""
    if room.closed_at is not None or room.ends_at <= now:
        return "ended", "Over"
    if room.opens_at <= now:
        return "active", "Letting in"
    return ("pending", "Gathering") if room.gathers_at <= now else ("scheduled", "Not yet")


def rows_of(rooms: Iterable[WaitingRoom]) -> list[dict[str, Any]]:
    """One statement."""
    rooms, now = list(rooms), clock.now()
    counts = tallies(rooms)
    found = []
    for room in rooms:
        tone, word = state_of(room, now)
        found.append({"room": room, "tally": counts[room.id], "tone": tone, "state": word, "is_open": word != "Over"})
    return found
