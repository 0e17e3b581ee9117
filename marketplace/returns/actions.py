"""Canceling and refunding: asked for on the strength of a preview, approved where it is much, carried out in one step.

Locks: the request, the order, its vendor orders by id, the payment, stock by schema, as everywhere. A vendor's process may
not write money: what its members ask for is carried out by the worker, within seconds, under the same locks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from approvals.actions import WaitsAlready
from audit.actions import record
from billing.payments.actions import lock_payment, request_refund
from billing.payments.models import Payment, PaymentShare
from kit import clock
from kit.errors import Conflict, InvalidInput, NotAllowed
from kit.money import Money
from marketplace.fulfillment.actions import withdraw
from marketplace.orders.actions import lock_order
from marketplace.orders.models import Fulfillment, OrderEvent, VendorOrder
from marketplace.returns.models import STANDING, Cancellation, RefundItem, RefundRequest, RequestKind, RequestState
from marketplace.returns.policy import Policy, policy_at
from marketplace.returns.preview import Ask, PartPreview, Preview
from marketplace.returns.queries import preview_of, preview_of_request
from outbox.actions import announce
from outbox.doorbell import ring
from tenants.isolation.doors import in_shop
from tenants.vendors.models import Member, Vendor

SECOND_PERSON = "Somebody else has to decide about it: whoever asks does not approve."


class NumbersChanged(Conflict):
    """What would happen is not what was shown. `preview` is what would happen now."""

    code = "preview_changed"

    def __init__(self, preview: Preview):
        super().__init__("The numbers have changed since they were shown. Nothing was done; look at them once more.")
        self.preview = preview


class UnderWay(Conflict):
    """Another request for the same is being carried out at this moment."""

    code = "refund_under_way"


class NotWaiting(Conflict):
    """It was decided already."""

    code = "request_not_waiting"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks or decides: `kind` customer, member or staff, or system where nobody did; `role` as limits name it, such as
    "member:manager".
    """

    kind: str
    id: UUID | None
    role: str = ""


@transaction.atomic
def ask(
    *,
    order_id: UUID,
    asks: Sequence[Ask],
    kind: str,
    reason: str,
    by: Actor,
    digest: str,
    vendor_id: UUID | None = None,
) -> RefundRequest:
    """Do what the preview of this digest showed, or have it wait for approval when it is above the limit of the role.

    `vendor_id` keeps it to one vendor's part. What a member asks for is `due`: the worker does it. Asked twice by the same
    person, on the strength of the same preview, it is one request. Raises NumbersChanged, NotAllowed, UnderWay,
    WaitsAlready, InvalidInput, and what the preview raises.
    """
    reason = " ".join(reason.split())[:200]
    if not reason:
        raise InvalidInput("Say why." if by.kind == "customer" else "Say why: the customer reads it.", field="reason")
    policy, is_unlimited = policy_at(clock.now()), by.kind in ("customer", "system")
    if not is_unlimited and not policy.knows(by.role):
        raise NotAllowed("Your role may not refund or cancel.")
    if by.kind == "member":
        _take_turns(order_id, vendor_id)
    else:
        _lock(order_id)
    standing = _standing(order_id)
    for row in standing:
        if (row.kind, row.digest, row.asked_kind, row.asked_by) == (kind, digest, by.kind, by.id):
            return row
    if by.kind == "member" and any(row.state == RequestState.DUE and row.vendor_id == vendor_id for row in standing):
        raise UnderWay("What was asked for a moment ago is still being carried out. Look again in a few seconds.")
    found = preview_of(order_id, asks, kind=kind, by_customer=by.kind == "customer", vendor_id=vendor_id)
    if found.digest != digest:
        raise NumbersChanged(found)
    may_alone = is_unlimited or policy.allows(by.role, found.amount_minor + _given_by(by.role, standing))
    asked = [each.as_data() for each in asks]
    if not may_alone and any(
        row.state == RequestState.WAITING and (row.kind, row.asked) == (kind, asked) for row in standing
    ):
        raise WaitsAlready("The same was asked for already, and waits for somebody to decide.")
    only = found.parts[0] if len(found.parts) == 1 else None
    request = RefundRequest.objects.create(
        order_id=order_id,
        vendor_id=only.vendor_id if only else vendor_id,
        number=only.number if only else found.parts[0].number.rpartition("-")[0],
        kind=kind,
        reason=reason,
        asked=asked,
        preview=found.as_data(),
        digest=digest,
        amount_minor=found.amount_minor,
        currency=found.currency,
        state=RequestState.DUE if may_alone else RequestState.WAITING,
        asked_kind=by.kind,
        asked_by=by.id,
        asked_role=by.role,
        asked_at=clock.now(),
    )
    _note(request, by, "asked")
    if may_alone and by.kind != "member":
        _carry_out(request, found)
    return request


