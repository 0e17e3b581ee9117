"""What vendors owe: how it comes about, and how later earnings, a payment or a write-off settle it, oldest first.

All debts less all their payments are account 1300 of the books, to the cent; the match proves it.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from audit.actions import traced
from billing.ledger import entries
from billing.ledger.actions import post_all
from billing.payments.models import Payment, PaymentShare
from billing.payouts.models import (
    Adjustment,
    Cause,
    CheckoutState,
    DebtCheckout,
    DebtLimit,
    DebtPayment,
    DebtPaymentKind,
    Transfer,
    VendorDebt,
)
from kit import clock
from kit.errors import Conflict, InvalidInput
from kit.ids import uuid7
from kit.money import Money
from outbox.actions import announce

OPEN_CHECKOUTS = (CheckoutState.OPENING, CheckoutState.OPEN)
CHECKOUT_LASTS = timedelta(minutes=32)
WAITS_FOR_PAYMENT = "The vendor is paying what it owes; its earnings wait for that."


class NothingOwed(Conflict):
    code = "nothing_owed"


class PaymentUnderWay(Conflict):
    """The vendor is paying its debt on the provider's page right now."""

    code = "debt_payment_under_way"


class TooMuch(InvalidInput):
    """More than is owed."""

    code = "more_than_owed"


class WrittenOffElsewhere(Conflict):
    """A form has one id for one debt, and this one's belongs to something else."""

    code = "write_off_of_another_debt"

    def __init__(self) -> None:
        super().__init__(
            "This was sent before, for another debt. To write this one off as well, send it under a new id."
        )


class ReasonNeeded(InvalidInput):
    code = "reason_needed"


def owe(*, share: PaymentShare, amount_minor: int, cause: Cause, key: str, reason: str) -> VendorDebt:
    """What could not be taken back of a share's earnings is owed from now on. Once per `key`.

    Inside a transaction, with payment and share locked. Announces `debt.made`.
    """
    found = VendorDebt.objects.filter(key=key).first()
    if found is not None:
        return found
    number = Payment.objects.values_list("reference_number", flat=True).get(id=share.payment_id)
    debt = VendorDebt.objects.create(
        key=key,
        vendor_id=share.vendor_id,
        share_id=share.id,
        reference_id=share.reference_id,
        reference_number=number,
        cause=cause,
        reason=reason[:250],
        amount_minor=amount_minor,
        currency=share.currency,
    )
    share.indebted_minor += amount_minor
    share.save(update_fields=["indebted_minor"])
    _enter(debt)
    return debt


def charge_fee(
    *, vendor_id: UUID, amount_minor: int, currency: str, key: str, reason: str, reference_id: UUID, number: str
) -> VendorDebt:
    """A dispute's fee that the vendor is to bear. Once per `key`. Inside a transaction. Announces `debt.made`."""
    found = VendorDebt.objects.filter(key=key).first()
    if found is not None:
        return found
    debt = VendorDebt.objects.create(
        key=key,
        vendor_id=vendor_id,
        reference_id=reference_id,
        reference_number=number,
        cause=Cause.DISPUTE_FEE,
        reason=reason[:250],
        amount_minor=amount_minor,
        currency=currency,
    )
    _enter(debt)
    return debt


def debit(*, debt_id: UUID, vendor_id: UUID, amount_minor: int, currency: str, reason: str) -> VendorDebt:
    """What staff decided that a vendor is to pay. Inside a transaction. Announces `debt.made`."""
    debt = VendorDebt.objects.create(
        id=debt_id,
        key=f"by_hand:{debt_id}",
        vendor_id=vendor_id,
        cause=Cause.BY_HAND,
        reason=reason[:250],
        amount_minor=amount_minor,
        currency=currency,
    )
    _enter(debt)
    return debt


def _enter(debt: VendorDebt) -> None:
    post_all(drafts_of(debt))
    announce("debt.made", vendor_id=debt.vendor_id, payload={"debt": str(debt.id)})


