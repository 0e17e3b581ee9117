"""Refunds that came back, paid from our own bank: said by one of the staff, by two where it is much."""

from datetime import date
from uuid import UUID

from django.db import transaction

from approvals.actions import carried_out, four_eyes, granted
from approvals.models import Approval
from audit.actions import traced
from billing.payments.actions import NotOwed, lock_payment, pay_by_hand
from billing.payments.models import Refund, RefundState
from kit.money import Money
from outbox.models import Fact

KIND = "refund.by_hand"


@transaction.atomic
def say_paid(*, refund_id: UUID, reference: str, paid_on: date, by: UUID) -> Refund | Approval:
    """Enter that our bank paid it. From the amount on that needs four eyes, gives the Approval that waits instead.

    Said again with the same reference, at the same moment or later, it is once, and gives what came of it. Raises NotOwed,
    InvalidInput, WaitsAlready.
    """
    # Whoever presses twice waits here for the first to be done.
    lock_payment(Refund.objects.values_list("payment_id", flat=True).get(id=refund_id))
    refund = Refund.objects.select_related("payment").get(id=refund_id)
    reference = " ".join(reference.split())
    if refund.state == RefundState.BY_HAND and refund.by_hand_reference == reference:
        return refund
    if not refund.came_back:
        raise NotOwed("Only a refund that came back is paid another way.")
    said = {"refund": str(refund.id), "reference": reference, "paid_on": paid_on.isoformat()}
    if asked := Approval.objects.filter(kind=KIND, payload=said, requested_by=by, decision="").first():
        return asked
    amount, number = Money(refund.sent_minor, refund.currency), refund.payment.reference_number
    waits = four_eyes(
        kind=KIND,
        subject=f"refund:{refund.id}",
        summary=f"Refund of {amount} for {number} paid from our bank, {reference}",
        payload=said,
        amount=amount,
        reason=f"Came back: {refund.error}" if refund.error else "Came back from the customer's bank",
        by=by,
    )
    if waits is not None:
        return waits
    with traced("refund.paid_by_hand", f"refund:{refund.id}", by=by, number=number, amount=str(amount)):
        return pay_by_hand(refund_id=refund.id, reference=reference, paid_on=paid_on)


def on_approval_granted(fact: Fact) -> None:
    """Inside `approval.granted`: enter what the second person agreed to."""
    if fact.payload["kind"] != KIND:
        return
    approval = granted(fact)
    told = approval.payload
    refund = pay_by_hand(
        refund_id=UUID(told["refund"]), reference=told["reference"], paid_on=date.fromisoformat(told["paid_on"])
    )
    carried_out(approval, done_as=f"refund:{refund.id}")
