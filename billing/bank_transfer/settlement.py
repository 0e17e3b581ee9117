"""Paying vendors by a file for the bank: written from what is due, given to the bank, and what the bank gives back."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from approvals.actions import four_eyes, needs_four_eyes
from audit.actions import record
from billing.bank_transfer import entries
from billing.bank_transfer.models import SettlementFile, SettlementLine, VendorBankAccount
from billing.bank_transfer.provider import NAME
from billing.bank_transfer.sepa import Creditor, Debtor, credit_transfer
from billing.ledger.actions import post_all
from billing.ledger.entries import EntryDraft
from billing.payments.actions import lock_payment
from billing.payments.models import Payment, PaymentShare
from billing.payouts.actions import adjust_to_share, announce_done
from billing.payouts.debts import PaymentUnderWay, paying_now, set_off
from billing.payouts.models import Transfer, TransferState
from kit import clock
from kit.errors import Conflict, InvalidInput
from kit.ids import short_code
from kit.money import Money
from tenants.vendors.models import Vendor

IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")
FILE = "settlement.file"  # what is asked of a second person


class NothingDue(Conflict):
    """No vendor with a bank account is to be paid by bank transfer."""

    code = "settlement_nothing_due"


class NotOpen(Conflict):
    """The file was given to the bank already, or the line came back already."""

    code = "settlement_not_open"


class NotReleased(Conflict):
    """So much money that a second person agrees first."""

    code = "settlement_not_released"


def check_iban(text: str) -> str:
    """An IBAN without its spaces. Raises InvalidInput when its form or its check digits are wrong (ISO 13616)."""
    iban = "".join(text.split()).upper()
    digits = "".join(str(int(letter, 36)) for letter in iban[4:] + iban[:4]) if IBAN.fullmatch(iban) else ""
    if not digits or int(digits) % 97 != 1:
        raise InvalidInput("This is not an IBAN: look at its digits again.", field="iban")
    return iban


def check_holder(text: str) -> str:
    """An account's holder in one line. Raises InvalidInput."""
    holder = " ".join(text.split())
    if not holder or len(holder) > 70:
        raise InvalidInput("Give the account's holder, in 70 characters at most.", field="holder")
    return holder


@transaction.atomic
def set_bank_account(*, vendor_id: UUID, holder: str, iban: str, by: UUID) -> VendorBankAccount:
    """Pay a vendor there from now on; two people have agreed (`two_people.ask_for_account`). Raises InvalidInput."""
    account, _ = VendorBankAccount.objects.update_or_create(
        vendor_id=vendor_id,
        defaults={"holder": check_holder(holder), "iban": check_iban(iban), "set_by": by, "set_at": clock.now()},
    )
    record(
        action="bank.account_set",
        subject=f"vendor:{vendor_id}",
        actor_kind="staff",
        actor_id=by,
        vendor_id=vendor_id,
        data={"iban_end": account.iban[-4:]},
    )
    return account


def make_file(*, by: UUID) -> SettlementFile:
    """Write a file of all that is due to vendors from orders paid by bank transfer; these transfers are on their way.

    What a vendor owes is kept of it first, oldest debt first. Vendors without a bank account, whose payouts are held, and
    those that are paying their debt themselves just now, wait. From an amount on the file is not given out before a second
    person agrees (`released_at`); refused, what is in it is due again. Raises NothingDue.
    """
    # Kept for debts, it stays so, also when nothing is left to be paid.
    kept_minor = _net_debts()
    return _write_file(by=by, kept_minor=kept_minor)


@transaction.atomic
def _net_debts() -> int:
    """Settle the debts of vendors that are about to be paid; gives how much was kept."""
    kept = 0
    for transfer in _due():
        share = PaymentShare.objects.select_for_update().get(id=transfer.share_id)
        try:
            taken = set_off(transfer=transfer, share=share)
        except PaymentUnderWay:
            continue
        if not taken:
            continue
        kept += taken
        transfer.set_off_at = clock.now()
        if not transfer.amount_minor:
            transfer.state, transfer.done_at, transfer.error = TransferState.DONE, transfer.set_off_at, ""
        transfer.save(update_fields=["amount_minor", "netted_minor", "set_off_at", "state", "done_at", "error"])
        if transfer.state == TransferState.DONE:
            announce_done(transfer)
    return kept


