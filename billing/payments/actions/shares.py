"""What is left of a vendor's part, and of the subsidy, commission and VAT in it."""

from typing import NamedTuple

from billing.payments.models import PaymentShare
from kit.money import split_largest_remainder


class Rest(NamedTuple):
    """What of a share was neither given back nor taken by a dispute yet; commission and the platform's VAT of the sale are
    within gross and subsidy, what was prepaid within the gross.
    """

    gross: int
    subsidy: int
    commission: int
    prepaid: int = 0
    sales_tax: int = 0

    @property
    def charged(self) -> int:
        """What of the gross the provider took."""
        return self.gross - self.prepaid

    def prepaid_in(self, gross: int) -> int:
        """How much of so much of the gross was prepaid: every refund goes back in the proportion of what is left of each
        means, so that none ever gives back more than it paid, and all gives back all.
        """
        return split_largest_remainder(gross, [self.charged, self.prepaid])[1] if gross else 0

    @property
    def whole(self) -> int:
        """What of it the vendor sold for."""
        return self.gross + self.subsidy

    def subsidy_with(self, gross: int) -> int:
        """How much of the subsidy goes with so much of the gross: in proportion, so that all takes all."""
        return split_largest_remainder(self.subsidy, [gross, self.gross - gross])[0] if self.gross else self.subsidy

    def within(self, amount: int) -> "Within":
        """What so much of the whole is made of, in the proportion of what is left of each."""
        if not amount:
            return Within(0, 0, 0)
        net = max(self.whole - self.commission - self.sales_tax, 0)
        return Within(*split_largest_remainder(amount, [net, self.whole - net - self.sales_tax, self.sales_tax]))


class Within(NamedTuple):
    """The vendor's earnings, the commission and the platform's VAT in an amount."""

    net: int
    commission: int
    sales_tax: int


def tax_in(commission_minor: int, *, commission_left: int, tax_left: int) -> int:
    """How much VAT is in so much commission given back: in the proportion of what is left, so that all gives back all."""
    if not commission_minor:
        return 0
    return split_largest_remainder(commission_minor, [tax_left, commission_left - tax_left])[0]


def left_of(share: PaymentShare) -> Rest:
    """What is left of a share.

    Where the platform bore a lost dispute the customer has that money too, the vendor keeps what was added to it, and the
    commission is still all there.
    """
    gross_gone = share.refunded_minor + share.disputed_minor
    subsidy_gone = share.refunded_subsidy_minor + share.disputed_subsidy_minor
    tax_gone = share.refunded_sales_tax_minor + share.disputed_sales_tax_minor
    commission_gone = gross_gone + subsidy_gone - share.refunded_net_minor - share.disputed_net_minor - tax_gone
    return Rest(
        share.gross_minor - gross_gone - share.platform_lost_minor,
        share.subsidy_minor - subsidy_gone - share.platform_lost_subsidy_minor,
        share.commission_minor - commission_gone,
        share.prepaid_minor - share.refunded_prepaid_minor,
        share.sales_tax_minor - tax_gone,
    )


def tax_given_back(share: PaymentShare, commission_minor: int) -> int:
    """How much VAT is in so much of a share's commission, when it is given back or taken by a dispute."""
    return tax_in(commission_minor, commission_left=left_of(share).commission, tax_left=tax_left_of(share))


def tax_left_of(share: PaymentShare) -> int:
    """The VAT in what is left of a share's commission."""
    return share.commission_tax_minor - share.refunded_commission_tax_minor - share.disputed_commission_tax_minor
