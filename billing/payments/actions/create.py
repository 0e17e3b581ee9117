"""A payment and its shares, one a vendor order."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from billing.payments.models import Payment, PaymentShare, Purpose
from kit.errors import InvalidInput
from kit.money import Money, split_largest_remainder


class SharesDoNotAddUp(InvalidInput):
    """The vendors' parts do not sum to what the customer pays."""

    code = "shares_do_not_add_up"


@dataclass(frozen=True, slots=True)
class ShareInput:
    """A vendor's part: `gross_minor` of the payment; of that and of `subsidy_minor`, what the platform adds where it bears
    a discount, `commission_minor` stays with the platform.

    `commission_tax_minor` of the commission is the VAT that the platform owes on it; `sales_tax_minor` is VAT of the sale
    itself that the platform owes, where it is the supplier: beside the commission it stays with the platform too.
    `category_paths`: of what is sold, opaque here; hold rules may name them.
    """

    vendor_id: UUID
    reference_id: UUID
    gross_minor: int
    commission_minor: int
    commission_tax_minor: int = 0
    subsidy_minor: int = 0
    sales_tax_minor: int = 0
    category_paths: Sequence[str] = ()


def create_payment(
    *,
    reference_id: UUID,
    reference_number: str,
    customer_email: str,
    amount: Money,
    shares: Sequence[ShareInput],
    prepaid_minor: int = 0,
) -> Payment:
    """A payment of `amount` for the order `reference_id`, one share a vendor order.

    `prepaid_minor` of it is paid with gift cards and store credit: of each share in proportion, to the unit.
    Raises SharesDoNotAddUp unless the shares sum to the amount; IntegrityError when the order has a payment already.
    """
    total = sum(share.gross_minor for share in shares)
    if total != amount.amount_minor:
        raise SharesDoNotAddUp(
            f"The vendors' parts sum to {Money(total, amount.currency)}, but the customer pays {amount}."
        )
    prepaid = split_largest_remainder(prepaid_minor, [share.gross_minor for share in shares])
    with transaction.atomic(savepoint=False):  # an order is placed around it
        payment = Payment.objects.create(
            reference_id=reference_id,
            reference_number=reference_number,
            customer_email=customer_email,
            amount_minor=amount.amount_minor,
            prepaid_minor=prepaid_minor,
            currency=amount.currency,
        )
        PaymentShare.objects.bulk_create(
            [
                PaymentShare(
                    payment=payment,
                    vendor_id=share.vendor_id,
                    reference_id=share.reference_id,
                    gross_minor=share.gross_minor,
                    prepaid_minor=paid_before,
                    subsidy_minor=share.subsidy_minor,
                    commission_minor=share.commission_minor,
                    commission_tax_minor=share.commission_tax_minor,
                    sales_tax_minor=share.sales_tax_minor,
                    net_minor=share.gross_minor + share.subsidy_minor - share.commission_minor - share.sales_tax_minor,
                    category_paths=sorted(set(share.category_paths)),
                    currency=amount.currency,
                )
                for share, paid_before in zip(shares, prepaid, strict=True)
            ]
        )
    return payment


def create_card_payment(*, card_id: UUID, number: str, customer_email: str, amount: Money) -> Payment:
    """A payment of `amount` for a gift card: all of it is charged, and none of it is a vendor's."""
    return Payment.objects.create(
        purpose=Purpose.GIFT_CARD,
        reference_id=card_id,
        reference_number=number,
        customer_email=customer_email,
        amount_minor=amount.amount_minor,
        currency=amount.currency,
    )
