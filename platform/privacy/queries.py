"""Reading what people asked for: their own page, and the office's."""

from uuid import UUID

from accounts.models import User
from kit import clock
from kit.pagination import Page, keyset_page
from privacy.models import DataRequest, Kind

WITHOUT_COPY = "content"


def requests_of(user: User, *, size: int = 10) -> list[DataRequest]:
    """What somebody asked for, newest first, without the copies themselves."""
    return list(DataRequest.objects.filter(user=user).defer(WITHOUT_COPY).order_by("-id")[:size])


def requests_page(*, kind: str = "", cursor: str | None = None, size: int = 50) -> Page[DataRequest]:
    """Everybody's, newest first, without the copies. Raises InvalidInput on a bad cursor."""
    rows = DataRequest.objects.defer(WITHOUT_COPY).select_related("user")
    if kind:
        rows = rows.filter(kind=kind)
    return keyset_page(rows, order=("-id",), cursor=cursor, size=size)


def copy_with(request_id: UUID) -> DataRequest | None:
    """A copy that is still there and whose time is not over, with its content."""
    there = DataRequest.objects.filter(kind=Kind.EXPORT, content__isnull=False, expires_at__gt=clock.now())
    return there.filter(id=request_id).first()
