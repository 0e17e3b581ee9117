"""A gift card's life: bought, issued when it is paid, mailed on its day, its code shown once; frozen, voided, expired."""

from datetime import date
from uuid import UUID

import structlog
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import F

from approvals.actions import NoReason, carried_out, four_eyes, granted
from approvals.models import Approval
from audit.actions import traced
from billing.ledger import entries
from billing.ledger.actions import post_all
from billing.ledger.entries import EntryDraft
from billing.payments.actions import create_card_payment
from billing.payments.models import Payment
from billing.prepaid.actions.tenders import lock_balances
from billing.prepaid.codes import card_url, code_of, digest_of, opens
from billing.prepaid.models import GiftCard, MovementKind, Prepaid, PrepaidKind, PrepaidMovement
from kit import clock
from kit.errors import Conflict, InvalidInput
from kit.ids import short_code
from kit.money import Money
from notifications.actions import send
from outbox.actions import announce
from outbox.models import Fact

log = structlog.get_logger(__name__)
KIND = "gift_card.void"
MOST_DAYS_AHEAD = 365


class CardGiven(InvalidInput):
    """What was said of a gift card to buy cannot be; `field` says what."""

    code = "gift_card_invalid"


class CodeShown(Conflict):
    """The code was shown before."""

    code = "gift_card_code_shown"


class CardEnded(Conflict):
    """Nothing more can be done with this card."""

    code = "gift_card_ended"


@transaction.atomic
def begin_purchase(
    *,
    amount: Money,
    buyer_email: str,
    recipient_email: str,
    buyer_id: UUID | None = None,
    buyer_name: str = "",
    recipient_name: str = "",
    message: str = "",
    deliver_on: date | None = None,
) -> GiftCard:
    """A gift card that is issued once it is paid: its payment stands beside it. Raises CardGiven."""
    least, most = (Money(limit, settings.CURRENCY) for limit in settings.GIFT_CARD_RANGE)
    if amount.currency != settings.CURRENCY or not least.amount_minor <= amount.amount_minor <= most.amount_minor:
        raise CardGiven(f"A gift card is from {least} to {most}.", field="amount")
    day = deliver_on or clock.today()
    if not 0 <= (day - clock.today()).days <= MOST_DAYS_AHEAD:
        raise CardGiven("Choose a day from today on, within a year.", field="deliver_on")
    if len(message) > 400:
        raise CardGiven("The message has 400 characters at most.", field="message")
    prepaid = Prepaid.objects.create(kind=PrepaidKind.GIFT_CARD, currency=amount.currency)
    card = GiftCard.objects.create(
        prepaid=prepaid,
        number=f"G{short_code(8)}",
        amount_minor=amount.amount_minor,
        currency=amount.currency,
        buyer_id=buyer_id,
        buyer_email=_address(buyer_email, "buyer_email"),
        buyer_name=_one_line(buyer_name),
        recipient_email=_address(recipient_email, "recipient_email"),
        recipient_name=_one_line(recipient_name),
        message=message.strip(),
        deliver_on=day,
    )
    create_card_payment(card_id=card.id, number=card.number, customer_email=card.buyer_email, amount=amount)
    return card


def issue(payment: Payment) -> GiftCard:
    """A gift card was paid, in time or late: it is good from now on. Announces `gift_card.issued`. Inside a transaction."""
    card = GiftCard.objects.select_for_update(of=("self",)).get(id=payment.reference_id)
    if card.issued_at is not None:
        return card
    balance = lock_balances([card.prepaid_id])[card.prepaid_id]
    balance.balance_minor += payment.amount_minor
    balance.save(update_fields=["balance_minor"])
    now = clock.now()
    PrepaidMovement.objects.create(
        prepaid=balance,
        kind=MovementKind.SOLD,
        key=f"sold:{card.id}",
        amount_minor=payment.amount_minor,
        payment_id=payment.id,
        number=card.number,
        at=now,
    )
    _give_code(card)
    card.issued_at = now
    # To the end of the year: whoever was given it at Christmas has as long as who bought it.
    years = settings.GIFT_CARD_YEARS
    card.expires_on = date(now.year + years, 12, 31) if years else None
    card.save(update_fields=["code_digest", "last_four", "issued_at", "expires_on"])
    announce("gift_card.issued", payload={"card": str(card.id)})
    return card


