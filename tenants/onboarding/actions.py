"""What people do about a vendor's checklist, and what it comes to: the two doors that it opens.

`Vendor.selling_cleared_at` lets offers be shown and ordered, `Vendor.payouts_cleared_at` lets money go to the vendor. Each is
opened here, by itself, once every step it needs is done or waived, and closed here only by a decision: when staff send a
step back. A checklist that grows, or terms in a new version, close nobody's shop; they are asked for, and that is all.

The vendor's own row is locked first by everything here: so of two members of staff who decide at once, the second is told,
and a paper that comes while another is looked at is not accepted in its place.
"""

import hashlib
from typing import IO
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import transaction

from audit.actions import record
from kit import clock
from kit.context import require_vendor
from kit.errors import Conflict, InvalidInput
from kit.ids import uuid7
from kit.papers import paper_of
from outbox.actions import announce
from tenants.onboarding.checklist import SENT_BACK, TO_DO, WAITING, Checklist, Item
from tenants.onboarding.models import Event, EventName, StepKind, Terms, VendorDocument
from tenants.onboarding.queries import ASKED, checklist, current_terms
from tenants.vendors.actions import activate_if_ready
from tenants.vendors.models import Vendor

MOST_BYTES = 10_000_000
LONGEST_REASON = 1000
# What is seen by itself again once it was changed and sent: a paper is sent by sending another.
SENT_AGAIN_BY_WORD = (StepKind.PROFILE, StepKind.ADDRESS, StepKind.REVIEW)
DECISIONS = {"accept": EventName.ACCEPTED, "reject": EventName.REJECTED, "waive": EventName.WAIVED}


class NotAsked(Conflict):
    """The step is not, or not any more, on this vendor's checklist."""

    code = "step_not_asked"


class NotWaiting(Conflict):
    """The step is not in a state in which this can be done; somebody else may have decided."""

    code = "step_not_waiting"


class ChangedMeanwhile(Conflict):
    """Something happened to the step since whoever decides looked at it."""

    code = "step_changed"


class TermsChanged(Conflict):
    """Another version of the terms is in force than the one that was agreed to."""

    code = "terms_changed"


class InvalidDocument(InvalidInput):
    code = "invalid_document"


# --- What a vendor does ---------------------------------------------------------------------------------------------------


@transaction.atomic
def accept_terms(*, vendor: Vendor, by: UUID, version: int) -> Event:
    """Agree to the terms in force, for the vendor; `version` is the one that was read. `by` is the member's user id.

    As the vendor's own role. Agreeing twice is agreeing once. Raises NotAsked, TermsChanged.
    """
    vendor = _lock(vendor.id)
    item = _of_kind(checklist(vendor), StepKind.TERMS)
    terms = current_terms()
    if terms is None or terms.version != version:
        raise TermsChanged("The terms have changed meanwhile. Read the new version, and agree to that.")
    known = Event.objects.filter(vendor=vendor, terms=terms, name=EventName.TERMS_ACCEPTED).first()
    return known or _tell(vendor, item.code, EventName.TERMS_ACCEPTED, by, terms=terms)


def send_document(*, vendor: Vendor, code: str, file: IO[bytes], name: str, by: UUID) -> VendorDocument:
    """Keep a PDF, PNG or JPEG, told by its content, for staff to look at. As the vendor's own role; not in a transaction.

    Raises NotAsked, NotWaiting once one was accepted, InvalidDocument, StorageUnavailable.
    """
    _check_may_send(checklist(vendor), code)
    data = file.read(MOST_BYTES + 1)
    found = paper_of(data)
    if found is None:
        raise InvalidDocument("Send a PDF, a PNG or a JPEG.", field="file")
    if len(data) > MOST_BYTES:
        raise InvalidDocument(f"This file is larger than {MOST_BYTES // 1_000_000} MB.", field="file")
    id, (content_type, ending) = uuid7(), found
    path = storages["private"].save(f"onboarding/{require_vendor().id}/{id}.{ending}", ContentFile(data))
    with transaction.atomic():
        vendor = _lock(vendor.id)
        _check_may_send(checklist(vendor), code)
        made = VendorDocument(
            id=id,
            vendor=vendor,
            step=code,
            name=(name or f"{code}.{ending}")[-120:],
            content_type=content_type,
            size_bytes=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
            path=path,
            sent_by=by,
            sent_at=clock.now(),
        )
        made.save(force_insert=True)
        _tell(vendor, code, EventName.DOCUMENT_SENT, by, document=made)
    return made


