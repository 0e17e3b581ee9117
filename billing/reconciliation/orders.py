"""Our own records against each other and against the provider: payments, their shares, transfers, refunds, payouts.

Read in parts of some thousand rows, each with a fixed number of statements, by columns that have an index.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet, Sum

from billing.bank_transfer import actions as bank
from billing.bank_transfer.models import IncomingPayment, SettlementLine
from billing.disputes.models import DisputeSlice
from billing.ledger.entries import REFUNDS, SALES
from billing.payments.models import Payment, PaymentShare, PaymentState, Purpose, Refund, RefundState
from billing.payouts.models import (
    DebtPayment,
    Payout,
    PayoutState,
    Reversal,
    ReversalState,
    Transfer,
    TransferState,
    VendorDebt,
)
from billing.reconciliation.expected import in_parts, moved_refunds
from billing.reconciliation.findings import Finding
from billing.stripe.models import BalanceTransaction
from kit.among import Among

RETURNED = (PayoutState.FAILED, PayoutState.CANCELED)
PAYMENT = (
    *("id", "reference_id", "reference_number", "amount_minor", "refunded_minor", "fee_minor", "currency"),
    *("state", "provider", "provider_charge_id", "purpose", "prepaid_minor"),
)
SHARE = (
    *("id", "vendor_id", "reference_id", "payment__reference_number", "currency", "gross_minor", "commission_minor"),
    *("net_minor", "transferred_minor", "reversed_minor", "netted_minor", "disputed_net_minor", "indebted_minor"),
    *("refunded_minor", "refunded_net_minor", "refunded_commission_tax_minor"),
    *("subsidy_minor", "refunded_subsidy_minor", "prepaid_minor", "refunded_prepaid_minor"),
    *("sales_tax_minor", "refunded_sales_tax_minor"),
)
TRANSFER = (
    *("id", "vendor_id", "reference_id", "reference_number", "amount_minor", "reversed_minor", "currency"),
    "provider_transfer_id",
)


def match_orders() -> Iterator[Finding]:
    """Every difference between payments, shares, transfers, refunds, payouts and the provider's movements of them."""
    for payments in in_parts(Payment.objects.values_list(*PAYMENT, named=True)):
        yield from _payments(payments)
    for shares in in_parts(PaymentShare.objects.values_list(*SHARE, named=True)):
        yield from _shares(shares)
    for transfers in in_parts(Transfer.objects.filter(state=TransferState.DONE).values_list(*TRANSFER, named=True)):
        yield from _transfers(transfers)
    for refunds in in_parts(
        Refund.objects.filter(state=RefundState.SUCCEEDED)
        .exclude(payment__provider=bank.NAME)
        .select_related("payment")
    ):
        yield from _refunds(refunds)
    for payouts in in_parts(Payout.objects.all()):
        yield from _payouts(payouts)


def _sums(rows: QuerySet[Any], key: str, amount: str = "amount_minor") -> Counter[Any]:
    """What `amount` sums to for each `key`."""
    return Counter(dict(rows.order_by().values_list(key).annotate(sum=Sum(amount)).values_list(key, "sum")))


def _moved(types: Iterable[str], ids: Iterable[str], amount: str = "amount_minor") -> Counter[str]:
    """What the provider's movements of our balance sum to, for each of its objects."""
    known = [id for id in ids if id]
    rows = BalanceTransaction.objects.filter(Among("source_id", known), account_id="", type__in=list(types))
    return _sums(rows, "source_id", amount)


