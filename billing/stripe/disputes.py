"""Disputes as Stripe has them: fetched whole, in the order they were opened, answered once, or given in."""

import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.core.files.storage import storages
from django.db import transaction

from audit.actions import record
from billing.disputes.actions import DisputeClosed, Said, note, take_dispute
from billing.disputes.models import FINAL, Dispute
from billing.disputes.queries import files_of
from billing.payments.actions import lock_payment
from billing.payments.models import Payment
from billing.payments.provider import ProviderRefused
from billing.stripe.amounts import from_stripe
from billing.stripe.balances import book, mirror, transaction_of
from billing.stripe.client import named_errors, stripe_client
from billing.stripe.confirm import confirm_session
from billing.stripe.sessions import session_of_intent
from kit import clock
from kit.errors import Conflict, InvalidInput
from tenants.isolation.doors import in_shop
from tenants.vendors.models import Vendor

log = structlog.get_logger(__name__)
REREAD = timedelta(hours=6)
LONGEST_EVIDENCE = 150_000


class AlreadyAnswered(Conflict):
    """Stripe takes one answer to a dispute."""

    code = "dispute_already_answered"


class NothingToSay(InvalidInput):
    """An answer without a word or a document."""

    code = "dispute_answer_empty"


class DocumentGone(Conflict):
    """A document of an answer is not in its store any more."""

    code = "dispute_document_gone"


@dataclass(frozen=True, slots=True)
class Document:
    """A file of an answer: `kind` is Stripe's name for what it proves."""

    id: UUID
    kind: str
    name: str
    content: bytes
    provider_file_id: str = ""


def documents_of(dispute: Dispute, chosen: Collection[UUID]) -> list[Document]:
    """The chosen ones of the documents that vendors gave, one of each kind: the bank takes one for each.

    Raises DocumentGone, StorageUnavailable.
    """
    files = [file for file in files_of(dispute.id) if file.id in chosen]
    vendors = Vendor.objects.in_bulk([file.vendor_id for file in files])
    documents: dict[str, Document] = {}
    for file in files:
        try:
            with in_shop(vendors[file.vendor_id]), storages["private"].open(file.path, "rb") as content:
                documents[file.kind] = Document(file.id, file.kind, file.name, content.read(), file.provider_file_id)
        except FileNotFoundError:
            raise DocumentGone(f"“{file.name}” is gone from its store. Leave it out, or have it sent again.") from None
    return list(documents.values())


def sync_dispute(provider_dispute_id: str) -> Dispute | None:
    """Fetch a dispute and those of the same charge, and bring ours up to them; None when the charge pays no order of ours.

    Raises ProviderUnavailable, ProviderRefused. Network: not inside a transaction.
    """
    with named_errors("reading a dispute"):
        asked: Any = stripe_client().v1.disputes.retrieve(provider_dispute_id)
    charge = asked.charge if isinstance(asked.charge, str) else asked.charge.id
    sync_disputes_of(charge)
    return Dispute.objects.filter(provider_dispute_id=provider_dispute_id).first()


def sync_disputes_of(charge_id: str) -> list[Dispute]:
    """Fetch all disputes of a charge, and bring ours up to them, oldest first: each divides what those before it left."""
    with named_errors("reading disputes"):
        found = list(stripe_client().v1.disputes.list({"charge": charge_id, "limit": 100}).auto_paging_iter())
    payment = _payment_of(charge_id)
    if payment is None:
        if found:
            log.error("dispute_of_nothing_ours", charge=charge_id, disputes=[one.id for one in found])
        return []
    return [_record(payment.id, one) for one in sorted(found, key=lambda one: (one.created, one.id))]


def _payment_of(charge_id: str) -> Payment | None:
    payment = Payment.objects.filter(provider_charge_id=charge_id).first()
    if payment is None:
        # The bank may be quicker than our own news of the payment.
        with named_errors("reading a charge"):
            charge: Any = stripe_client().v1.charges.retrieve(charge_id)
        session_id = session_of_intent(str(charge.payment_intent)) if charge.payment_intent else ""
        if session_id:
            confirm_session(session_id)
        payment = Payment.objects.filter(provider_charge_id=charge_id).first()
    return payment


@transaction.atomic
def _record(payment_id: UUID, found: Any) -> Dispute:
    payment = lock_payment(payment_id)
    movements = [transaction_of(one) for one in found.balance_transactions]
    dispute = take_dispute(payment=payment, said=_said(found, [(one.amount_minor, one.fee_minor) for one in movements]))
    book(mirror(movements))
    return dispute


