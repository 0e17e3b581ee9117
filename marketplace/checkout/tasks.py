"""Holds on stock that nobody is paying for, carts that were left, and simulations that somebody waits for."""

from uuid import UUID

import structlog
from celery import shared_task
from django.db import transaction
from django.db.models import Q

from billing.payments import actions as payments
from billing.payments.models import Payment, PaymentState
from kit import clock
from marketplace.checkout.reminders import remind
from marketplace.checkout.simulation import run_simulations
from marketplace.orders.actions import cancel_unpaid
from marketplace.orders.models import Order, StockHold

log = structlog.get_logger(__name__)


@shared_task(name="checkout.remind_of_carts")
def remind_of_carts() -> int:
    """Write to whoever asked for it and has left a cart; gives how many."""
    return remind()


@shared_task(name="checkout.release_expired_holds")
def release_expired_holds(batch: int = 200) -> int:
    """Look at every order whose hold is over, `batch` at a time; gives how many were released.

    A hold is never released by time alone. Without a session at the provider nobody can pay any more. With one, the
    provider is asked to end it, and what it answers decides: expired releases, paid pays. Those that have to wait are
    passed by, so that they keep no other from being released, however many they are.
    """
    released, until = 0, clock.now()
    overdue = Order.objects.filter(stock_hold=StockHold.HELD, hold_until__lte=until).order_by("hold_until", "id")
    passed = Q()
    while found := list(overdue.filter(passed).values_list("hold_until", "id")[:batch]):
        for _, order_id in found:
            try:
                released += release_hold(order_id)
            except Exception:  # whatever is wrong with one order, the others' stock is let go
                log.exception("hold_not_released", order=str(order_id))
        hold_until, last = found[-1]
        passed = Q(hold_until__gt=hold_until) | Q(hold_until=hold_until, id__gt=last)
    return released


@transaction.atomic
def release_hold(order_id: UUID, *, reason: str = "Not paid in time") -> int:
    """Give back what is held for an order, unless it is paid or may still be; 1 if it was canceled now.

    With a session open at the provider that is asked to end it, and its answer decides.
    """
    Order.objects.select_for_update().get(id=order_id)
    payment = Payment.objects.select_for_update().get(reference_id=order_id)
    if payment.state in (PaymentState.PAID, PaymentState.PROCESSING):
        return 0
    payments.end_session(reference_id=order_id)
    if payment.attempts.filter(state__in=payments.OPEN_STATES).exists():
        return 0
    return cancel_unpaid(order_id, reason=reason)


@shared_task(name="checkout.simulate_commissions")
def simulate_commissions() -> int:
    """Replay the drafts of commission rules that wait for it."""
    return run_simulations()
