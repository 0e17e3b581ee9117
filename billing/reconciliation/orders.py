"""Our own records against each other and against the provider: payments, their shares, transfers, refunds, payouts.

Every check is one statement that gives only what differs, however many orders there are.
"""

from collections.abc import Iterator

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from billing.ledger.entries import REFUNDS, SALES
from billing.payments.models import Payment, PaymentShare, PaymentState, Refund, RefundState
from billing.payouts.models import Payout, PayoutState, Transfer, TransferState
from billing.reconciliation.findings import Finding
from billing.stripe.models import BalanceTransaction

RETURNED = (PayoutState.FAILED, PayoutState.CANCELED)


def match_orders() -> list[Finding]:
    """Every difference between payments, shares, transfers, refunds, payouts and the provider's movements of them."""
    return [*_payments(), *_shares(), *_transfers(), *_refunds(), *_payouts()]


def _moved(types: frozenset[str] | set[str], source: str, *, ours: bool = True) -> Subquery:
    """What the provider's movements of these types sum to, of the object whose id is in the outer field `source`."""
    rows = BalanceTransaction.objects.filter(type__in=types, source_id=OuterRef(source))
    rows = rows.filter(account_id="") if ours else rows.exclude(account_id="")
    return Subquery(rows.order_by().values("source_id").annotate(sum=Sum("amount_minor")).values("sum"))


def _sum_over(rows: QuerySet, key: str, amount: str) -> Coalesce:
    """What `amount` sums to over the rows whose `key` is the outer row's id."""
    grouped = (
        rows.filter(**{key: OuterRef("id")}).order_by().values(key).annotate(sum=Sum(amount)).values("sum")
    )
    return Coalesce(Subquery(grouped), 0)


def _payments() -> Iterator[Finding]:
    rows = Payment.objects.annotate(
        parts=_sum_over(PaymentShare.objects.all(), "payment_id", "gross_minor"),
        charged=Coalesce(_moved(SALES, "provider_charge_id"), 0),
        given_back=_sum_over(PaymentShare.objects.all(), "payment_id", "refunded_minor"),
    )
    for row in rows.exclude(parts=F("amount_minor")).order_by("id"):
        yield _of_payment(row, "shares_sum", "the shares", row.amount_minor, row.parts)
    paid = rows.filter(state=PaymentState.PAID)
    for row in paid.exclude(charged=F("amount_minor")).order_by("id"):
        yield _of_payment(row, "charge_amount", "the provider's charge", row.amount_minor, row.charged)
    for row in rows.exclude(given_back=F("refunded_minor")).order_by("id"):
        yield _of_payment(
            row, "payment_refunded", "the refunds of its shares", row.refunded_minor, row.given_back
        )
    fees = BalanceTransaction.objects.filter(
        account_id="", type__in=SALES, source_id=OuterRef("provider_charge_id")
    )
    charged = paid.annotate(fee=Subquery(fees.order_by("id").values("fee_minor")[:1]))
    for row in charged.filter(fee__isnull=False).exclude(fee=F("fee_minor")).order_by("id"):
        yield _of_payment(row, "payment_fee", "the provider's fee", row.fee_minor, row.fee)


def _of_payment(row: Payment, check: str, what: str, expected: int, found: int) -> Finding:
    return Finding(
        key=f"{check}:{row.id}",
        check=check,
        explanation=f"Payment of order {row.reference_number}: {what} differ from what the payment says.",
        expected_minor=expected,
        found_minor=found,
        currency=row.currency,
    )