def _due() -> list[Transfer]:
    """What is to be paid now, by vendor, the oldest first, to vendors that can be paid; payments and transfers locked."""
    now = clock.now()
    by_bank = Exists(Payment.objects.filter(id=OuterRef("payment_id"), provider=NAME))
    due = Transfer.objects.filter(
        by_bank, Q(state=TransferState.DUE) | Q(state=TransferState.HELD, release_at__lte=now)
    )
    for payment_id in sorted(set(due.values_list("payment_id", flat=True))):
        lock_payment(payment_id)
    found = list(due.select_for_update(skip_locked=True).order_by("vendor_id", "id"))
    vendors = {row.vendor_id for row in found}
    known = set(VendorBankAccount.objects.filter(vendor_id__in=vendors).values_list("vendor_id", flat=True))
    closed = Q(payouts_held_at__isnull=False) | Q(payouts_cleared_at=None)
    kept = set(Vendor.objects.filter(closed, id__in=known).values_list("id", flat=True))
    return [row for row in found if row.vendor_id in known - kept - paying_now(known)]


@transaction.atomic
def _write_file(*, by: UUID, kept_minor: int) -> SettlementFile:
    now = clock.now()
    paid = _due()
    accounts = {
        each.vendor_id: each for each in VendorBankAccount.objects.filter(vendor_id__in={t.vendor_id for t in paid})
    }
    if not paid and kept_minor:
        raise NothingDue(
            f"{Money(kept_minor, settings.CURRENCY)} that were due paid what vendors owe; nothing is left."
        )
    if not paid:
        raise NothingDue("Nothing is due to a vendor whose bank account we know.")
    total = Money(sum(row.amount_minor for row in paid), paid[0].currency)
    file = SettlementFile(
        name=f"SOUK-{now:%Y%m%d}-{short_code(6)}",
        total_minor=total.amount_minor,
        currency=total.currency,
        lines_count=len(paid),
        made_by=by,
        made_at=now,
        released_at=None if needs_four_eyes(total) else now,
    )
    lines = [
        SettlementLine(
            file=file,
            transfer=row,
            vendor_id=row.vendor_id,
            holder=accounts[row.vendor_id].holder,
            iban=accounts[row.vendor_id].iban,
            amount_minor=row.amount_minor,
            currency=row.currency,
        )
        for row in paid
    ]
    file.xml = _xml(file, lines, on=(now + timedelta(days=1)).date())
    file.save(force_insert=True)
    SettlementLine.objects.bulk_create(lines)
    Transfer.objects.filter(id__in=[row.id for row in paid]).update(state=TransferState.SENT, first_sent_at=now)
    four_eyes(
        kind=FILE,
        subject=f"settlement_file:{file.id}",
        summary=f"Pay vendors {total} by {file.name}, {file.lines_count} payments",
        payload={"file": str(file.id)},
        amount=total,
        reason="Earnings that are due",
        by=by,
    )
    _note("settlement.made", file, by)
    return file


def file_for_the_bank(file_id: UUID) -> SettlementFile:
    """The file, to be given to the bank. Raises NotReleased, NotOpen when it was withdrawn."""
    file = SettlementFile.objects.get(id=file_id)
    if file.withdrawn_at is not None:
        raise NotOpen("This file was refused; what was in it is due again.")
    if file.released_at is None:
        raise NotReleased("Somebody else has to agree before this file is given to the bank.")
    return file


@transaction.atomic
def release(*, file_id: UUID) -> SettlementFile:
    """A second person agreed: the file may be given to the bank. Raises NotOpen."""
    file = SettlementFile.objects.select_for_update().get(id=file_id)
    if file.released_at is not None or file.withdrawn_at is not None:
        raise NotOpen("This file is decided about already.")
    file.released_at = clock.now()
    file.save(update_fields=["released_at"])
    return file


@transaction.atomic
def withdraw(*, file_id: UUID) -> SettlementFile:
    """A second person refused the file: its transfers are due again, as their shares are by now. Raises NotOpen."""
    file = SettlementFile.objects.select_for_update().get(id=file_id)
    if file.released_at is not None or file.withdrawn_at is not None:
        raise NotOpen("This file is decided about already.")
    lines = _locked_lines(file)
    file.withdrawn_at = clock.now()
    file.save(update_fields=["withdrawn_at"])
    SettlementLine.objects.filter(file=file).delete()
    for line in lines:
        line.transfer.state, line.transfer.first_sent_at = TransferState.DUE, None
        line.transfer.save(update_fields=["state", "first_sent_at"])
        adjust_to_share(PaymentShare.objects.select_for_update().get(id=line.transfer.share_id))
    return file