def deliver_due() -> int:
    """Mail every paid card whose day has come to its recipient; gives how many."""
    found = GiftCard.objects.filter(issued_at__isnull=False, mailed_at=None, voided_at=None, frozen_at=None)
    ids = list(
        found.filter(deliver_on__lte=clock.today()).order_by("deliver_on", "id").values_list("id", flat=True)[:200]
    )
    return sum(map(_deliver, ids))


@transaction.atomic
def _deliver(card_id: UUID) -> int:
    card = GiftCard.objects.select_for_update(of=("self",), skip_locked=True).filter(id=card_id, mailed_at=None).first()
    if card is None:
        return 0
    send(
        f"gift_card:{card.id}:{card.code_version}",
        "gift_card",
        card.recipient_email,
        {
            "card": card,
            "amount": str(Money(card.amount_minor, card.currency)),
            "from_name": card.buyer_name or card.buyer_email,
            "url": card_url(card.id, card.code_version),
        },
        private=True,
    )
    card.mailed_at = clock.now()
    card.save(update_fields=["mailed_at"])
    return 1


@transaction.atomic
def show_code(*, card_id: UUID, token: str) -> tuple[GiftCard, str]:
    """The code of a card, to whoever has its link, once. Raises CodeShown, CardEnded for another's or an ended card."""
    card = GiftCard.objects.select_for_update(of=("self",)).filter(id=card_id, issued_at__isnull=False).first()
    if card is None or card.voided_at is not None or not opens(card.id, card.code_version, token):
        raise CardEnded("This link opens no gift card any more.")
    if card.shown_at is not None:
        raise CodeShown("The code was shown before, and is shown once only. If it is lost, ask us for a new one.")
    card.shown_at = clock.now()
    card.save(update_fields=["shown_at"])
    return card, code_of(card.id, card.code_version)


@transaction.atomic
def send_again(*, card_id: UUID, email: str, reason: str, by: UUID) -> GiftCard:
    """A card with a new code for its recipient, mailed to `email`: the old code opens nothing any more.

    Raises CardEnded, CardGiven, NoReason.
    """
    card = _open_card(card_id)
    reason, email = _why(reason), _address(email, "email")
    with traced("gift_card.sent_again", f"gift_card:{card.id}", by=by, number=card.number, reason=reason):
        card.code_version += 1
        _give_code(card)
        card.recipient_email, card.mailed_at, card.shown_at, card.deliver_on = email, None, None, clock.today()
        card.save(
            update_fields=[
                *("code_version", "code_digest", "last_four", "recipient_email"),
                *("mailed_at", "shown_at", "deliver_on"),
            ]
        )
    return card


@transaction.atomic
def freeze(*, card_id: UUID, reason: str, by: UUID) -> GiftCard:
    """Nobody pays with it while it is looked at. What unpaid orders hold of it stays theirs. Raises CardEnded, NoReason."""
    card = _open_card(card_id)
    reason = _why(reason)
    if card.frozen_at is None:
        with traced("gift_card.frozen", f"gift_card:{card.id}", by=by, number=card.number, reason=reason):
            _freeze(card, reason)
    return card


@transaction.atomic
def unfreeze(*, card_id: UUID, reason: str, by: UUID) -> GiftCard:
    """It can be paid with again. Raises CardEnded, NoReason."""
    card = _open_card(card_id)
    reason = _why(reason)
    if card.frozen_at is not None:
        with traced("gift_card.unfrozen", f"gift_card:{card.id}", by=by, number=card.number, reason=reason):
            card.frozen_at, card.frozen_reason = None, ""
            card.save(update_fields=["frozen_at", "frozen_reason"])
    return card


@transaction.atomic
def void(*, card_id: UUID, reason: str, by: UUID) -> GiftCard | Approval:
    """End a card for good: what is free of it is owed to nobody any more, and what comes back to it later can be voided too.

    From the amount on that needs four eyes, gives the Approval that waits. Raises CardEnded, NoReason, WaitsAlready.
    """
    reason = _why(reason)
    card = GiftCard.objects.select_for_update(of=("self",)).select_related("prepaid").get(id=card_id)
    if card.issued_at is None or (card.voided_at is not None and not card.prepaid.free_minor):
        raise CardEnded("There is nothing left of this gift card to void.")
    amount = Money(card.prepaid.free_minor, card.currency)
    waits = four_eyes(
        kind=KIND,
        subject=f"gift_card:{card.id}",
        summary=f"Void gift card {card.number} with {amount} on it",
        payload={"card": str(card.id), "reason": reason},
        amount=amount,
        reason=reason,
        by=by,
    )
    if waits is not None:
        return waits
    with traced("gift_card.voided", f"gift_card:{card.id}", by=by, number=card.number, reason=reason):
        return _void(card, reason, by)