def _shares() -> Iterator[Finding]:
    done = Transfer.objects.filter(state=TransferState.DONE)
    promised = Refund.objects.filter(_counts())
    rows = PaymentShare.objects.annotate(
        sent=_sum_over(done, "share_id", "amount_minor"),
        taken_back=_sum_over(done, "share_id", "reversed_minor"),
        given_back=_sum_over(promised, "share_id", "amount_minor"),
        given_back_net=_sum_over(promised, "share_id", "net_minor"),
    ).select_related("payment")
    checks = (
        ("share_gross", "commission and earnings", "gross_minor", F("commission_minor") + F("net_minor")),
        ("share_transferred", "the transfers made", "transferred_minor", F("sent")),
        ("share_reversed", "what was taken back", "reversed_minor", F("taken_back")),
        ("share_refunded", "the refunds", "refunded_minor", F("given_back")),
        ("share_refunded_net", "the vendor's part of the refunds", "refunded_net_minor", F("given_back_net")),
    )
    off = Q()
    for _, _, own, other in checks:
        off |= ~Q(**{own: other})
    for row in rows.filter(off).order_by("id"):
        sums = (
            row.commission_minor + row.net_minor,
            row.sent,
            row.taken_back,
            row.given_back,
            row.given_back_net,
        )
        for (check, what, own, _), found in zip(checks, sums, strict=True):
            if getattr(row, own) != found:
                yield Finding(
                    key=f"{check}:{row.id}",
                    check=check,
                    explanation=f"A vendor's share of order {row.payment.reference_number}: {what} differ from what it says.",
                    expected_minor=getattr(row, own),
                    found_minor=found,
                    currency=row.currency,
                    vendor_id=row.vendor_id,
                )


def _counts() -> Q:
    """Refunds that a share counts: all but those that failed before any money moved."""
    moved = BalanceTransaction.objects.filter(account_id="", type__in=REFUNDS).values("source_id")
    return ~Q(state=RefundState.FAILED) | Q(provider_refund_id__in=moved)


def _transfers() -> Iterator[Finding]:
    done = Transfer.objects.filter(state=TransferState.DONE)
    rows = done.annotate(moved=Coalesce(_moved({"transfer"}, "provider_transfer_id"), 0))
    for row in rows.exclude(moved=-F("amount_minor")).order_by("id"):
        yield Finding(
            key=f"transfer_amount:{row.id}",
            check="transfer_amount",
            explanation=f"The transfer for order {row.reference_number} is not what the provider moved.",
            expected_minor=row.amount_minor,
            found_minor=-row.moved,
            currency=row.currency,
            vendor_id=row.vendor_id,
        )


def _refunds() -> Iterator[Finding]:
    succeeded = Refund.objects.filter(state=RefundState.SUCCEEDED).select_related("payment")
    rows = succeeded.annotate(moved=Coalesce(_moved(REFUNDS, "provider_refund_id"), 0))
    for row in rows.exclude(moved=-F("amount_minor")).order_by("id"):
        yield Finding(
            key=f"refund_amount:{row.id}",
            check="refund_amount",
            explanation=f"A refund of order {row.payment.reference_number} is not what the provider moved.",
            expected_minor=row.amount_minor,
            found_minor=-row.moved,
            currency=row.currency,
            vendor_id=row.vendor_id,
        )


def _payouts() -> Iterator[Finding]:
    """Ours against their own movement; a vendor's, once the provider has told its contents, against those."""
    ours = Payout.objects.filter(vendor_id__isnull=True)
    rows = ours.annotate(moved=Coalesce(_moved({"payout"}, "provider_payout_id"), 0))
    for row in rows.exclude(moved=-F("amount_minor")).order_by("id"):
        yield _of_payout(row, -row.moved, "is not what left our balance")
    inside = BalanceTransaction.objects.exclude(account_id="").exclude(type__startswith="payout")
    inside = inside.filter(payout_id=OuterRef("provider_payout_id")).order_by().values("payout_id")
    vendors = Payout.objects.filter(vendor_id__isnull=False, reconciled_at__isnull=False).exclude(
        state__in=RETURNED
    )
    told = vendors.annotate(moved=Coalesce(Subquery(inside.annotate(sum=Sum("net_minor")).values("sum")), 0))
    for row in told.exclude(moved=F("amount_minor")).order_by("id"):
        yield _of_payout(row, row.moved, "is not the sum of the movements it contains")


def _of_payout(row: Payout, found: int, what: str) -> Finding:
    return Finding(
        key=f"payout_amount:{row.provider_payout_id}",
        check="payout_amount",
        explanation=f"Payout {row.provider_payout_id} {what}.",
        expected_minor=row.amount_minor,
        found_minor=found,
        currency=row.currency,
        vendor_id=row.vendor_id,
    )
