"""Sums against sums: our balance at the provider, what we owe each vendor, what each vendor has at the provider."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Case, F, Q, QuerySet, Sum, When
from django.db.models.expressions import Combinable

from billing.bank_transfer.provider import NAME
from billing.disputes.models import Bearer, Dispute, DisputeSlice, DisputeState
from billing.ledger.entries import REFUNDS, SALES
from billing.ledger.models import AccountCode, Posting
from billing.payments.models import Payment, PaymentShare, PaymentState, Refund, RefundState
from billing.payments.provider import ProviderBalance
from billing.payouts.models import (
    Adjustment,
    AdjustmentState,
    Cause,
    DebtCheckout,
    DebtPayment,
    DebtPaymentKind,
    Payout,
    PayoutState,
    Transfer,
    TransferState,
    VendorDebt,
)
from billing.reconciliation.findings import AccountKey, Finding, account_name
from billing.reconciliation.prepaid import match_prepaid
from billing.stripe.models import BalanceTransaction, ConnectedAccount
from billing.subscriptions.models import InvoiceStatus, SubscriptionInvoice
from kit.money import Money

PENDING, AVAILABLE = str(AccountCode.STRIPE_PENDING), str(AccountCode.STRIPE_AVAILABLE)
PAYABLE, COMMISSION = str(AccountCode.VENDOR_PAYABLE), str(AccountCode.COMMISSION)
PROMOTIONS, SALES_TAX = str(AccountCode.PROMOTIONS), str(AccountCode.SALES_TAX)
RECEIVABLE = str(AccountCode.SUBSCRIPTION_RECEIVABLE)
# What of a sale was not charged: with gift cards and credit, or given back before the payment came too late.
PREPAID = (AccountCode.GIFT_CARDS, AccountCode.STORE_CREDIT, AccountCode.REFUNDS_OWED)
CHARGED = F("amount_minor") - F("prepaid_minor")
OWED_BY_VENDOR = str(AccountCode.VENDOR_RECEIVABLE)
DISPUTED, HELD = str(AccountCode.DISPUTED_FUNDS), str(AccountCode.DISPUTE_HOLD)

Sums = Counter[tuple[UUID, str]]


@dataclass(frozen=True, slots=True)
class BalancesMatch:
    """What came of it, and per currency what each of the three sides says, in minor units."""

    findings: list[Finding]
    totals: dict[str, dict[str, dict[str, int]]]


def match_balances(balances: Sequence[ProviderBalance] | None, explained: Counter[AccountKey]) -> BalancesMatch:
    """Compare the sums of the three sides. `balances` are the provider's, None when it did not answer.

    `explained` is by how much each account is off for reasons found already: those are not reported again as a sum.
    """
    books = _books()
    sound = books.copy()
    sound.subtract(explained)
    owed, earned, borne = _owed_to_vendors(), _commission_earned(), _discounts_borne()
    findings = [
        *_payables(sound, owed),
        *_ours(sound, COMMISSION, "commission", "Our commission is", earned, sign=-1),
        *_ours(sound, PROMOTIONS, "discounts", "The discounts we bear are", borne),
        *_ours(sound, SALES_TAX, "sales_tax", "The VAT of sales that we owe is", _sales_tax_owed(), sign=-1),
        *_receivables(sound),
        *_debts(sound),
        *_disputes(sound),
        *match_prepaid(sound),
    ]
    if balances is None:
        findings.append(
            Finding(
                key="provider:unreachable",
                check="provider_balance",
                explanation="The provider did not tell its balances, so they could not be compared.",
            )
        )
    else:
        findings += _our_balance(sound, [balance for balance in balances if not balance.account_id])
        findings += _vendors_balances([balance for balance in balances if balance.account_id])
    return BalancesMatch(findings, _totals(books, owed, earned, balances))


def _books() -> Counter[AccountKey]:
    rows = Posting.objects.values_list("account__code", "account__vendor_id", "account__currency")
    return Counter({(code, vendor, unit): held for code, vendor, unit, held in rows.annotate(held=Sum("amount_minor"))})


def _our_balance(sound: Counter[AccountKey], balances: list[ProviderBalance]) -> list[Finding]:
    said = {
        (code, b.currency): n
        for b in balances
        for code, n in ((PENDING, b.pending_minor), (AVAILABLE, b.available_minor))
    }
    kept = {(code, currency): held for (code, _, currency), held in sound.items() if code in (PENDING, AVAILABLE)}
    mirrored = _mirrored()
    findings = []
    for code, unit in sorted({*said, *kept}):
        theirs, ours = said.get((code, unit), 0), kept.get((code, unit), 0)
        if theirs == ours:
            continue
        findings.append(
            Finding(
                key=f"provider:{code}:{unit}",
                check="provider_balance",
                explanation=f"{account_name(code)}: the provider says {Money(theirs, unit)}, our copy of its movements "
                f"{Money(mirrored[code, unit], unit)}, the books {Money(ours, unit)} "
                "(differences reported above taken out).",
                expected_minor=theirs,
                found_minor=ours,
                currency=unit,
                account=account_name(code),
            )
        )
    return findings


def _mirrored() -> Counter[tuple[str, str]]:
    rows = BalanceTransaction.objects.filter(account_id="").values_list("status", "currency")
    side = {"pending": PENDING, "available": AVAILABLE}
    return Counter(
        {(side[status], unit): net for status, unit, net in rows.annotate(net=Sum("net_minor")) if status in side}
    )


def _owed_to_vendors() -> Sums:
    """By our records: earnings of what was paid, less refunds, less transfers; what became debt is owed again, and what
    was kept for debts is not.
    """
    owed: Sums = Counter()
    shares = PaymentShare.objects.filter(payment__state=PaymentState.PAID)
    for vendor, unit, net in shares.values_list("vendor_id", "currency").annotate(sum=Sum("net_minor")).order_by():
        owed[vendor, unit] += net
    refunds = _accepted_refunds().values_list("vendor_id", "currency")
    for vendor, unit, net in refunds.annotate(sum=Sum("net_minor")).order_by():
        owed[vendor, unit] -= net
    owed.update(_by_vendor(Adjustment.objects.all(), F("amount_minor")))
    owed.subtract(_transferred())
    # A fee never was owed to the vendor, and what staff debited it was first taken from that.
    claimed = VendorDebt.objects.exclude(cause__in=[Cause.DISPUTE_FEE, Cause.BY_HAND])
    owed.update(_by_vendor(claimed, F("amount_minor")))
    owed.subtract(_by_vendor(DebtPayment.objects.filter(kind=DebtPaymentKind.NETTED), F("amount_minor")))
    owed.subtract(_by_vendor(_disputed(Q(dispute__is_counted=True)), F("net_minor")))
    return owed


def _commission_earned() -> Counter[str]:
    """By our records and currency: commission of what was paid, less what refunds and lost disputes gave back of it."""
    of_it_ours = (
        F("amount_minor") + F("subsidy_minor") - F("net_minor") - F("sales_tax_minor") - F("commission_tax_minor")
    )
    return _of_sales_kept(F("commission_minor") - F("commission_tax_minor"), of_it_ours)


def _discounts_borne() -> Counter[str]:
    """By our records and currency: our part of the discounts on what was paid, less what came back to us of it."""
    return _of_sales_kept(F("subsidy_minor"), F("subsidy_minor"))


def _sales_tax_owed() -> Counter[str]:
    """By our records and currency: the VAT of what was paid that we owe as supplier, less what went back with it."""
    return _of_sales_kept(F("sales_tax_minor"), F("sales_tax_minor"))


def _of_sales_kept(of_share: Combinable, given_back: Combinable) -> Counter[str]:
    """Of what was paid, by currency, less the same of what refunds and lost disputes gave back."""
    kept: Counter[str] = Counter()
    shares = PaymentShare.objects.filter(payment__state=PaymentState.PAID).values_list("currency")
    for unit, amount in shares.annotate(sum=Sum(of_share)).order_by():
        kept[unit] += amount
    lost = Q(dispute__state=DisputeState.LOST, dispute__borne_by=Bearer.VENDOR) & Q(
        dispute__withdrawn_minor__gt=F("dispute__reinstated_minor")
    )
    gone: list[QuerySet[Any]] = [_accepted_refunds(), _disputed(lost)]
    for rows in gone:
        for unit, amount in rows.values_list("currency").annotate(sum=Sum(given_back)).order_by():
            kept[unit] -= amount
    return kept


def _disputed(which: Q) -> QuerySet[DisputeSlice]:
    return DisputeSlice.objects.filter(which, version=F("dispute__version"))


def _by_vendor(rows: QuerySet[Any], amount: Combinable) -> Sums:
    sums = rows.order_by().values_list("vendor_id", "currency").annotate(sum=Sum(amount))
    return Counter({(vendor, unit): sum for vendor, unit, sum in sums})


def _accepted_refunds() -> QuerySet[Refund]:
    moved = BalanceTransaction.objects.filter(account_id="", type__in=REFUNDS).values("source_id")
    return Refund.objects.filter(
        Q(state__in=[RefundState.PENDING, RefundState.SUCCEEDED]) | Q(provider_refund_id__in=moved)
    )


def _transferred(*, by_bank: bool | None = None) -> Sums:
    """What vendors have been sent: by our bank, by the provider, or (None) by both."""
    done = Transfer.objects.filter(state=TransferState.DONE)
    if by_bank is not None:
        done = (
            done.filter(provider_transfer_id__startswith="bank:")
            if by_bank
            else done.exclude(provider_transfer_id__startswith="bank:")
        )
    rows = (
        done.values_list("vendor_id", "currency").annotate(sum=Sum(F("amount_minor") - F("reversed_minor"))).order_by()
    )
    sums = Counter({(vendor, unit): sum for vendor, unit, sum in rows})
    if not by_bank:
        credits = Adjustment.objects.filter(state=AdjustmentState.DONE)
        sums.update(_by_vendor(credits, F("amount_minor") - F("netted_minor")))
    return sums


def _payables(sound: Counter[AccountKey], owed: Sums) -> list[Finding]:
    kept = Counter({of: -held for of, held in _kept(sound, PAYABLE).items()})
    return _by_records_and_books("payable", "vendor_payable", PAYABLE, "We owe a vendor {}", owed, kept)


def _by_records_and_books(key: str, check: str, code: str, words: str, should: Sums, kept: Sums) -> list[Finding]:
    """A finding for each vendor of whom our records say another amount than the books. `words` have a {} for it."""
    return [
        Finding(
            key=f"{key}:{vendor}:{unit}",
            check=check,
            explanation=f"{words.format(Money(should[vendor, unit], unit))} by our records, but "
            f"{Money(kept[vendor, unit], unit)} by the books (differences reported above taken out).",
            expected_minor=should[vendor, unit],
            found_minor=kept[vendor, unit],
            currency=unit,
            account=account_name(code),
            vendor_id=vendor,
        )
        for vendor, unit in sorted({*should, *kept})
        if should[vendor, unit] != kept[vendor, unit]
    ]


def _kept(sound: Counter[AccountKey], code: str) -> Sums:
    """What the books hold on each vendor's account of a code."""
    return Counter({(vendor, unit): held for (each, vendor, unit), held in sound.items() if each == code and vendor})


