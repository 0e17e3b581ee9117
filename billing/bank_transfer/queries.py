"""Reading what comes and goes by our own bank."""

from uuid import UUID

from django.db.models import Exists, F, OuterRef

from billing.bank_transfer.models import IncomingPayment, SettlementFile, VendorBankAccount
from billing.bank_transfer.provider import NAME
from billing.payments.models import AttemptState, Payment, PaymentAttempt, Refund, RefundState
from billing.payouts.models import Transfer, TransferState
from kit.pagination import Page, keyset_page


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
    due = due.filter(amount_minor__gt=F("prepaid_minor") + F("credited_minor"))
    return list(due.order_by("due_at", "id")[:size])


def files(size: int = 10) -> list[SettlementFile]:
    """The last files, each with its lines and their transfers."""
    return list(SettlementFile.objects.prefetch_related("lines__transfer").order_by("-id")[:size])


def without_account(size: int = 50) -> list[UUID]:
    """Vendors to whom something of orders paid by bank transfer is to be paid, and we do not know where."""
    by_bank = Exists(Payment.objects.filter(id=OuterRef("payment_id"), provider=NAME))
    known = Exists(VendorBankAccount.objects.filter(vendor_id=OuterRef("vendor_id")))
    waiting = Transfer.objects.filter(by_bank, ~known, state__in=[TransferState.HELD, TransferState.DUE])
    return list(waiting.order_by("vendor_id").values_list("vendor_id", flat=True).distinct()[:size])


def incoming_page(*, cursor: str | None = None, size: int = 25) -> Page[IncomingPayment]:
    """What came, newest first, each with its payment. Raises InvalidInput on a bad cursor."""
    return keyset_page(IncomingPayment.objects.select_related("payment"), order=("-id",), cursor=cursor, size=size)


def files_page(*, cursor: str | None = None, size: int = 25) -> Page[SettlementFile]:
    """Files, newest first, without what is in them. Raises InvalidInput on a bad cursor."""
    return keyset_page(SettlementFile.objects.defer("xml"), order=("-id",), cursor=cursor, size=size)
