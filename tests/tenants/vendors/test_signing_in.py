"""Signing in once and being let in where one works: through every face, as a browser sees it."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.db import connection

from accounts.actions import add_staff_member, remove_staff_member
from accounts.models import StaffRole
from accounts.signup import register_person
from kit import clock
from kit.errors import NotAllowed
from tenants.isolation.doors import in_shop
from tenants.vendors.models import Member, MemberRole, Vendor, VendorState
from tests.factories.shop import shelf
from tests.support.browser import Browser, served_by

PASSWORD = "a long good one"
MARKET = "http://localhost:8000"
PORTAL = "http://lindqvist.portal.localhost:8001"
OFFICE = "http://office.localhost:8002"
pytestmark = pytest.mark.django_db


def person(email, name="Mira Lindqvist"):
    return register_person(email=email, name=name, password=PASSWORD)


def join(vendor, user, role=MemberRole.OWNER):
    return Member.objects.create(vendor=vendor, user_id=user.id, name=user.name, email=user.email, role=role)


@pytest.fixture
def mira(two_vendors):
    user = person("mira@example.org")
    join(two_vendors[0], user)
    return user


def sign_in(browser, email="mira@example.org", password=PASSWORD):
    """Fill in the sign-in page that the browser is on."""
    assert urlsplit(browser.address).path == "/accounts/login/", browser.address
    return browser.post(browser.address, {"login": email, "password": password})


def arrive(browser, address, email="mira@example.org"):
    browser.get(address)
    return sign_in(browser, email)


def without_csrf(answer):
    return [line for line in answer.content.decode().splitlines() if "csrf" not in line]


def test_a_visitor_of_a_portal_signs_in_at_the_marketplace_and_arrives_where_they_wanted(browser, mira):
    answer = arrive(browser, f"{PORTAL}/products?sort=new")
    assert browser.address == f"{PORTAL}/products?sort=new"
    assert answer.status_code == 200
    assert browser.get(PORTAL).content.decode() == "lindqvist: mira@example.org of [mira@example.org]"


def test_whoever_is_signed_in_goes_straight_to_their_portal_by_a_plain_link(browser, mira):
    browser.get(f"{MARKET}/accounts/login/")
    sign_in(browser)
    browser.get(f"{MARKET}/handoff/?to=portal&vendor=lindqvist&next=/products")
    assert browser.address == f"{PORTAL}/products"


def test_who_signs_in_without_saying_where_to_goes_to_where_they_work(browser, mira, two_vendors, settings):
    def arrives(email="mira@example.org"):
        theirs = Browser(settings)
        theirs.get(f"{MARKET}/accounts/login/")
        return sign_in(theirs, email), theirs.address

    person("ada@example.org")
    assert arrives("ada@example.org")[1] == f"{MARKET}/"
    assert arrives()[1] == f"{PORTAL}/"
    staff = add_staff_member(user=person("osman@example.org", "Osman Keller"), role=StaffRole.SUPPORT)
    assert arrives("osman@example.org")[1] == f"{OFFICE}/"
    staff.role = StaffRole.CONTROLLER
    staff.save()
    assert arrives("osman@example.org")[1] == f"{OFFICE}/finance/"
    join(two_vendors[1], mira, MemberRole.FINANCE)
    page, address = arrives()
    assert address == f"{MARKET}/handoff/doors/"
    for slug in ("lindqvist", "moreau"):
        assert f'href="/handoff/?to=portal&amp;vendor={slug}"' in page.content.decode()
    Vendor.objects.filter(slug="moreau").update(state=VendorState.CLOSED)
    assert arrives()[1] == f"{PORTAL}/"


def test_a_code_is_taken_once_and_in_one_browser(browser, mira, settings):
    arrive(browser, PORTAL)
    thief = Browser(settings)
    browser.clients.pop("lindqvist.portal.localhost:8001")
    step = browser.get(PORTAL, follow=False)
    step = browser.get(step["Location"], follow=False)
    code_address = step["Location"]
    assert code_address.startswith(f"{PORTAL}/handoff/?code=")
    stolen = thief.get(code_address)
    assert stolen.status_code == 403
    assert "another browser" in stolen.content.decode()
    assert browser.get(code_address).status_code == 200
    again = browser.get(code_address)
    assert again.status_code == 403
    assert "sign in again" in again.content.decode()


def test_a_code_is_refused_a_minute_later(browser, mira, move_clock):
    arrive(browser, PORTAL)
    browser.clients.pop("lindqvist.portal.localhost:8001")
    step = browser.get(browser.get(PORTAL, follow=False)["Location"], follow=False)
    move_clock(timedelta(seconds=61))
    answer = browser.get(step["Location"])
    assert answer.status_code == 403
    assert "expired" in answer.content.decode()


def test_a_session_of_one_portal_opens_no_other(browser, mira, two_vendors):
    arrive(browser, PORTAL)
    answer = browser.get("http://moreau.portal.localhost:8001/")
    assert answer.status_code == 403
    assert "you are not one of its people" in answer.content.decode()


def test_a_stranger_and_an_unknown_vendor_get_the_same_answer(browser, mira):
    browser.get(f"{MARKET}/accounts/login/")
    sign_in(browser)
    browser.get(f"{MARKET}/handoff/")  # takes the welcome
    stranger = browser.get(f"{MARKET}/handoff/?to=portal&vendor=moreau")
    nobody = browser.get(f"{MARKET}/handoff/?to=portal&vendor=nosuchshop")
    assert (stranger.status_code, nobody.status_code) == (403, 403)
    assert without_csrf(stranger) == without_csrf(nobody)


@pytest.mark.parametrize("query", ["", "?to=portal", "?to=office", "?to=market&vendor=lindqvist", "?to=//evil.example"])
def test_a_hand_off_to_nowhere_is_refused(browser, mira, query):
    browser.get(f"{MARKET}/accounts/login/")
    sign_in(browser)
    assert browser.get(f"{MARKET}/handoff/{query}").status_code == 403


def test_signing_out_at_the_marketplace_ends_portal_and_office_sessions(browser, mira):
    add_staff_member(user=mira, role=StaffRole.ACCOUNTANT)
    arrive(browser, PORTAL)
    assert browser.get(OFFICE).content.decode() == "office: mira@example.org"
    browser.post(f"{MARKET}/accounts/logout/")
    for address in (PORTAL, OFFICE):
        browser.get(address)
        assert urlsplit(browser.address)[1:3] == ("localhost:8000", "/accounts/login/")


def test_signing_out_of_a_portal_ends_that_session_only(browser, mira):
    add_staff_member(user=mira, role=StaffRole.ACCOUNTANT)
    arrive(browser, PORTAL)
    browser.get(OFFICE)
    answer = browser.post(f"{PORTAL}/sign-out/")
    assert (browser.address, answer.content.decode()) == (f"{MARKET}/", "all shops: Mira Lindqvist")
    assert browser.get(PORTAL, follow=False).status_code == 302
    assert browser.get(OFFICE, follow=False).status_code == 200


def test_signing_out_wants_a_post(browser, mira):
    arrive(browser, PORTAL)
    assert browser.get(f"{PORTAL}/sign-out/").status_code == 405
    assert browser.get(PORTAL, follow=False).status_code == 200


def test_a_new_password_ends_every_session_but_the_one_that_set_it(browser, mira, settings):
    arrive(browser, PORTAL)
    elsewhere = Browser(settings)
    arrive(elsewhere, PORTAL)
    words = {"oldpassword": PASSWORD, "password1": "another good one", "password2": "another good one"}
    assert browser.post(f"{MARKET}/accounts/password/change/", words).status_code == 200
    assert browser.get(MARKET).content.decode() == "all shops: Mira Lindqvist"
    assert elsewhere.get(MARKET).content.decode() == "all shops: AnonymousUser"
    assert elsewhere.get(PORTAL, follow=False).status_code == 302
    assert browser.get(PORTAL, follow=False).status_code == 302
    browser.get(PORTAL)
    assert browser.address == f"{PORTAL}/"


def test_who_leaves_a_vendor_is_out_at_once(browser, mira, two_vendors):
    join(two_vendors[0], person("other@example.org"))
    arrive(browser, PORTAL)
    Member.objects.filter(user_id=mira.id).update(left_at=clock.now())
    assert browser.get(PORTAL).status_code == 403


def test_a_fragment_of_a_page_is_told_to_load_it_anew(browser, mira):
    arrive(browser, PORTAL)
    Member.objects.update(access_version=9)
    answer = browser.get(f"{PORTAL}/products", follow=False, **{"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Refresh"]) == (204, "true")


def test_the_office_is_for_staff_and_a_role_for_its_pages(browser, mira):
    staff = add_staff_member(user=mira, role=StaffRole.SUPPORT)
    arrive(browser, OFFICE)
    with pytest.raises(NotAllowed, match="Ask an administrator"):
        browser.get(f"{OFFICE}/ledger")
    staff.role = StaffRole.ACCOUNTANT
    staff.save()
    assert browser.get(f"{OFFICE}/ledger").content == b"ledger"
    staff.role = StaffRole.ADMINISTRATOR
    staff.save()
    assert browser.get(f"{OFFICE}/ledger").content == b"ledger"
    staff.role = StaffRole.SUPPORT
    staff.save()
    remove_staff_member(staff=staff)
    assert browser.get(OFFICE).status_code == 403


def test_a_closed_account_leaves_the_office(browser, mira):
    add_staff_member(user=mira, role=StaffRole.SUPPORT)
    arrive(browser, OFFICE)
    mira.is_active = False
    mira.save()
    assert browser.get(OFFICE, follow=False).status_code == 302


def test_a_portals_pages_follow_the_members_role(browser, mira, two_vendors):
    join(two_vendors[0], person("other@example.org"))
    arrive(browser, PORTAL)
    assert browser.get(f"{PORTAL}/money").content == b"money"
    Member.objects.filter(user_id=mira.id).update(role=MemberRole.CATALOG)
    with pytest.raises(NotAllowed, match="Ask an owner"):
        browser.get(f"{PORTAL}/money")
    Member.objects.filter(user_id=mira.id).update(role=MemberRole.FINANCE)
    assert browser.get(f"{PORTAL}/money").content == b"money"


def test_a_portal_sees_its_own_people_and_products_only_streamed_answers_too(browser, mira, two_vendors):
    lindqvist, moreau = two_vendors
    jean = person("jean@example.org", "Jean Moreau")
    join(moreau, jean)
    with in_shop(lindqvist):
        shelf("Stoneware mug")
    with in_shop(moreau):
        shelf("Walnut board")
    arrive(browser, PORTAL)
    assert browser.get(PORTAL).content.decode() == "lindqvist: mira@example.org of [mira@example.org]"
    streamed = browser.get(f"{PORTAL}/products")
    assert b"".join(streamed.streaming_content) == b"Stoneware mug\n"
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_user")
        assert cursor.fetchone() == ("postgres",)


@pytest.mark.parametrize(("face", "role"), [("market", "store"), ("portal", "doorman"), ("office", "platform")])
def test_each_face_is_served_with_its_own_rights(db, face, role):
    with served_by(face), connection.cursor() as cursor:
        cursor.execute("SELECT session_user")
        assert cursor.fetchone() == (role,)


@pytest.mark.django_db(transaction=True)
def test_each_portal_logs_in_to_the_database_as_its_own_vendor(browser, mira, two_vendors):
    lindqvist, moreau = two_vendors
    join(moreau, mira, MemberRole.VIEWER)
    arrive(browser, PORTAL)
    for _ in range(2):
        answer = browser.get(f"{PORTAL}/session")
        assert answer.content.decode() == f"{lindqvist.schema_name} 1"
        answer = browser.get("http://moreau.portal.localhost:8001/session")
        assert answer.content.decode() == f"{moreau.schema_name} 1"
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_user")
        assert cursor.fetchone() == ("postgres",)


@pytest.mark.parametrize("address", ["http://nosuchshop.portal.localhost:8001/", "http://nosuchshop.localhost:8000/"])
def test_an_unknown_host_is_no_shop(browser, mira, address):
    answer = browser.get(address)
    assert answer.status_code == 404
    assert "There is no shop at this address" in answer.content.decode()


def test_a_portal_whose_shop_is_not_there_yet_says_so(browser, make_vendor):
    Vendor.objects.create(
        slug="early-bird",
        name="Early Bird",
        legal_name="Early Bird",
        country="DE",
        email="e@example.org",
        state=VendorState.ONBOARDING,
        approved_at=clock.now(),
    )
    answer = browser.get("http://early-bird.portal.localhost:8001/")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    assert "Early Bird is being set up" in answer.content.decode()


def test_a_shop_front_shows_its_vendor_and_sends_sign_in_to_the_marketplace(browser, mira):
    assert browser.get("http://lindqvist.localhost:8000/").content.decode() == "lindqvist: AnonymousUser"
    answer = browser.get("http://lindqvist.localhost:8000/accounts/login/?next=/orders/", follow=False)
    assert answer["Location"] == f"{MARKET}/accounts/login/?next=/orders/"


def test_a_suspended_vendor_has_no_shop_front_and_keeps_its_portal(browser, make_vendor):
    vendor = make_vendor("lindqvist", state=VendorState.SUSPENDED)
    join(vendor, person("mira@example.org"))
    assert browser.get("http://lindqvist.localhost:8000/").status_code == 404
    assert arrive(browser, PORTAL).status_code == 200


@pytest.mark.parametrize("address", [MARKET, PORTAL, OFFICE, "http://nosuchshop.portal.localhost:8001"])
def test_every_process_says_that_it_lives_on_any_host(browser, db, address):
    answer = browser.get(f"{address}/livez", follow=False)
    assert (answer.status_code, answer.content) == (200, b"alive\n")


def test_every_answer_carries_the_security_headers(browser, mira):
    for answer in (browser.get(MARKET), browser.get(PORTAL, follow=False), browser.get(OFFICE, follow=False)):
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'self'")
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
