"""Store credit that staff give a customer: goodwill, at the marketplace's own cost."""

from uuid import UUID

from django.conf import settings
from django.db import transaction

from approvals.actions import NoReason, WaitsAlready, carried_out, four_eyes, granted
from approvals.models import Approval
from audit.actions import traced
from billing.ledger import entries
from billing.ledger.actions import post_all
from billing.ledger.entries import EntryDraft
from billing.prepaid.actions.tenders import credit_of, lock_balances
from billing.prepaid.models import MovementKind, PrepaidMovement
from kit import clock
from kit.errors import InvalidInput, NotAllowed
from kit.money import Money
from outbox.models import Fact

KIND = "customer.goodwill"


class BadCredit(InvalidInput):
    """Not an amount that can be credited, or taken back."""

    code = "credit_invalid"


@transaction.atomic
def give_credit(
    *, user_id: UUID, amount: Money, reason: str, by: UUID, role: str, once: UUID, who: str = ""
) -> PrepaidMovement | Approval:
    """Credit a customer, or (below zero) take back what is left of such a credit. The customer reads the reason.

    A role gives up to its limit alone; from the amount on that needs four eyes, the Approval that waits is given instead.
    `once` is the form's: sent twice, it is one credit. `who` names the customer to whoever approves. Raises NotAllowed,
    BadCredit, NoReason, WaitsAlready.
    """
    reason = " ".join(reason.split())[:200]
    if not reason:
        raise NoReason("Say why: the customer reads it.", field="reason")
    if amount.currency != settings.CURRENCY or not amount:
        raise BadCredit(f"Give an amount of {settings.CURRENCY}.", field="amount")
    made = PrepaidMovement.objects.filter(key=_key(once)).first()
    if made is not None:
        return made
    limit = settings.GOODWILL_LIMITS.get(role, 0)
    if limit is not None and abs(amount.amount_minor) > limit:
        least = f"at most {Money(limit, amount.currency)}" if limit else "no"
        raise NotAllowed(f"Your role may give {least} store credit.", field="amount")
    payload = {"user": str(user_id), "amount_minor": amount.amount_minor, "reason": reason, "once": str(once)}
    if asked := Approval.objects.filter(kind=KIND, payload=payload, requested_by=by).first():
        return asked
    waits = four_eyes(
        kind=KIND,
        subject=f"user:{user_id}",
        summary=f"Store credit of {amount} for {who or user_id}",
        payload=payload,
        amount=amount,
        reason=reason,
        by=by,
    )
    if waits is not None:
        return waits
    with traced("credit.given", f"user:{user_id}", by=by, amount=str(amount), reason=reason):
        return _credit(user_id, amount, reason, by, once)


def on_approval_granted(fact: Fact) -> None:
    """Inside `approval.granted`: credit what the second person agreed to."""
    if fact.payload["kind"] != KIND:
        return
    approval = granted(fact)
    told = approval.payload
    made = _credit(
        UUID(told["user"]),
        Money(told["amount_minor"], approval.currency),
        told["reason"],
        approval.requested_by,
        UUID(told["once"]),
    )
    carried_out(approval, done_as=f"credit:{made.id}")


def goodwill_entry(movement: PrepaidMovement, currency: str) -> EntryDraft:
    return entries.goodwill(
        movement_id=movement.id,
        amount_minor=movement.amount_minor,
        currency=currency,
        reason=movement.reason,
        occurred_at=movement.at,
    )


def _key(once: UUID) -> str:
    return f"goodwill:{once}"


def _credit(user_id: UUID, amount: Money, reason: str, by: UUID, once: UUID) -> PrepaidMovement:
    credit = credit_of(user_id, amount.currency)
    credit = lock_balances([credit.id])[credit.id]
    if found := PrepaidMovement.objects.filter(key=_key(once)).first():
        return found
    if credit.free_minor + amount.amount_minor < 0:
        raise BadCredit(f"Only {Money(credit.free_minor, amount.currency)} can be taken back.", field="amount")
    credit.balance_minor += amount.amount_minor
    credit.save(update_fields=["balance_minor"])
    kind = MovementKind.GOODWILL if amount.amount_minor > 0 else MovementKind.TAKEN_BACK
    movement = PrepaidMovement.objects.create(
        prepaid=credit,
        kind=kind,
        key=_key(once),
        amount_minor=amount.amount_minor,
        reason=reason,
        by=by,
        at=clock.now(),
    )
    post_all([goodwill_entry(movement, amount.currency)])
    return movement


__all__ = ["BadCredit", "NoReason", "WaitsAlready", "give_credit", "goodwill_entry", "on_approval_granted"]
