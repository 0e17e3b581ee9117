"""Who got what: read from payments, ledger, transfers and payouts, and summed against what customers paid."""

from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, Sum

from billing.ledger.models import AccountCode, Posting
from billing.payments.models import Payment, PaymentShare, PaymentState
from billing.payouts.models import Payout, PayoutState, Transfer, TransferState
from billing.subscriptions.models import SubscriptionInvoice
from kit.money import Money
from tenants.vendors.models import Vendor


@dataclass(frozen=True)
class MoneyRow:
    """A vendor's money in minor units."""

    vendor: str
    paid_minor: int
    refunded_minor: int
    commission_minor: int
    earnings_minor: int
    transferred_minor: int
    in_bank_minor: int


@dataclass(frozen=True)
class MoneyTable:
    """A row per vendor that sold; what customers paid, what the provider took, what the platform keeps.

    `plans_minor` is what vendors paid for their plans: no part of what customers paid.
    """

    currency: str
    rows: list[MoneyRow]
    paid_minor: int
    refunded_minor: int
    commission_minor: int
    provider_fee_minor: int
    plans_minor: int = 0

    @property
    def earnings_minor(self) -> int:
        return sum(row.earnings_minor for row in self.rows)

    @property
    def unexplained_minor(self) -> int:
        """What customers paid and did not get back, less vendors' earnings and commission. Zero, or something is wrong."""
        return self.paid_minor - self.refunded_minor - self.earnings_minor - self.commission_minor

    @property
    def is_explained(self) -> bool:
        return (
            self.unexplained_minor == 0
            and sum(row.paid_minor for row in self.rows) == self.paid_minor
            and sum(row.commission_minor for row in self.rows) == self.commission_minor
        )

    def lines(self) -> list[str]:
        """The table as text; every money column sums to its last line."""
        head = ("vendor", "customers paid", "refunded", "commission", "earnings", "transferred", "in the bank")
        body = [
            (
                row.vendor,
                *map(
                    self._amount,
                    (
                        row.paid_minor,
                        row.refunded_minor,
                        row.commission_minor,
                        row.earnings_minor,
                        row.transferred_minor,
                        row.in_bank_minor,
                    ),
                ),
            )
            for row in self.rows
        ]
        sums = (
            "all vendors",
            self._amount(sum(row.paid_minor for row in self.rows)),
            self._amount(sum(row.refunded_minor for row in self.rows)),
            self._amount(sum(row.commission_minor for row in self.rows)),
            self._amount(self.earnings_minor),
            self._amount(sum(row.transferred_minor for row in self.rows)),
            self._amount(sum(row.in_bank_minor for row in self.rows)),
        )
        widths = [max(len(line[column]) for line in [head, *body, sums]) for column in range(len(head))]

        def drawn(line: tuple[str, ...]) -> str:
            return "  ".join(
                [
                    line[0].ljust(widths[0]),
                    *(cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True)),
                ]
            )

        rule = "-" * len(drawn(sums))
        left = self.paid_minor - self.refunded_minor
        return [
            drawn(head),
            rule,
            *map(drawn, body),
            rule,
            drawn(sums),
            "",
            f"customers paid       {Money(self.paid_minor, self.currency)}",
            f"got back             {Money(self.refunded_minor, self.currency)}",
            f"vendors' earnings    {Money(self.earnings_minor, self.currency)}",
            f"commission           {Money(self.commission_minor, self.currency)}",
            f"  of it the provider {Money(self.provider_fee_minor, self.currency)}",
            f"  of it the platform {Money(self.commission_minor - self.provider_fee_minor, self.currency)}",
            *([f"paid for plans       {Money(self.plans_minor, self.currency)}"] if self.plans_minor else []),
            f"unexplained          {Money(left - self.earnings_minor - self.commission_minor, self.currency)}",
        ]

    @staticmethod
    def _amount(minor: int) -> str:
        return f"{minor // 100:,}.{minor % 100:02d}" if minor >= 0 else f"-{-minor // 100:,}.{-minor % 100:02d}"


def money_table(currency: str = "EUR") -> MoneyTable:
    """The table of this world's whole history. Commission (with the VAT on it) and fee are read from the ledger."""
    names = dict(Vendor.objects.values_list("id", "name"))
    shares = PaymentShare.objects.filter(payment__state=PaymentState.PAID, currency=currency)
    by_vendor: dict[UUID, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for vendor_id, gross, refunded, refunded_net, net in shares.values_list(
        "vendor_id", "gross_minor", "refunded_minor", "refunded_net_minor", "net_minor"
    ):
        row = by_vendor[vendor_id]
        row["paid"] += gross
        row["refunded"] += refunded
        row["earnings"] += net - refunded_net
        row["commission"] += (gross - net) - (refunded - refunded_net)
    for name, rows in (
        ("transferred", Transfer.objects.filter(state=TransferState.DONE, currency=currency)),
        ("bank", Payout.objects.filter(state=PayoutState.PAID, vendor_id__isnull=False, currency=currency)),
    ):
        for of_vendor, amount in (
            rows.values_list("vendor_id").annotate(sum=Sum("amount_minor")).values_list("vendor_id", "sum")
        ):
            if of_vendor is not None:
                by_vendor[of_vendor][name] += amount
    paid = Payment.objects.filter(state=PaymentState.PAID, currency=currency).aggregate(
        paid=Sum("amount_minor"), refunded=Sum("refunded_minor")
    )
    commission_entries = ("commission", "refund_owed")
    tax_on_commission = Q(account__code=AccountCode.TAX_PAYABLE) & (
        Q(entry__kind__in=commission_entries) | Q(entry__reverses__kind__in=commission_entries)
    )
    # What vendors pay for their plans has fees of its own, which no commission has to bear.
    bills = SubscriptionInvoice.objects.filter(currency=currency)
    balances = dict(
        Posting.objects.filter(
            Q(account__code__in=(AccountCode.COMMISSION, AccountCode.STRIPE_PROCESSING)) | tax_on_commission,
            currency=currency,
        )
        .exclude(entry__reference_id__in=bills.values("id"))
        .values_list("account__code")
        .annotate(sum=Sum("amount_minor"))
        .values_list("account__code", "sum")
    )
    return MoneyTable(
        currency=currency,
        rows=[
            MoneyRow(
                names[vendor_id],
                row["paid"],
                row["refunded"],
                row["commission"],
                row["earnings"],
                row["transferred"],
                row["bank"],
            )
            for vendor_id, row in sorted(by_vendor.items(), key=lambda item: names[item[0]].lower())
        ],
        paid_minor=paid["paid"] or 0,
        refunded_minor=paid["refunded"] or 0,
        commission_minor=-balances.get(AccountCode.COMMISSION, 0) - balances.get(AccountCode.TAX_PAYABLE, 0),
        provider_fee_minor=balances.get(AccountCode.STRIPE_PROCESSING, 0),
        plans_minor=sum(bills.values_list("paid_minor", flat=True)),
    )
