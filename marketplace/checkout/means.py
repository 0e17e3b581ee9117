"""By what means an order is paid: gift cards and store credit first, as its customer chose, the rest by the provider."""

from dataclasses import dataclass
from uuid import UUID

from accounts.models import User
from billing.payments.provider import AMOUNT_LIMITS, charged_in
from billing.prepaid.means import Means, spread
from billing.prepaid.models import GiftCard
from billing.prepaid.queries import card_of_code, cards_of, credit_balance, label_of, sources
from kit.errors import InvalidInput
from kit.money import Money
from marketplace.carts import actions as carts
from marketplace.carts.models import Cart
from marketplace.checkout.quote import Quote
from marketplace.checkout.tries import count_try

TRIES_A_MINUTE = 8


class GiftCardRefused(InvalidInput):
    """A code that cannot be paid with. Of one that has money on it, it never says why: whoever guesses learns nothing."""

    code = "gift_card_refused"


def card_for(*, code: str, who: str, currency: str) -> GiftCard:
    """The card that somebody's code opens. `who` tries it, so many a minute. Raises GiftCardRefused, TooManyTries."""
    count_try("gift_card", who, TRIES_A_MINUTE, field="gift_card")
    card = card_of_code(code, currency) if code.strip() else None
    if card is None:
        raise GiftCardRefused(
            "This code cannot be used. Look at how it is spelled; if it is right, ask us about the card.",
            field="gift_card",
        )
    return card


def add_gift_card(*, cart: Cart, code: str, who: str, currency: str) -> GiftCard:
    """Pay what is in the cart with this card, as far as it goes. Raises GiftCardRefused, TooManyTries, CartFull."""
    card = card_for(code=code, who=who, currency=currency)
    if not card.prepaid.free_minor:
        raise GiftCardRefused("Nothing is left on this gift card.", field="gift_card")
    carts.put_gift_card(cart=cart, card_id=card.id)
    return card


def means_of(cart: Cart, costs: Quote, *, user: User | None, lock: bool = False) -> Means:
    """How what the cart costs is paid. `lock` keeps balances as they are until the transaction ends."""
    found = sources(
        card_ids=cart.card_ids,
        user_id=user.pk if user is not None and cart.uses_credit else None,
        currency=costs.currency,
        lock=lock,
    )
    least, _ = AMOUNT_LIMITS[costs.currency]
    return spread(costs.total_minor, found, least_minor=least, step=charged_in(costs.currency))


@dataclass(frozen=True, slots=True)
class ChosenCard:
    """A gift card in the cart: what it pays of the order, and what stays on it."""

    id: UUID
    label: str
    pays: Money
    stays: Money


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a customer sees of their means. `credit` is what they have; `credit_pays` what of it this order takes."""

    means: Means
    cards: tuple[ChosenCard, ...]
    credit: Money
    credit_pays: Money
    uses_credit: bool


def chosen_means(cart: Cart, costs: Quote, *, user: User | None) -> Chosen:
    """The same for people: also cards on which nothing is left by now."""
    means = means_of(cart, costs, user=user)
    pays = {part.source.prepaid_id: part.amount_minor for part in means.parts}
    cards = []
    for card in cards_of(cart.card_ids):
        amount = pays.get(card.prepaid_id, 0)
        left = max(card.prepaid.free_minor - amount, 0)
        cards.append(ChosenCard(card.id, label_of(card), Money(amount, costs.currency), Money(left, costs.currency)))
    balance = credit_balance(user.pk, costs.currency) if user is not None else None
    return Chosen(
        means,
        tuple(cards),
        credit=Money(balance.free_minor if balance else 0, costs.currency),
        credit_pays=Money(pays.get(balance.id, 0) if balance else 0, costs.currency),
        uses_credit=cart.uses_credit,
    )
