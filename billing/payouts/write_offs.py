"""Writing debts off: said by one of the staff, by two where it is much."""

from uuid import UUID

from approvals.actions import carried_out, four_eyes, granted
from approvals.models import Approval
from billing.payouts.debts import WrittenOffElsewhere, check_write_off, write_off, written_off_as
from billing.payouts.models import DebtPayment, VendorDebt
from kit.money import Money
from outbox.models import Fact
from tenants.vendors.models import Vendor

KIND = "debt.write_off"


def ask_write_off(
    *, debt_id: UUID, amount_minor: int, reason: str, by: UUID, once: UUID | None = None
) -> DebtPayment | Approval:
    """Write a debt off, or a part of it. From the amount on that needs four eyes, gives the Approval that waits instead.

    `once` comes from the form: sent twice, it is one, and gives what came of it.

    Raises ReasonNeeded, NothingOwed, TooMuch, PaymentUnderWay, WaitsAlready, WrittenOffElsewhere.
    """
    debt = VendorDebt.objects.get(id=debt_id)
    if once is not None and (before := _sent_before(debt, once)):
        return before
    check_write_off(debt, amount_minor, reason)
    amount = Money(amount_minor, debt.currency)
    waits = four_eyes(
        kind=KIND,
        subject=f"vendor_debt:{debt.id}",
        summary=f"Write off {amount} that {Vendor.objects.get(id=debt.vendor_id).name} owes",
        payload={
            "debt": str(debt.id),
            "amount_minor": amount_minor,
            "reason": reason.strip()[:250],
            "once": str(once) if once else None,
        },
        amount=amount,
        reason=reason,
        by=by,
    )
    return waits or write_off(debt_id=debt.id, amount_minor=amount_minor, reason=reason, by=by, once=once)


def _sent_before(debt: VendorDebt, once: UUID) -> DebtPayment | Approval | None:
    if made := written_off_as(once, debt):
        return made
    asked = Approval.objects.filter(kind=KIND, payload__once=str(once)).first()
    if asked is not None and asked.payload["debt"] != str(debt.id):
        raise WrittenOffElsewhere()
    return asked


def on_approval_granted(fact: Fact) -> None:
    """Inside `approval.granted`: write off what the second person agreed to."""
    if fact.payload["kind"] != KIND:
        return
    approval = granted(fact)
    told = approval.payload
    made = write_off(
        debt_id=UUID(told["debt"]),
        amount_minor=told["amount_minor"],
        reason=told["reason"],
        by=approval.requested_by,
        once=UUID(told["once"]) if told.get("once") else None,
    )
    carried_out(approval, done_as=f"debt_payment:{made.id}")
