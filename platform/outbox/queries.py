"""Reading what was told, and what nobody could take in."""

from kit.pagination import Page, keyset_page
from outbox.models import Delivery, DeliveryState


def deliveries_page(*, state: str = DeliveryState.FAILED, cursor: str | None = None, size: int = 50) -> Page[Delivery]:
    """Deliveries of a state with their facts, the newest fact first. Raises InvalidInput on a bad cursor."""
    rows = Delivery.objects.filter(state=state).select_related("fact")
    return keyset_page(rows, order=("-id",), cursor=cursor, size=size)


def retrying_page(*, cursor: str | None = None, size: int = 50) -> Page[Delivery]:
    """Deliveries that failed and will be tried again by themselves. Raises InvalidInput on a bad cursor."""
    rows = Delivery.objects.filter(state=DeliveryState.DUE, attempts__gt=0).select_related("fact")
    return keyset_page(rows, order=("-id",), cursor=cursor, size=size)


def failed_count() -> int:
    """How many deliveries were given up."""
    return Delivery.objects.filter(state=DeliveryState.FAILED).count()


def retrying_count() -> int:
    return Delivery.objects.filter(state=DeliveryState.DUE, attempts__gt=0).count()
