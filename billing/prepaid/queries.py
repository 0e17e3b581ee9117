"""Reading what can be paid with, and what became of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from billing.payments.models import Payment
from billing.prepaid.actions.tenders import lock_balances
from billing.prepaid.codes import clean_code, digest_of
from billing.prepaid.means import Source
from billing.prepaid.models import GiftCard, Prepaid, PrepaidKind, PrepaidMovement, Tender
from kit import clock
from kit.pagination import Page, keyset_page

CREDIT_LABEL = "Store credit"


def usable_cards() -> QuerySet[GiftCard]:
    """Cards that can be paid with today, if anything is on them."""
    good = Q(expires_on=None) | Q(expires_on__gte=clock.today())
    return GiftCard.objects.filter(good, issued_at__isnull=False, frozen_at=None, voided_at=None)


def card_of_code(code: str, currency: str) -> GiftCard | None:
    """The card that a code opens and that can be paid with, with its balance; None for any other code, without saying why."""
    digest = digest_of(clean_code(code))
    return usable_cards().select_related("prepaid").filter(code_digest=digest, currency=currency).first()


def cards_of(ids: Collection[UUID]) -> list[GiftCard]:
    """These cards with their balances, also those that cannot be used any more; no query without any."""
    if not ids:
        return []
    return list(GiftCard.objects.filter(id__in=ids).select_related("prepaid").order_by("id"))


def label_of(card: GiftCard) -> str:
    return f"Gift card …{card.last_four}"


def sources(
    *, card_ids: Collection[UUID], user_id: UUID | None, currency: str, lock: bool = False
) -> tuple[Source, ...]:
    """What there is to pay with: these cards, those that expire first before others, then the customer's store credit.

    Cards that cannot be used, and empty ones, are left out. `lock`: balances stay as they are until the transaction ends.
    At most three queries, none where there is nothing to ask about.
    """
    cards = list(usable_cards().filter(id__in=card_ids, currency=currency)) if card_ids else []
    cards.sort(key=lambda card: (card.expires_on is None, card.expires_on, str(card.id)))
    wanted = Q(id__in=[card.prepaid_id for card in cards])
    if user_id is not None:
        wanted |= Q(kind=PrepaidKind.STORE_CREDIT, user_id=user_id, currency=currency)
    if not cards and user_id is None:
        return ()
    balances = {row.id: row for row in Prepaid.objects.filter(wanted)}
    if lock:
        balances = lock_balances(balances)
    found = [
        Source(card.prepaid_id, PrepaidKind.GIFT_CARD, label_of(card), balances[card.prepaid_id].free_minor)
        for card in cards
    ]
    found += [
        Source(row.id, row.kind, CREDIT_LABEL, row.free_minor)
        for row in balances.values()
        if row.kind == PrepaidKind.STORE_CREDIT
    ]
    return tuple(source for source in found if source.free_minor)


@dataclass(frozen=True, slots=True)
class PaidWith:
    """What of an order a gift card or store credit paid, and what of that went back."""

    label: str
    amount_minor: int
    refunded_minor: int


def paid_with(payment: Payment) -> list[PaidWith]:
    """How what was prepaid of a payment was paid; no query where nothing was."""
    if not payment.prepaid_minor:
        return []
    rows = Tender.objects.filter(payment=payment).select_related("prepaid__gift_card").order_by("id")
    return [
        PaidWith(
            label_of(row.prepaid.gift_card) if row.prepaid.kind == PrepaidKind.GIFT_CARD else CREDIT_LABEL,
            row.amount_minor,
            row.refunded_minor,
        )
        for row in rows
    ]


def credit_balance(user_id: UUID, currency: str) -> Prepaid | None:
    return Prepaid.objects.filter(kind=PrepaidKind.STORE_CREDIT, user_id=user_id, currency=currency).first()


def movements_page(prepaid_id: UUID, *, cursor: str | None = None, size: int = 25) -> Page[PrepaidMovement]:
    """What moved a balance, newest first. Raises InvalidInput on a bad cursor."""
    return keyset_page(PrepaidMovement.objects.filter(prepaid=prepaid_id), order=["-id"], cursor=cursor, size=size)


def cards_page(*, search: str = "", cursor: str | None = None, size: int = 50) -> Page[GiftCard]:
    """Gift cards for the office, newest first, each with its balance. `search` is a number, the last four of a code, or an
    address of buyer or recipient.
    """
    rows: QuerySet[GiftCard] = GiftCard.objects.filter(issued_at__isnull=False).select_related("prepaid")
    if words := search.strip():
        people = Q(recipient_email__iexact=words) | Q(buyer_email__iexact=words)
        rows = rows.filter(Q(number=words.upper()) | Q(last_four=words.upper()[-4:], number__isnull=False) | people)
    return keyset_page(rows, order=["-id"], cursor=cursor, size=size)


def bought_by(user_id: UUID, size: int = 50) -> Sequence[GiftCard]:
    """The gift cards that somebody bought, newest first."""
    paid = GiftCard.objects.filter(buyer_id=user_id, issued_at__isnull=False)
    return list(paid.order_by("-id")[:size])
