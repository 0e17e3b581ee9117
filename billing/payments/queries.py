"""Reading what was paid and given back."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet, Sum

from billing.payments.models import Payment, PaymentShare, PaymentState, Refund, RefundState
from kit.pagination import Page, keyset_page


def shares_of(vendor_orders: Sequence[UUID]) -> dict[UUID, PaymentShare]:
    """Each vendor order's share, with its payment."""
    shares = PaymentShare.objects.filter(reference_id__in=vendor_orders).select_related("payment")
    return {share.reference_id: share for share in shares}


def share_of(vendor_order: UUID) -> PaymentShare | None:
    """One vendor order's share alone: the vendor may read it, and not the payment it is part of."""
    return PaymentShare.objects.filter(reference_id=vendor_order).first()


def refunds_of(vendor_orders: Sequence[UUID]) -> dict[UUID, list[Refund]]:
    """Each vendor order's refunds, oldest first; vendor orders without any are left out."""
    found: dict[UUID, list[Refund]] = {}
    refunds = Refund.objects.filter(share__reference_id__in=vendor_orders).select_related("share").order_by("id")
    for refund in refunds:
        found.setdefault(refund.share.reference_id, []).append(refund)
    return found


def given_back(vendor_id: UUID, currency: str) -> tuple[int, int]:
    """(to customers, of it from the vendor's earnings) that a vendor's shares gave back, in minor units."""
    mine = PaymentShare.objects.filter(vendor_id=vendor_id, currency=currency)
    sums = mine.aggregate(gross=Sum("refunded_minor"), net=Sum("refunded_net_minor"))
    return sums["gross"] or 0, sums["net"] or 0


def payments_page(*, state: str = "", search: str = "", cursor: str | None = None, size: int = 50) -> Page[Payment]:
    """Payments for the finance console, newest first. `search` begins an order's number, or is the provider's id."""
    rows: QuerySet[Payment] = Payment.objects.all()
    if words := search.strip():
        rows = rows.filter(
            Q(reference_number__startswith=words.upper()) | Q(provider_charge_id=words) | Q(provider_intent_id=words)
        )
    return keyset_page(rows.filter(state=state) if state else rows, order=["-id"], cursor=cursor, size=size)


@dataclass(frozen=True, slots=True)
class Sold:
    """What a vendor sold, in minor units: paid by customers, the commission taken of it and of the discounts that we bear,
    given back of each.
    """

    gross_minor: int = 0
    commission_minor: int = 0
    refunded_minor: int = 0
    refunded_subsidy_minor: int = 0
    refunded_net_minor: int = 0

    @property
    def kept_commission_minor(self) -> int:
        """Commission less what was given back with refunds."""
        given_back = self.refunded_minor + self.refunded_subsidy_minor - self.refunded_net_minor
        return self.commission_minor - given_back


def sold_by(vendor_ids: Sequence[UUID], *, currency: str) -> dict[UUID, Sold]:
    """What each of these vendors was paid for. One query."""
    paid = PaymentShare.objects.filter(vendor_id__in=vendor_ids, currency=currency, payment__state=PaymentState.PAID)
    rows = (
        paid.order_by()
        .values_list("vendor_id")
        .annotate(
            *(Sum("gross_minor"), Sum("commission_minor"), Sum("refunded_minor"), Sum("refunded_subsidy_minor")),
            Sum("refunded_net_minor"),
        )
    )
    return dict.fromkeys(vendor_ids, Sold()) | {vendor_id: Sold(*sums) for vendor_id, *sums in rows}


def failed_refunds() -> int:
    """How many refunds were refused or came back: customers who are still owed their money. One query."""
    return Refund.objects.filter(state=RefundState.FAILED).count()


def refunds_page(*, state: str = "", cursor: str | None = None, size: int = 50) -> Page[Refund]:
    """Refunds for the finance console, newest first, each with its payment and share."""
    rows: QuerySet[Refund] = Refund.objects.select_related("payment", "share")
    return keyset_page(rows.filter(state=state) if state else rows, order=["-id"], cursor=cursor, size=size)
