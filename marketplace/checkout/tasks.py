"""Holds on stock that nobody is paying for."""

import structlog
from celery import shared_task
from django.db import transaction

from billing.payments import actions as payments
from billing.payments.models import Payment, PaymentState
from kit import clock
from marketplace.orders.actions import cancel_unpaid
from marketplace.orders.models import Order, StockHold

log = structlog.get_logger(__name__)


@shared_task(name="checkout.release_expired_holds")
def release_expired_holds(batch: int = 200) -> int:
    """Look at orders whose hold is over; gives how many were released.

    A hold is never released by time alone. Without a session at the provider nobody can pay any more. With one, the
    provider is asked to end it, and what it answers decides: expired releases, paid pays.
    """
    released = 0
    overdue = (
        Order.objects.filter(stock_hold=StockHold.HELD, hold_until__lte=clock.now())
        .order_by("hold_until")
        .values_list("id", flat=True)[:batch]
    )
    for order_id in list(overdue):
        with transaction.atomic():
            Order.objects.select_for_update().get(id=order_id)
            payment = Payment.objects.select_for_update().get(reference_id=order_id)
            if payment.state in (PaymentState.PAID, PaymentState.PROCESSING):
                continue
            payments.end_session(reference_id=order_id)
            if not payment.attempts.filter(state__in=payments.OPEN_STATES).exists():
                released += cancel_unpaid(order_id, reason="Not paid in time")
    return released