def drafts_of(debt: VendorDebt) -> list[entries.EntryDraft]:
    """The entries of a debt: one by hand first takes from what is owed to the vendor, which is what it is to pay back."""
    is_by_hand = debt.cause == Cause.BY_HAND
    owed = entries.debt(
        debt_id=debt.id,
        vendor_id=debt.vendor_id,
        amount_minor=debt.amount_minor,
        currency=debt.currency,
        occurred_at=debt.created_at,
        is_fee=debt.cause == Cause.DISPUTE_FEE,
        is_by_hand=is_by_hand,
        reference_id=debt.id if is_by_hand else debt.reference_id,
    )
    if not is_by_hand:
        return [owed]
    debited = entries.vendor_debit(
        debt_id=debt.id,
        vendor_id=debt.vendor_id,
        amount_minor=debt.amount_minor,
        currency=debt.currency,
        reason=debt.reason,
        occurred_at=debt.created_at,
    )
    return [debited, owed]


def draft_of_payment(payment: DebtPayment) -> entries.EntryDraft | None:
    """The entry of a debt's payment; None for one made at the provider, whose movement is the entry."""
    if payment.kind == DebtPaymentKind.NETTED:
        return entries.debt_netted(
            payment_id=payment.id,
            vendor_id=payment.vendor_id,
            amount_minor=payment.amount_minor,
            currency=payment.currency,
            occurred_at=payment.created_at,
            reference_id=payment.transfer.reference_id if payment.transfer else payment.adjustment_id,
        )
    if payment.kind == DebtPaymentKind.WRITTEN_OFF:
        return entries.debt_written_off(
            payment_id=payment.id,
            vendor_id=payment.vendor_id,
            amount_minor=payment.amount_minor,
            currency=payment.currency,
            occurred_at=payment.created_at,
            reason=payment.reason,
        )
    return None


def lock_debts(vendor_id: UUID, currency: str) -> list[VendorDebt]:
    """A vendor's open debts, oldest first, locked. Inside a transaction."""
    rows = VendorDebt.objects.filter(vendor_id=vendor_id, currency=currency, settled_at__isnull=True)
    return list(rows.select_for_update().order_by("id"))


def set_off(*, transfer: Transfer, share: PaymentShare) -> int:
    """Keep of a transfer that is about to be sent what its vendor owes, oldest debt first; gives how much.

    Inside a transaction; payment, share and transfer are locked. Raises PaymentUnderWay while the vendor is paying by
    itself, or the same debt might be paid twice.
    """
    taken = _net(transfer.vendor_id, transfer.currency, transfer.amount_minor, transfer=transfer)
    if taken:
        transfer.amount_minor -= taken
        transfer.netted_minor += taken
        share.netted_minor += taken
        share.save(update_fields=["netted_minor"])
    return taken


def set_off_credit(credit: Adjustment) -> int:
    """The same of a credit by hand, which is locked: what is kept of it pays debts. Raises PaymentUnderWay."""
    taken = _net(credit.vendor_id, credit.currency, credit.sent_minor, adjustment=credit)
    credit.netted_minor += taken
    return taken


def _net(
    vendor_id: UUID,
    currency: str,
    amount_minor: int,
    *,
    transfer: Transfer | None = None,
    adjustment: Adjustment | None = None,
) -> int:
    """Settle a vendor's debts, oldest first, by as much of an amount as they take; gives how much."""
    debts = lock_debts(vendor_id, currency)
    if not debts:
        return 0
    if is_paying(vendor_id, currency):
        raise PaymentUnderWay(WAITS_FOR_PAYMENT)
    made = _settle(debts, amount_minor, DebtPaymentKind.NETTED, transfer=transfer, adjustment=adjustment)
    return sum(payment.amount_minor for payment in made)


@transaction.atomic
def write_off(*, debt_id: UUID, amount_minor: int, reason: str, by: UUID, once: UUID | None = None) -> DebtPayment:
    """No longer expect a part of a debt, or all of it, to be paid. `by`: who of the staff decided.

    `once` comes from the form and becomes the payment's id: sent twice, it is one.

    Raises ReasonNeeded, NothingOwed, TooMuch, PaymentUnderWay, WrittenOffElsewhere.
    """
    debt = VendorDebt.objects.select_for_update().get(id=debt_id)
    if once is not None and (made_before := written_off_as(once, debt)):
        return made_before
    check_write_off(debt, amount_minor, reason)
    subject = f"vendor_debt:{debt.id}"
    try:
        with traced("debt.written_off", subject, by=by, amount_minor=amount_minor, reason=reason.strip()):
            (made,) = _settle(
                [debt],
                amount_minor,
                DebtPaymentKind.WRITTEN_OFF,
                reason=reason.strip()[:250],
                made_by=by,
                first_id=once,
            )
    except IntegrityError:
        # Of two debts at the same moment: each is locked, the id is one.
        if once is None or not DebtPayment.objects.filter(id=once).exists():
            raise
        raise WrittenOffElsewhere() from None
    return made


