"""Taking an order's payment."""

from datetime import timedelta

from django.db import transaction

from billing.payments import actions as payments
from billing.payments.models import Payment
from billing.payments.provider import SessionLine
from billing.prepaid import actions as prepaid
from kit.faults import point
from kit.money import Money
from marketplace.orders.models import Order, StockHold

# In place of a session's name, where nothing was to be charged.
COVERED = "covered"
SESSION_RECORDED = point("paying.session_recorded")


def start_payment(*, order: Order, success_url: str, cancel_url: str, by: str | None = None) -> str:
    """Where to send the customer to pay; the provider's page. Extends the hold on stock. Not inside a transaction.

    With nothing left to charge it is paid here and now, and they go where they would come back to.

    `by` names the provider that was chosen; None goes on with what is open. Raises AlreadyPaid, PaymentClosed,
    OtherWayOpen, ProviderUnavailable, ProviderRefused.
    """
    payment = Payment.objects.get(reference_id=order.id)
    if not payment.charged_minor:
        prepaid.pay_covered(payment_id=payment.id)
        return success_url.replace("{CHECKOUT_SESSION_ID}", COVERED)
    url = payments.start(
        payment_id=payment.id, lines=session_lines(order), success_url=success_url, cancel_url=cancel_url, by=by
    )
    SESSION_RECORDED()
    with transaction.atomic():
        attempt = payment.attempts.order_by("-number").first()
        if attempt is not None:
            # The worker looks a little later than the session ends, and even then asks the provider first.
            Order.objects.filter(id=order.id, stock_hold=StockHold.HELD).update(
                hold_until=attempt.expires_at + timedelta(minutes=2)
            )
    return url


def session_lines(order: Order) -> list[SessionLine]:
    """What the customer reads on the provider's page: a line per vendor and item, and shipping; or, where gift cards and
    store credit pay a part, what is left: a provider has no lines below zero.
    """
    payment = Payment.objects.get(reference_id=order.id)
    if payment.prepaid_minor:
        paid = Money(payment.prepaid_minor, payment.currency)
        words = f"Order {order.number}, less {paid} by gift card or store credit"
        return [SessionLine(words, payment.charged_minor)]
    lines: list[SessionLine] = []
    for vendor_order in order.vendor_orders.prefetch_related("lines").order_by("number"):
        for line in vendor_order.lines.all():
            count = f" × {line.quantity}" if line.quantity > 1 else ""
            # What costs nothing is no line at the provider.
            if line.total_minor:
                lines.append(SessionLine(f"{line.title}{count} ({vendor_order.vendor_name})"[:250], line.total_minor))
        if vendor_order.shipping_minor:
            what = "Pick-up" if vendor_order.pickup_at else "Shipping"
            lines.append(SessionLine(f"{what} ({vendor_order.vendor_name})", vendor_order.shipping_minor))
    return lines
