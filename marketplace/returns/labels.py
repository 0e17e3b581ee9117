"""The label of a return as PDF: where it goes, whose it is, and its number under a bar code that any scanner reads."""

from django.template.loader import render_to_string

from kit import clock
from kit.paper import pdf_of
from marketplace.returns.models import Return

# Code 39 (ISO/IEC 16388): bars and spaces by turns, wide ones as 1. Every character is framed by the narrow space after it.
_CODE_39 = {
    "0": "000110100", "1": "100100001", "2": "001100001", "3": "101100000", "4": "000110001", "5": "100110000",
    "6": "001110000", "7": "000100101", "8": "100100100", "9": "001100100", "A": "100001001", "B": "001001001",
    "C": "101001000", "D": "000011001", "E": "100011000", "F": "001011000", "G": "000001101", "H": "100001100",
    "I": "001001100", "J": "000011100", "K": "100000011", "L": "001000011", "M": "101000010", "N": "000010011",
    "O": "100010010", "P": "001010010", "Q": "000000111", "R": "100000110", "S": "001000110", "T": "000010110",
    "U": "110000001", "V": "011000001", "W": "111000000", "X": "010010001", "Y": "110010000", "Z": "011010000",
    "-": "010000101", "*": "010010100",
}  # fmt: skip
NARROW, WIDE = 1, 3


def bars_of(text: str) -> tuple[list[tuple[int, int]], int]:
    """(where each bar begins and how wide it is, the whole width), in units of the narrowest bar, with its quiet zones."""
    at, bars = 10 * NARROW, []
    for character in f"*{text}*":
        for position, is_wide in enumerate(_CODE_39[character]):
            width = WIDE if is_wide == "1" else NARROW
            if position % 2 == 0:
                bars.append((at, width))
            at += width
        at += NARROW
    return bars, at - NARROW + 10 * NARROW


def return_label(returned: Return) -> bytes:
    """To be printed and stuck on the parcel; a slip to put inside is below it. Raises DocumentsUnavailable."""
    bars, width = bars_of(returned.number)
    context = {
        "returned": returned,
        "part": returned.vendor_order,
        "lines": list(returned.lines.select_related("order_line").order_by("id")),
        "bars": bars,
        "width": width,
        "printed_at": clock.now(),
    }
    return pdf_of(render_to_string("documents/return_label.html", context))