def written_off_as(once: UUID, debt: VendorDebt) -> DebtPayment | None:
    """What a form of this id did before. Raises WrittenOffElsewhere when that was not to this debt."""
    made = DebtPayment.objects.filter(id=once).first()
    if made is not None and made.debt_id != debt.id:
        raise WrittenOffElsewhere()
    return made


def check_write_off(debt: VendorDebt, amount_minor: int, reason: str) -> None:
    """Raises ReasonNeeded, NothingOwed, TooMuch, PaymentUnderWay when so much of a debt cannot be written off."""
    if not reason.strip():
        raise ReasonNeeded("Say why the debt is written off.", field="reason")
    if debt.settled_at is not None:
        raise NothingOwed("This debt is settled already.")
    if not 0 < amount_minor <= debt.left_minor:
        raise TooMuch(f"Of this debt {Money(debt.left_minor, debt.currency)} is left.", field="amount")
    if is_paying(debt.vendor_id, debt.currency):
        raise PaymentUnderWay("The vendor is paying what it owes right now. Try again in half an hour.")


@transaction.atomic
def open_checkout(*, vendor_id: UUID, currency: str, by: UUID | None) -> DebtCheckout:
    """The vendor is about to pay all that it owes: one checkout at a time. Raises NothingOwed."""
    debts = lock_debts(vendor_id, currency)
    found = _checkouts(vendor_id, currency).first()
    if found is not None:
        return found
    owed = sum(debt.left_minor for debt in debts)
    if not owed:
        raise NothingOwed("Nothing is owed.")
    return DebtCheckout.objects.create(
        vendor_id=vendor_id,
        amount_minor=owed,
        currency=currency,
        opened_by=by,
        # Whole seconds, as the provider keeps it: a repeated request must be the same to the letter.
        expires_at=clock.now().replace(microsecond=0) + CHECKOUT_LASTS,
    )


@transaction.atomic
def checkout_opened(*, checkout_id: UUID, session_id: str, url: str) -> DebtCheckout:
    """Note the session that the provider opened. Told twice, it stays as it is."""
    checkout = DebtCheckout.objects.select_for_update().get(id=checkout_id)
    if checkout.state == CheckoutState.OPENING:
        checkout.state, checkout.provider_session_id, checkout.url = CheckoutState.OPEN, session_id, url
        checkout.save(update_fields=["state", "provider_session_id", "url"])
    return checkout


@transaction.atomic
def checkout_paid(*, checkout_id: UUID, charge_id: str) -> DebtCheckout:
    """The provider took the money: the debts it was opened for are paid, oldest first. Announces `debt.paid`, once."""
    vendor_id, currency = DebtCheckout.objects.values_list("vendor_id", "currency").get(id=checkout_id)
    debts = lock_debts(vendor_id, currency)
    checkout = DebtCheckout.objects.select_for_update().get(id=checkout_id)
    if checkout.state == CheckoutState.PAID:
        return checkout
    checkout.state, checkout.provider_charge_id, checkout.closed_at = CheckoutState.PAID, charge_id, clock.now()
    checkout.save(update_fields=["state", "provider_charge_id", "closed_at"])
    # Nothing else settles a debt while a checkout is open, so that there is as much left as was paid.
    _settle(debts, checkout.amount_minor, DebtPaymentKind.PAID, checkout=checkout)
    announce("debt.paid", vendor_id=vendor_id, payload={"checkout": str(checkout.id)})
    return checkout