def _payments(payments: list[Any]) -> Iterator[Finding]:
    """`payments` have what PAYMENT names. What a gift card cost is no vendor's: `reconciliation.prepaid` looks at cards."""
    ids = [payment.id for payment in payments]
    parts = PaymentShare.objects.filter(Among("payment_id", ids))
    grosses, given_back, prepaid = (
        _sums(parts, "payment_id", "gross_minor"),
        _sums(parts, "payment_id", "refunded_minor"),
        _sums(parts, "payment_id", "prepaid_minor"),
    )
    charges = [payment.provider_charge_id for payment in payments]
    lines = IncomingPayment.objects.filter(Among("payment_id", ids))
    came = _sums(lines, "payment_id")
    came.subtract(_sums(lines, "payment_id", "returned_minor"))
    charged, fees = _moved(SALES, charges), _moved(SALES, charges, "fee_minor")
    for row in payments:
        charged_minor, shared = row.amount_minor - row.prepaid_minor, row.purpose == Purpose.ORDER
        checks = [
            ("shares_sum", "the shares", row.amount_minor if shared else 0, grosses[row.id]),
            ("payment_prepaid", "what was prepaid of its shares", row.prepaid_minor, prepaid[row.id]),
            ("payment_refunded", "the refunds of its shares", row.refunded_minor, given_back[row.id]),
        ]
        if row.state == PaymentState.PAID and row.provider == bank.NAME:
            # What came too much stands in the books apart, so that the order's own amount is all there must be.
            checks.append(("charge_amount", "what came to our bank", charged_minor, min(charged_minor, came[row.id])))
        elif row.state == PaymentState.PAID:
            charge = row.provider_charge_id
            checks += [
                ("charge_amount", "the provider's charge", charged_minor, charged[charge]),
                (
                    "payment_fee",
                    "the provider's fee",
                    row.fee_minor,
                    fees.get(charge, row.fee_minor),
                ),
            ]
        for check, what, expected, found in checks:
            if expected != found:
                yield Finding(
                    key=f"{check}:{row.id}",
                    check=check,
                    explanation=f"Payment of order {row.reference_number}: {what} differ from what the payment says.",
                    expected_minor=expected,
                    found_minor=found,
                    currency=row.currency,
                    reference_id=row.reference_id,
                )


def _shares(shares: list[Any]) -> Iterator[Finding]:
    """`shares` have what SHARE names."""
    # A vendor order has one share and one transfer, so that its reference finds the transfer by an index.
    orders, ids = [share.reference_id for share in shares], [share.id for share in shares]
    done = Transfer.objects.filter(Among("reference_id", orders), state=TransferState.DONE)
    sent, taken_back = _sums(done, "share_id"), _sums(done, "share_id", "reversed_minor")
    # What was taken back may have been sent again by a further transfer: it counts as sent once.
    kept = _sums(DebtPayment.objects.filter(Among("transfer__reference_id", orders)), "transfer__share_id")
    taken = DisputeSlice.objects.filter(version=F("dispute__version"), dispute__is_counted=True)
    disputed = _sums(taken.filter(Among("share_id", ids)), "share_id", "net_minor")
    claimed = _sums(VendorDebt.objects.filter(Among("share_id", ids)), "share_id")
    given_back = _given_back(ids)
    for row in shares:
        checks = (
            (
                "share_gross",
                "commission and earnings",
                row.gross_minor + row.subsidy_minor,
                row.commission_minor + row.sales_tax_minor + row.net_minor,
            ),
            (
                "share_transferred",
                "the transfers made, less what was taken back,",
                row.transferred_minor - row.reversed_minor,
                sent[row.id] - taken_back[row.id],
            ),
            ("share_netted", "what was kept for debts", row.netted_minor, kept[row.id]),
            ("share_disputed", "what banks took of it", row.disputed_net_minor, disputed[row.id]),
            ("share_indebted", "what became debt", row.indebted_minor, claimed[row.id]),
            ("share_refunded", "the refunds", row.refunded_minor, given_back["amount_minor"][row.id]),
            (
                "share_refunded_prepaid",
                "what was prepaid in the refunds",
                row.refunded_prepaid_minor,
                given_back["prepaid_minor"][row.id],
            ),
            (
                "share_refunded_subsidy",
                "our part of the discounts in the refunds",
                row.refunded_subsidy_minor,
                given_back["subsidy_minor"][row.id],
            ),
            (
                "share_refunded_net",
                "the vendor's part of the refunds",
                row.refunded_net_minor,
                given_back["net_minor"][row.id],
            ),
            (
                "share_refunded_tax",
                "the VAT on commission in the refunds",
                row.refunded_commission_tax_minor,
                given_back["commission_tax_minor"][row.id],
            ),
            (
                "share_refunded_sales_tax",
                "the VAT we owe of the sale in the refunds",
                row.refunded_sales_tax_minor,
                given_back["sales_tax_minor"][row.id],
            ),
        )
        for check, what, expected, found in checks:
            if expected != found:
                yield Finding(
                    key=f"{check}:{row.id}",
                    check=check,
                    explanation=f"A vendor's share of order {row.payment__reference_number}: "
                    f"{what} differ from what the share says.",
                    expected_minor=expected,
                    found_minor=found,
                    currency=row.currency,
                    vendor_id=row.vendor_id,
                    reference_id=row.reference_id,
                )


