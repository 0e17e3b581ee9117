"""Who may open and change what."""

import re

import pytest
from django.urls import get_resolver

from kit.ids import uuid7

LOOKS = {
    "/orders/": "owner manager orders finance viewer",
    "/orders/board/": "owner manager orders finance viewer",
    "/money/": "owner manager finance viewer",
    "/money/way/": "owner manager finance viewer",
    "/money/ledger.csv": "owner manager finance viewer",
    "/money/documents/": "owner manager finance viewer",
    "/disputes/": "owner manager orders finance viewer",
    "/products/": "owner manager catalog orders finance viewer",
    "/products/new/": "owner manager catalog",
    "/imports/new/": "owner manager catalog",
    "/stock/": "owner manager catalog orders finance viewer",
    "/shop/": "owner manager catalog orders finance viewer",
    "/shipping/": "owner manager catalog orders finance viewer",
    "/team/": "owner manager catalog orders finance viewer",
    "/api-keys/": "owner manager",
}
ROLES = ("owner", "manager", "catalog", "orders", "finance", "viewer")


@pytest.mark.parametrize("role", ROLES)
def test_each_role_opens_its_pages_and_no_others(make_vendor, desk_of, role):
    desk = desk_of(make_vendor("lindqvist"), role)
    opened = {path for path in LOOKS if desk.get(path).status_code == 200}
    assert opened == {path for path, roles in LOOKS.items() if role in roles.split()}


def changing_addresses():
    """Every address of the portal that takes a POST, whatever it is about."""
    from django.test import override_settings

    with override_settings(ROOT_URLCONF="config.urls_portal"):
        patterns = next(
            each
            for each in get_resolver("config.urls_portal").url_patterns
            if getattr(each, "namespace", "") == "portal"
        )
        for pattern in patterns.url_patterns:
            if pattern.name not in ("media", "leaving"):  # everybody may leave
                yield "/" + re.sub(r"<uuid:\w+>", str(uuid7()), str(pattern.pattern))


def test_a_viewer_changes_nothing_anywhere(make_vendor, desk_of):
    desk = desk_of(make_vendor("lindqvist"), "viewer")
    answers = {path: desk.post(path).status_code for path in changing_addresses()}
    assert len(answers) > 40
    assert set(answers.values()) == {403, 405}


def test_a_refusal_is_worded(make_vendor, desk_of):
    answer = desk_of(make_vendor("lindqvist"), "viewer").post("/shop/", {"name": "X"})
    assert answer.status_code == 403
    assert "Your role does not include this page. Ask an owner of the shop." in answer.content.decode()


def test_a_viewer_is_offered_nothing_to_press(paid, desk_of):
    order, lamp, _ = paid()
    desk = desk_of(lamp.vendor, "viewer")
    part = order.vendor_orders.get(vendor_slug="lindqvist")
    for path in (
        "/",
        "/orders/",
        "/orders/board/",
        f"/orders/{part.id}/",
        "/products/",
        "/stock/",
        "/shop/",
        "/shipping/",
    ):
        main = desk.text(path).split("<main", 1)[1].split("</main>")[0]
        buttons = re.findall(r"<button[^>]*>(.*?)</button>", main)
        assert [button for button in buttons if "Search" not in button] == [], path


def test_without_a_session_every_page_leads_to_sign_in(make_vendor, settings):
    from tests.support.browser import Browser

    make_vendor("lindqvist")
    browser = Browser(settings)
    for path in ("/", "/orders/", "/products/new/", "/money/ledger.csv"):
        answer = browser.get(f"http://lindqvist.portal.localhost:8001{path}", follow=False)
        assert answer.status_code == 302
        assert answer["Location"].startswith("http://localhost:8000/handoff/?to=portal&vendor=lindqvist")


def test_a_member_who_left_or_signed_out_is_out(make_vendor, desk_of):
    desk = desk_of(make_vendor("lindqvist"))
    assert desk.get("/").status_code == 200
    desk.member.access_version += 1
    desk.member.save()
    assert desk.get("/").status_code == 302
