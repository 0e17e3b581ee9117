"""What a dispute does to the vendors' money, and what staff decides about it. Locks: payment, shares, transfers.

The provider's balance transactions say what was taken and given back; the phase that follows from them (`Dispute.phase`)
says what must be in the books. So each of these may run any number of times, and news may come in any order.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Sum

from audit.actions import traced
from billing.disputes.models import (
    FINAL,
    Bearer,
    Dispute,
    DisputeEvent,
    DisputeSlice,
    DisputeState,
    Phase,
)
from billing.ledger import entries
from billing.ledger.actions import post_all, reverse
from billing.ledger.entries import DisputedPart, EntryDraft
from billing.ledger.models import JournalEntry
from billing.payments.actions import left_of, lock_payment, tax_given_back
from billing.payments.models import Payment, PaymentShare
from billing.payouts.actions import adjust_to_share
from billing.payouts.debts import charge_fee
from billing.payouts.holds import open_hold, place_hold, release_hold
from billing.payouts.models import Cause, Transfer, TransferState
from billing.payouts.recovery import recover
from kit import clock
from kit.errors import Conflict, InvalidInput
from kit.money import Money, split_largest_remainder
from outbox.actions import announce

HOLD_RULE = "dispute"


class DisputeClosed(Conflict):
    """It is decided: nothing about it can be changed any more."""

    code = "dispute_closed"


class NotOfThisPayment(InvalidInput):
    code = "not_of_this_payment"


@dataclass(frozen=True, slots=True)
class Said:
    """A dispute as the provider has it. Sums of its balance transactions in minor units, both positive."""

    provider_dispute_id: str
    state: str
    reason: str
    amount_minor: int
    withdrawn_minor: int
    reinstated_minor: int
    fee_minor: int
    currency: str
    is_refundable: bool
    evidence_due_at: datetime | None
    was_submitted: bool
    opened_at: datetime


def take_dispute(*, payment: Payment, said: Said) -> Dispute:
    """Bring our dispute up to what the provider says, and the vendors' money with it.

    Inside a transaction, with the payment locked. Announces `dispute.opened`, `dispute.changed` or `dispute.closed` when
    that is news.
    """
    dispute = Dispute.objects.filter(provider_dispute_id=said.provider_dispute_id).select_for_update().first()
    is_new = dispute is None
    if dispute is None:
        dispute = Dispute(
            provider_dispute_id=said.provider_dispute_id,
            payment=payment,
            reference_number=payment.reference_number,
            borne_by=settings.DISPUTE_LOSS_BORNE_BY,
            fee_borne_by=settings.DISPUTE_FEE_BORNE_BY,
            currency=said.currency,
            opened_at=said.opened_at,
        )
    before = None if is_new else (dispute.state, dispute.phase)
    dispute.state, dispute.reason, dispute.amount_minor = DisputeState(said.state), said.reason[:60], said.amount_minor
    dispute.withdrawn_minor, dispute.reinstated_minor = said.withdrawn_minor, said.reinstated_minor
    dispute.fee_minor, dispute.is_refundable = said.fee_minor, said.is_refundable
    dispute.evidence_due_at, dispute.synced_at = said.evidence_due_at, clock.now()
    if said.was_submitted and dispute.submitted_at is None:
        dispute.submitted_at = clock.now()
    if dispute.is_final and dispute.closed_at is None:
        dispute.closed_at = clock.now()
    elif not dispute.is_final:
        dispute.closed_at = None
    dispute.save()
    if is_new:
        _divide(dispute)
    _settle(dispute)
    _block_refunds(payment)
    _tell(dispute, before)
    return dispute


@transaction.atomic
def assign(*, dispute_id: UUID, share_id: UUID | None, by: UUID) -> Dispute:
    """Say whose part is disputed: one vendor's (`share_id`), or all of them by what they sold.

    Raises DisputeClosed once it is decided, NotOfThisPayment.
    """
    dispute = lock_dispute(dispute_id)
    if dispute.is_final:
        raise DisputeClosed("This dispute is decided.")
    if share_id is not None and not dispute.payment.shares.filter(id=share_id).exists():
        raise NotOfThisPayment("That is not a part of this order.", field="share")
    if share_id == dispute.assigned_share_id:
        return dispute
    with traced("dispute.assigned", f"dispute:{dispute.id}", by=by, share=str(share_id or "")):
        dropped = _current(dispute)
        if dispute.is_counted:
            _count(dispute, dropped, sign=-1)
            post_all(_some(_released(dispute, dropped)))
        dispute.assigned_share_id = share_id
        dispute.version += 1
        dispute.save()
        _divide(dispute)
        _settle(dispute, also=dropped)
        note(
            dispute,
            "assigned",
            "All of it concerns one vendor's part" if share_id else "Divided among the vendors",
            by=by,
        )
    return dispute


@transaction.atomic
def decide_bearers(*, dispute_id: UUID, borne_by: str, fee_borne_by: str, by: UUID) -> Dispute:
    """Say who bears the loss and the fee, should it be lost. Raises DisputeClosed once it is decided, InvalidInput."""
    dispute = lock_dispute(dispute_id)
    if dispute.is_final:
        raise DisputeClosed("This dispute is decided.")
    for field, value in (("borne_by", borne_by), ("fee_borne_by", fee_borne_by)):
        if value not in Bearer.values:
            raise InvalidInput("Choose the vendor or the marketplace.", field=field)
    with traced("dispute.bearers_set", f"dispute:{dispute.id}", by=by, borne_by=borne_by, fee_borne_by=fee_borne_by):
        dispute.borne_by, dispute.fee_borne_by = Bearer(borne_by), Bearer(fee_borne_by)
        dispute.save(update_fields=["borne_by", "fee_borne_by"])
        text = f"If lost, borne by: {dispute.get_borne_by_display()}; its fee: {dispute.get_fee_borne_by_display()}"
        note(dispute, "bearers", text, by=by)
    return dispute


@transaction.atomic
def decide_terms(*, dispute_id: UUID, share_id: UUID | None, borne_by: str, fee_borne_by: str, by: UUID) -> Dispute:
    """`assign` and `decide_bearers` together, or neither."""
    decide_bearers(dispute_id=dispute_id, borne_by=borne_by, fee_borne_by=fee_borne_by, by=by)
    return assign(dispute_id=dispute_id, share_id=share_id, by=by)


def lock_dispute(dispute_id: UUID) -> Dispute:
    """A dispute with its payment, both locked, the payment first. Inside a transaction."""
    payment = lock_payment(Dispute.objects.values_list("payment_id", flat=True).get(id=dispute_id))
    dispute = Dispute.objects.select_for_update().get(id=dispute_id)
    dispute.payment = payment
    return dispute


def note(dispute: Dispute, kind: str, text: str, *, by: UUID | None = None) -> None:
    """A line in the dispute's timeline."""
    DisputeEvent.objects.create(dispute=dispute, kind=kind, text=text[:250], by=by)