def _ours(
    sound: Counter[AccountKey], code: str, check: str, words: str, should: Counter[str], *, sign: int = 1
) -> list[Finding]:
    """What we earned of sales, or bore: by our records, and by the books, whose side is `sign`."""
    kept = Counter({unit: sign * held for (each, _, unit), held in sound.items() if each == code})
    return [
        Finding(
            key=f"{check}:{unit}",
            check=check,
            explanation=f"{words} {Money(should[unit], unit)} by our records, but {Money(kept[unit], unit)} by "
            "the books (differences reported above taken out).",
            expected_minor=should[unit],
            found_minor=kept[unit],
            currency=unit,
            account=account_name(code),
        )
        for unit in sorted({*should, *kept})
        if should[unit] != kept[unit]
    ]


def _receivables(sound: Counter[AccountKey]) -> list[Finding]:
    """What vendors owe for their plans (or have in credit): by our records of invoices, and by the books."""
    billed: Sums = Counter()
    rows = SubscriptionInvoice.objects.filter(finalized_at__isnull=False).exclude(status=InvoiceStatus.VOID)
    # Of what was given up, nothing but the credit that it used is left.
    settled = Case(When(status=InvoiceStatus.UNCOLLECTIBLE, then=F("due_minor")), default=F("paid_minor"))
    open_of = F("total_minor") - F("credited_minor") - settled
    for vendor, unit, open_minor in rows.values_list("vendor_id", "currency").annotate(sum=Sum(open_of)).order_by():
        billed[vendor, unit] += open_minor
    words = "A vendor owes {} for its plan"
    return _by_records_and_books(
        "receivable", "subscription_receivable", RECEIVABLE, words, billed, _kept(sound, RECEIVABLE)
    )


