"""An owner says where its vendor is to be paid: asked in the portal, kept by the worker, agreed to by finance.

The portal has no right to write here, nor to ask for approvals: it announces `shop.bank_account_wanted`, and the listener
below asks finance in the owner's name, who is none of the staff and so never the one to agree.
"""

from uuid import UUID

from django.db import transaction

from approvals.actions import WaitsAlready, granted
from audit.actions import record
from billing.bank_transfer.models import AccountWish, AccountWishState, VendorBankAccount
from billing.bank_transfer.settlement import check_holder, check_iban
from billing.bank_transfer.two_people import ACCOUNT, ask_for_account
from kit import clock
from kit.errors import Conflict, InvalidInput
from outbox.actions import announce
from outbox.models import Fact
from tenants.vendors.models import Member, Vendor


class AccountWaits(Conflict):
    """Another account waits for the marketplace's answer."""

    code = "bank_account_waits"


@transaction.atomic
def want_account(*, vendor_id: UUID, wish_id: UUID, holder: str, iban: str, by: UUID) -> None:
    """An owner wants the vendor to be paid there. `wish_id` comes from the form: sent twice, it is one.

    Raises InvalidInput, AccountWaits.
    """
    holder, iban = check_holder(holder), check_iban(iban)
    known = account_of(vendor_id)
    if known is not None and (known.holder, known.iban) == (holder, iban):
        raise InvalidInput("You are paid there already.", field="iban")
    waiting = AccountWish.objects.filter(vendor_id=vendor_id, state=AccountWishState.WAITING).first()
    if waiting is not None and waiting.id != wish_id:
        raise AccountWaits("A change waits for the marketplace. Once it is decided you can ask for another.")
    payload = {"wish": str(wish_id), "holder": holder, "iban": iban, "by": str(by)}
    announce("shop.bank_account_wanted", vendor_id=vendor_id, payload=payload)
    record(
        action="shop.bank_account_wanted",
        subject=f"vendor:{vendor_id}",
        actor_kind="member",
        actor_id=by,
        vendor_id=vendor_id,
        data={"iban_end": iban[-4:]},
    )


def account_of(vendor_id: UUID) -> VendorBankAccount | None:
    """Where a vendor is paid by bank transfer; None while nobody knows."""
    return VendorBankAccount.objects.filter(vendor_id=vendor_id).first()


def last_wish(vendor_id: UUID) -> AccountWish | None:
    """What was asked for last, and what became of it."""
    return AccountWish.objects.filter(vendor_id=vendor_id).order_by("-id").first()


@transaction.atomic
def on_account_wanted(fact: Fact) -> None:
    """`shop.bank_account_wanted`, after: keep the wish once, and ask finance. One beside another that waits is refused."""
    assert fact.vendor_id is not None
    given = fact.payload
    wish = AccountWish(
        id=UUID(given["wish"]),
        vendor_id=fact.vendor_id,
        holder=check_holder(given["holder"]),
        iban=check_iban(given["iban"]),
        asked_by=UUID(given["by"]),
        asked_at=fact.recorded_at,
    )
    made = AccountWish.objects.bulk_create([wish], ignore_conflicts=True)
    if (
        not made
        or not AccountWish.objects.filter(id=wish.id, approval_id=None, state=AccountWishState.WAITING).exists()
    ):
        return
    vendor = Vendor.objects.get(id=fact.vendor_id)
    owner = Member.objects.filter(vendor_id=vendor.id, user_id=wish.asked_by).first()
    try:
        approval = ask_for_account(
            vendor_id=vendor.id,
            vendor_name=vendor.name,
            holder=wish.holder,
            iban=wish.iban,
            reason=f"Asked for in the portal by {owner.name if owner else 'its owner'}: make sure that it was them",
            by=wish.asked_by,
        )
    except WaitsAlready:
        _decide(wish, AccountWishState.REFUSED, "Another change of your account waits already.")
    else:
        AccountWish.objects.filter(id=wish.id).update(approval_id=approval.id)


def on_account_decided(fact: Fact) -> None:
    """`approval.granted` and `approval.refused`, inside: the vendor reads what became of its wish."""
    if fact.payload["kind"] != ACCOUNT:
        return
    approval = granted(fact)
    wish = AccountWish.objects.filter(approval_id=approval.id, state=AccountWishState.WAITING).first()
    if wish is not None:
        agreed = fact.name == "approval.granted"
        _decide(wish, AccountWishState.AGREED if agreed else AccountWishState.REFUSED, approval.note)


def _decide(wish: AccountWish, state: AccountWishState, note: str) -> None:
    wish.state, wish.note, wish.decided_at = state, note[:250], clock.now()
    wish.save(update_fields=["state", "note", "decided_at"])
