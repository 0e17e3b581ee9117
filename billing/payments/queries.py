"""Reading what was paid and given back."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import QuerySet

from billing.payments.models import Payment, PaymentShare, Refund
from kit.pagination import Page, keyset_page


def payment_of(reference_id: UUID) -> Payment | None:
    """The payment of an order, with nothing else fetched; None before checkout has made one."""
    return Payment.objects.filter(reference_id=reference_id).first()


def shares_of(vendor_orders: Sequence[UUID]) -> dict[UUID, PaymentShare]:
    """Each vendor order's share, with its payment."""
    shares = PaymentShare.objects.filter(reference_id__in=vendor_orders).select_related("payment")
    return {share.reference_id: share for share in shares}


def refunds_of(vendor_orders: Sequence[UUID]) -> dict[UUID, list[Refund]]:
    """Each vendor order's refunds, oldest first; vendor orders without any are left out."""
    found: dict[UUID, list[Refund]] = {}
    refunds = Refund.objects.filter(share__reference_id__in=vendor_orders).select_related("share").order_by("id")
    for refund in refunds:
        found.setdefault(refund.share.reference_id, []).append(refund)
    return found


def payments_page(*, state: str = "", cursor: str | None = None, size: int = 50) -> Page[Payment]:
    """Payments for the finance console, newest first."""
    rows: QuerySet[Payment] = Payment.objects.all()
    return keyset_page(rows.filter(state=state) if state else rows, order=["-id"], cursor=cursor, size=size)


def refunds_page(*, state: str = "", cursor: str | None = None, size: int = 50) -> Page[Refund]:
    """Refunds for the finance console, newest first, each with its payment."""
    rows: QuerySet[Refund] = Refund.objects.select_related("payment")
    return keyset_page(rows.filter(state=state) if state else rows, order=["-id"], cursor=cursor, size=size)