def _debts(sound: Counter[AccountKey]) -> list[Finding]:
    """All debts less all that settled them are what the books say vendors owe."""
    debts = _by_vendor(VendorDebt.objects.all(), F("amount_minor"))
    debts.subtract(_by_vendor(DebtPayment.objects.all(), F("amount_minor")))
    kept = _kept(sound, OWED_BY_VENDOR)
    return _by_records_and_books("debt", "vendor_receivable", OWED_BY_VENDOR, "A vendor owes us {}", debts, kept)


def _disputes(sound: Counter[AccountKey]) -> list[Finding]:
    """What banks took and did not decide yet: as a whole, and of each vendor's earnings."""
    undecided = Q(withdrawn_minor__gt=F("reinstated_minor")) & ~Q(state=DisputeState.LOST)
    should: Counter[AccountKey] = Counter()
    rows = Dispute.objects.filter(undecided).order_by().values_list("currency")
    for unit, taken in rows.annotate(sum=Sum(F("withdrawn_minor") - F("reinstated_minor"))):
        should[DISPUTED, None, unit] = taken
    held = _disputed(
        Q(dispute__withdrawn_minor__gt=F("dispute__reinstated_minor")) & ~Q(dispute__state=DisputeState.LOST)
    )
    for (vendor, unit), net in _by_vendor(held, F("net_minor")).items():
        should[HELD, vendor, unit] = -net
    kept = {key: amount for key, amount in sound.items() if key[0] in (DISPUTED, HELD)}
    return [
        Finding(
            key=f"disputed:{code}:{vendor or '-'}:{unit}",
            check="disputed_funds",
            explanation=f"{account_name(code)}: by our disputes {Money(should[code, vendor, unit], unit)}, by the books "
            f"{Money(kept.get((code, vendor, unit), 0), unit)} (differences reported above taken out).",
            expected_minor=should[code, vendor, unit],
            found_minor=kept.get((code, vendor, unit), 0),
            currency=unit,
            account=account_name(code),
            vendor_id=vendor,
        )
        for code, vendor, unit in sorted({*should, *kept}, key=str)
        if should[code, vendor, unit] != kept.get((code, vendor, unit), 0)
    ]


