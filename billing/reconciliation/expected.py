"""What should be in the books: every entry, rebuilt from our own records and the provider's balance transactions.

Nothing of the books themselves is read here, and the look-ups are not those of the poster, so that a mistake there
shows. Everything comes in parts of some thousand facts, each loaded by a fixed number of statements.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet

from billing.bank_transfer import actions as bank
from billing.bank_transfer.models import IncomingPayment, SettlementLine
from billing.bank_transfer.settlement import line_entries
from billing.disputes.models import Bearer, Dispute, DisputeSlice, DisputeState
from billing.ledger import billed, entries
from billing.ledger.billed import Bill
from billing.ledger.entries import CannotBuild, DisputedPart, Earmark, EntryDraft, Movement, Sale, ShareOfSale, Sources
from billing.payments.models import Payment, PaymentShare, PaymentState, Purpose, Refund, RefundState
from billing.payouts.adjustments import draft_of
from billing.payouts.models import (
    Adjustment,
    Cause,
    DebtCheckout,
    DebtPayment,
    DebtPaymentKind,
    Payout,
    PayoutState,
    Reversal,
    Transfer,
    VendorDebt,
)
from billing.prepaid.models import PrepaidMovement
from billing.reconciliation.models import Correction
from billing.reconciliation.prepaid import prepaid_entries, refunds_to_prepaid, sales_by_prepaid
from billing.stripe.models import BalanceTransaction
from billing.subscriptions import revenue
from billing.subscriptions.models import InvoiceStatus, SubscriptionCredit, SubscriptionInvoice
from kit.among import Among

PART = 2000
# What is read of the rows there are most of: a model's every column, and the making of it, took most of the match's time.
MOVEMENT = (
    *("id", "transaction_id", "type", "reporting_category", "amount_minor", "fee_minor", "net_minor", "currency"),
    *("created_at", "available_at", "source_id", "status"),
)
SHARE = (
    *("id", "vendor_id", "reference_id", "gross_minor", "commission_minor", "commission_tax_minor", "subsidy_minor"),
    *("sales_tax_minor", "currency", "payment__paid_at", "payment__created_at"),
)


@dataclass(frozen=True, slots=True)
class Expected:
    """An entry that should be in the books.

    `optional`: it may be there, and when it is it must be this one. `problem`: it cannot be rebuilt, and why.
    """

    key: str
    draft: EntryDraft | None
    optional: bool = False
    problem: str = ""


def expected_entries() -> Iterator[list[Expected]]:
    """Every entry that our records and the provider's call for, in parts."""
    for rows in in_parts(BalanceTransaction.objects.filter(account_id="").values_list(*MOVEMENT, named=True)):
        yield _of_movements(rows)
    paid = PaymentShare.objects.filter(payment__state=PaymentState.PAID)
    for shares in in_parts(paid.exclude(commission_minor=0, subsidy_minor=0).values_list(*SHARE, named=True)):
        yield _besides_sales(shares)
    for refunds in in_parts(Refund.objects.exclude(provider_refund_id="").select_related("share")):
        yield _of_refunds(refunds)
    for invoices in in_parts(SubscriptionInvoice.objects.filter(finalized_at__isnull=False)):
        yield _of_invoices(invoices)
    for credits in in_parts(SubscriptionCredit.objects.all()):
        yield [_expected(billed.credited(_credit_note(credit))) for credit in credits]
    for payouts in in_parts(Payout.objects.filter(vendor_id__isnull=True)):
        yield _of_payouts(payouts)
    yield from _at_our_bank()
    for payments in in_parts(Payment.objects.filter(state=PaymentState.PAID, prepaid_minor__gt=0)):
        yield [Expected(draft.source_key, draft) for draft in sales_by_prepaid(payments)]
    kept = Refund.objects.filter(Q(prepaid_minor__gt=0) | Q(credited_minor__gt=0)).select_related("share", "payment")
    for refunds in in_parts(kept):
        yield [Expected(draft.source_key, draft) for draft in refunds_to_prepaid(refunds)]
    for movements in in_parts(PrepaidMovement.objects.filter(payment_id=None).select_related("prepaid__gift_card")):
        yield [Expected(draft.source_key, draft) for draft in prepaid_entries(movements)]
    for corrections in in_parts(Correction.objects.all()):
        yield [Expected(draft.source_key, draft) for draft in (correction.draft() for correction in corrections)]
    for disputes in in_parts(Dispute.objects.select_related("payment")):
        yield _of_disputes(disputes)
    for debts in in_parts(VendorDebt.objects.all()):
        yield [expected for debt in debts for expected in _of_debt(debt)]
    for payments in in_parts(DebtPayment.objects.exclude(kind=DebtPaymentKind.PAID)):
        yield [_of_debt_payment(payment) for payment in payments]
    for adjustments in in_parts(Adjustment.objects.all()):
        yield [_expected(draft_of(adjustment)) for adjustment in adjustments]