@transaction.atomic
def mark_sent(*, file_id: UUID, by: UUID) -> SettlementFile:
    """The bank took the file: its transfers are done, and in the books. Raises NotReleased, NotOpen."""
    SettlementFile.objects.select_for_update().get(id=file_id)
    file = file_for_the_bank(file_id)
    if file.sent_at is not None:
        raise NotOpen("This file was given to the bank already.")
    file.sent_at, file.sent_by = clock.now(), by
    file.save(update_fields=["sent_at", "sent_by"])
    drafts = []
    for line in _locked_lines(file):
        transfer = line.transfer
        transfer.state, transfer.done_at, transfer.error = TransferState.DONE, file.sent_at, ""
        transfer.provider_transfer_id = f"bank:{line.id}"
        transfer.save(update_fields=["state", "done_at", "error", "provider_transfer_id"])
        share = PaymentShare.objects.select_for_update().get(id=transfer.share_id)
        share.transferred_minor += line.amount_minor
        share.save(update_fields=["transferred_minor"])
        drafts += line_entries(line)
    post_all(drafts)
    _note("settlement.sent", file, by)
    return file


@transaction.atomic
def mark_returned(*, line_id: UUID, reason: str, by: UUID) -> SettlementLine:
    """The bank gave a payment back: it is owed again, and its transfer has failed until somebody sends it again.

    Raises NotOpen, and InvalidInput without a reason.
    """
    reason = " ".join(reason.split())[:200]
    if not reason:
        raise InvalidInput("Say what the bank wrote.", field="reason")
    line = SettlementLine.objects.select_related("transfer", "file").get(id=line_id)
    lock_payment(line.transfer.payment_id)
    line = (
        SettlementLine.objects.select_for_update(of=("self", "transfer"))
        .select_related("transfer", "file")
        .get(id=line_id)
    )
    if line.returned_at is not None or line.file.sent_at is None:
        raise NotOpen("This payment came back already, or was never given to the bank.")
    line.returned_at, line.return_reason = clock.now(), reason
    line.save(update_fields=["returned_at", "return_reason"])
    transfer = line.transfer
    transfer.state, transfer.done_at, transfer.error = TransferState.FAILED, None, reason
    transfer.attempt += 1
    transfer.provider_transfer_id = ""
    transfer.save(update_fields=["state", "done_at", "error", "attempt", "provider_transfer_id"])
    share = PaymentShare.objects.select_for_update().get(id=transfer.share_id)
    share.transferred_minor -= line.amount_minor
    share.save(update_fields=["transferred_minor"])
    post_all(line_entries(line))
    adjust_to_share(share)
    record(
        action="settlement.returned",
        subject=f"transfer:{transfer.id}",
        actor_kind="staff",
        actor_id=by,
        vendor_id=line.vendor_id,
        data={"file": line.file.name, "reason": reason},
    )
    return line


def line_entries(line: SettlementLine) -> list[EntryDraft]:
    """That the vendor was paid, once the file was given to the bank; and that it came back, if it did."""
    if line.file.sent_at is None:
        return []
    same = {
        "vendor_id": line.vendor_id,
        "reference_id": line.transfer.reference_id,
        "amount_minor": line.amount_minor,
        "currency": line.currency,
    }
    drafts = [entries.settled(line.id, **same, at=line.file.sent_at)]  # type: ignore[arg-type]
    if line.returned_at is not None:
        drafts.append(entries.settlement_returned(line.id, **same, at=line.returned_at))  # type: ignore[arg-type]
    return drafts


def _locked_lines(file: SettlementFile) -> list[SettlementLine]:
    """The lines with their transfers; their payments locked first, in one order."""
    ids = SettlementLine.objects.filter(file=file).values_list("transfer__payment_id", flat=True)
    for payment_id in sorted(set(ids)):
        lock_payment(payment_id)
    rows = SettlementLine.objects.select_for_update(of=("self", "transfer")).select_related("transfer", "file")
    found = list(rows.filter(file=file).order_by("id"))
    for line in found:
        line.file = file
    return found


def _xml(file: SettlementFile, lines: Sequence[SettlementLine], *, on: date) -> str:
    return credit_transfer(
        message_id=file.name,
        made_at=file.made_at,
        on=on,
        debtor=Debtor(settings.BANK_TRANSFER_HOLDER, settings.BANK_TRANSFER_IBAN, settings.BANK_TRANSFER_BIC),
        creditors=[
            Creditor(line.id.hex, line.holder, line.iban, line.amount_minor, f"Souk {line.transfer.reference_number}")
            for line in lines
        ],
        currency=file.currency,
    )


def _note(action: str, file: SettlementFile, by: UUID) -> None:
    record(
        action=action,
        subject=f"settlement_file:{file.id}",
        actor_kind="staff",
        actor_id=by,
        data={"name": file.name, "total_minor": file.total_minor, "lines": file.lines_count},
    )