@transaction.atomic
def approve(*, request_id: UUID, by: Actor, digest: str, note: str = "") -> RefundRequest:
    """Let a waiting request be done, as the preview of this digest shows it now. Approved twice by the same person, once.

    Raises NotWaiting, NotAllowed (who asked, or whose limit is too small), NumbersChanged.
    """
    request = _lock_request(request_id)
    is_granted = request.state in (RequestState.DUE, RequestState.DONE)
    if is_granted and (request.decided_by, request.digest) == (by.id, digest):
        return request
    _check_waiting(request, by)
    if by.kind != "member":
        _lock(request.order_id)
    found = preview_of_request(request)
    if found.digest != digest:
        raise NumbersChanged(found)
    before = _given_by(by.role, _standing(request.order_id), but=request)
    if not policy_at(clock.now()).allows(by.role, found.amount_minor + before):
        also = f", with {Money(before, found.currency)} given before," if before else ""
        raise NotAllowed(f"{found.total}{also} is above what your role may approve.")
    _decide(request, by, note, RequestState.DUE, found)
    if by.kind != "member":
        _carry_out(request, found)
    return request


@transaction.atomic
def reject(*, request_id: UUID, by: Actor, note: str) -> RefundRequest:
    """Leave a waiting request undone, and say why; twice by the same person, once.

    Raises NotWaiting, NotAllowed, InvalidInput.
    """
    if not note.strip():
        raise InvalidInput("Say why, to whoever asked.", field="note")
    request = _lock_request(request_id)
    if request.decided_by == by.id and request.state == RequestState.REJECTED:
        return request
    _check_waiting(request, by)
    if not policy_at(clock.now()).knows(by.role):
        raise NotAllowed("Your role may not decide about refunds.")
    _decide(request, by, note, RequestState.REJECTED, None)
    return request


@transaction.atomic
def carry_out(request_id: UUID) -> RefundRequest | None:
    """Do what a vendor's member asked for, or a second one approved; None when another worker has it or it is done.

    Whether they may is asked once more: a member may have left, a limit may have fallen. Then it waits for approval.
    Raises NumbersChanged and what the preview raises; the caller notes it.
    """
    due = RefundRequest.objects.select_for_update(skip_locked=True).filter(id=request_id, state=RequestState.DUE)
    request = due.first()
    if request is None:
        return None
    _lock(request.order_id)
    found = preview_of_request(request)
    if found.digest != request.digest:
        raise NumbersChanged(found)
    if not _member_may(request, policy_at(clock.now()), found.amount_minor):
        request.state = RequestState.WAITING
        request.save(update_fields=["state"])
        announce("refund_request.waiting", payload={"request": str(request.id)})
        return request
    _carry_out(request, found)
    return request


@transaction.atomic
def note_changed(request_id: UUID, why: str) -> None:
    """It could not be done as it was shown: whoever asked sees why, and the numbers as they are now."""
    request = RefundRequest.objects.select_for_update().get(id=request_id)
    if request.state == RequestState.DUE:
        request.state, request.problem = RequestState.CHANGED, why[:300]
        request.save(update_fields=["state", "problem"])
        announce("refund_request.changed", payload={"request": str(request.id)})


# --- Their parts ------------------------------------------------------------------------------------------------------


def _lock(order_id: UUID) -> None:
    lock_order(order_id)
    lock_payment(Payment.objects.values_list("id", flat=True).get(reference_id=order_id))