def _at_our_bank() -> Iterator[list[Expected]]:
    """What came and went by bank transfer: the sales paid so (their commissions are among those of all), and payouts."""
    for came in in_parts(IncomingPayment.objects.select_related("payment")):
        drafts = [bank.receipt(row, row.payment) for row in came]
        drafts += [draft for row in came if (draft := bank.returned_entry(row, row.payment))]
        yield [Expected(draft.source_key, draft) for draft in drafts]
    for paid in in_parts(Payment.objects.filter(state=PaymentState.PAID, provider=bank.NAME)):
        yield [Expected(draft.source_key, draft) for payment in paid for draft in bank.sale_of(payment)[:1]]
    refunds = Refund.objects.filter(payment__provider=bank.NAME, state=RefundState.SUCCEEDED)
    refunds = refunds.filter(amount_minor__gt=F("prepaid_minor") + F("credited_minor"))
    for rows in in_parts(refunds.select_related("share")):
        yield [Expected(draft.source_key, draft) for draft in map(bank.paid_entry, rows)]
    for lines in in_parts(SettlementLine.objects.select_related("file", "transfer")):
        yield [Expected(draft.source_key, draft) for line in lines for draft in line_entries(line)]


def in_parts(rows: QuerySet[Any], size: int = PART) -> Iterator[list[Any]]:
    """All rows in order of their ids, `size` at a time: each part is read by one statement and none is held open."""
    last = None
    while part := list((rows if last is None else rows.filter(id__gt=last)).order_by("id")[:size]):
        yield part
        last = part[-1].id


def _of_movements(rows: list[Any]) -> list[Expected]:
    """`rows` have what MOVEMENT names."""
    sources = _sources({row.source_id for row in rows if row.source_id})
    expected = []
    for row in rows:
        movement = Movement(
            id=row.transaction_id,
            type=row.type,
            category=row.reporting_category,
            amount_minor=row.amount_minor,
            fee_minor=row.fee_minor,
            net_minor=row.net_minor,
            currency=row.currency,
            created_at=row.created_at,
            available_at=row.available_at,
            source_id=row.source_id,
        )
        try:
            entered = entries.entry_for(movement, sources)
        except CannotBuild as problem:
            expected.append(Expected(movement.key, None, problem=str(problem)))
        else:
            if entered:
                expected.append(Expected(entered.source_key, entered))
        available = entries.funds_available(movement)
        if available and row.status == "available":
            expected.append(Expected(available.source_key, available))
    return expected


def _sources(provider_ids: set[str]) -> Sources:
    shares: dict[str, list[ShareOfSale]] = defaultdict(list)
    references: dict[str, UUID] = {}
    cards = Payment.objects.filter(Among("provider_charge_id", provider_ids), purpose=Purpose.GIFT_CARD)
    rows = PaymentShare.objects.filter(Among("payment__provider_charge_id", provider_ids)).values_list(
        "payment__provider_charge_id",
        "payment__reference_id",
        "vendor_id",
        "reference_id",
        "gross_minor",
        "prepaid_minor",
        "commission_minor",
    )
    for charge, order, vendor_id, reference_id, gross, prepaid, commission in rows:
        references[charge] = order
        shares[charge].append(ShareOfSale(vendor_id, reference_id, gross - prepaid, commission))
    transfers = Transfer.objects.filter(Among("provider_transfer_id", provider_ids)).values_list(
        "provider_transfer_id", "vendor_id", "reference_id"
    )
    credits = Adjustment.objects.filter(Among("provider_transfer_id", provider_ids)).values_list(
        "provider_transfer_id", "vendor_id", "id"
    )
    refunds = Refund.objects.filter(Among("provider_refund_id", provider_ids)).values_list(
        "provider_refund_id", "vendor_id", "share__reference_id"
    )
    invoices = SubscriptionInvoice.objects.filter(Among("provider_charge_id", provider_ids)).values_list(
        "provider_charge_id", "vendor_id", "id"
    )
    reversals = Reversal.objects.filter(Among("provider_reversal_id", provider_ids)).values_list(
        "provider_reversal_id", "vendor_id", "transfer__reference_id"
    )
    debts = DebtCheckout.objects.filter(Among("provider_charge_id", provider_ids))
    return Sources(
        bills={charge: Earmark(vendor_id, id) for charge, vendor_id, id in invoices},
        sales={charge: Sale(references[charge], tuple(parts)) for charge, parts in shares.items()},
        transfers={id: Earmark(vendor_id, reference_id) for id, vendor_id, reference_id in [*transfers, *credits]},
        refunds={id: Earmark(vendor_id, reference_id) for id, vendor_id, reference_id in refunds},
        reversals={id: Earmark(vendor_id, reference_id) for id, vendor_id, reference_id in reversals},
        debts=dict(debts.values_list("provider_charge_id", "vendor_id")),
        gift_cards=dict(cards.values_list("provider_charge_id", "reference_id")),
    )


