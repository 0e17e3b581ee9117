"""A vendor's colors on our pages: readable by day and by night, whatever they are."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.web.storefront.brand import brand_css
from ui.colors import DAY, NIGHT, contrast, parse

HEX = st.from_regex(r"\A#[0-9a-f]{6}\Z")
LINE = re.compile(r"--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);")


def tokens(palette):
    return {name: (parse(day), parse(night)) for name, day, night in LINE.findall(brand_css(palette))}


@given(st.lists(HEX, min_size=1, max_size=5))
def test_text_in_a_vendors_color_can_be_read(palette):
    found = tokens(palette)
    for place, ground in enumerate((DAY, NIGHT)):
        assert contrast(found["accent-text"][place], ground) >= 4.45
        assert contrast(found["accent"][place], ground) >= 2.95
        assert contrast(found["on-accent"][place], found["accent"][place]) >= 4.5
        assert contrast(found["accent-text"][place], found["accent-soft"][place]) >= 4.45


@pytest.mark.parametrize(
    "palette", [[], ["red"], ["#12345"], ["#1234567"], [None, 3, {}], ["#fff; }"], ["url(x)"], ["#ffffff\n"]]
)
def test_what_is_no_color_makes_no_style(palette):
    assert brand_css(palette) == ""


def test_a_readable_accent_stays_as_it_is():
    assert tokens(["#efe6d8", "#cdb899", "#3d332b", "#b4552f", "#e3cfb4"])["accent"][0] == parse("#b4552f")