def parts_of(slices: Iterable[DisputeSlice]) -> tuple[DisputedPart, ...]:
    """Slices as the ledger wants them."""
    return tuple(
        DisputedPart(
            *(s.vendor_id, s.reference_id, s.amount_minor, s.net_minor, s.commission_tax_minor, s.subsidy_minor),
            sales_tax_minor=s.sales_tax_minor,
        )
        for s in slices
    )


# --- The division among the vendors -------------------------------------------------------------------------


def _divide(dispute: Dispute) -> None:
    """Who has how much of the disputed amount: by what is left of each part charged, the cents to the largest remainders.

    What no part has left (the bank asks for what was refunded already) is the platform's. Of each part the vendor's
    earnings and our commission give in proportion, as in a refund.
    """
    shares = list(dispute.payment.shares.select_for_update().order_by("id"))
    chosen = [s for s in shares if dispute.assigned_share_id in (None, s.id) and left_of(s).charged > 0]
    weights = [left_of(share).charged for share in chosen]
    covered = min(dispute.amount_minor, sum(weights))
    slices = []
    for share, part in zip(chosen, split_largest_remainder(covered, weights) if covered else [], strict=False):
        left = left_of(share)
        subsidy = left.subsidy_with(part)
        within = left.within(part + subsidy)
        if part:
            slices.append(
                DisputeSlice(
                    dispute=dispute,
                    version=dispute.version,
                    share_id=share.id,
                    vendor_id=share.vendor_id,
                    reference_id=share.reference_id,
                    amount_minor=part,
                    subsidy_minor=subsidy,
                    net_minor=within.net,
                    commission_tax_minor=tax_given_back(share, within.commission),
                    sales_tax_minor=within.sales_tax,
                    currency=dispute.currency,
                )
            )
    DisputeSlice.objects.bulk_create(slices)
    dispute.platform_minor = dispute.amount_minor - covered
    dispute.save(update_fields=["platform_minor"])


def _current(dispute: Dispute) -> list[DisputeSlice]:
    return list(dispute.slices.filter(version=dispute.version).order_by("share_id"))


# --- Money --------------------------------------------------------------------------------------------------