def _besides_sales(shares: list[Any]) -> list[Expected]:
    """`shares` have what SHARE names."""
    return [
        Expected(draft.source_key, draft)
        for share in shares
        for draft in entries.besides_sale(
            ShareOfSale(
                share.vendor_id,
                share.reference_id,
                share.gross_minor,
                share.commission_minor,
                share.commission_tax_minor,
                share.subsidy_minor,
                share.sales_tax_minor,
            ),
            currency=share.currency,
            occurred_at=share.payment__paid_at or share.payment__created_at,
        )
    ]


def _of_refunds(refunds: list[Refund]) -> list[Expected]:
    moved = moved_refunds(refunds)
    expected = []
    for refund in refunds:
        draft = entries.refund_owed(
            refund_id=refund.id,
            mark=Earmark(refund.vendor_id, refund.share.reference_id),
            amount_minor=refund.amount_minor,
            subsidy_minor=refund.subsidy_minor,
            net_minor=refund.net_minor,
            commission_tax_minor=refund.commission_tax_minor,
            sales_tax_minor=refund.sales_tax_minor,
            currency=refund.currency,
            occurred_at=refund.done_at or refund.created_at,
        )
        # One that failed before any money moved was entered only if we heard of its acceptance, and then reversed.
        accepted = refund.state in (RefundState.PENDING, RefundState.SUCCEEDED) or refund.provider_refund_id in moved
        expected.append(Expected(draft.source_key, draft, optional=not accepted))
        if refund.state == RefundState.BY_HAND:
            by_hand = entries.refund_by_hand(
                refund_id=refund.id,
                mark=Earmark(refund.vendor_id, refund.share.reference_id),
                amount_minor=refund.sent_minor,
                currency=refund.currency,
                reference=refund.by_hand_reference,
                occurred_at=refund.by_hand_at or refund.created_at,
            )
            expected.append(Expected(by_hand.source_key, by_hand))
    return expected


def moved_refunds(refunds: list[Refund]) -> set[str]:
    """Of these refunds, the provider's ids of those for which money left our balance."""
    ids = [refund.provider_refund_id for refund in refunds if refund.provider_refund_id]
    found = BalanceTransaction.objects.filter(Among("source_id", ids), account_id="", type__in=entries.REFUNDS)
    return set(found.values_list("source_id", flat=True))


def _of_invoices(invoices: list[SubscriptionInvoice]) -> list[Expected]:
    """What each invoice bills; the months it has earned so far; and what was given up of it.

    One that was void or paid after all may have had these, and has them reversed then.
    """
    expected = []
    for invoice in invoices:
        bill = _bill(invoice)
        void = invoice.status == InvoiceStatus.VOID
        # Void before we heard that it was final: entered or not, nothing of it is left.
        if draft := billed.billed(bill):
            expected.append(_expected(draft, optional=void))
        until = invoice.recognized_until
        for month, amount in revenue.months(invoice.lines).items():
            if until and month < until:
                expected.append(_expected(billed.earned(bill, month, amount), optional=void))
        unpaid = max(0, invoice.due_minor - invoice.paid_minor)
        if invoice.given_up_at and (unpaid or invoice.status == InvoiceStatus.PAID):
            given_up = billed.given_up(bill, unpaid_minor=unpaid or invoice.due_minor, at=invoice.given_up_at)
            expected.append(_expected(given_up, optional=invoice.status != InvoiceStatus.UNCOLLECTIBLE))
    return expected


