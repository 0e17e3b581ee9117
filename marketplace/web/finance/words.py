"""What happens next to money, in a few words and with its date."""

from dataclasses import dataclass
from datetime import date, datetime

from billing.payments.models import Refund, RefundState
from billing.payouts.models import Payout, PayoutState, Transfer, TransferState


@dataclass(frozen=True, slots=True)
class Next:
    """What happens, and when (None: when something else has happened first)."""

    words: str
    at: datetime | date | None = None


def next_of_transfer(transfer: Transfer) -> Next:
    state = TransferState(transfer.state)
    if state == TransferState.HELD:
        return Next("Released", transfer.release_at) if transfer.release_at else Next("Waits for delivery")
    if state == TransferState.DUE:
        return Next("Tried again", transfer.next_try_at) if transfer.next_try_at else Next("Sent within seconds")
    if state == TransferState.SENT:
        return Next("Looked for at the provider", transfer.next_try_at)
    if state == TransferState.FAILED:
        return Next("Waits for you: send again")
    return Next("", transfer.done_at)


def next_of_payout(payout: Payout) -> Next:
    state = PayoutState(payout.state)
    if state in (PayoutState.PENDING, PayoutState.IN_TRANSIT):
        return Next("Arrives", payout.arrives_on)
    if state == PayoutState.PAID:
        return Next("Arrived", payout.arrives_on)
    return Next("Back in the balance")


def next_of_refund(refund: Refund) -> Next:
    state = RefundState(refund.state)
    if state == RefundState.DUE:
        return Next("Tried again" if refund.error else "Sent", refund.due_at)
    if state in (RefundState.SENT, RefundState.PENDING):
        return Next("The provider answers")
    if state == RefundState.FAILED:
        if refund.was_refused:
            return Next("Waits for you: send again")
        return Next("Pay the customer another way" if refund.came_back else "Nothing moved: refund anew")
    return Next("", refund.by_hand_at or refund.done_at)
