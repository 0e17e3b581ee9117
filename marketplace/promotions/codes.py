"""The codes of coupons, as people type them and as they are kept."""

import re

from kit.errors import InvalidInput

LONGEST = 30
_FORM = re.compile(rf"[A-Z0-9][A-Z0-9_-]{{1,{LONGEST - 1}}}")


def clean_code(text: str) -> str:
    """A code as it is kept: capitals, no spaces. What was typed with spaces or small letters is the same code."""
    return "".join(text.split()).upper()[: 4 * LONGEST]


def check_code(text: str) -> str:
    """A code for a new coupon. Raises InvalidInput unless it is 2 to 30 letters, digits, "-" and "_"."""
    code = clean_code(text)
    if not _FORM.fullmatch(code):
        raise InvalidInput(
            f"A code has 2 to {LONGEST} letters and digits, and “-” or “_” between them, like SPRING-10.", field="code"
        )
    return code
