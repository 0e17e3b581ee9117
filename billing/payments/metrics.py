"""Money that waits to go back."""

from datetime import datetime

from billing.payments.models import Refund, RefundState
from kit import clock
from observability.metrics import queue


@queue("refunds")
def oldest_refund() -> datetime | None:
    """The first of `refund_due`."""
    due = Refund.objects.filter(state__in=[RefundState.DUE, RefundState.SENT], due_at__lte=clock.now())
    return due.order_by("due_at").values_list("due_at", flat=True).first()