@transaction.atomic
def send_again(*, vendor: Vendor, code: str, by: UUID) -> Event:
    """Say that what was sent back was mended, so that staff look again. By the vendor's role. Raises NotAsked, NotWaiting."""
    vendor = _lock(vendor.id)
    item = _asked(checklist(vendor), code)
    if item.kind not in SENT_AGAIN_BY_WORD or item.state != SENT_BACK:
        raise NotWaiting(f"“{item.title}” was not sent back, so there is nothing to send again.")
    return _tell(vendor, code, EventName.SENT_AGAIN, by)


def _check_may_send(found: Checklist, code: str) -> None:
    item = _asked(found, code)
    if item.kind != StepKind.DOCUMENT:
        raise NotAsked(f"“{item.title}” asks for no document.")
    if item.state not in (TO_DO, SENT_BACK, WAITING):
        raise NotWaiting(f"“{item.title}” is done: we ask for no other document.")


def _tell(
    vendor: Vendor,
    code: str,
    name: EventName,
    by: UUID,
    *,
    terms: Terms | None = None,
    document: VendorDocument | None = None,
) -> Event:
    event = Event(
        vendor=vendor,
        step=code,
        name=name,
        actor_kind="member",
        actor_id=by,
        terms=terms,
        document=document,
        at=clock.now(),
    )
    event.save(force_insert=True)
    record(
        action=f"shop.onboarding_{name.value}",
        subject=f"vendor:{vendor.id}",
        actor_kind="member",
        actor_id=by,
        vendor_id=vendor.id,
        data={"step": code} | ({"version": terms.version} if terms else {}),
    )
    announce("shop.onboarding_changed", vendor_id=vendor.id, payload={"vendor": str(vendor.id)})
    return event


# --- What staff decide ----------------------------------------------------------------------------------------------------


@transaction.atomic
def decide(*, vendor: Vendor, code: str, decision: str, by: UUID, reason: str = "", seen: UUID | None = None) -> Event:
    """Accept a step that waits, send it back with a reason, or waive it with one. `by` is the user id of the staff.

    `decision` is accept, reject or waive; `seen` the step's last event as whoever decides saw it, None for not looked at.
    Sent back, a step closes the doors it is needed for, and the vendor gets a mail. Raises NotAsked, NotWaiting,
    ChangedMeanwhile, InvalidInput.
    """
    if decision not in DECISIONS:
        raise InvalidInput("Accept it, send it back, or waive it.", field="decision")
    vendor = _lock(vendor.id)
    item = _asked(checklist(vendor), code)
    may = {"accept": item.may_be_decided, "reject": item.may_be_sent_back, "waive": item.may_be_waived}[decision]
    if not may:
        raise NotWaiting(_why_not(item, decision))
    if seen != item.seen:
        raise ChangedMeanwhile(f"Something happened to “{item.title}” since you looked. Look again, then decide.")
    why = reason.strip()
    if decision != "accept" and not why:
        raise InvalidInput("Say why.", field="reason")
    if len(why) > LONGEST_REASON:
        raise InvalidInput(f"Say it in {LONGEST_REASON} characters.", field="reason")
    event = Event(
        vendor=vendor,
        step=code,
        name=DECISIONS[decision],
        actor_kind="staff",
        actor_id=by,
        reason=why,
        document_id=item.document_id,
        at=clock.now(),
    )
    event.save(force_insert=True)
    record(
        action=f"vendor.step_{event.name}",
        subject=f"vendor:{vendor.id}",
        actor_kind="staff",
        actor_id=by,
        vendor_id=vendor.id,
        data={"step": code, **({"reason": why} if why else {})},
    )
    if decision == "reject":
        _close(vendor, item, by)
        announce("onboarding.sent_back", vendor_id=vendor.id, payload={"event": str(event.id)})
    settle(vendor_id=vendor.id)
    return event


