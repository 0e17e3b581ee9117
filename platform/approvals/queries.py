"""Reading what waits for a decision, and what was decided."""

from approvals.models import Approval
from kit.pagination import Page, keyset_page


def approvals_page(*, state: str = "waiting", cursor: str | None = None, size: int = 50) -> Page[Approval]:
    """`state` waiting (oldest first) or decided (newest first). Raises InvalidInput on a bad cursor."""
    if state == "waiting":
        return keyset_page(Approval.objects.filter(decision=""), order=["id"], cursor=cursor, size=size)
    return keyset_page(Approval.objects.exclude(decision=""), order=["-id"], cursor=cursor, size=size)


def waiting_count() -> int:
    return Approval.objects.filter(decision="").count()


def approvals_about(subject: str) -> list[Approval]:
    """What was asked for about one thing, newest first."""
    return list(Approval.objects.filter(subject=subject).order_by("-id")[:50])
