"""Why a transfer waits: one `Hold` a reason, and a transfer is due when none is left open.

Whoever places or ends a hold does it here, so that what the transfer itself says (`hold_rule`, `hold_reason`,
`release_at`) is always the hold that ends last.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from billing.payments.models import Payment, PaymentShare
from billing.payouts.models import Hold, HoldKind, HoldRule, Transfer, TransferPart, TransferState
from billing.payouts.models.holds import CHECKLIST
from billing.payouts.terms import CHECKLIST_REASON, Rule, SaleFacts, SaleTerms, Terms, released_after, terms_of
from kit import clock
from kit.errors import Conflict, InvalidInput
from outbox.actions import announce
from outbox.doorbell import ring
from tenants.vendors.models import Vendor

MANUAL = "manual"
_HELD_FOR_STEPS = (CHECKLIST, CHECKLIST_REASON)


class AlreadyTransferred(Conflict):
    """The money is with the vendor: there is nothing left to hold."""

    code = "already_transferred"


class HoldEnded(Conflict):
    code = "hold_ended"


class SayWhy(InvalidInput):
    code = "hold_without_reason"


@transaction.atomic
def place_hold(*, transfer: Transfer, rule: str, reason: str, release_at: datetime | None = None) -> Hold:
    """Hold a transfer for a reason the vendor will read, until `release_at`, or until `release_hold` when that is None.

    A rule holds a transfer once: placed again, the open hold takes the new reason and date. One on its way to the
    provider is held should it come back. By hand, it announces `transfer.held`. Raises AlreadyTransferred, SayWhy.
    """
    if not reason.strip():
        raise SayWhy("Say why it is held: the vendor reads it.", field="reason")
    row = _locked(transfer)
    if row.state == TransferState.DONE:
        raise AlreadyTransferred(f"{row.reference_number} was transferred already.")
    hold, is_new = Hold.objects.update_or_create(
        transfer=row,
        rule=rule,
        released_at=None,
        defaults={"reason": reason.strip()[:200], "release_at": release_at, "vendor_id": row.vendor_id},
    )
    if row.state == TransferState.DUE:
        row.state = TransferState.HELD
    summarize(row)
    if is_new and rule == MANUAL:
        announce("transfer.held", vendor_id=row.vendor_id, payload={"hold": str(hold.id)})
    return hold


@transaction.atomic
def release_hold(*, hold: Hold, reason: str = "") -> Hold:
    """End a hold now. The transfer goes when no other is open. Of one placed by hand announces `transfer.released`.

    Raises HoldEnded when somebody ended it before.
    """
    row = _locked(hold.transfer)
    open_hold = Hold.objects.select_for_update().filter(id=hold.id, released_at__isnull=True).first()
    if open_hold is None:
        raise HoldEnded("That hold has ended already.")
    open_hold.released_at, open_hold.released_reason = clock.now(), reason.strip()[:200]
    open_hold.save(update_fields=["released_at", "released_reason"])
    summarize(row)
    if open_hold.rule == MANUAL:
        announce("transfer.released", vendor_id=row.vendor_id, payload={"hold": str(open_hold.id)})
    return open_hold


def open_hold(transfer: Transfer, rule: str) -> Hold | None:
    """The hold that a rule has on a transfer now; None when it has none."""
    return Hold.objects.filter(transfer=transfer, rule=rule, released_at__isnull=True).first()


def holds_of(transfers: Iterable[Transfer]) -> dict[UUID, list[Hold]]:
    """The holds of each of these transfers, in the order they were placed; one statement however many there are."""
    found: dict[UUID, list[Hold]] = {}
    for hold in Hold.objects.filter(transfer__in=[row.id for row in transfers]).order_by("id"):
        found.setdefault(hold.transfer_id, []).append(hold)
    return found


def is_held(transfer: Transfer) -> bool:
    """Whether a hold of it is open at this moment."""
    lasting = Q(release_at__isnull=True) | Q(release_at__gt=clock.now())
    return Hold.objects.filter(lasting, transfer=transfer, released_at__isnull=True).exists()


def summarize(transfer: Transfer) -> Transfer:
    """Have a locked transfer say which of its holds ends last. What waits for something else is tried again at once."""
    open_holds = Hold.objects.filter(transfer=transfer, released_at__isnull=True)
    last = open_holds.order_by(F("release_at").desc(nulls_first=True), "id").first()
    if last is None:
        transfer.release_at = clock.now()
        reason = "Released"
    else:
        transfer.hold_rule, transfer.release_at, reason = last.rule, last.release_at, last.reason
        if last.rule == HoldKind.DELIVERED and last.release_at is not None and last.days_after_delivery is not None:
            reason = _released_on(last.release_at - timedelta(days=last.days_after_delivery), last.release_at)
    if transfer.state == TransferState.HELD:
        transfer.hold_reason, transfer.next_try_at = reason, None
    transfer.save(update_fields=["state", "hold_rule", "hold_reason", "release_at", "next_try_at"])
    if transfer.release_at is not None and transfer.release_at <= clock.now():
        transaction.on_commit(lambda: ring("stripe.send_transfers"))
    return transfer


# --- A sale -------------------------------------------------------------------------------------------------


def hold_earnings(payment: Payment) -> list[Transfer]:
    """A held transfer for each share of a paid payment that earns its vendor anything, and one more for a reserve of it.

    Inside a transaction, with the payment locked. Done twice, it adds nothing.
    """
    shares = [share for share in payment.shares.order_by("id") if share.net_minor]
    planned = [
        (made, holds)
        for share, terms in zip(shares, terms_of_shares(payment, shares), strict=True)
        for made, holds in _parts(payment, share, terms)
    ]
    not_let_in = Vendor.objects.filter(id__in={share.vendor_id for share in shares}, payouts_cleared_at=None)
    closed = set(not_let_in.values_list("id", flat=True))
    for made, _ in planned:
        if made.vendor_id in closed:
            made.hold_rule, made.hold_reason = _HELD_FOR_STEPS
    Transfer.objects.bulk_create([made for made, _ in planned], ignore_conflicts=True)
    transfers = list(Transfer.objects.filter(payment_id=payment.id).order_by("id"))
    kept = {row.id for row in transfers}
    asked = [(made, *_HELD_FOR_STEPS) for made, _ in planned if made.id in kept and made.hold_rule == CHECKLIST]
    Hold.objects.bulk_create(
        Hold(transfer=made, vendor_id=made.vendor_id, rule=rule, reason=reason) for made, rule, reason in asked
    )
    Hold.objects.bulk_create(
        Hold(
            transfer=made,
            vendor_id=made.vendor_id,
            rule=each.rule,
            reason=each.reason,
            hold_rule_id=each.rule_id,
            days_after_delivery=each.days,
        )
        for made, holds in planned
        if made.id in kept
        for each in holds
    )
    return transfers


def terms_of_shares(payment: Payment, shares: Sequence[PaymentShare]) -> list[SaleTerms]:
    """Under which holds the earnings of each share go. Two statements, and one a vendor when rules ask how new it is."""
    rules = live_rules()
    vendors = Vendor.objects.in_bulk([share.vendor_id for share in shares])
    most = max((rule.new_for_orders or 0 for rule in rules), default=0)
    return [
        terms_of(
            SaleFacts(
                vendor_id=share.vendor_id,
                country=vendor.country if (vendor := vendors.get(share.vendor_id)) else "",
                selling_since=(vendor.activated_at or vendor.approved_at) if vendor else None,
                orders_before=orders_before(share.vendor_id, most=most, but=payment.id) if most else 0,
                category_paths=tuple(share.category_paths),
                gross_minor=share.gross_minor,
                net_minor=share.net_minor,
                currency=share.currency,
                risk_level=payment.risk_level,
                at=payment.paid_at or clock.now(),
            ),
            rules,
            default_days=settings.HOLD_DAYS,
        )
        for share in shares
    ]


def orders_before(vendor_id: UUID, *, most: int, but: UUID | None = None) -> int:
    """How many paid vendor orders a vendor has had, counted up to `most`."""
    mine = Transfer.objects.filter(vendor_id=vendor_id, part=TransferPart.EARNINGS)
    if but is not None:
        mine = mine.exclude(payment_id=but)
    return len(mine.order_by("-id").values_list("id")[:most])


def live_rules() -> list[Rule]:
    """The rules in force (that this database role may read), as plain data."""
    return [as_rule(row) for row in HoldRule.objects.filter(ended_at__isnull=True).order_by("id")]


def as_rule(row: HoldRule) -> Rule:
    return Rule(
        id=row.id,
        kind=row.kind,
        scope=row.scope,
        only_vendor=row.only_vendor,
        category_path=row.category_path,
        country=row.country,
        days=row.days,
        rate_bps=row.rate_bps or 0,
        above_minor=row.above_minor or 0,
        currency=row.currency,
        new_for_days=row.new_for_days,
        new_for_orders=row.new_for_orders,
    )


def _parts(payment: Payment, share: PaymentShare, terms: SaleTerms) -> list[tuple[Transfer, tuple[Terms, ...]]]:
    reserved = min(terms.reserve_minor, share.net_minor) if terms.reserve else 0
    found = []
    if share.net_minor > reserved:
        found.append(
            (_part(payment, share, TransferPart.EARNINGS, share.net_minor - reserved, terms.holds[0]), terms.holds)
        )
    if reserved and terms.reserve:
        # The reserve's own date lies behind delivery's, but not behind that of a large order.
        holds = (terms.reserve, *terms.holds[1:])
        found.append((_part(payment, share, TransferPart.RESERVE, reserved, terms.reserve), holds))
    return found


def _part(payment: Payment, share: PaymentShare, part: TransferPart, amount_minor: int, first: Terms) -> Transfer:
    return Transfer(
        payment_id=payment.id,
        share_id=share.id,
        reference_id=share.reference_id,
        reference_number=payment.reference_number,
        vendor_id=share.vendor_id,
        part=part,
        planned_minor=amount_minor,
        amount_minor=amount_minor,
        currency=share.currency,
        source_charge_id=payment.provider_charge_id,
        # All that draws on a charge must be within what was charged; each share keeps to its own part of that.
        draws_on_charge=share.net_minor <= share.charged_minor,
        hold_rule=first.rule,
        hold_reason=first.reason,
    )


# --- Delivery -----------------------------------------------------------------------------------------------


@transaction.atomic
def delivered(*, reference_id: UUID, delivered_at: datetime) -> Transfer | None:
    """The vendor order has arrived: the holds that waited for it get their dates. Gives None when it earns nothing.

    One that is canceled is given its date as well: a refund that fails has it held again, and nothing else would.
    """
    transfers = list(Transfer.objects.select_for_update().filter(reference_id=reference_id).order_by("part"))
    waiting = Hold.objects.filter(
        transfer__in=transfers, days_after_delivery__isnull=False, release_at__isnull=True, released_at__isnull=True
    )
    dated = {}
    for hold in waiting:
        assert hold.days_after_delivery is not None
        hold.release_at = delivered_at + timedelta(days=hold.days_after_delivery)
        dated[hold.transfer_id] = hold
        hold.save(update_fields=["release_at"])
    for row in transfers:
        if row.id in dated:
            summarize(row)
    return transfers[0] if transfers else None


def _locked(transfer: Transfer) -> Transfer:
    return Transfer.objects.select_for_update().get(id=transfer.id)


def _released_on(delivered_at: datetime, release_at: datetime) -> str:
    return f"Delivered on {delivered_at:%-d %B %Y}; released on {release_at:%-d %B %Y}"


def held_until_delivery() -> str:
    words = released_after(settings.HOLD_DAYS)
    return words[0].upper() + words[1:]
