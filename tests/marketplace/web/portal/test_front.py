"""What a vendor keeps of its shop front: colors that can be read, its pages, its own domains."""

import pytest

from outbox.models import Fact
from tenants.vendors import domains as keeping
from tenants.vendors.branding import check_contrast
from tenants.vendors.entitlements import START, grant
from tenants.vendors.models import CustomDomain, DomainState, ShopText, Vendor
from ui.colors import DAY, INK, NIGHT, contrast, parse

PALETTE = ["#efe6d8", "#cdb899", "#3d332b", "#b4552f", "#e3cfb4"]


def profile(palette):
    return {"name": "Lindqvist", **{f"color_{n}": color for n, color in enumerate(palette)}}


@pytest.mark.parametrize(
    ("place", "color", "words"),
    [
        (3, "#f5d90a", "Buttons in this color would be hard to see on the light page: its contrast is 1.2:1"),
        (3, "#141414", "Buttons in this color would be hard to see on the dark page: its contrast is 1.1:1"),
        (4, "#4a3a2a", "Text on this color would be hard to read"),
        (2, "#d9cdb9", "Ink on paper would be hard to read"),
    ],
)
def test_a_color_that_cannot_be_read_is_refused_at_its_field_with_the_nearest_that_can(desk, place, color, words):
    import re

    answer = desk.post("/shop/", profile([*PALETTE[:place], color, *PALETTE[place + 1 :]]))
    text = answer.content.decode()
    assert answer.status_code == 422
    assert words in text
    assert Vendor.objects.get(id=desk.vendor.id).palette == []
    before = text.split(words)[0]
    assert before.rfind(f'name="color_{place}"') > before.rfind(f'name="color_{place - 1}"')
    (nearest,) = re.findall(r"that has it is (#[0-9a-f]{6})\.", text)
    suggested = [*PALETTE[:place], nearest, *PALETTE[place + 1 :]]
    assert desk.post("/shop/", profile(suggested)).status_code == 302
    assert min(contrast(parse(suggested[3]), ground) for ground in (DAY, NIGHT)) >= 3
    assert contrast(INK, parse(suggested[4])) >= 4.5
    assert contrast(parse(suggested[0]), parse(suggested[2])) >= 4.5


def test_a_vendor_keeps_colors_of_an_older_rule_while_other_words_change(desk):
    old = [*PALETTE[:3], "#f5d90a", PALETTE[4]]
    Vendor.objects.filter(id=desk.vendor.id).update(palette=old)
    assert desk.post("/shop/", profile(old) | {"tagline": "New"}).status_code == 302
    assert check_contrast(PALETTE) is None


def test_texts_are_kept_changed_and_taken_away(desk, asks_at_most):
    assert (
        desk.post("/shop/texts/", {"returns": " Thirty days.\r\n\r\nUnworn. ", "privacy": "None kept."}).status_code
        == 302
    )
    assert dict(ShopText.objects.values_list("kind", "text")) == {
        "returns": "Thirty days.\n\nUnworn.",
        "privacy": "None kept.",
    }
    with asks_at_most(8):
        page = desk.text("/shop/texts/")
    assert "Thirty days." in page
    assert 'href="http://lindqvist.localhost:8000/policies/returns/"' in page
    desk.post("/shop/texts/", {"returns": "Sixty days."})
    assert dict(ShopText.objects.values_list("kind", "text")) == {"returns": "Sixty days.", "privacy": ""}
    long = desk.post("/shop/texts/", {"imprint": "x" * 20_001})
    assert long.status_code == 422
    assert "This text is longer than 20,000 characters." in long.content.decode()


def test_a_domain_is_added_shown_with_its_records_checked_and_removed(desk, asks_at_most):
    refused = desk.post("/shop/domains/", {"host": "lindqvist.localhost"})
    assert refused.status_code == 422
    assert "the marketplace&#x27;s own" in refused.content.decode()
    assert desk.post("/shop/domains/", {"host": "lädchen.example"}).status_code == 302
    domain = CustomDomain.objects.get()
    with asks_at_most(8):
        page = desk.text("/shop/domains/")
    for words in (
        "lädchen.example",
        "_souk.xn--ldchen-bua.example",
        keeping.record_value(domain),
        "Waiting for the record",
    ):
        assert words in page
    assert desk.post(f"/shop/domains/{domain.id}/check/").status_code == 302
    assert [fact.payload for fact in Fact.objects.filter(name="shop.domain_check_wanted")] == [
        {"domain": str(domain.id)}
    ]
    assert desk.post(f"/shop/domains/{domain.id}/removal/").status_code == 302
    assert "lädchen" not in desk.text("/shop/domains/").split("toasts")[0]
    assert CustomDomain.objects.get().removed_at is not None


def test_the_portal_says_when_a_domain_is_served_no_more_and_why(desk, move_clock):
    from datetime import timedelta

    domain = CustomDomain.objects.create(
        vendor=desk.vendor,
        host="shop.lindqvist.example",
        token="t",
        added_by=desk.vendor.id,
        state=DomainState.VERIFIED,
    )
    assert 'href="http://shop.lindqvist.example:8000/"' in desk.text("/shop/domains/")
    grant(vendor_id=desk.vendor.id, allowed=START)
    keeping.follow_entitlement(desk.vendor.id)
    page = desk.text("/shop/domains/")
    assert "Your plan does not include it any more" in page
    assert "It is served until" in page
    move_clock(timedelta(days=15))
    page = desk.text("/shop/domains/")
    assert "Nothing was deleted" in page
    assert 'href="http://shop.lindqvist.example:8000/"' not in page
    refused = desk.post(f"/shop/domains/{domain.id}/check/", follow=True)
    assert "does not include a domain of your own" in refused.content.decode()
