"""What people write to each other about an order, made fit to be kept and shown."""

import re

from kit.errors import InvalidInput
from tenants.shop.catalog.drafts import text_problem

LONGEST = 2000
# Control characters, and what turns the direction of the text that follows (UAX 9).
_STRAY = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


def clean_words(text: str, *, field: str, longest: int = LONGEST, needed: str = "") -> str:
    """The text without what cannot be shown. Raises InvalidInput: too long, or empty where `needed` says what to write."""
    text = _STRAY.sub("", text.replace("\r\n", "\n")).strip()
    if needed and not text:
        raise InvalidInput(needed, field=field)
    if trouble := text_problem(text, longest):
        raise InvalidInput(trouble, field=field)
    return text
