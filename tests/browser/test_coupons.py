"""A customer tries coupons by keyboard: each mistake is said at the field, and then one is right."""

import json
import re
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Page, expect

from kit.ids import uuid7
from tests.support.axe import WCAG, violations
from tests.support.buying import put_into_cart
from tests.support.keyboard import press, write
from tests.support.live import LiveMarket

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SAID = {
    "BROWSER-NONE": "There is no coupon BROWSER-NONE. Check how it is spelled.",
    "BROWSER-OLD": "BROWSER-OLD expired on 1 May 2020.",
    "BROWSER-THEIRS": "BROWSER-THEIRS is not for the goods in your cart.",
    "BROWSER-GONE": "BROWSER-GONE is used up.",
}


def make(db: psycopg.Connection, code: str, **more: Any) -> Any:
    """A coupon of the marketplace's, straight into its table."""
    row = {
        "id": uuid7(),
        "made_by": "platform",
        "vendor_id": None,
        "name": "Browser days",
        "code": code,
        "kind": "percentage",
        "rate_bps": 1000,
        "currency": "EUR",
        "category_paths": json.dumps([]),
        "product_ids": json.dumps([]),
        "minimum_minor": 0,
        "is_first_order_only": False,
        "starts_at": "2020-01-01",
        "priority": 0,
        "is_exclusive": False,
        "platform_share_bps": 10_000,
        "created_at": "2020-01-01",
        "created_by": uuid7(),
        **more,
    }
    names, marks = ", ".join(row), ", ".join(["%s"] * len(row))
    db.execute(f"INSERT INTO promotions_promotion ({names}) VALUES ({marks})", list(row.values()))
    return row["id"]


@pytest.fixture
def other(live_market: LiveMarket) -> str:
    """Coupons in every state; gives the shop whose goods all but one are good for."""
    ours, theirs = list(live_market.shops)[:2]
    with live_market.behind.connect() as db:
        vendor = db.execute("SELECT id FROM vendors_vendor WHERE slug = %s", [theirs]).fetchone()
        assert vendor is not None
        make(db, "BROWSER-OLD", ends_at="2020-05-01T12:00Z")
        make(db, "BROWSER-THEIRS", vendor_id=vendor[0])
        make(db, "BROWSER-MUCH", minimum_minor=9_000_000)
        gone = make(db, "BROWSER-GONE", uses_limit=1)
        db.execute(
            "INSERT INTO promotions_promotionuse (id, promotion_id, order_id, email_digest, vendor_minor, platform_minor,"
            " currency, used_at) VALUES (%s, %s, %s, '', 0, 100, 'EUR', now())",
            [uuid7(), gone, uuid7()],
        )
        make(db, "BROWSER-TEN")
        db.commit()
    return ours


def test_each_mistake_is_said_at_the_field_and_a_right_one_is_taken_off(
    live_market: LiveMarket, someone: Callable[[], Page], other: str
) -> None:
    page = someone()
    put_into_cart(page, live_market.market(f"/v/{other}/"), live_market.shops[other][0])
    page.goto(live_market.market("/cart/"))
    field = page.get_by_role("textbox", name="Code")
    use = page.get_by_role("button", name="Use coupon")
    for code, words in SAID.items():
        write(page, field, code.lower())
        press(page, use)
        expect(page.locator("#id_code-error")).to_have_text(words)
        expect(field).to_have_attribute("aria-describedby", "id_code-error")
        expect(field).to_have_value(code.lower())
    assert violations(page, runOnly=WCAG) == []
    # One that wants more in the cart waits there, and says how much.
    write(page, field, "browser-much")
    press(page, use)
    waiting = page.get_by_role("button", name="Remove the coupon BROWSER-MUCH")
    expect(page.get_by_role("main")).to_contain_text("BROWSER-MUCH is from 90,000.00 EUR of the goods it is on")
    press(page, waiting)
    expect(waiting).to_have_count(0)
    write(page, field, " browser -ten ")
    press(page, use)
    expect(page.get_by_role("main")).to_contain_text(re.compile(r"Browser days: [\d.,]+ EUR off"))
    assert violations(page, runOnly=WCAG) == []
    press(page, page.get_by_role("link", name="Go to checkout"))
    expect(page.get_by_role("region", name="What you pay")).to_contain_text("You save")
    # And a gift card that is none, at its own field, with what was typed kept.
    write(page, page.get_by_role("main").get_by_label("Full name"), "Petra Vogel")
    write(page, page.get_by_label("Code of a gift card"), "ABCD-EFGH")
    press(page, page.get_by_role("button", name="Use gift card"))
    expect(page.locator("#id_gift_card-error")).to_contain_text("This code cannot be used.")
    expect(page.get_by_role("main").get_by_label("Full name")).to_have_value("Petra Vogel")
    assert violations(page, runOnly=WCAG) == []
