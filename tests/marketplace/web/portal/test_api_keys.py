"""Keys for a vendor's own systems: made, shown once, taken back."""

import html
import re
from datetime import timedelta
from uuid import uuid4

import pytest

from audit.models import AuditEntry
from tenants.isolation.doors import in_shop
from tenants.shop.integrations.models import ApiKey
from tenants.vendors.models import Member
from tests.support.browser import served_by

FORM = {
    "once": "0192f5a8-4412-4123-8123-123456789012",
    "name": "Warehouse",
    "scopes": ["orders:read", "orders:write", "stock:read"],
    "days": "90",
}


def keys_of(desk):
    with in_shop(desk.vendor):
        return list(ApiKey.objects.order_by("created_at"))


def make(desk, **fields):
    answer = desk.post("/api-keys/", {**FORM, **fields})
    assert answer.status_code == 201
    page = html.unescape(answer.content.decode())
    return page, re.search(r'data-text="(souk_\w+)"', page)[1]


def once_of(desk):
    return re.search(r'name="once" value="([0-9a-f-]{36})"', desk.text("/api-keys/"))[1]


def colleague(desk, **fields):
    return Member.objects.create(
        vendor=desk.vendor, user_id=uuid4(), name="Ines Left", email="ines@lindqvist.example", role="manager", **fields
    )


def test_without_keys_the_page_says_what_they_are_for(desk):
    page = desk.text("/api-keys/")
    assert "No system works here yet" in page
    assert 'href="/api/v1/vendor/docs"' in page
    assert page.count('type="checkbox"') == 20


def test_a_key_is_shown_once_and_works(desk):
    page, key = make(desk)
    assert f'Authorization: Bearer {key}" http://lindqvist.portal.localhost:8001/api/v1/vendor/shop' in page
    again = desk.get("/api-keys/")
    assert key not in again.content.decode()
    assert "no-store" in again["Cache-Control"]
    (row,) = keys_of(desk)
    assert row.prefix in again.content.decode()
    assert (row.name, row.scopes, row.created_by) == ("Warehouse", sorted(FORM["scopes"]), desk.member.user_id)
    assert row.expires_at - row.created_at < timedelta(days=90, seconds=1)
    assert "never" in again.content.decode()
    with served_by("portal"):
        answer = desk.browser.client(desk.host).get("/api/v1/vendor/shop", headers={"Authorization": f"Bearer {key}"})
    assert answer.json()["caller"]["scopes"] == sorted(FORM["scopes"])
    page = desk.text("/api-keys/")
    assert "never" not in page
    assert "Orders: read, change" in page
    assert "by Owner Lindqvist" in page


def test_a_form_that_is_sent_again_makes_no_second_key(desk):
    again = {**FORM, "once": once_of(desk)}
    _, key = make(desk, **again)
    answer = desk.post("/api-keys/", again)
    assert (answer.status_code, answer["Location"]) == (302, "/api-keys/")
    page = html.unescape(desk.text("/api-keys/"))
    assert "This form was sent before, so no second key was made." in page
    assert key not in page
    assert len(keys_of(desk)) == 1
    make(desk, once=once_of(desk))
    assert len(keys_of(desk)) == 2


def test_a_form_that_was_refused_may_be_put_right(desk, monkeypatch):
    monkeypatch.setattr("tenants.shop.integrations.actions.MAX_KEYS", 0)
    assert desk.post("/api-keys/", FORM).status_code == 422
    monkeypatch.undo()
    make(desk)


def test_forms_for_two_shops_are_two_forms(desk, make_vendor, desk_of):
    make(desk)
    make(desk_of(make_vendor("moreau")))


def test_the_page_tells_whose_keys_open_nothing_any_more(desk):
    from kit import clock

    make(desk)
    with in_shop(desk.vendor):
        ApiKey.objects.update(created_by=colleague(desk, left_at=clock.now()).user_id)
    page = desk.text("/api-keys/")
    assert "by Ines Left" in page
    assert "Disabled" in page
    assert "Take this key back?" in page


def test_a_key_is_taken_back_and_stays_listed(desk):
    make(desk)
    (row,) = keys_of(desk)
    answer = desk.post(f"/api-keys/{row.id}/revocation/", follow=True)
    page = answer.content.decode()
    assert "“Warehouse” opens nothing any more." in page
    assert "Revoked" in page
    assert "Take this key back?" not in page
    assert not keys_of(desk)[0].is_good
    assert list(AuditEntry.objects.order_by("at", "id").values_list("action", flat=True)) == [
        "shop.api_key_made",
        "shop.api_key_revoked",
    ]


def test_another_shops_key_is_not_there(desk, make_vendor, desk_of):
    make(desk)
    (row,) = keys_of(desk)
    other = desk_of(make_vendor("moreau"))
    assert other.post(f"/api-keys/{row.id}/revocation/").status_code == 404
    assert "No system works here yet" in other.text("/api-keys/")
    assert keys_of(desk)[0].is_good


def test_a_key_says_when_it_has_expired(desk, move_clock):
    make(desk, days="30")
    with in_shop(desk.vendor):
        ApiKey.objects.update(expires_at=ApiKey.objects.get().created_at)
    page = desk.text("/api-keys/")
    assert "Expired" in page
    assert "Take this key back?" not in page


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": ""}, "Say what the key is for."),
        ({"name": "x" * 81}, "at most 80 characters"),
        ({"scopes": []}, "Choose what the key may do."),
        ({"scopes": ["money:burn"]}, "is not one of the available choices"),
        ({"once": ""}, "This page is not as it was made. Load it again."),
        ({"once": "again"}, "This page is not as it was made. Load it again."),
        ({"days": "9999"}, "is not one of the available choices"),
    ],
)
def test_an_odd_key_is_not_made(desk, fields, words):
    answer = desk.post("/api-keys/", {**FORM, **fields})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert keys_of(desk) == []


def test_only_who_runs_the_shop_finds_the_page(make_vendor, desk_of):
    vendor = make_vendor("lindqvist")
    assert 'href="/api-keys/"' in desk_of(vendor, "manager").text("/")
    assert 'href="/api-keys/"' not in desk_of(vendor, "viewer").text("/")
