"""The staff's own page, and what a moderator sees of a market that has sold something."""

import re

import pytest

from accounts.models import StaffMember
from tenants.vendors.models import Vendor


@pytest.fixture
def priya(db):
    from accounts.signup import register_person

    return register_person(email="priya@souk.example", name="Priya Raman", password="a long good one")


def test_administrators_say_who_works_here(desk, priya):
    at = desk("administrator")
    refused = at.post("/team/", {"email": "nobody@souk.example", "role": "moderator"})
    assert (refused.status_code, "Nobody has an account with" in refused.content.decode()) == (422, True)
    assert at.post("/team/", {"email": priya.email}).status_code == 422
    hired = at.post("/team/", {"email": priya.email, "role": "moderator"}, follow=True)
    assert "Priya Raman works here now: moderator." in hired.content.decode()
    staff = StaffMember.objects.get(user=priya)
    assert at.post(f"/team/{staff.id}/", {"role": "support"}).status_code == 302
    staff.refresh_from_db()
    assert (staff.role, staff.access_version) == ("support", 2)
    at.post(f"/team/{staff.id}/end/")
    assert at.get(f"/team/{staff.id}/").status_code == 404
    kept = at.post(f"/team/{at.staff.id}/", {"role": "support"})
    assert (kept.status_code, "keeps at least one administrator" in kept.content.decode()) == (422, True)
    stays = at.post(f"/team/{at.staff.id}/end/", follow=True)
    assert "keeps at least one administrator" in stays.content.decode()


def test_the_page_asks_as_much_for_many_as_for_few(desk, django_assert_max_num_queries):
    at = desk("administrator")
    for role in ("support", "controller", "moderator"):
        desk(role)
    at.page("/team/")
    with django_assert_max_num_queries(12):
        shown = at.page("/team/")
    assert shown.count("@souk.example</td>") == 4


def test_a_moderator_sees_no_money_and_no_customers(desk, market_day):
    at = desk("moderator")
    pages = {path: at.page(path) for path in ("/", "/vendors/", f"/vendors/{market_day.lindqvist.id}/", "/categories/")}
    for path, page in pages.items():
        assert not re.search(r"\d\.\d\d EUR", page), path
        assert "vermeer" not in page.lower(), path
    assert at.csv("/vendors/?format=csv")[0] == [
        *("vendor", "address", "state", "country", "email", "applied", "activated")
    ]
    assert {len(row) for row in at.csv("/vendors/?format=csv")} == {7}
    assert re.search(r"\d\.\d\d EUR", desk("support").page("/vendors/"))  # the market has sold something


def test_a_moderator_decides_on_applications(desk):
    applied = Vendor.objects.create(
        slug="sorensen", name="Sørensen", legal_name="Sørensen ApS", country="DK", email="hej@sorensen.example"
    )
    at = desk("moderator")
    assert "1 vendor to approve" in at.page("/")
    assert "Approve and open the shop" in at.page(f"/vendors/{applied.id}/")
    at.post(f"/vendors/{applied.id}/approval/")
    applied.refresh_from_db()
    assert applied.state == "onboarding"