def _settle(dispute: Dispute, *, also: Sequence[DisputeSlice] = ()) -> None:
    """Make shares, transfers and books what the dispute's phase says. `also`: parts that it no longer concerns."""
    phase = dispute.phase
    is_vendors_loss = phase == Phase.LOST and dispute.borne_by == Bearer.VENDOR
    counts = phase == Phase.HELD or is_vendors_loss
    if phase != Phase.LOST:
        _bear(dispute)
    if counts and not dispute.is_counted and not also:
        # Refunds may have been made while it was only asked about.
        dispute.slices.filter(version=dispute.version).delete()
        _divide(dispute)
    slices = _current(dispute)
    newly = counts and (not dispute.is_counted or bool(also))
    if counts != dispute.is_counted or also:
        if counts:
            _count(dispute, slices, sign=1)
        elif dispute.is_counted and not also:
            _count(dispute, slices, sign=-1)
        dispute.is_counted = counts
        dispute.save(update_fields=["is_counted"])
    if phase == Phase.LOST:
        _bear(dispute)
    _enter(dispute, slices, phase)
    shares = PaymentShare.objects.select_for_update().in_bulk([s.share_id for s in (*slices, *also)])
    for part in slices if newly else ():
        recover(
            share=shares[part.share_id],
            amount_minor=part.net_minor,
            cause=Cause.DISPUTE,
            key=f"dispute:{dispute.id}:{dispute.version}:{part.share_id}",
        )
    for share in shares.values():
        adjust_to_share(share)
    _hold(dispute, slices, also)
    if phase == Phase.LOST and dispute.fee_borne_by == Bearer.VENDOR and dispute.fee_minor > 0 and slices:
        fees = split_largest_remainder(dispute.fee_minor, [part.amount_minor for part in slices])
        for part, fee in zip(slices, fees, strict=True):
            if fee:
                charge_fee(
                    vendor_id=part.vendor_id,
                    amount_minor=fee,
                    currency=dispute.currency,
                    key=f"fee:{dispute.id}:{part.share_id}",
                    reason="The provider's fee for a dispute that was lost",
                    reference_id=part.reference_id,
                    number=dispute.reference_number,
                )


def _count(dispute: Dispute, slices: Iterable[DisputeSlice], *, sign: int) -> None:
    shares = PaymentShare.objects.select_for_update().order_by("id").in_bulk([part.share_id for part in slices])
    for part in slices:
        share = shares[part.share_id]
        share.disputed_minor += sign * part.amount_minor
        share.disputed_subsidy_minor += sign * part.subsidy_minor
        share.disputed_net_minor += sign * part.net_minor
        share.disputed_commission_tax_minor += sign * part.commission_tax_minor
        share.disputed_sales_tax_minor += sign * part.sales_tax_minor
        share.save(
            update_fields=[
                *("disputed_minor", "disputed_subsidy_minor", "disputed_net_minor", "disputed_commission_tax_minor"),
                "disputed_sales_tax_minor",
            ]
        )


def _bear(dispute: Dispute) -> None:
    """Note on the shares what banks keep of them and the platform bears: the vendors have it still, and the customer too."""
    lost = DisputeSlice.objects.filter(
        dispute__payment=dispute.payment_id,
        dispute__state=DisputeState.LOST,
        dispute__borne_by=Bearer.PLATFORM,
        dispute__reinstated_minor__lt=F("dispute__withdrawn_minor"),
        version=F("dispute__version"),
    )
    sums = {
        share: (amount, subsidy)
        for share, amount, subsidy in lost.order_by()
        .values_list("share_id")
        .annotate(Sum("amount_minor"), Sum("subsidy_minor"))
    }
    for share in PaymentShare.objects.select_for_update().filter(payment=dispute.payment_id).order_by("id"):
        # Two banks' questions may have been about the same goods.
        gross, subsidy = sums.get(share.id, (0, 0))
        borne = (
            min(gross, left_of(share).charged + share.platform_lost_minor),
            min(subsidy, share.subsidy_minor - share.refunded_subsidy_minor - share.disputed_subsidy_minor),
        )
        if borne != (share.platform_lost_minor, share.platform_lost_subsidy_minor):
            share.platform_lost_minor, share.platform_lost_subsidy_minor = borne
            share.save(update_fields=["platform_lost_minor", "platform_lost_subsidy_minor"])