def on_approval_granted(fact: Fact) -> None:
    """Inside `approval.granted`: void what the second person agreed to, with what is on it now."""
    if fact.payload["kind"] != KIND:
        return
    approval = granted(fact)
    card = GiftCard.objects.select_for_update(of=("self",)).get(id=approval.payload["card"])
    _void(card, approval.payload["reason"], approval.requested_by)
    carried_out(approval, done_as=f"gift_card:{card.id}")


def freeze_bought_with(payment_id: UUID, reason: str) -> None:
    """The bank asks back what a gift card was paid with: nobody pays with it while that is open. Inside a transaction."""
    payment = Payment.objects.get(id=payment_id)
    card = GiftCard.objects.select_for_update(of=("self",)).filter(id=payment.reference_id, voided_at=None).first()
    if card is not None and card.frozen_at is None:
        _freeze(card, reason)


def end_expired() -> int:
    """End every card whose last day is over and of which something is left; gives how many."""
    over = GiftCard.objects.filter(expires_on__lt=clock.today(), issued_at__isnull=False)
    left = over.filter(prepaid__balance_minor__gt=F("prepaid__held_minor")).order_by("expires_on", "id")
    return sum(map(_expire, list(left.values_list("id", flat=True)[:200])))


@transaction.atomic
def _expire(card_id: UUID) -> int:
    card = GiftCard.objects.select_for_update(of=("self",)).get(id=card_id)
    if card.expires_on is None or card.expires_on >= clock.today():
        return 0  # something came back to it meanwhile
    return _end(card, MovementKind.EXPIRED, f"Expired on {card.expires_on:%-d %B %Y}", None)


def ended_entry(movement: PrepaidMovement, card: GiftCard) -> EntryDraft:
    return entries.gift_card_ended(
        movement_id=movement.id,
        card_id=card.id,
        amount_minor=-movement.amount_minor,
        currency=card.currency,
        reason=movement.reason,
        occurred_at=movement.at,
    )


def _void(card: GiftCard, reason: str, by: UUID) -> GiftCard:
    _end(card, MovementKind.VOIDED, reason, by)
    card.voided_at, card.void_reason = card.voided_at or clock.now(), reason
    card.save(update_fields=["voided_at", "void_reason"])
    return card


def _end(card: GiftCard, kind: MovementKind, reason: str, by: UUID | None) -> int:
    balance = lock_balances([card.prepaid_id])[card.prepaid_id]
    free = balance.free_minor
    if not free:
        return 0
    balance.balance_minor -= free
    balance.save(update_fields=["balance_minor"])
    ended = PrepaidMovement.objects.filter(prepaid=balance, kind=kind).count()
    movement = PrepaidMovement.objects.create(
        prepaid=balance,
        kind=kind,
        key=f"{kind}:{card.id}:{ended + 1}",
        amount_minor=-free,
        reason=reason[:200],
        by=by,
        at=clock.now(),
    )
    post_all([ended_entry(movement, card)])
    return 1


def _freeze(card: GiftCard, reason: str) -> None:
    card.frozen_at, card.frozen_reason = clock.now(), reason
    card.save(update_fields=["frozen_at", "frozen_reason"])


def _give_code(card: GiftCard) -> None:
    code = code_of(card.id, card.code_version)
    card.code_digest, card.last_four = digest_of(code), code[-4:]


def _open_card(card_id: UUID) -> GiftCard:
    card = GiftCard.objects.select_for_update(of=("self",)).get(id=card_id)
    if card.issued_at is None or card.voided_at is not None:
        raise CardEnded("This gift card is not paid, or voided.")
    return card


def _why(reason: str) -> str:
    reason = " ".join(reason.split())[:200]
    if not reason:
        raise NoReason("Say why, for whoever looks at it later.", field="reason")
    return reason


def _one_line(text: str) -> str:
    return " ".join(text.split())[:80]


def _address(email: str, field: str) -> str:
    try:
        validate_email(email.strip())
    except ValidationError:
        raise CardGiven("Write the e-mail address like name@example.com.", field=field) from None
    return email.strip()