def _given_back(share_ids: list[UUID]) -> dict[str, Counter[Any]]:
    """Refunds of these shares, by what is counted: all but those that failed before any money moved."""
    refunds = list(Refund.objects.filter(Among("share_id", share_ids)))
    moved = moved_refunds(refunds)
    found: dict[str, Counter[Any]] = {
        name: Counter()
        for name in (
            *("amount_minor", "prepaid_minor", "subsidy_minor", "net_minor"),
            *("commission_tax_minor", "sales_tax_minor"),
        )
    }
    for refund in refunds:
        if refund.state != RefundState.FAILED or refund.provider_refund_id in moved:
            for name, sums in found.items():
                sums[refund.share_id] += getattr(refund, name)
    return found


def _transfers(transfers: list[Any]) -> Iterator[Finding]:
    """`transfers` have what TRANSFER names."""
    ids = [row.id for row in transfers]
    moved = _moved({"transfer"}, [row.provider_transfer_id for row in transfers])
    back = _sums(Reversal.objects.filter(Among("transfer_id", ids), state=ReversalState.DONE), "transfer_id")
    lines = SettlementLine.objects.filter(Among("transfer_id", ids))
    settled = lines.filter(returned_at=None, file__sent_at__isnull=False)
    moved.update({f"bank:{id}": -amount for id, amount in settled.values_list("id", "amount_minor")})
    for row in transfers:
        if row.reversed_minor != back[row.id]:
            yield Finding(
                key=f"transfer_reversed:{row.id}",
                check="transfer_reversed",
                explanation=f"The transfer for order {row.reference_number}: its reversals differ from what it says.",
                expected_minor=row.reversed_minor,
                found_minor=back[row.id],
                currency=row.currency,
                vendor_id=row.vendor_id,
            )
        if row.amount_minor != -moved[row.provider_transfer_id]:
            yield Finding(
                key=f"transfer_amount:{row.id}",
                check="transfer_amount",
                explanation=f"The transfer for order {row.reference_number} is not what the provider moved.",
                expected_minor=row.amount_minor,
                found_minor=-moved[row.provider_transfer_id],
                currency=row.currency,
                vendor_id=row.vendor_id,
                reference_id=row.reference_id,
            )


def _refunds(refunds: list[Refund]) -> Iterator[Finding]:
    moved = _moved(REFUNDS, [row.provider_refund_id for row in refunds])
    for row in refunds:
        if row.sent_minor != -moved[row.provider_refund_id]:
            yield Finding(
                key=f"refund_amount:{row.id}",
                check="refund_amount",
                explanation=f"A refund of order {row.payment.reference_number} is not what the provider moved.",
                expected_minor=row.sent_minor,
                found_minor=-moved[row.provider_refund_id],
                currency=row.currency,
                vendor_id=row.vendor_id,
                reference_id=row.payment.reference_id,
            )


def _payouts(payouts: list[Payout]) -> Iterator[Finding]:
    """Ours against their own movement; a vendor's, once the provider has told its contents, against those."""
    ids = [row.provider_payout_id for row in payouts]
    ours = _moved({"payout"}, ids)
    # All but its own movement: payouts by hand before it, and what came back of others, count in it.
    theirs = BalanceTransaction.objects.filter(~Q(account_id=""), ~Q(source_id=F("payout_id")), Among("payout_id", ids))
    inside = _sums(theirs, "payout_id", "net_minor")
    for row in payouts:
        if row.vendor_id is None:
            found, what = -ours[row.provider_payout_id], "is not what left our balance"
        elif row.reconciled_at is not None and row.is_automatic and row.state not in RETURNED:
            found, what = inside[row.provider_payout_id], "is not the sum of the movements it contains"
        else:
            continue
        if row.amount_minor != found:
            yield Finding(
                key=f"payout_amount:{row.provider_payout_id}",
                check="payout_amount",
                explanation=f"Payout {row.provider_payout_id} {what}.",
                expected_minor=row.amount_minor,
                found_minor=found,
                currency=row.currency,
                vendor_id=row.vendor_id,
            )
