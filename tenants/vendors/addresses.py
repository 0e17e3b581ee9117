"""Where a vendor is established, as its invoices say it: the postal code in the form of its country."""

import re
from dataclasses import dataclass

from kit.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Form:
    """A country's postal code: what it is without its gaps, and where the gap is (`cut`, from the end when negative)."""

    pattern: str
    example: str
    cut: int = 0
    gap: str = " "
    prefix: str = ""


# Source: Universal Postal Union, https://www.upu.int/en/postal-solutions/programmes-services/addressing-solutions
FORMS = {
    **dict.fromkeys(("AT", "BE", "BG", "CH", "CY", "DK", "HU", "LI", "LU", "NO", "SI"), Form(r"\d{4}", "1010")),
    **dict.fromkeys(("DE", "EE", "ES", "FI", "FR", "HR", "IT", "LT"), Form(r"\d{5}", "10115")),
    **dict.fromkeys(("CZ", "GR", "SE", "SK"), Form(r"\d{5}", "114 55", cut=3)),
    "CA": Form(r"[A-Z]\d[A-Z]\d[A-Z]\d", "K1A 0B1", cut=3),
    "GB": Form(r"[A-Z]{1,2}\d[A-Z\d]?\d[A-Z]{2}", "SW1A 1AA", cut=-3),
    "IE": Form(r"[A-Z]\d[\dW][A-Z\d]{4}", "D02 AF30", cut=3),
    "IS": Form(r"\d{3}", "101"),
    "LV": Form(r"\d{4}", "LV-1050", prefix="LV-"),
    "MT": Form(r"[A-Z]{3}\d{4}", "VLT 1117", cut=3),
    "NL": Form(r"\d{4}[A-Z]{2}", "1012 JS", cut=4),
    "PL": Form(r"\d{5}", "00-950", cut=2, gap="-"),
    "PT": Form(r"\d{7}", "1000-205", cut=4, gap="-"),
    "RO": Form(r"\d{6}", "010011"),
    "US": Form(r"\d{5}(\d{4})?", "10001", cut=5, gap="-"),
}


def clean_postal_code(text: str, country: str) -> str:
    """A postal code as its country writes it, however it was spaced. Raises InvalidInput (field "postal_code")."""
    given = re.sub(r"[\s-]", "", text).upper()
    form = FORMS.get(country)
    if form is None:
        if not given or len(given) > 12 or not given.isascii() or not given.isalnum():
            raise InvalidInput("Enter the postal code.", field="postal_code")
        return " ".join(text.split()).upper()[:15]
    # "L-1234", "D-10115": the country before it is for the post abroad.
    given = re.sub(r"^[A-Z]{1,2}(?=\d+$)", "", given) if form.pattern.startswith(r"\d") else given
    if not re.fullmatch(form.pattern, given, re.ASCII):
        raise InvalidInput(f"Postal codes of this country look like {form.example}.", field="postal_code")
    first, last = given[: form.cut], given[form.cut :]
    return form.prefix + (first + form.gap + last if first and last else given)
