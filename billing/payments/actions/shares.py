"""What is left of a vendor's part, and of the commission and VAT in it."""

from billing.payments.models import PaymentShare
from kit.money import split_largest_remainder


def tax_in(commission_minor: int, *, commission_left: int, tax_left: int) -> int:
    """How much VAT is in so much commission given back: in the proportion of what is left, so that all gives back all."""
    if not commission_minor:
        return 0
    return split_largest_remainder(commission_minor, [tax_left, commission_left - tax_left])[0]


def left_of(share: PaymentShare) -> tuple[int, int]:
    """(gross, commission) of a share that was neither given back nor taken by a dispute yet.

    Where the platform bore a lost dispute the customer has that money too, and the commission is still all there.
    """
    gone = share.refunded_minor + share.disputed_minor
    commission_gone = gone - share.refunded_net_minor - share.disputed_net_minor
    return share.gross_minor - gone - share.platform_lost_minor, share.commission_minor - commission_gone


def tax_given_back(share: PaymentShare, commission_minor: int) -> int:
    """How much VAT is in so much of a share's commission, when it is given back or taken by a dispute."""
    _, commission_left = left_of(share)
    return tax_in(commission_minor, commission_left=commission_left, tax_left=tax_left_of(share))


def tax_left_of(share: PaymentShare) -> int:
    """The VAT in what is left of a share's commission."""
    return share.commission_tax_minor - share.refunded_commission_tax_minor - share.disputed_commission_tax_minor
