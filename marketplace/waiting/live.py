"""Open pages of a waiting room hear of its changes."""

from uuid import UUID

from live import news
from outbox.models import Fact


def room_topic(room_id: UUID | str) -> str:
    return f"room:{room_id}"


def tell_pages(fact: Fact) -> None:
    """After a room was changed or closed: whoever waits in it asks again."""
    news.tell([room_topic(fact.payload["room"])], fact_id=fact.id)