def _vendors_balances(balances: list[ProviderBalance]) -> list[Finding]:
    vendors = dict(ConnectedAccount.objects.exclude(account_id="").values_list("account_id", "vendor_id"))
    said: Sums = Counter()
    for balance in balances:
        if balance.account_id in vendors:
            said[vendors[balance.account_id], balance.currency] += balance.pending_minor + balance.available_minor
    should = _transferred(by_bank=False)
    out = Payout.objects.filter(vendor_id__isnull=False).exclude(state__in=[PayoutState.FAILED, PayoutState.CANCELED])
    for vendor, unit, amount in out.values_list("vendor_id", "currency").annotate(sum=Sum("amount_minor")).order_by():
        should[vendor, unit] -= amount
    return [
        Finding(
            key=f"vendor_balance:{vendor}:{unit}",
            check="vendor_balance",
            explanation=f"By transfers and payouts a vendor has {Money(should[vendor, unit], unit)} at the provider; "
            f"the provider says {Money(said[vendor, unit], unit)}.",
            expected_minor=should[vendor, unit],
            found_minor=said[vendor, unit],
            currency=unit,
            vendor_id=vendor,
        )
        for vendor, unit in sorted({*said, *should})
        if said[vendor, unit] != should[vendor, unit]
    ]


def _totals(
    books: Counter[AccountKey], owed: Sums, earned: Counter[str], balances: Sequence[ProviderBalance] | None
) -> dict[str, dict[str, dict[str, int]]]:
    """{currency: {side: {what: minor units}}}; the same word on two sides is the same thing, seen from there."""
    totals: dict[str, dict[str, dict[str, int]]] = {}

    def say(currency: str, side: str, what: str, amount: int) -> None:
        words = totals.setdefault(currency, {"orders": {}, "ledger": {}, "provider": {}})[side]
        words[what] = words.get(what, 0) + amount

    paid = Payment.objects.filter(state=PaymentState.PAID).values_list("currency")
    for unit, amount in paid.annotate(sum=Sum(CHARGED)).order_by():
        say(unit, "orders", "charged", amount)
    for (_, unit), amount in _transferred(by_bank=True).items():
        say(unit, "provider", "transferred", amount)
    by_bank = Payment.objects.filter(state=PaymentState.PAID, provider=NAME).values_list("currency")
    for unit, amount in by_bank.annotate(sum=Sum(CHARGED)).order_by():
        say(unit, "provider", "charged", amount)
    for (_, unit), amount in _transferred().items():
        say(unit, "orders", "transferred", amount)
    for (_, unit), amount in owed.items():
        say(unit, "orders", "owed to vendors", amount)
    for (code, _, unit), held in books.items():
        if code == PAYABLE:
            say(unit, "ledger", "owed to vendors", -held)
        elif code == PENDING:
            say(unit, "ledger", "pending", held)
        elif code == AVAILABLE:
            say(unit, "ledger", "available", held)
        elif code == COMMISSION:
            say(unit, "ledger", "commission", -held)
    by_kind = Posting.objects.filter(account__code=PAYABLE, entry__kind__in=["sale", "transfer", "transfer_reversed"])
    for unit, kind, amount in (
        by_kind.values_list("currency", "entry__kind").annotate(sum=Sum("amount_minor")).order_by()
    ):
        say(
            unit,
            "ledger",
            "charged" if kind == "sale" else "transferred",
            -amount if kind == "sale" else amount,
        )
    # What gift cards paid was charged when they were sold.
    kept = Posting.objects.filter(account__code__in=PREPAID, entry__kind__in=["sale", "gift_card_sold"]).values_list(
        "currency"
    )
    for unit, amount in kept.annotate(sum=Sum("amount_minor")).order_by():
        say(unit, "ledger", "charged", -amount)
    _say_plans(say)
    moved = BalanceTransaction.objects.filter(account_id="", type__in=[*SALES, "transfer", "transfer_refund"])
    moved = moved.exclude(type__in=SALES, source_id__in=_plan_charges())
    moved = moved.exclude(
        source_id__in=DebtCheckout.objects.exclude(provider_charge_id="").values("provider_charge_id")
    )
    for unit, kind, amount in moved.values_list("currency", "type").annotate(sum=Sum("amount_minor")).order_by():
        say(
            unit,
            "provider",
            "charged" if kind in SALES else "transferred",
            amount if kind in SALES else -amount,
        )
    for unit, amount in earned.items():
        say(unit, "orders", "commission", amount)
    for balance in balances or ():
        if not balance.account_id:
            say(balance.currency, "provider", "pending", balance.pending_minor)
            say(balance.currency, "provider", "available", balance.available_minor)
    return totals


def _plan_charges() -> QuerySet[Any, Any]:
    return SubscriptionInvoice.objects.exclude(provider_charge_id="").values("provider_charge_id")


def _say_plans(say: Callable[[str, str, str, int], None]) -> None:
    """What vendors paid for their plans, as each side has it."""
    paid = SubscriptionInvoice.objects.exclude(provider_charge_id="").values_list("currency")
    for unit, amount in paid.annotate(sum=Sum("paid_minor")).order_by():
        say(unit, "orders", "paid for plans", amount)
    posted = Posting.objects.filter(account__code=RECEIVABLE, entry__kind="bill_paid").values_list("currency")
    for unit, amount in posted.annotate(sum=Sum("amount_minor")).order_by():
        say(unit, "ledger", "paid for plans", -amount)
    moved = BalanceTransaction.objects.filter(account_id="", type__in=SALES, source_id__in=_plan_charges())
    for unit, amount in moved.values_list("currency").annotate(sum=Sum("amount_minor")).order_by():
        say(unit, "provider", "paid for plans", amount)