def _take_turns(order_id: UUID, vendor_id: UUID | None) -> None:
    """Members who ask about the same vendor order do so one after the other. The order itself their role may not lock."""
    assert vendor_id is not None  # a member asks for its own vendor
    mine = VendorOrder.objects.filter(order_id=order_id, vendor_id=vendor_id).order_by("id")
    list(mine.select_for_update(no_key=True).values_list("id"))


def _standing(order_id: UUID) -> list[RefundRequest]:
    """What was asked for of an order and is done, or may yet be, newest first: inside a wall only what its members asked."""
    return list(RefundRequest.objects.filter(order_id=order_id, state__in=STANDING).order_by("-id"))


def _given_by(role: str, standing: Sequence[RefundRequest], *, but: RefundRequest | None = None) -> int:
    """What people of a role gave back of an order already, by themselves or by approving it: a limit is of the order, and
    not of each of the steps that it could be divided into.
    """
    return sum(
        row.amount_minor
        for row in standing
        if row.state != RequestState.WAITING and row != but and (row.decided_role or row.asked_role) == role
    )


def _lock_request(request_id: UUID) -> RefundRequest:
    return RefundRequest.objects.select_for_update().get(id=request_id)


def _check_waiting(request: RefundRequest, by: Actor) -> None:
    if request.state != RequestState.WAITING:
        raise NotWaiting("This was decided already.")
    if by.id == request.asked_by:
        raise NotAllowed(SECOND_PERSON)
    if by.kind == "member" and request.asked_kind != "member":
        raise NotAllowed("The platform's staff asked for this, and decides about it.")


def _decide(request: RefundRequest, by: Actor, note: str, state: RequestState, found: Preview | None) -> None:
    request.state, request.decision_note = state, " ".join(note.split())[:200]
    request.decided_kind, request.decided_by, request.decided_role = by.kind, by.id, by.role
    request.decided_at = clock.now()
    if found is not None:
        request.preview, request.digest, request.amount_minor = found.as_data(), found.digest, found.amount_minor
    # By name: a vendor's role may write no other column.
    columns = ["state", "decision_note", "decided_kind", "decided_by", "decided_role", "decided_at"]
    request.save(update_fields=[*columns, "preview", "digest", "amount_minor"])
    _note(request, by, "approved" if state == RequestState.DUE else "rejected")


def _member_may(request: RefundRequest, policy: Policy, amount_minor: int) -> bool:
    """Whether the member who asked, or the second one who approved, may still do so much."""
    who = request.decided_by or request.asked_by
    assert who is not None
    assert request.vendor_id is not None
    member = Member.objects.filter(vendor_id=request.vendor_id, user_id=who, left_at=None).first()
    if member is None:
        return False
    role = f"member:{member.role}"
    mine = [row for row in _standing(request.order_id) if row.vendor_id == request.vendor_id]
    return policy.allows(role, amount_minor + _given_by(role, mine, but=request))


def _note(request: RefundRequest, by: Actor, what: str) -> None:
    """Into the audit trail, and out to whoever has to know."""
    name = f"shop.refund_{what}" if by.kind == "member" else f"refund_request.{what}"
    record(
        action=name,
        subject=f"refund_request:{request.id}",
        actor_kind=by.kind if by.id else "system",
        actor_id=by.id,
        vendor_id=request.vendor_id,
        data={
            "number": request.number,
            "kind": request.kind,
            "amount": str(Money(request.amount_minor, request.currency)),
            "reason": request.reason,
            "note": request.decision_note,
        },
    )
    announce(name, vendor_id=request.vendor_id, payload={"request": str(request.id)})
    if by.kind == "member":
        transaction.on_commit(lambda: ring("returns.carry_out_due"))


