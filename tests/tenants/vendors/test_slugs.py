import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.errors import InvalidInput
from tenants.vendors.countries import VENDOR_COUNTRIES, clean_country
from tenants.vendors.slugs import RESERVED, clean_slug


@pytest.mark.parametrize(
    ("text", "slug"),
    [("lindqvist", "lindqvist"), (" Moreau-Fils ", "moreau-fils"), ("3d-druck", "3d-druck"), ("abc", "abc")],
)
def test_a_slug_is_a_lower_case_label(text, slug):
    assert clean_slug(text) == slug


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ab",
        "a" * 41,
        "-abc",
        "abc-",
        "a--b",
        "xn--bcher-kva",
        "a.b.c",
        "bücher",
        "a b c",
        "a_b_c",
        "abc/",
        "аbс",
        "abc\n.d",
    ],
)
def test_what_is_no_label_is_refused(text):
    with pytest.raises(InvalidInput) as refused:
        clean_slug(text)
    assert refused.value.field == "slug"


@pytest.mark.parametrize(
    "text", [*sorted(RESERVED), "souk", "souk-help", "my-souk", "stripe-pay", "mira-official", "WWW"]
)
def test_the_platforms_own_words_are_kept(text):
    with pytest.raises(InvalidInput):
        clean_slug(text)


@given(st.text(max_size=45))
def test_whatever_passes_is_a_host_label(text):
    try:
        slug = clean_slug(text)
    except InvalidInput:
        return
    assert slug.isascii()
    assert 3 <= len(slug) <= 40
    assert slug not in RESERVED
    assert set(slug) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert slug[0] != "-" != slug[-1]
    assert "--" not in slug


def test_vendors_live_where_they_can_be_paid():
    assert len(VENDOR_COUNTRIES) == 34  # 30 of the EEA, and CH, GB, US, CA
    assert clean_country(" de ") == "DE"
    for other in ("JP", "BR", "AU", "", "DEU", "XX"):
        with pytest.raises(InvalidInput, match="cannot pay vendors"):
            clean_country(other)
