"""Whether everything that is due has been done: what a played market waits for between its acts."""

import time
from collections.abc import Callable

from billing.payments.models import Refund, RefundState
from billing.payouts.models import Reversal, ReversalState, Transfer, TransferState
from billing.stripe.models import BalanceTransaction, WebhookEvent
from kit import clock
from marketplace.demo.acts import wait_until
from marketplace.demo.sandbox import Sandbox
from marketplace.returns.models import RefundRequest, RequestState
from notifications.models import Mail, MailState
from outbox.models import Delivery, DeliveryState, Fact
from tenants.isolation.doors import acting_as

PATIENCE_SECONDS = 5


def unsettled() -> list[str]:
    """What is still under way, in words; empty when nothing is."""
    now = clock.now()
    waiting = {
        "facts to fan out": Fact.objects.filter(fanned_out_at=None),
        "facts to deliver": Delivery.objects.filter(state=DeliveryState.DUE),
        "webhooks to process": WebhookEvent.objects.filter(done_at=None),
        "mail to send": Mail.objects.filter(state=MailState.DUE),
        "transfers to send": Transfer.objects.filter(state__in=(TransferState.DUE, TransferState.SENT)),
        "transfers to release": Transfer.objects.filter(state=TransferState.HELD, release_at__lte=now),
        "refunds to send": Refund.objects.filter(state__in=(RefundState.DUE, RefundState.SENT)),
        "reversals to send": Reversal.objects.filter(state__in=(ReversalState.DUE, ReversalState.SENT)),
        "refund requests to carry out": RefundRequest.objects.filter(state=RequestState.DUE),
        "movements to enter": BalanceTransaction.objects.filter(posted_at=None, account_id=""),
    }
    return [f"{count} {what}" for what, rows in waiting.items() if (count := rows.count())]


def wait_until_settled(
    sandbox: Sandbox, *, timeout_seconds: float = 180, hurry: Callable[[], None] | None = None
) -> None:
    """Wait until the provider has told everything and we have dealt with it. Raises TimeoutError naming what is left.

    `hurry` is called whenever nothing has changed for five seconds.
    """
    left: list[str] = []
    changed = time.monotonic()

    def settled() -> bool:
        nonlocal left, changed
        sandbox.drain(2)
        now = unsettled()
        if now != left or not now:
            left, changed = now, time.monotonic()
        if hurry is not None and time.monotonic() > changed + PATIENCE_SECONDS:
            hurry()
            changed = time.monotonic()
        return not left

    with acting_as("platform"):
        try:
            wait_until(settled, "Everything due", timeout_seconds)
        except TimeoutError as late:
            raise TimeoutError(f"{late}: {', '.join(left)} are left") from None
