"""What a vendor can say for itself, by the provider's own names, and the documents that prove it."""

from collections.abc import Mapping
from datetime import datetime
from typing import IO
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import transaction

from billing.disputes.models import DisputeAnswer, DisputeFile, DisputeSlice
from kit import clock
from kit.context import require_vendor
from kit.errors import Conflict, InvalidInput
from kit.ids import uuid7
from kit.papers import paper_of

# Stripe's evidence hash: https://docs.stripe.com/api/disputes/evidence_object. What a shop of goods can know of it.
TEXTS = {
    "product_description": "What was sold",
    "customer_name": "Customer's name",
    "shipping_address": "Where it was shipped to",
    "shipping_carrier": "Carrier",
    "shipping_tracking_number": "Tracking number",
    "shipping_date": "Shipped on",
    "refund_policy_disclosure": "How the customer was told the rules for refunds",
    "refund_refusal_explanation": "Why there is no refund",
    "cancellation_rebuttal": "Why the cancellation does not count",
    "duplicate_charge_explanation": "Why this is not a second charge for the same",
    "uncategorized_text": "Anything else the bank should know",
}
LONG = ("refund_refusal_explanation", "cancellation_rebuttal", "uncategorized_text", "product_description")
LONGEST_TEXT = 20_000
KINDS = {
    "receipt": "Receipt or invoice",
    "shipping_documentation": "Proof of shipping or delivery",
    "customer_communication": "What was written with the customer",
    "refund_policy": "Rules for refunds",
    "cancellation_policy": "Rules for cancellations",
    "uncategorized_file": "Another document",
}
KIND_CHOICES = list(KINDS.items())
# The bank takes five megabytes altogether: https://docs.stripe.com/disputes/best-practices
MOST_BYTES = 4_500_000


class AnswerClosed(Conflict):
    """The deadline is over, the answer was sent to the bank, or the dispute is decided."""

    code = "dispute_answer_closed"


class InvalidEvidence(InvalidInput):
    code = "invalid_evidence"


@transaction.atomic
def save_answer(*, part: DisputeSlice, texts: Mapping[str, str], hand_in: bool, now: datetime) -> DisputeAnswer:
    """Keep what a vendor says of a dispute; handed in, staff is told that it is ready. By the vendor's own role.

    Raises AnswerClosed, InvalidEvidence.
    """
    check_open(part, now)
    for name, text in texts.items():
        if name not in TEXTS:
            raise InvalidEvidence("There is no such question.", field=name)
        if len(text) > LONGEST_TEXT or "\0" in text:
            raise InvalidEvidence(f"Write at most {LONGEST_TEXT} characters.", field=name)
    answer = DisputeAnswer.objects.filter(dispute_id=part.dispute_id, vendor_id=part.vendor_id).first()
    if answer is None:
        answer = DisputeAnswer(dispute_id=part.dispute_id, vendor_id=part.vendor_id)
    answer.texts = {name: text.strip() for name, text in texts.items() if text.strip()}
    answer.updated_at = now
    if hand_in:
        answer.handed_in_at = now
    if answer._state.adding:
        answer.save(force_insert=True)
    else:
        answer.save(update_fields=["texts", "handed_in_at", "updated_at"])
    return answer


def add_file(*, part: DisputeSlice, kind: str, file: IO[bytes], name: str) -> DisputeFile:
    """Store a PDF, PNG or JPEG, told by its content; one of each kind, the last one stays. By the vendor's own role.

    Raises AnswerClosed, InvalidEvidence, StorageUnavailable.
    """
    check_open(part, clock.now())
    if kind not in KINDS:
        raise InvalidEvidence("Say what the document proves.", field="kind")
    data = file.read(MOST_BYTES + 1)
    found = paper_of(data)
    if found is None:
        raise InvalidEvidence("Banks take a PDF, a PNG or a JPEG.", field="file")
    mine = DisputeFile.objects.filter(dispute_id=part.dispute_id, vendor_id=part.vendor_id, removed_at__isnull=True)
    if len(data) + sum(mine.exclude(kind=kind).values_list("size_bytes", flat=True)) > MOST_BYTES:
        raise InvalidEvidence("The documents of one answer may have 4.5 MB together.", field="file")
    id = uuid7()
    path = storages["private"].save(
        f"disputes/{require_vendor().id}/{part.dispute_id}/{id}.{found[1]}", ContentFile(data)
    )
    with transaction.atomic():
        before = list(mine.filter(kind=kind))
        mine.filter(kind=kind).update(removed_at=clock.now())
        made = DisputeFile.objects.create(
            id=id,
            dispute_id=part.dispute_id,
            vendor_id=part.vendor_id,
            kind=kind,
            name=(name or f"{kind}.{found[1]}")[-120:],
            content_type=found[0],
            size_bytes=len(data),
            path=path,
        )
    for old in before:
        storages["private"].delete(old.path)
    return made


def remove_file(*, part: DisputeSlice, file_id: UUID) -> bool:
    """Take a document back; False when it is not there. Raises AnswerClosed, StorageUnavailable."""
    check_open(part, clock.now())
    mine = DisputeFile.objects.filter(dispute_id=part.dispute_id, vendor_id=part.vendor_id, removed_at__isnull=True)
    found = mine.filter(id=file_id).first()
    if found is None:
        return False
    storages["private"].delete(found.path)
    mine.filter(id=file_id).update(removed_at=clock.now())
    return True


def is_open(part: DisputeSlice, now: datetime) -> bool:
    """Whether a vendor can still say something."""
    dispute = part.dispute
    due = dispute.evidence_due_at
    return dispute.needs_answer and (due is None or now < due)


def check_open(part: DisputeSlice, now: datetime) -> None:
    if not is_open(part, now):
        raise AnswerClosed("This dispute can no longer be answered.")
