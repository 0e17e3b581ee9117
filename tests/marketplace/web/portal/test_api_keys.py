"""Keys for a vendor's own systems: made, shown once, taken back."""

import html
import re
from datetime import timedelta

import pytest

from audit.models import AuditEntry
from tenants.isolation.doors import in_shop
from tenants.shop.integrations.models import ApiKey
from tests.support.browser import served_by

FORM = {"name": "Warehouse", "scopes": ["orders:read", "orders:write", "stock:read"], "days": "90"}


def keys_of(desk):
    with in_shop(desk.vendor):
        return list(ApiKey.objects.order_by("created_at"))


def make(desk, **fields):
    answer = desk.post("/api-keys/", {**FORM, **fields})
    assert answer.status_code == 201
    page = html.unescape(answer.content.decode())
    return page, re.search(r'data-text="(souk_\w+)"', page)[1]


def test_without_keys_the_page_says_what_they_are_for(desk):
    page = desk.text("/api-keys/")
    assert "No system works here yet" in page
    assert 'href="/api/v1/vendor/docs"' in page
    assert page.count('type="checkbox"') == 7


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
        ({"scopes": ["money:write"]}, "is not one of the available choices"),
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
