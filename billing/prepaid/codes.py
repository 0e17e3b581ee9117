"""The codes of gift cards: derived when they are to be shown, and otherwise known by their digest alone."""

import hashlib
import hmac
from uuid import UUID

from django.conf import settings

from kit.ids import ALPHABET
from kit.links import absolute_url

LENGTH = 16


def code_of(card_id: UUID, version: int) -> str:
    """A card's code, sixteen of 32 letters: 80 bits, which nobody guesses. Only where the key of links is held."""
    number = int.from_bytes(_derived(f"gift-card:{card_id}:{version}"))
    return "".join(ALPHABET[number >> 5 * place & 31] for place in range(LENGTH))


def clean_code(text: str) -> str:
    """A code as people type it, with spaces, dashes and small letters, as it is digested."""
    return "".join(letter for letter in text.upper() if letter.isalnum())[: 4 * LENGTH]


def digest_of(code: str) -> str:
    return hashlib.sha256(f"gift-card:{code}".encode()).hexdigest()


def in_groups(code: str) -> str:
    """As people read it: ABCD-EFGH-…"""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def link_token(card_id: UUID, version: int) -> str:
    """What opens the page of a card that its recipient is mailed: where its code is shown, once."""
    return _derived(f"gift-card-link:{card_id}:{version}").hex()[:40]


def opens(card_id: UUID, version: int, token: str) -> bool:
    return hmac.compare_digest(link_token(card_id, version).encode(), token.encode())


def card_url(card_id: UUID, version: int) -> str:
    """The address of a gift card, for its recipient alone."""
    return absolute_url("market", f"/gift-cards/{card_id}/?key={link_token(card_id, version)}")


def _derived(text: str) -> bytes:
    return hmac.new(settings.ORDER_LINK_KEY.encode(), text.encode(), hashlib.sha256).digest()
