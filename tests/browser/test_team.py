"""Somebody is invited to a shop: by a member in the portal, by mail, over the sign-up, and into the portal."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.support.live import LiveMarket

pytestmark = [pytest.mark.browser, pytest.mark.slow]

EMAIL = "ebba.lund@mail.example"


def sign_in(page: Page, live_market: LiveMarket, email: str) -> None:
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(live_market.password)
    page.get_by_role("button", name="Sign in").click()


def invite(page: Page, live_market: LiveMarket, slug: str) -> None:
    page.goto(live_market.portal(slug, "/team/"))
    sign_in(page, live_market, live_market.owners[slug])
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_role("radio", name=re.compile("^Orders:")).check()
    page.get_by_role("button", name="Send the invitation").click()
    expect(page.get_by_text(f"{EMAIL} gets a mail with the invitation.")).to_be_visible()


def sign_up_and_accept(page: Page, live_market: LiveMarket, invitation: str) -> None:
    page.goto(invitation)
    page.get_by_role("link", name="Make an account").click()
    page.get_by_label("Your name").fill("Ebba Lund")
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_label("Password").fill(live_market.password)
    page.get_by_role("button", name="Make my account").click()
    page.goto(live_market.link_mailed_to(EMAIL, "confirm"))
    page.get_by_role("button", name="Confirm").click()
    page.wait_for_url(lambda url: "confirm" not in url)
    page.goto(live_market.market("/account/shops/"))
    page.locator("main").get_by_role("link", name=re.compile("Invited")).click()
    page.get_by_role("button", name="Accept and open the portal").click()


def test_somebody_is_invited_by_mail_works_there_and_is_let_go(
    someone: Callable[[], Page], live_market: LiveMarket
) -> None:
    slug = next(iter(live_market.owners))
    owner, ebba = someone(), someone()
    invite(owner, live_market, slug)
    invitation = live_market.link_mailed_to(EMAIL, "/invitations/")
    sign_up_and_accept(ebba, live_market, invitation)
    expect(ebba).to_have_url(live_market.portal(slug, "/"))
    ebba.wait_for_load_state()  # which of the two menus is seen is known when the styles have come
    ebba.get_by_role("link", name=re.compile("^Orders")).filter(visible=True).first.click()
    expect(ebba.get_by_role("heading", level=1)).to_have_text("Orders")
    owner.reload()
    owner.get_by_role("link", name="Change Ebba Lund").click()
    owner.get_by_role("button", name="End the membership").first.click()
    owner.get_by_role("alertdialog").or_(owner.get_by_role("dialog")).get_by_role(
        "button", name="End the membership"
    ).click()
    expect(owner.get_by_text("Ebba Lund works here no more, and is signed out.")).to_be_visible()
    ebba.goto(live_market.market("/account/shops/"))
    expect(ebba.get_by_text("You work at no shop yet")).to_be_visible()
