"""What at our bank takes two people: where a vendor is paid, whatever the amount, and a file of much money.

A changed account is how vendors' money is stolen, so that one person never changes one, themselves or by a mail they got.
"""

from uuid import UUID

from django.conf import settings

from approvals.actions import carried_out, granted, request_approval
from approvals.models import Approval
from billing.bank_transfer.settlement import FILE, check_holder, check_iban, release, set_bank_account, withdraw
from kit.money import Money
from outbox.models import Fact

ACCOUNT = "bank.account"


def ask_for_account(*, vendor_id: UUID, vendor_name: str, holder: str, iban: str, reason: str, by: UUID) -> Approval:
    """Ask that a vendor be paid there from now on; somebody else agrees. `reason`: how it is known to be the vendor's.

    Raises InvalidInput, NoReason, WaitsAlready.
    """
    holder, iban = check_holder(holder), check_iban(iban)
    return request_approval(
        kind=ACCOUNT,
        subject=f"vendor:{vendor_id}",
        summary=f"Pay {vendor_name} at {iban} of {holder}",
        payload={"vendor": str(vendor_id), "holder": holder, "iban": iban},
        amount=Money(0, settings.CURRENCY),
        reason=reason,
        by=by,
    )


def on_approval_granted(fact: Fact) -> None:
    """Inside `approval.granted`: pay the vendor there, or let the file go to the bank."""
    if fact.payload["kind"] == ACCOUNT:
        approval = granted(fact)
        told = approval.payload
        assert approval.decided_by is not None
        account = set_bank_account(
            vendor_id=UUID(told["vendor"]), holder=told["holder"], iban=told["iban"], by=approval.decided_by
        )
        carried_out(approval, done_as=f"bank_account:{account.id}")
    elif fact.payload["kind"] == FILE:
        approval = granted(fact)
        file = release(file_id=UUID(approval.payload["file"]))
        carried_out(approval, done_as=f"settlement_file:{file.id}")


def on_approval_refused(fact: Fact) -> None:
    """Inside `approval.refused`: what was in the file is due again."""
    if fact.payload["kind"] == FILE:
        withdraw(file_id=UUID(granted(fact).payload["file"]))