@transaction.atomic
def checkout_closed(*, checkout_id: UUID) -> None:
    """The provider says that it can no longer be paid, or never opened it: earnings need not wait for it."""
    DebtCheckout.objects.filter(id=checkout_id, state__in=OPEN_CHECKOUTS).update(
        state=CheckoutState.EXPIRED, closed_at=clock.now()
    )


@transaction.atomic
def set_limit(*, vendor_id: UUID, limit_minor: int, currency: str, reason: str, by: UUID) -> DebtLimit:
    """Let one vendor owe more, or less, than others before finance is told and its payouts are held.

    Announces `debt.changed`. Raises ReasonNeeded, InvalidInput.
    """
    if not reason.strip():
        raise ReasonNeeded("Say why this vendor has a limit of its own.", field="reason")
    if limit_minor < 0:
        raise InvalidInput("A limit is not negative.", field="limit")
    with traced("debt.limit_set", f"vendor:{vendor_id}", by=by, limit_minor=limit_minor, reason=reason.strip()):
        limit, _ = DebtLimit.objects.update_or_create(
            vendor_id=vendor_id,
            currency=currency,
            defaults={
                "limit_minor": limit_minor,
                "reason": reason.strip()[:250],
                "set_by": by,
                "set_at": clock.now(),
            },
        )
        announce("debt.changed", vendor_id=vendor_id, payload={"limit": str(limit.id)})
    return limit


def limit_of(vendor_id: UUID, currency: str) -> int:
    """How much a vendor may owe, in minor units, before finance is told."""
    own = DebtLimit.objects.filter(vendor_id=vendor_id, currency=currency).values_list("limit_minor", flat=True).first()
    return default_limit() if own is None else own


def default_limit() -> int:
    """How much a vendor without a limit of its own may owe."""
    return int(settings.VENDOR_DEBT_LIMIT_MINOR)


def own_limit_of(vendor_id: UUID, currency: str) -> DebtLimit | None:
    """The limit that a vendor has of its own; None for most."""
    return DebtLimit.objects.filter(vendor_id=vendor_id, currency=currency).first()


def paying_now(vendor_ids: Iterable[UUID]) -> set[UUID]:
    """Those of these vendors that are on their way to pay what they owe by themselves. One query."""
    rows = DebtCheckout.objects.filter(vendor_id__in=list(vendor_ids), state__in=OPEN_CHECKOUTS)
    return set(rows.values_list("vendor_id", flat=True))


def is_paying(vendor_id: UUID, currency: str) -> bool:
    """Whether a vendor has the page open on which it pays what it owes."""
    return _checkouts(vendor_id, currency).exists()


def _checkouts(vendor_id: UUID, currency: str) -> QuerySet[DebtCheckout]:
    return DebtCheckout.objects.filter(vendor_id=vendor_id, currency=currency, state__in=OPEN_CHECKOUTS)


def _settle(
    debts: Sequence[VendorDebt],
    amount_minor: int,
    kind: DebtPaymentKind,
    *,
    transfer: Transfer | None = None,
    adjustment: Adjustment | None = None,
    checkout: DebtCheckout | None = None,
    reason: str = "",
    made_by: UUID | None = None,
    first_id: UUID | None = None,
) -> list[DebtPayment]:
    """Pay these debts in their order as far as the amount goes, and enter it. The debts are locked.

    `first_id`, where it is given, is the id of the first payment. Announces `debt.changed`.
    """
    made: list[DebtPayment] = []
    for debt in debts:
        part = min(debt.left_minor, amount_minor)
        if not part:
            continue
        amount_minor -= part
        debt.settled_minor += part
        debt.settled_at = clock.now() if not debt.left_minor else None
        debt.save(update_fields=["settled_minor", "settled_at"])
        made.append(
            DebtPayment.objects.create(
                id=first_id if first_id and not made else uuid7(),
                debt=debt,
                vendor_id=debt.vendor_id,
                kind=kind,
                amount_minor=part,
                currency=debt.currency,
                transfer=transfer,
                adjustment=adjustment,
                checkout=checkout,
                reason=reason,
                made_by=made_by,
            )
        )
    post_all(draft for payment in made if (draft := draft_of_payment(payment)) is not None)
    if made:
        announce("debt.changed", vendor_id=made[0].vendor_id, payload={"payments": [str(row.id) for row in made]})
    return made