def _said(found: Any, movements: Sequence[tuple[int, int]]) -> Said:
    details = found.evidence_details
    return Said(
        provider_dispute_id=found.id,
        state=found.status,
        reason=found.reason,
        amount_minor=from_stripe(found.amount, found.currency),
        withdrawn_minor=-sum(amount for amount, _ in movements if amount < 0),
        reinstated_minor=sum(amount for amount, _ in movements if amount > 0),
        fee_minor=sum(fee for _, fee in movements),
        currency=found.currency.upper(),
        is_refundable=bool(found.is_charge_refundable),
        evidence_due_at=datetime.fromtimestamp(details.due_by, UTC) if details.due_by else None,
        was_submitted=details.submission_count > 0,
        opened_at=datetime.fromtimestamp(found.created, UTC),
    )


def submit_answer(*, dispute_id: UUID, texts: Mapping[str, str], documents: Sequence[Document], by: UUID) -> Dispute:
    """Send Stripe the answer to a dispute, once and for all. Network: not inside a transaction.

    `texts` by Stripe's names of evidence. Raises DisputeClosed, AlreadyAnswered, NothingToSay, ProviderUnavailable,
    ProviderRefused.
    """
    dispute = Dispute.objects.get(id=dispute_id)
    _check_open(dispute)
    if dispute.submitted_at is not None:
        raise AlreadyAnswered("This dispute was answered already; the bank takes one answer.")
    said = {name: text.strip() for name, text in texts.items() if text.strip()}
    if not said and not documents:
        raise NothingToSay("Say something, or add a document.")
    if sum(map(len, said.values())) > LONGEST_EVIDENCE:
        raise InvalidInput(f"The answer is longer than {LONGEST_EVIDENCE} characters.")
    evidence: dict[str, Any] = dict(said)
    for document in documents:
        evidence[document.kind] = document.provider_file_id or _upload(document)
    params: Any = {"evidence": evidence, "submit": True}
    with named_errors("answering a dispute"):
        stripe_client().v1.disputes.update(
            dispute.provider_dispute_id,
            params,
            options={"idempotency_key": f"dispute:{dispute.id}:submit"},
        )
    _noted(dispute, "submitted", f"Answered with {len(said)} texts and {len(documents)} documents", by)
    return sync_dispute(dispute.provider_dispute_id) or dispute


def accept_dispute(*, dispute_id: UUID, by: UUID) -> Dispute:
    """Give in: the dispute is lost, at once. Network: not inside a transaction.

    Raises DisputeClosed, ProviderUnavailable, ProviderRefused.
    """
    dispute = Dispute.objects.get(id=dispute_id)
    _check_open(dispute)
    with named_errors("giving in to a dispute"):
        stripe_client().v1.disputes.close(
            dispute.provider_dispute_id, options={"idempotency_key": f"dispute:{dispute.id}:close"}
        )
    _noted(dispute, "accepted", "Given in", by)
    return sync_dispute(dispute.provider_dispute_id) or dispute


def sync_disputes() -> int:
    """Fetch again the open disputes that no webhook spoke of lately; gives how many. Network."""
    due = Dispute.objects.exclude(state__in=FINAL).filter(synced_at__lte=clock.now() - REREAD).order_by("synced_at")
    rows = list(due[:100])
    for row in rows:
        try:
            sync_dispute(row.provider_dispute_id)
        except ProviderRefused as error:
            log.error("dispute_not_read", dispute=str(row.id), cause=str(error))
            Dispute.objects.filter(id=row.id).update(synced_at=clock.now())
    return len(rows)


def _upload(document: Document) -> str:
    content = io.BytesIO(document.content)
    content.name = document.name
    with named_errors("sending a document"):
        made: Any = stripe_client().v1.files.create(
            {"purpose": "dispute_evidence", "file": content},
            options={"idempotency_key": f"file:{document.id}"},
        )
    return str(made.id)


def _check_open(dispute: Dispute) -> None:
    if dispute.is_final:
        raise DisputeClosed("This dispute is decided.")


@transaction.atomic
def _noted(dispute: Dispute, kind: str, text: str, by: UUID) -> None:
    now = clock.now()
    row = Dispute.objects.select_for_update().get(id=dispute.id)
    if kind == "submitted":
        row.submitted_at = row.submitted_at or now
    else:
        row.accepted_at = row.accepted_at or now
    row.save(update_fields=["submitted_at", "accepted_at"])
    note(row, kind, text, by=by)
    record(action=f"dispute.{kind}", subject=f"dispute:{dispute.id}", actor_kind="staff", actor_id=by)