def _expected(draft: EntryDraft, *, optional: bool = False) -> Expected:
    return Expected(draft.source_key, draft, optional=optional)


def _bill(invoice: SubscriptionInvoice) -> Bill:
    assert invoice.finalized_at is not None
    return Bill(
        id=invoice.provider_invoice_id,
        vendor_id=invoice.vendor_id,
        reference_id=invoice.id,
        net_minor=invoice.net_minor,
        tax_minor=invoice.tax_minor,
        currency=invoice.currency,
        at=invoice.finalized_at,
    )


def _credit_note(credit: SubscriptionCredit) -> Bill:
    return Bill(
        id=credit.provider_note_id,
        vendor_id=credit.vendor_id,
        reference_id=credit.invoice_id,
        net_minor=-credit.net_minor,
        tax_minor=-credit.tax_minor,
        currency=credit.currency,
        at=credit.created_at,
    )


def _of_payouts(payouts: list[Payout]) -> list[Expected]:
    expected = []
    for payout in payouts:
        draft = entries.payout_paid(
            provider_payout_id=payout.provider_payout_id,
            payout_id=payout.id,
            amount_minor=payout.amount_minor,
            currency=payout.currency,
            occurred_at=payout.created_at,
        )
        # One that was paid and failed after all keeps its entry, and has it reversed.
        expected.append(Expected(draft.source_key, draft, optional=payout.state != PayoutState.PAID))
    return expected


def _of_disputes(disputes: list[Dispute]) -> list[Expected]:
    """By what the bank took and gave back: held by every division there was, released or lost by the newest."""
    divided: dict[tuple[UUID, int], list[DisputedPart]] = defaultdict(list)
    for row in DisputeSlice.objects.filter(dispute__in=disputes).order_by("share_id"):
        divided[row.dispute_id, row.version].append(
            DisputedPart(
                *(row.vendor_id, row.reference_id, row.amount_minor, row.net_minor),
                *(row.commission_tax_minor, row.subsidy_minor, row.sales_tax_minor),
            )
        )
    expected = []
    for dispute in disputes:
        taken = dispute.withdrawn_minor > 0
        is_back = taken and dispute.reinstated_minor >= dispute.withdrawn_minor
        is_lost = taken and not is_back and dispute.state == DisputeState.LOST
        is_ours = is_lost and dispute.borne_by == Bearer.PLATFORM
        common: Any = {
            "dispute_id": dispute.id,
            "order_id": dispute.payment.reference_id,
            "currency": dispute.currency,
            "occurred_at": dispute.opened_at,
        }
        for version in range(1, dispute.version + 1):
            parts = tuple(divided[dispute.id, version])
            newest = version == dispute.version
            held = entries.dispute_held(version=version, parts=parts, **common)
            released = entries.dispute_released(version=version, parts=parts, **common)
            lost = entries.dispute_lost(
                version=version,
                parts=parts,
                outstanding_minor=dispute.withdrawn_minor,
                is_borne_by_vendors=dispute.borne_by == Bearer.VENDOR,
                **common,
            )
            # An older division is in the books only when money had been taken by then; then both its entries are.
            wanted = [
                (held, taken and newest),
                (released, newest and (is_back or is_ours)),
                *((each, newest and is_lost) for each in lost),
            ]
            expected += [
                Expected(draft.source_key, draft, optional=not needed) for draft, needed in wanted if draft is not None
            ]
    return expected


def _of_debt(debt: VendorDebt) -> list[Expected]:
    common: Any = {
        "debt_id": debt.id,
        "vendor_id": debt.vendor_id,
        "amount_minor": debt.amount_minor,
        "currency": debt.currency,
        "occurred_at": debt.created_at,
    }
    found = [_expected(entries.debt(is_fee=debt.cause == Cause.DISPUTE_FEE, **common))]
    if debt.cause == Cause.BY_HAND:
        found.append(_expected(entries.vendor_debit(reason=debt.reason, **common)))
    return found


def _of_debt_payment(payment: DebtPayment) -> Expected:
    build = entries.debt_netted if payment.kind == DebtPaymentKind.NETTED else entries.debt_written_off
    draft = build(
        payment_id=payment.id,
        vendor_id=payment.vendor_id,
        amount_minor=payment.amount_minor,
        currency=payment.currency,
        occurred_at=payment.created_at,
    )
    return Expected(draft.source_key, draft)
