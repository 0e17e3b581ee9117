"""Numbers by which businesses are known for VAT: their form and check digits, by python-stdnum; and, if it is set,
whether a register knows them. That a number is well formed does not prove that it is given out: what was checked is kept
with the order.
"""

from dataclasses import dataclass
from typing import Any, Protocol

import httpx
from django.conf import settings

from kit.errors import InvalidInput, SoukError
from taxonomy.tax import EUROPEAN_UNION

# Whose numbers begin with other letters than the country's code.
_COUNTRIES = {"EL": "GR"}
EXAMPLE = "Write it with its country's letters, such as DE136695976."


class RegisterUnavailable(SoukError):
    """The register did not answer, or not in a way that can be read."""

    code = "vat_register_unavailable"


def clean_vat_id(text: str, *, field: str = "vat_id") -> str:
    """The number as it is written, "DE136695976", of a member of the Union. Raises InvalidInput."""
    # It brings a module for each country: nobody waits for them who has no number to check.
    from stdnum.eu import vat
    from stdnum.exceptions import ValidationError

    number = "".join(character for character in text.upper() if character not in " .-/")
    try:
        clean: str = vat.validate(number)
    except ValidationError:
        raise InvalidInput(f"This is no VAT number of the European Union. {EXAMPLE}", field=field) from None
    if clean.startswith("GR"):
        clean = f"EL{clean[2:]}"
    if country_of(clean) not in EUROPEAN_UNION:
        raise InvalidInput(f"This is no VAT number of a member of the European Union. {EXAMPLE}", field=field)
    return clean


def country_of(vat_id: str) -> str:
    """The country that gave it out, as ISO 3166-1 has it; empty for none."""
    return _COUNTRIES.get(vat_id[:2], vat_id[:2])


@dataclass(frozen=True, slots=True)
class Answer:
    """What a register says: whether it knows the number as valid now, and whose it is where it tells."""

    is_valid: bool
    name: str = ""


class Register(Protocol):
    """Knows which numbers are given out. It is network: never inside a transaction, and no order waits for it."""

    def ask(self, vat_id: str) -> Answer:
        """Raises RegisterUnavailable."""
        ...


class Vies:
    """The European Commission's register: https://ec.europa.eu/taxation_customs/vies/"""

    def ask(self, vat_id: str) -> Answer:
        url = f"{settings.VIES_URL.rstrip('/')}/ms/{vat_id[:2]}/vat/{vat_id[2:]}"
        try:
            answer = httpx.get(url, timeout=5)
            answer.raise_for_status()
            said: Any = answer.json()
            return Answer(bool(said["isValid"]), str(said.get("name") or "").strip("- ")[:150])
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            raise RegisterUnavailable(f"The register of VAT numbers did not answer: {error}") from error


def register() -> Register | None:
    """The one that is set; None: numbers are checked by their form only."""
    return Vies() if settings.VIES_URL else None