def _why_not(item: Item, decision: str) -> str:
    words = {
        "accept": f"“{item.title}” does not wait for us: {item.what or 'it is done'}.",
        "reject": f"There is nothing of “{item.title}” that could be sent back.",
        "waive": f"“{item.title}” is done: there is nothing to waive.",
    }
    return words[decision]


def _close(vendor: Vendor, item: Item, by: UUID) -> None:
    """Close the doors that need a step which was sent back."""
    reason = f"“{item.title}” was sent back"
    if item.for_selling and vendor.selling_cleared_at is not None:
        vendor.selling_cleared_at = None
        _note(vendor, EventName.SELLING_CLOSED, reason, by)
        announce("vendor.selling_closed", vendor_id=vendor.id, payload={"vendor": str(vendor.id)})
    if item.for_payout and vendor.payouts_cleared_at is not None:
        vendor.payouts_cleared_at = None
        _note(vendor, EventName.PAYOUTS_CLOSED, reason, by)
        announce("vendor.payouts_closed", vendor_id=vendor.id, payload={"vendor": str(vendor.id)})
    vendor.save(update_fields=["selling_cleared_at", "payouts_cleared_at"])


# --- What it comes to -----------------------------------------------------------------------------------------------------


@transaction.atomic
def settle(*, vendor_id: UUID) -> Vendor:
    """Open the doors whose steps are all fulfilled, and note whether something waits for us. It closes nothing.

    Says the same however often it is called. A vendor that is let in and may sell begins to.
    """
    vendor = _lock(vendor_id)
    if vendor.state not in ASKED:
        return vendor
    found = checklist(vendor)
    now = clock.now()
    if vendor.selling_cleared_at is None and found.lets_sell:
        vendor.selling_cleared_at = now
        _note(vendor, EventName.SELLING_OPENED)
        announce("vendor.selling_opened", vendor_id=vendor.id, payload={"vendor": str(vendor.id)})
    if vendor.payouts_cleared_at is None and found.lets_pay_out:
        vendor.payouts_cleared_at = now
        _note(vendor, EventName.PAYOUTS_OPENED)
        announce("vendor.payouts_opened", vendor_id=vendor.id, payload={"vendor": str(vendor.id)})
    if found.waits_for_us != (vendor.waits_for_us_at is not None):
        vendor.waits_for_us_at = now if found.waits_for_us else None
    vendor.save(update_fields=["selling_cleared_at", "payouts_cleared_at", "waits_for_us_at"])
    activate_if_ready(vendor)
    return vendor


def _note(vendor: Vendor, name: EventName, reason: str = "", by: UUID | None = None) -> None:
    Event(
        vendor=vendor,
        name=name,
        actor_kind="staff" if by else "system",
        actor_id=by,
        reason=reason,
        at=clock.now(),
    ).save(force_insert=True)


def _lock(vendor_id: UUID) -> Vendor:
    # No-key, so that rows which refer to the vendor are written meanwhile; and a vendor's own role may.
    return Vendor.objects.select_for_update(no_key=True, of=("self",)).get(id=vendor_id)


def _asked(found: Checklist, code: str) -> Item:
    item = found.item(code)
    if item is None:
        raise NotAsked("This step is not on the checklist of this vendor.")
    return item


def _of_kind(found: Checklist, kind: StepKind) -> Item:
    item = next((item for item in found.items if item.kind == kind), None)
    if item is None:
        raise NotAsked("This step is not on the checklist of this vendor.")
    return item