def _carry_out(request: RefundRequest, found: Preview) -> None:
    """Everything is locked, and `found` is what is there now: withdraw, refund, write down, tell."""
    now, ids = clock.now(), [part.vendor_order_id for part in found.parts]
    taken_out = _withdraw(request, found, now) if found.cancels else {}
    shares = {share.reference_id: share for share in PaymentShare.objects.filter(reference_id__in=ids)}
    for part in found.parts:
        if part.amount_minor + part.subsidy_minor:
            _refund(request, part, shares[part.vendor_order_id])
    fulfillments = dict(VendorOrder.objects.filter(id__in=ids).values_list("id", "fulfillment"))
    OrderEvent.objects.bulk_create(
        [
            OrderEvent(
                order_id=request.order_id,
                vendor_order_id=part.vendor_order_id,
                vendor_id=part.vendor_id,
                name=_event_name(found, fulfillments[part.vendor_order_id]),
                actor_kind=request.asked_kind,
                actor_id=request.asked_by,
                note=_in_words(request, part),
                data=_in_data(request, part, taken_out.get(part.vendor_order_id, {})),
                at=now,
            )
            for part in found.parts
        ]
    )
    request.state, request.done_at = RequestState.DONE, now
    request.save(update_fields=["state", "done_at"])
    announce("refund_request.done", payload={"request": str(request.id)})


def _withdraw(request: RefundRequest, found: Preview, now: datetime) -> dict[UUID, dict[UUID, dict[UUID, int]]]:
    """Gives what was taken out of parcels for it, by vendor order."""
    taken_out = {}
    vendors = Vendor.objects.in_bulk([part.vendor_id for part in found.parts])
    parts = VendorOrder.objects.in_bulk([part.vendor_order_id for part in found.parts])
    for part in sorted(found.parts, key=lambda part: vendors[part.vendor_id].schema_name or ""):
        quantities = {line_id: count for line_id, _, count in part.canceled}
        with in_shop(vendors[part.vendor_id]):
            taken_out[part.vendor_order_id] = withdraw(part=parts[part.vendor_order_id], quantities=quantities, now=now)
        Cancellation.objects.bulk_create(
            [
                Cancellation(
                    request=request,
                    vendor_id=part.vendor_id,
                    vendor_order_id=part.vendor_order_id,
                    order_line_id=line_id,
                    quantity=count,
                    canceled_at=now,
                )
                for line_id, count in quantities.items()
            ]
        )
    return taken_out


def _refund(request: RefundRequest, part: PartPreview, share: PaymentShare) -> None:
    refund = request_refund(
        share=share,
        amount_minor=part.amount_minor,
        subsidy_minor=part.subsidy_minor,
        net_minor=part.net_minor,
        sales_tax_minor=part.sales_tax_minor,
        key=f"request:{request.id}:{part.vendor_order_id}",
        reason=request.reason,
    )
    RefundItem.objects.bulk_create(
        [
            RefundItem(
                request=request,
                refund=refund,
                vendor_id=part.vendor_id,
                vendor_order_id=part.vendor_order_id,
                order_line_id=item.line_id,
                kind=item.kind,
                units=item.units,
                amount_minor=item.amount_minor,
                subsidy_minor=item.subsidy_minor,
                tax_minor=item.tax_minor,
                commission_minor=item.commission_minor,
                kept_minor=item.kept_minor,
            )
            for item in part.items
        ]
    )


def _event_name(found: Preview, fulfillment: str) -> str:
    if not found.cancels:
        return "refunded"
    return "canceled" if fulfillment == Fulfillment.CANCELED else "partly_canceled"


def _in_data(request: RefundRequest, part: PartPreview, taken_out: Mapping[UUID, Mapping[UUID, int]]) -> dict[str, Any]:
    """What the event has of it, for whoever rebuilds the order from its events."""
    unpacked = {
        str(parcel_id): {str(line_id): count for line_id, count in lines.items()}
        for parcel_id, lines in taken_out.items()
    }
    return {
        "request": str(request.id),
        "canceled": {str(line_id): count for line_id, _, count in part.canceled},
        "unpacked": unpacked,
        "refunded_minor": part.amount_minor,
    }


def _in_words(request: RefundRequest, part: PartPreview) -> str:
    what = ", ".join(f"{count} × {title}" for _, title, count in part.canceled)
    if request.kind == RequestKind.REFUND:
        what = f"{Money(part.amount_minor, request.currency)} back"
    return f"{what}: {request.reason}"[:250]
