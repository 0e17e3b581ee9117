"""Postal addresses as they are kept, and printed on labels. Their postal codes: `postal_codes`."""

import unicodedata
from collections.abc import Mapping

from kit.errors import InvalidInput
from kit.postal_codes import clean_postal_code

# The longest each may be.
ADDRESS_FIELDS = {"name": 150, "line1": 200, "line2": 200, "postal_code": 20, "city": 100, "country": 2, "phone": 30}
REQUIRED = ("name", "line1", "city", "country")
REQUIRED_UNSENT = ("name", "country")
# Embeddings, overrides and isolates of Unicode's bidirectional algorithm (UAX 9), which show a text other than it is.
_BIDI = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)))


def clean_address(given: Mapping[str, str], *, sent: bool = True) -> dict[str, str]:
    """The address, trimmed, with nothing but its own fields, and without what turns the direction of what follows it:
    right-to-left letters need none of that. Where nothing is sent there, a name and a country are enough.
    Raises InvalidInput naming the field.
    """
    clean = {name: " ".join(str(given.get(name) or "").translate(_BIDI).split()) for name in ADDRESS_FIELDS}
    for name in REQUIRED if sent else REQUIRED_UNSENT:
        if not clean[name]:
            words = name.replace("_", " ").replace("line1", "street and number")
            raise InvalidInput(f"Fill in the {words}.", field=name)
    for name, longest in ADDRESS_FIELDS.items():
        if len(clean[name]) > longest:
            raise InvalidInput(f"This is longer than {longest} characters.", field=name)
        if any(unicodedata.category(character) == "Cc" for character in clean[name]):
            raise InvalidInput("There is a character in this that cannot be printed on a label.", field=name)
    if sent or clean["postal_code"]:
        clean["postal_code"] = clean_postal_code(clean["postal_code"], clean["country"])
    return clean