def _enter(dispute: Dispute, slices: Sequence[DisputeSlice], phase: Phase) -> None:
    """The entries of where it stands; what is in the books already stays as it is."""
    drafts: list[EntryDraft | None] = []
    if phase != Phase.NONE:
        drafts.append(_held(dispute, slices))
    if phase == Phase.RETURNED or (phase == Phase.LOST and dispute.borne_by == Bearer.PLATFORM):
        drafts.append(_released(dispute, slices))
    lost = _lost(dispute, slices)
    if phase == Phase.LOST:
        drafts += lost
    post_all(draft for draft in drafts if draft is not None)
    if phase == Phase.RETURNED:
        # An appeal was won after it was lost.
        for entered in JournalEntry.objects.filter(source_key__in=[draft.source_key for draft in lost]).order_by("id"):
            reverse(entry=entered, reason="The bank gave the money back after all")


def _held(dispute: Dispute, slices: Sequence[DisputeSlice]) -> EntryDraft | None:
    return entries.dispute_held(
        dispute_id=dispute.id,
        order_id=dispute.payment.reference_id,
        version=dispute.version,
        parts=parts_of(slices),
        currency=dispute.currency,
        occurred_at=clock.now(),
    )


def _released(dispute: Dispute, slices: Sequence[DisputeSlice]) -> EntryDraft | None:
    return entries.dispute_released(
        dispute_id=dispute.id,
        order_id=dispute.payment.reference_id,
        version=dispute.version,
        parts=parts_of(slices),
        currency=dispute.currency,
        occurred_at=clock.now(),
    )


def _lost(dispute: Dispute, slices: Sequence[DisputeSlice]) -> list[EntryDraft]:
    return entries.dispute_lost(
        dispute_id=dispute.id,
        order_id=dispute.payment.reference_id,
        version=dispute.version,
        parts=parts_of(slices),
        outstanding_minor=dispute.withdrawn_minor,
        is_borne_by_vendors=dispute.borne_by == Bearer.VENDOR,
        currency=dispute.currency,
        occurred_at=clock.now(),
    )


def _some(draft: EntryDraft | None) -> list[EntryDraft]:
    return [] if draft is None else [draft]


def _hold(dispute: Dispute, slices: Sequence[DisputeSlice], also: Sequence[DisputeSlice]) -> None:
    """While money may yet be taken, what was not transferred of the parts it concerns waits; it takes none of it."""
    waits = dispute.phase == Phase.NONE and not dispute.is_final
    concerned = {part.share_id for part in slices} if waits else set()
    rows = Transfer.objects.filter(share_id__in=[part.share_id for part in (*slices, *also)])
    for transfer in rows.exclude(state__in=[TransferState.DONE, TransferState.CANCELED]).order_by("id"):
        held = open_hold(transfer, HOLD_RULE)
        if transfer.share_id in concerned and held is None:
            place_hold(transfer=transfer, rule=HOLD_RULE, reason="The customer's bank asks about the payment")
        elif held is not None and transfer.share_id not in concerned and not is_asked_about(transfer, but=dispute):
            release_hold(hold=held, reason="The customer's bank asks no longer")


def is_asked_about(transfer: Transfer, *, but: Dispute | None = None) -> bool:
    """Whether a dispute (another than `but`) may yet take what a transfer carries."""
    found = DisputeSlice.objects.filter(
        share_id=transfer.share_id, version=F("dispute__version"), dispute__withdrawn_minor=0
    )
    return found.exclude(dispute__state__in=FINAL).exclude(dispute=but).exists()


def _block_refunds(payment: Payment) -> None:
    """While the bank has a payment, or takes it when it is refunded, nothing of it is refunded as well. Once it has decided,
    what it kept is gone from the parts it concerns, and the rest can be.
    """
    blocking = payment.disputes.filter(is_refundable=False).exclude(state__in=FINAL).exists()
    if blocking != (payment.refunds_blocked_at is not None):
        payment.refunds_blocked_at = clock.now() if blocking else None
        payment.save(update_fields=["refunds_blocked_at"])


# --- News ---------------------------------------------------------------------------------------------------


def _tell(dispute: Dispute, before: tuple[str, Phase] | None) -> None:
    now = (dispute.state, dispute.phase)
    if before == now:
        return
    if before is None or before[0] != dispute.state:
        note(dispute, "state", dispute.get_state_display())
    if (before[1] if before else Phase.NONE) != dispute.phase:
        amount = Money(dispute.withdrawn_minor, dispute.currency)
        words = {
            Phase.HELD: f"The bank took {amount}",
            Phase.LOST: f"The bank keeps {amount}",
            Phase.RETURNED: f"The bank gave back {amount}",
        }
        note(dispute, "money", words[dispute.phase])
    name = "dispute.opened" if before is None else "dispute.closed" if dispute.is_final else "dispute.changed"
    announce(name, payload={"dispute": str(dispute.id), "state": str(dispute.state)})
