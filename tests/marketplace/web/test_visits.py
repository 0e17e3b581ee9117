"""Staff looking at a vendor's portal: how it begins, what it may, how it ends, and what stays on record."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import IntegrityError, transaction

from accounts.actions import change_staff_role, end_access, remove_staff_member
from audit.models import AuditEntry
from kit import clock
from kit.errors import InvalidInput, NotAllowed
from tenants.vendors.models import PortalVisit
from tenants.vendors.visits import begin_visit, on_now
from tests.marketplace.web.portal.conftest import desk, desk_of
from tests.support.browser import Browser
from tests.support.visiting import REASON, support, visiting

__all__ = ["desk", "desk_of"]
MARKET, OFFICE = "http://localhost:8000", "http://office.localhost:8002"
PORTAL = "http://lindqvist.portal.localhost:8001"
pytestmark = pytest.mark.django_db


def sign_in(browser: Browser, user: Any) -> None:
    client = browser.client(MARKET)
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    # Each face has a cookie of its own, and only the marketplace's is there yet.
    assert client.cookies["souk_market"].value


def test_from_the_office_by_hand_off_into_the_portal_and_back(make_vendor: Any, settings: Any) -> None:
    vendor, staff = make_vendor("lindqvist"), support()
    browser = Browser(settings)
    sign_in(browser, staff.user)
    browser.get(f"{OFFICE}/vendors/{vendor.id}/")
    page = browser.post(f"{OFFICE}/vendors/{vendor.id}/visits/", {"reason": ""}, follow=False)
    assert (page.status_code, PortalVisit.objects.count()) == (422, 0)
    answer = browser.post(f"{OFFICE}/vendors/{vendor.id}/visits/", {"reason": REASON})
    assert browser.address == f"{PORTAL}/"
    text = answer.content.decode()
    assert "Nia Osei, you are looking at Lindqvist as its people see it." in text
    assert "30 minutes left" in text
    assert answer["Refresh"] in ("1799", "1800", "1801")
    visit = PortalVisit.objects.get()
    assert (visit.user_id, visit.name, visit.role, visit.reason) == (staff.user_id, "Nia Osei", "support", REASON)
    browser.post(f"{PORTAL}/team/", {"email": "x@y.example", "role": "viewer"}, follow=False)
    seen = AuditEntry.objects.filter(action="shop.seen_by_staff").order_by("id")
    assert [(entry.actor_kind, entry.actor_id, entry.vendor_id, entry.subject) for entry in seen] == [
        ("staff", staff.user_id, vendor.id, f"visit:{visit.id}")
    ] * 2
    assert [entry.data for entry in seen] == [
        {"method": "GET", "route": "/", "path": "/"},
        {"method": "POST", "route": "/team/", "path": "/team/"},
    ]
    browser.post(f"{PORTAL}/sign-out/")
    assert browser.address == f"{OFFICE}/vendors/{vendor.id}/"
    visit.refresh_from_db()
    assert visit.ended_at is not None
    # And nothing of it is left: the portal sends to sign in, where Nia is nobody's member.
    assert browser.get(PORTAL).status_code == 403


def test_a_visit_is_its_beginners_alone(make_vendor: Any, settings: Any) -> None:
    vendor, nia, omar = make_vendor("lindqvist"), support(), support("omar@souk.example")
    visit = begin_visit(vendor=vendor, staff=nia, reason=REASON)
    other = Browser(settings)
    sign_in(other, omar.user)
    answer = other.get(f"{PORTAL}/handoff/?visit={visit.id}")
    assert (answer.status_code, urlsplit(other.address).netloc) == (403, "localhost:8000")
    assert "This visit is over" in answer.content.decode()


def test_it_opens_no_other_vendors_portal(two_vendors: Any, settings: Any) -> None:
    mine, theirs = two_vendors
    desk = visiting(settings, mine)
    client = desk.browser.client("http://moreau.portal.localhost:8001")
    session = client.session
    session["visit"] = {"id": str(desk.visit.id), "version": 1, "host": "moreau.portal.localhost:8001"}
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    answer = desk.browser.get("http://moreau.portal.localhost:8001/", follow=False)
    assert (answer.status_code, answer["Location"]) == (302, f"{OFFICE}/vendors/{theirs.id}/")
    assert not AuditEntry.objects.filter(vendor_id=theirs.id, action="shop.seen_by_staff").exists()


def test_who_may_and_for_what_reason(make_vendor: Any) -> None:
    vendor = make_vendor("lindqvist")
    with pytest.raises(InvalidInput):
        begin_visit(vendor=vendor, staff=support(), reason="  ")
    with pytest.raises(NotAllowed):
        begin_visit(vendor=vendor, staff=support("a@souk.example", "moderator"), reason=REASON)
    assert begin_visit(vendor=vendor, staff=support("b@souk.example", "administrator"), reason=REASON).reason == REASON


def test_it_is_over_after_half_an_hour_to_the_instant(
    make_vendor: Any, settings: Any, move_clock: Any, monkeypatch: Any
) -> None:
    desk = visiting(settings, make_vendor("lindqvist"))
    move_clock(timedelta(minutes=29, seconds=30))
    answer = desk.get("/")
    assert answer.status_code == 200
    assert "1 minute left" in answer.content.decode()
    for instant, on in ((-1, True), (0, False)):
        monkeypatch.setattr(clock, "now", lambda at=desk.visit.ends_at + timedelta(microseconds=instant): at)
        assert on_now().exists() == on
    answer = desk.get("/")
    assert (answer.status_code, answer["Location"]) == (302, f"{OFFICE}/vendors/{desk.visit.vendor_id}/")
    with pytest.raises(IntegrityError, match="visit_half_an_hour"), transaction.atomic():
        PortalVisit.objects.filter(id=desk.visit.id).update(ends_at=desk.visit.began_at + timedelta(minutes=31))


@pytest.mark.parametrize("how", ["another role", "left", "signed out", "signed out of the office", "another visit"])
def test_it_ends_with_what_it_stands_on(how: str, make_vendor: Any, settings: Any) -> None:
    vendor, boss, nia = make_vendor("lindqvist"), support("boss@souk.example", "administrator"), support()
    desk = visiting(settings, vendor, nia)
    assert desk.get("/").status_code == 200
    if how == "another role":
        change_staff_role(staff=nia, role="accountant", by=boss.user_id)
    elif how == "left":
        remove_staff_member(staff=nia, by=boss.user_id)
    elif how == "signed out":
        end_access(user_id=nia.user_id)
    elif how == "signed out of the office":
        browser = Browser(settings)
        sign_in(browser, nia.user)
        browser.get(f"{OFFICE}/")
        browser.post(f"{OFFICE}/sign-out/")
    else:
        begin_visit(vendor=vendor, staff=nia, reason="Once more")
    assert not on_now().filter(id=desk.visit.id).exists()
    assert desk.get("/").status_code == 302


def test_the_vendor_reads_who_looked_and_why_and_cannot_make_it_longer(desk: Any, settings: Any) -> None:
    visits = visiting(settings, desk.vendor)
    assert visits.get("/products/").status_code == 200
    text = desk.text("/team/")
    assert REASON in text
    assert "Nia Osei" in text
    from django.db import connection

    from tenants.isolation.doors import bind_vendor

    with bind_vendor(desk.vendor), connection.cursor() as cursor:
        for change in ("ended_at = NULL", "ends_at = ends_at + interval '1 day'", "reason = ''"):
            with pytest.raises(Exception, match=r"policy|permission"), transaction.atomic():
                cursor.execute(f"UPDATE vendors_portalvisit SET {change}")
        cursor.execute("SELECT count(*) FROM vendors_portalvisit")
        assert cursor.fetchone() == (1,)
