"""GTINs: the numbers under bar codes (EAN-8, UPC-12, EAN-13, ITF-14), which all vendors share.

Source of the check digit: GS1 General Specifications, section 7.9.
"""

LENGTHS = (8, 12, 13, 14)


def is_gtin(text: str) -> bool:
    """8, 12, 13 or 14 digits, not all zero, the last one being the check digit of the others."""
    if len(text) not in LENGTHS or not text.isascii() or not text.isdigit() or not text.strip("0"):
        return False
    digits = [int(digit) for digit in reversed(text)]
    odd, even = sum(digits[1::2]), sum(digits[0::2])
    return (odd * 3 + even) % 10 == 0


def canonical(gtin: str) -> str:
    """The one way to write it, for comparing: fourteen digits. The shorter forms are the same number without zeros
    in front.
    """
    return gtin.zfill(14)
