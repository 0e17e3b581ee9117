"""An invitation's page, and the shops a person works at; on the marketplace, as its own database role."""

from datetime import timedelta

import pytest

from kit import clock
from tenants.isolation.doors import in_shop
from tenants.vendors.links import invitation_path
from tenants.vendors.models import Member
from tenants.vendors.team import invite, withdraw_invitation


@pytest.fixture
def shop(make_vendor):
    vendor = make_vendor("lindqvist")
    vendor.owner = Member.objects.create(
        vendor=vendor, user_id=vendor.id, name="Mira", email="mira@lindqvist.example", role="owner"
    )
    return vendor


@pytest.fixture
def invited(shop):
    with in_shop(shop):
        return invite(vendor=shop, by=shop.owner.user_id, email="ada@vermeer.example", role="orders")


def words(answer):
    return " ".join(answer.content.decode().split())


def test_whoever_is_invited_signs_in_accepts_and_is_in_the_portal(shopper, ada, invited, sign_in):
    page = invitation_path(invited.id)
    shown = words(shopper.get(page))
    assert "Lindqvist invites you" in shown
    assert f"/accounts/login/?next={page.replace('/', '%2F')}" in shown
    assert f"/accounts/signup/?next={page.replace('/', '%2F')}" in shown
    assert "Sign in as ada@vermeer.example" in words(shopper.post(page))
    sign_in(shopper, ada)
    assert "Accept and open the portal" in words(shopper.get(page))
    assert not Member.objects.filter(user_id=ada.id).exists()
    arrived = shopper.post(page, follow=True)
    assert shopper.browser.address == "http://lindqvist.portal.localhost:8001/"
    assert arrived.status_code == 200
    assert Member.objects.get(user_id=ada.id).role == "orders"
    again = shopper.get(page)
    assert (again.status_code, "There is nothing left to accept here." in words(again)) == (410, True)
    assert shopper.post(page).status_code == 303


def test_somebody_else_is_told_whose_it_is(shopper, invited, sign_in):
    from accounts.signup import register_person

    other = register_person(email="other@example.org", name="Otto", password="a-long-enough-word-42")
    sign_in(shopper, other)
    shown = words(shopper.get(invitation_path(invited.id)))
    assert "It was sent to ada@vermeer.example; you are signed in as other@example.org." in shown
    assert "Accept and open" not in shown
    refused = shopper.post(invitation_path(invited.id), follow=True)
    assert "not a confirmed address of yours" in words(refused)
    assert not Member.objects.filter(user_id=other.id).exists()


@pytest.mark.parametrize("state", ["withdrawn", "expired", "accepted", "gone"])
def test_what_is_shut_says_why_and_takes_nobody(shopper, ada, shop, invited, sign_in, state):
    sign_in(shopper, ada)
    if state == "withdrawn":
        with in_shop(shop):
            withdraw_invitation(vendor=shop, invitation_id=invited.id, by=shop.owner.user_id)
    elif state == "gone":
        shop.state = "closed"
        shop.save()
    else:
        now = clock.now()
        change = {"expired": {"expires_at": now - timedelta(hours=1)}, "accepted": {"accepted_at": now}}[state]
        type(invited).objects.filter(id=invited.id).update(**change)
    answer = shopper.get(invitation_path(invited.id))
    heading = {
        "withdrawn": "This invitation was withdrawn",
        "expired": "This invitation has expired",
        "accepted": "This invitation was used",
        "gone": "This shop is not there any more",
    }[state]
    assert (answer.status_code, heading in words(answer)) == (410, True)
    assert shopper.post(invitation_path(invited.id)).status_code == 303
    assert not Member.objects.filter(user_id=ada.id).exists()
    assert "You are invited" not in words(shopper.get("/account/shops/"))


def test_a_link_that_was_not_signed_by_us_leads_nowhere(shopper, invited):
    path = invitation_path(invited.id)
    assert shopper.get(path[:-2] + ("0/" if path[-2] != "0" else "1/")).status_code == 404
    assert shopper.get(f"/invitations/{invited.vendor_id}/{path.split('/')[3]}/").status_code == 404


def test_your_shops_show_roles_states_and_ways_in(shopper, another, ada, shop, make_vendor, invited, sign_in):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    for vendor, role, left in (
        (make_vendor("moreau", name="Savon Moreau"), "viewer", None),
        (make_vendor("okafor", state="suspended"), "finance", None),
        (make_vendor("santos"), "owner", clock.now()),
    ):
        Member.objects.create(vendor=vendor, user_id=ada.id, name="Ada", email=ada.email, role=role, left_at=left)
    assert shopper.get("/account/shops/").status_code == 302
    sign_in(shopper, ada)
    shopper.get("/account/shops/")
    with CaptureQueriesContext(connection) as asked:
        shown = words(shopper.get("/account/shops/"))
    assert len([query for query in asked if "SESSION AUTHORIZATION" not in query["sql"]]) <= 8
    main = shown.partition("<main")[2]
    assert "/handoff/?to=portal&amp;vendor=moreau" in main
    assert "Viewer · open the portal" in main
    assert "Finance · open the portal" in main
    assert "Suspended" in main
    assert "santos" not in main
    assert "You are invited" in main
    assert invitation_path(invited.id) in main
    assert 'href="/account/shops/"' in shown.partition("<main")[0]
    shopper.get("/handoff/?to=portal&vendor=moreau", follow=True)
    assert shopper.browser.address == "http://moreau.portal.localhost:8001/"
