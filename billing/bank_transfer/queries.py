"""Reading what comes and goes by our own bank."""

from billing.bank_transfer.models import IncomingPayment, SettlementFile
from billing.bank_transfer.provider import NAME
from billing.payments.models import AttemptState, PaymentAttempt, Refund, RefundState


def awaited(size: int = 100) -> list[PaymentAttempt]:
    """Orders that wait for a bank transfer, those whose time ends first before others; each with its payment."""
    waiting = PaymentAttempt.objects.filter(provider=NAME, state=AttemptState.OPEN).select_related("payment")
    return list(waiting.order_by("expires_at")[:size])


def incoming(size: int = 50) -> list[IncomingPayment]:
    """What came last, each with its payment."""
    return list(IncomingPayment.objects.select_related("payment").order_by("-id")[:size])


def refunds_to_pay(size: int = 50) -> list[Refund]:
    """Refunds of orders paid by bank transfer that nobody has paid yet, oldest first."""
    due = Refund.objects.filter(payment__provider=NAME, state=RefundState.DUE).select_related("payment")
    return list(due.order_by("due_at", "id")[:size])


def files(size: int = 10) -> list[SettlementFile]:
    """The last files, each with its lines and their transfers."""
    return list(SettlementFile.objects.prefetch_related("lines__transfer").order_by("-id")[:size])
