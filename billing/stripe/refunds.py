"""Sending customers their money back: the refund comes first, whatever it means for a vendor comes after it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import stripe
import structlog
from django.db import transaction
from django.db.models import F

from billing.ledger.actions import reverse
from billing.ledger.entries import EntryDraft
from billing.ledger.models import JournalEntry
from billing.payments.actions import lock_payment, owed_entry, refund_answered
from billing.payments.models import Refund, RefundState
from billing.payments.provider import DEFAULT
from billing.stripe.amounts import from_stripe, to_stripe
from billing.stripe.balances import book, mirror, transaction_of
from billing.stripe.client import NOT_NOW, code_of, describe, is_temporary, named_errors, stripe_client
from kit import clock

log = structlog.get_logger(__name__)
LEASE = timedelta(minutes=1)
SOON = timedelta(seconds=30)
LATER = timedelta(minutes=10)
KEY_TRUSTED = timedelta(hours=20)
EXPANDED = ["balance_transaction", "failure_balance_transaction"]
STATES = {
    "pending": RefundState.PENDING,
    "requires_action": RefundState.PENDING,
    "succeeded": RefundState.SUCCEEDED,
    "failed": RefundState.FAILED,
    "canceled": RefundState.FAILED,
}


def send_refunds() -> int:
    """Send every refund that is due; gives how many Stripe accepted. Network: not inside a transaction."""
    accepted = 0
    while refund := claim():
        accepted += send(refund)
    return accepted


@transaction.atomic
def claim() -> Refund | None:
    """Take the next due refund for a while, or None."""
    refund = (
        Refund.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("payment", "share")
        .filter(state__in=[RefundState.DUE, RefundState.SENT], due_at__lte=clock.now(), payment__provider=DEFAULT)
        .filter(amount_minor__gt=F("prepaid_minor") + F("credited_minor"))
        .order_by("due_at", "id")
        .first()
    )
    if refund is not None:
        refund.state, refund.due_at = RefundState.SENT, clock.now() + LEASE
        refund.save(update_fields=["state", "due_at"])
    return refund


def send(refund: Refund) -> bool:
    """Have Stripe refund, once, and enter it. False when it has to wait or was refused; then it says why."""
    try:
        made = _made_before(refund) if clock.now() - refund.created_at > KEY_TRUSTED else None
        made = made or _create(refund)
    except stripe.StripeError as error:
        _not_made(refund, error)
        return False
    _record(refund.id, made)
    return True


def settle_refund(provider_refund_id: str) -> Refund | None:
    """Fetch a refund and bring ours up to it: for webhooks, and for refunds whose answer was lost. None: not ours.

    Raises ProviderUnavailable, ProviderRefused. Network: not inside a transaction.
    """
    with named_errors("reading a refund"):
        made = stripe_client().v1.refunds.retrieve(provider_refund_id, {"expand": EXPANDED})
    ours = Refund.objects.filter(provider_refund_id=made.id).first() or _meant_by(made)
    return _record(ours.id, made) if ours else None


def _create(refund: Refund) -> Any:
    return stripe_client().v1.refunds.create(
        {
            "charge": refund.payment.provider_charge_id,
            "amount": to_stripe(refund.sent_minor, refund.currency),
            "metadata": {
                "refund": str(refund.id),
                "vendor_order": str(refund.share.reference_id),
                "vendor": str(refund.vendor_id),
            },
            "expand": EXPANDED,
        },
        options={"idempotency_key": f"re:{refund.id}:{refund.attempt}"},
    )


@transaction.atomic
def _not_made(refund: Refund, error: stripe.StripeError) -> None:
    """Decide from Stripe's refusal: ask again under the same key, later under the next, or give up and say so."""
    code = code_of(error)
    log.warning("refund_not_made", refund=str(refund.id), code=code, cause=type(error).__name__)
    lock_payment(refund.payment_id)
    row = Refund.objects.select_for_update().get(id=refund.id)
    if (row.state, row.attempt) != (RefundState.SENT, refund.attempt):
        return
    if is_temporary(error):
        row.due_at, row.error = clock.now() + SOON, NOT_NOW.get(code, "Stripe did not answer; asking again")
    elif code in NOT_NOW or isinstance(error, stripe.AuthenticationError | stripe.PermissionError):
        # Nothing is wrong with the refund itself; the customer is owed it until our balance or our key is right again.
        row.state, row.attempt, row.due_at = RefundState.DUE, row.attempt + 1, clock.now() + LATER
        row.error = NOT_NOW.get(code, "Stripe does not accept our key")
    else:
        why = f"Stripe refused the refund: {describe(error)}"
        refund_answered(refund_id=row.id, state=RefundState.FAILED, error=why, moved=False)
        return
    row.save(update_fields=["state", "attempt", "due_at", "error"])


def _made_before(refund: Refund) -> Any:
    """The refund as an earlier call made it, its answer lost longer ago than a key lasts; None when there is none."""
    found = stripe_client().v1.refunds.list(
        {"charge": refund.payment.provider_charge_id, "limit": 100, "expand": [f"data.{name}" for name in EXPANDED]}
    )
    for made in found.auto_paging_iter():
        if made.metadata and made.metadata.to_dict().get("refund") == str(refund.id):
            return made
    return None


def _meant_by(made: Any) -> Refund | None:
    named = made.metadata.to_dict().get("refund", "") if made.metadata else ""
    charge = made.charge if isinstance(made.charge, str) else made.charge.id
    try:
        return Refund.objects.filter(
            id=UUID(named),
            provider_refund_id="",
            amount_minor=F("prepaid_minor") + F("credited_minor") + from_stripe(made.amount, made.currency),
            currency=made.currency.upper(),
            payment__provider_charge_id=charge,
        ).first()
    except ValueError:
        return None


@transaction.atomic
def _record(refund_id: UUID, made: Any) -> Refund:
    """Note what Stripe says of a refund and enter it; done twice, it changes nothing."""
    lock_payment(Refund.objects.values_list("payment_id", flat=True).get(id=refund_id))
    movements = [
        transaction_of(found)
        for found in (made.balance_transaction, getattr(made, "failure_balance_transaction", None))
        if found is not None
    ]
    state = STATES.get(made.status, RefundState.PENDING)
    fell_through = state == RefundState.FAILED and not movements
    refund = refund_answered(
        refund_id=refund_id,
        state=state,
        provider_refund_id=made.id,
        error=getattr(made, "failure_reason", None) or "",
        moved=not fell_through,
    )
    owed = _owed(refund, made)
    if fell_through:
        # Accepted and never paid: what was entered at its acceptance, if we heard of that, is taken back.
        entered = JournalEntry.objects.filter(source_key=owed.source_key).first()
        if entered is not None:
            reverse(entry=entered, reason="The refund failed before any money moved")
    else:
        book(mirror(movements), extra=[owed])
    return refund


def _owed(refund: Refund, made: Any) -> EntryDraft:
    return owed_entry(refund, occurred_at=datetime.fromtimestamp(made.created, UTC))
