"""Finding vendors, deciding on them, and seeing all that belongs to one."""

import pytest

from audit.models import AuditEntry
from kit import clock
from outbox.models import Fact
from tenants.isolation.models import Wall
from tenants.vendors.models import Member, Vendor, VendorState


@pytest.fixture
def applicant(db):
    vendor = Vendor.objects.create(
        slug="sorensen", name="Sørensen Keramik", legal_name="Sørensen ApS", country="DK", email="hej@sorensen.example"
    )
    Member.objects.create(vendor=vendor, user_id=vendor.id, name="Ida Sørensen", email="ida@sorensen.example")
    return vendor


def approve(at, vendor):
    return at.post(f"/vendors/{vendor.id}/approval/", follow=True)


def test_an_application_is_approved_by_a_button_and_gets_its_shop(desk, applicant):
    at = desk("administrator")
    assert "Approve and open the shop" in at.page(f"/vendors/{applicant.id}/")
    answer = approve(at, applicant)
    assert "Sørensen Keramik is approved. The shop is open." in answer.content.decode()
    applicant.refresh_from_db()
    assert applicant.state == VendorState.ONBOARDING
    assert Wall.objects.get(vendor_id=applicant.id).name == applicant.schema_name
    entry = AuditEntry.objects.get(action="vendor.approved")
    assert (entry.actor_kind, entry.actor_id) == ("staff", at.staff.user_id)


def test_while_no_shop_is_at_hand_the_page_says_so_and_looks_again(desk, applicant):
    Wall.objects.filter(state="spare").delete()
    at = desk("administrator")
    page = approve(at, applicant).content.decode()
    assert "The shop is being made" in page
    assert f'hx-get="/vendors/{applicant.id}/"' in page
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in page
    assert "1 vendor without a shop" in at.page("/")


def test_deciding_twice_says_who_was_first(desk, applicant):
    at = desk("administrator")
    approve(at, applicant)
    assert "This application was decided before" in approve(at, applicant).content.decode()
    assert Fact.objects.filter(name="vendor.approved").count() == 1


def test_turning_down_needs_a_reason_that_the_applicant_reads(desk, applicant):
    at = desk("administrator")
    empty = at.post(f"/vendors/{applicant.id}/rejection/", {"reason": " "})
    assert empty.status_code == 422
    assert "This field is required." in empty.content.decode()
    answer = at.post(f"/vendors/{applicant.id}/rejection/", {"reason": "We need the imprint first."}, follow=True)
    assert "We need the imprint first." in answer.content.decode()
    applicant.refresh_from_db()
    assert (applicant.state, applicant.decision_reason) == (VendorState.REJECTED, "We need the imprint first.")


def test_support_reads_a_vendor_and_finds_nothing_to_decide(desk, applicant):
    page = desk("support").page(f"/vendors/{applicant.id}/")
    assert "Sørensen Keramik" in page
    assert "/approval/" not in page
    assert "/rejection/" not in page


def test_a_vendors_page_shows_what_it_sold_and_has(desk, market_day):
    page = desk("administrator").page(f"/vendors/{market_day.lindqvist.id}/")
    for word in ("125.90 EUR", "lindqvist.localhost", market_day.lindqvist.schema_name, "2000 Vendor payable"):
        assert word in page
    assert "1 published, 0 drafts" in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["moreau", "lindqvist", "sorensen"]),
        ("state=active", ["moreau", "lindqvist"]),
        ("state=applied", ["sorensen"]),
        ("q=keram", ["sorensen"]),
        ("q=HEJ@", ["sorensen"]),
        ("country=SE", ["lindqvist"]),
        ("country=SE&state=applied", []),
        ("country=XX", ["moreau", "lindqvist", "sorensen"]),
    ],
)
def test_vendors_are_found_by_state_country_and_words(desk, two_vendors, applicant, query, found):
    rows = desk("support").csv(f"/vendors/?{query}&format=csv")
    assert sorted(row[1] for row in rows[1:]) == sorted(found)


def test_pages_of_vendors_follow_each_other(desk, two_vendors, monkeypatch):
    from marketplace.web.backoffice.views import vendors

    small = vendors.vendors_page
    monkeypatch.setattr(vendors, "vendors_page", lambda **query: small(**{**query, "size": 1}))
    at = desk("support")
    first = at.page("/vendors/")
    address = first.partition('rel="next"')[0].rpartition('href="')[2].rstrip('" ')
    second = at.page(address)
    assert ("Moreau" in first, "Lindqvist" in first) == (True, False)
    assert ("Moreau" in second, "Lindqvist" in second) == (False, True)
    assert at.get("/vendors/?cursor=nonsense").status_code == 400


def test_lists_of_vendors_stay_at_as_many_queries_however_long(
    desk, two_vendors, make_vendor, django_assert_max_num_queries
):
    for slug in ("osei", "brenner", "calvino"):
        make_vendor(slug)
    at = desk("administrator")
    with django_assert_max_num_queries(14):
        at.page("/vendors/")


def test_a_vendor_that_is_not_there_is_not_found(desk):
    from uuid import uuid4

    assert desk("support").get(f"/vendors/{uuid4()}/").status_code == 404
    assert desk("support").get("/vendors/7/").status_code == 404


def test_home_says_what_waits_and_how_the_market_does(desk, applicant, market_day):
    page = desk("administrator").page("/")
    assert "1 vendor to approve" in page
    assert "141.00 EUR" in page
    assert desk("support").page("/").count("Nothing waits for you.") == 1


def test_home_takes_few_queries(desk, market_day, django_assert_max_num_queries):
    at = desk("administrator")
    with django_assert_max_num_queries(18):
        at.page("/")


def test_a_day_without_sales_is_a_day_of_zero(desk, db):
    page = desk("administrator").page("/")
    assert f"{clock.today():%-d %b}" in page
    assert "0.00 EUR" in page
