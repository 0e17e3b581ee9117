"""What customers ask the platform to decide: opened, answered by both sides, granted with money, or declined.

The money is the vendor's, through `returns.actions.ask` with all its previews, limits and second persons: a claim only says
whose decision it was. Whatever happens between customer and vendor meanwhile stays possible.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from audit.actions import record
from kit import clock
from kit.errors import Conflict, InvalidInput
from marketplace.orders.actions import lock_order
from marketplace.orders.models import Fulfillment, Order, VendorOrder
from marketplace.orders.words import clean_words
from marketplace.returns.actions import Actor, ask
from marketplace.returns.models import (
    Claim,
    ClaimKind,
    ClaimMessage,
    ClaimState,
    RefundRequest,
    RequestKind,
    RequestState,
    Return,
    ReturnState,
)
from marketplace.returns.photos import Taken, keep_photos
from marketplace.returns.policy import Policy, policy_at
from marketplace.returns.preview import Ask, PartFacts
from marketplace.returns.states import RETURN_STEPS, check_claim
from marketplace.returns.steps import SYSTEM, lock_claim, lock_part, take, take_claim, tell, write_down

UNDECIDED = (ClaimState.OPEN, ClaimState.GRANTING)
SAY_WHY = "Say what happened, and what you want."


class CannotClaim(Conflict):
    """There is nothing to decide about it, not yet or not any more."""

    code = "cannot_claim"


class ClaimClosed(Conflict):
    """It was decided, or taken back."""

    code = "claim_closed"


def may_claim(part: VendorOrder, *, policy: Policy, now: datetime) -> bool:
    """Whether a customer may turn to the platform about a vendor order: it is paid, its vendor had its time to send it, and
    not too long has passed since it came.
    """
    if part.paid_at is None or part.fulfillment == Fulfillment.CANCELED:
        return False
    if part.delivered_at is not None:
        return now < part.delivered_at + timedelta(days=policy.claim_days)
    return part.shipped_at is not None or (part.ship_by is not None and part.ship_by < now)


@transaction.atomic
def open_claim(
    *,
    vendor_order_id: UUID,
    kind: str,
    words: str,
    by: Actor,
    order: Order | None = None,
    returned: Return | None = None,
    photos: Sequence[Taken] = (),
) -> Claim:
    """Have the platform decide. One that is open already is given back as it is. `order` is the customer's own.

    Raises CannotClaim, InvalidInput at `kind` or `words`, TooManyPhotos.
    """
    if kind not in ClaimKind.values:
        raise InvalidInput("Say what it is about.", field="kind")
    words = clean_words(words, field="words", needed=SAY_WHY)
    part = lock_part(vendor_order_id)
    if order is not None and part.order_id != order.id:
        raise VendorOrder.DoesNotExist
    standing = Claim.objects.filter(vendor_order=part, state__in=UNDECIDED).first()
    if standing is not None:
        return standing
    now = clock.now()
    policy = policy_at(now)
    if returned is None and by.kind == "customer" and not may_claim(part, policy=policy, now=now):
        raise CannotClaim(
            "Give the shop its time first: it was to send this order by the day it says, or it is too long ago."
        )
    if returned is not None and returned.state in (ReturnState.WITHDRAWN, ReturnState.SETTLED):
        raise CannotClaim("This return was taken back, or decided already.")
    count = Claim.objects.filter(vendor_order=part).count()
    claim = Claim.objects.create(
        number=f"{part.number}-C{count + 1}",
        order_id=part.order_id,
        vendor_order=part,
        vendor_id=part.vendor_id,
        returned=returned,
        kind=kind,
        opened_kind=by.kind,
        opened_by=by.id,
        opened_at=now,
        due_at=now + timedelta(days=policy.answer_days),
    )
    if by.kind == "customer":
        _message(claim, words, by, asks="")
    keep_photos(claim, photos)
    told = {"claim": str(claim.id), "number": claim.number, "state": claim.state, "kind": kind}
    write_down(claim, "claim_opened", by, note=claim.get_kind_display(), data=told)
    tell("claim_opened", claim.vendor_id, by, {"claim": str(claim.id)})
    return claim


@transaction.atomic
def say(*, claim: Claim, text: str, by: Actor, asks: str = "") -> ClaimMessage:
    """Say something, for all three to read; staff may ask the customer or the member for an answer. The same words of the
    same person twice in a row are said once. Raises ClaimClosed, InvalidInput at `text` or `asks`.
    """
    text = clean_words(text, field="text", needed="Write what you want to say.")
    if asks and (by.kind != "staff" or asks not in ("customer", "member")):
        raise InvalidInput("Ask the customer or the shop.", field="asks")
    lock_part(claim.vendor_order_id)
    claim = Claim.objects.get(id=claim.id)
    if not claim.is_open:
        raise ClaimClosed("This claim was decided, or taken back.")
    last = claim.messages.order_by("-at", "-id").first()
    if last is not None and (last.text, last.author_kind, last.author_id) == (text, by.kind, by.id):
        return last
    said = _message(claim, text, by, asks=asks)
    if by.kind == "staff" and asks:
        now = clock.now()
        claim.due_at = now + timedelta(days=policy_at(now).answer_days)
        claim.save(update_fields=["due_at"])
    told = {"claim": str(claim.id), "number": claim.number}
    write_down(claim, "claim_asked" if asks else "claim_said", by, note="", data=told)
    tell("claim_said", claim.vendor_id, by, {"claim": str(claim.id), "message": str(said.id)})
    return said


@transaction.atomic
def withdraw_claim(*, claim_id: UUID, by: Actor) -> Claim:
    """It is settled, or was a mistake. Twice is once. Raises WrongStep."""
    claim = lock_claim(claim_id)
    if claim.state == ClaimState.WITHDRAWN:
        return claim
    return take_claim(claim, "withdrawn", by, changes={"due_at": None})


@transaction.atomic
def dismiss_claim(*, claim_id: UUID, by: Actor, note: str) -> Claim:
    """Leave everything as it is, and say why to both sides. Twice by the same person is once.

    Raises WrongStep, InvalidInput.
    """
    note = clean_words(note, field="note", longest=500, needed="Say why: both sides read it.")
    claim = lock_claim(claim_id)
    if claim.state == ClaimState.DISMISSED and claim.decided_by == by.id:
        return claim
    _decide(claim, "dismissed", by, note)
    return claim


def suggested_for_claim(claim: Claim, part: PartFacts) -> Ask:
    """What to give back when it is granted: the articles of its return, or all of the vendor order."""
    if claim.returned is None:
        return Ask(part.vendor_order_id, units={line.id: line.left.units for line in part.lines if line.left.units})
    left = {line.id: line.left.units for line in part.lines}
    wanted = {
        line.order_line_id: min(line.quantity, left.get(line.order_line_id, 0)) for line in claim.returned.lines.all()
    }
    return Ask(part.vendor_order_id, units={line_id: count for line_id, count in wanted.items() if count})


@transaction.atomic
def grant_claim(*, claim_id: UUID, asks: Sequence[Ask], reason: str, by: Actor, digest: str) -> RefundRequest:
    """Give the customer back, at the vendor's cost, what the preview of this digest showed: at once, or when somebody with a
    higher limit has approved it. Sent twice it is one decision.

    Raises WrongStep and whatever `returns.actions.ask` raises.
    """
    claim = Claim.objects.select_related("refund").get(id=claim_id)
    lock_order(claim.order_id)
    claim = lock_claim(claim_id)
    if claim.refund is not None and (claim.refund.digest, claim.refund.asked_by) == (digest, by.id):
        return claim.refund
    check_claim(claim.state, "granted", by.kind)
    if not claim.is_open:
        raise ClaimClosed("The money of this claim waits for a second person already.")
    request = ask(
        order_id=claim.order_id,
        asks=asks,
        kind=RequestKind.REFUND,
        reason=reason,
        by=by,
        digest=digest,
        vendor_id=claim.vendor_id,
    )
    claim.refund = request
    claim.save(update_fields=["refund"])
    _decide(claim, "granted" if request.state == RequestState.DONE else "granting", by, request.reason)
    if request.state == RequestState.DONE:
        _settle_return(claim, by)
    return request


def settle_granted(request: RefundRequest) -> None:
    """Inside the transaction that gave the money back: the claim that waited for it is granted."""
    claim = _granting(request)
    if claim is not None:
        take_claim(claim, "granted", SYSTEM)
        _settle_return(claim, Actor("staff", claim.decided_by))


def reopen_claim(request: RefundRequest) -> None:
    """Inside the transaction that rejected it, or found the numbers changed: staff decides once more."""
    claim = _granting(request)
    if claim is not None:
        changes = {"decided_by": None, "decided_at": None, "decision_note": "", "refund": None}
        take_claim(claim, "reopened", SYSTEM, note=request.decision_note or request.problem, changes=changes)


def _granting(request: RefundRequest) -> Claim | None:
    rows = Claim.objects.select_for_update(of=("self",)).filter(refund=request, state=ClaimState.GRANTING)
    return rows.first()


def _decide(claim: Claim, step: str, by: Actor, note: str) -> None:
    changes = {"decided_by": by.id, "decided_at": clock.now(), "decision_note": note, "due_at": None}
    take_claim(claim, step, by, note=note, changes=changes)
    record(
        action=f"claim.{step}",
        subject=f"claim:{claim.id}",
        actor_kind=by.kind,
        actor_id=by.id,
        vendor_id=claim.vendor_id,
        data={"number": claim.number, "note": note},
    )


def _settle_return(claim: Claim, by: Actor) -> None:
    """What the return of a granted claim was about is decided with it."""
    if claim.returned_id is None:
        return
    returned = Return.objects.select_for_update(of=("self",)).get(id=claim.returned_id)
    if returned.state in RETURN_STEPS["settled"].of:
        take(returned, "settled", by, note=claim.decision_note)


def _message(claim: Claim, text: str, by: Actor, *, asks: str) -> ClaimMessage:
    return ClaimMessage.objects.create(
        claim=claim,
        vendor_id=claim.vendor_id,
        author_kind=by.kind,
        author_id=by.id,
        text=text,
        asks=asks,
        at=clock.now(),
    )
