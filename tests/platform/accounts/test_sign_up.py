"""Signing up, confirming, forgetting, two steps: allauth's pages as we set them up."""

import base64
import re

import pytest
from allauth.account.models import EmailAddress
from allauth.core import context
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.db import IntegrityError
from django.test import RequestFactory

from accounts.adapter import AccountAdapter
from accounts.models import User
from accounts.signup import register_person
from notifications.models import Mail
from tenants.vendors.models import Member

# Where they go who did not say where to.
DOORS = "/handoff/doors/"
PASSWORD = "a long good one"
MARKET = "http://localhost:8000"
pytestmark = pytest.mark.django_db


@pytest.fixture
def mira():
    return register_person(email="mira@example.org", name="Mira Lindqvist", password=PASSWORD)


def sign_up(browser, email="mira@example.org", **changes):
    words = {"name": "Mira Lindqvist", "email": email, "password1": PASSWORD, **changes}
    return browser.post(f"{MARKET}/accounts/signup/", words)


def sign_in(browser, password=PASSWORD, email="mira@example.org", next_page=""):
    address = f"{MARKET}/accounts/login/" + (f"?next={next_page}" if next_page else "")
    return browser.post(address, {"login": email, "password": password}, follow=False)


def link_in(mail):
    (link,) = re.findall(r"^http://\S+$", mail.text, re.MULTILINE)
    return link


def is_signed_in(browser):
    return browser.get(MARKET).content.decode() == "all shops: Mira Lindqvist"


def test_signing_up_ends_with_a_confirmed_address(browser):
    answer = sign_up(browser)
    assert "We have sent you a mail with a link" in answer.content.decode()
    assert not is_signed_in(browser)
    user = User.objects.get()
    assert (user.name, user.email, user.is_staff, user.is_superuser) == (
        "Mira Lindqvist",
        "mira@example.org",
        False,
        False,
    )
    mail = Mail.objects.get()
    assert (mail.template, mail.to, mail.private) == ("confirm_email", "mira@example.org", True)
    page = browser.get(link_in(mail))
    assert "mira@example.org belongs to your account" in page.content.decode()
    assert not EmailAddress.objects.get().verified
    browser.post(browser.address)
    assert EmailAddress.objects.get().verified
    sign_in(browser)
    assert is_signed_in(browser)


def test_an_unconfirmed_address_does_not_sign_in(browser):
    sign_up(browser)
    sign_in(browser)
    assert not is_signed_in(browser)


def test_signing_up_with_somebodys_address_tells_its_owner_only(browser, mira, settings):
    taken = sign_up(browser)
    browser.clients.clear()
    free = sign_up(browser, "new@example.org")
    assert [line for line in taken.content.decode().splitlines() if "csrf" not in line] == [
        line.replace("new@example.org", "mira@example.org")
        for line in free.content.decode().splitlines()
        if "csrf" not in line
    ]
    assert User.objects.filter(email="mira@example.org").count() == 1
    assert [mail.template for mail in Mail.objects.filter(to="mira@example.org")] == ["account_exists"]


@pytest.mark.parametrize("path", ["login", "signup", "password/reset"])
def test_an_address_is_called_the_same_on_every_page(browser, db, path):
    page = browser.get(f"{MARKET}/accounts/{path}/").content.decode()
    assert ">E-mail<" in page
    assert "Email" not in page


def test_the_sign_in_page_does_not_say_who_has_an_account(browser, mira):
    wrong = browser.post(f"{MARKET}/accounts/login/", {"login": "mira@example.org", "password": "wrong password"})
    unknown = browser.post(f"{MARKET}/accounts/login/", {"login": "nobody@example.org", "password": "wrong password"})
    words = "The e-mail address or the password is not right."
    assert words in wrong.content.decode()
    assert words in unknown.content.decode()


def test_asking_for_a_new_password_does_not_say_who_has_an_account(browser, mira):
    known = browser.post(f"{MARKET}/accounts/password/reset/", {"email": "mira@example.org"})
    unknown = browser.post(f"{MARKET}/accounts/password/reset/", {"email": "nobody@example.org"})
    assert "If the address belongs to an account" in known.content.decode()
    assert "If the address belongs to an account" in unknown.content.decode()
    assert {mail.to: mail.template for mail in Mail.objects.all()} == {
        "mira@example.org": "reset_password",
        "nobody@example.org": "account_unknown",
    }


def test_a_forgotten_password_is_set_anew_once_and_ends_other_sessions(browser, mira, two_vendors):
    member = Member.objects.create(vendor=two_vendors[0], user_id=mira.id, name=mira.name, email=mira.email)
    sign_in(browser)
    signed_in, browser.clients = browser.clients, {}
    browser.post(f"{MARKET}/accounts/password/reset/", {"email": "mira@example.org"})
    link = link_in(Mail.objects.get())
    browser.get(link)
    words = {"password1": "another good one", "password2": "another good one"}
    assert "Your password is set" in browser.post(browser.address, words).content.decode()
    member.refresh_from_db()
    assert member.access_version == 2
    assert "This link does not work" in browser.get(link).content.decode()
    assert Mail.objects.filter(template="security_notice", subject="Your password was reset").count() == 1
    sign_in(browser, "another good one")
    assert is_signed_in(browser)
    browser.clients = signed_in
    assert not is_signed_in(browser)


def test_links_in_mails_lead_to_the_marketplace_whatever_host_was_asked(browser, mira):
    client = browser.client(MARKET)
    client.post("/accounts/password/reset/", {"email": "mira@example.org"}, headers={"host": "localhost:6666"})
    assert link_in(Mail.objects.get()).startswith(f"{MARKET}/accounts/password/reset/key/")


@pytest.mark.parametrize(
    ("next_page", "led_to"),
    [
        ("/orders/", "/orders/"),
        ("http://lindqvist.localhost:8000/cart/", "http://lindqvist.localhost:8000/cart/"),
        ("https://evil.example/", DOORS),
        ("//evil.example/", DOORS),
        ("http://localhost.evil.example/", DOORS),
        ("http://localhost:6666/", DOORS),
        ("http://localhost:8000@evil.example/", DOORS),
        ("\\\\evil.example/", DOORS),
        ("javascript:alert(1)", DOORS),
    ],
)
def test_signing_in_leads_to_our_own_hosts_only(browser, mira, next_page, led_to):
    assert sign_in(browser, next_page=next_page)["Location"] == led_to


@pytest.mark.parametrize(
    "next_page", ["http://localhost:8000/x", "ftp://localhost:8000/", "http://office.localhost:8002/"]
)
def test_our_own_hosts_are_told_by_scheme_name_and_port(next_page):
    with context.request_context(RequestFactory().get("/")):
        assert AccountAdapter().is_safe_url(next_page) == next_page.startswith("http://")


def test_guessing_is_slowed_down(browser, mira):
    for _ in range(5):
        sign_in(browser, "wrong password")
    answer = browser.post(f"{MARKET}/accounts/login/", {"login": "mira@example.org", "password": PASSWORD})
    assert "Too many failed login attempts" in answer.content.decode()
    assert not is_signed_in(browser)


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""},
        {"name": "Win at http://evil.example"},
        {"name": "a@b.example"},
        {"email": "nobody"},
        {"email": "a" * 60 + "@" + "b" * 60 + "." + "c" * 60 + "." + "d" * 60 + "." + "e" * 20 + ".example"},
        {"password1": "short"},
        {"password1": "1234567890123"},
        {"password1": "mira@example.org"},
    ],
    ids=["no name", "address as name", "mail as name", "no mail", "long mail", "short", "digits", "like the mail"],
)
def test_a_sign_up_that_breaks_a_rule_says_so_and_makes_nothing(browser, changes):
    answer = sign_up(browser, **changes)
    assert 'class="field-error"' in answer.content.decode()
    assert not User.objects.exists()
    assert not Mail.objects.exists()


def test_an_address_belongs_to_one_account_whatever_its_case(mira):
    with pytest.raises(IntegrityError):
        User.objects.create(email="MIRA@example.org")


def test_a_changed_address_is_confirmed_first_and_then_told_to_vendors_and_the_old_address(browser, mira, two_vendors):
    member = Member.objects.create(vendor=two_vendors[0], user_id=mira.id, name="Old", email=mira.email)
    sign_in(browser)
    page = browser.post(f"{MARKET}/accounts/email/", {"email": "new@example.org", "action_add": "1"})
    assert "One more step" in prove_it(browser, page)
    assert User.objects.get().email == "mira@example.org"
    browser.get(link_in(Mail.objects.get(to="new@example.org", template="confirm_email")))
    browser.post(browser.address)
    member.refresh_from_db()
    assert User.objects.get().email == member.email == "new@example.org"
    assert member.name == "Mira Lindqvist"
    told = Mail.objects.get(to="mira@example.org")
    assert told.subject == "Your e-mail address was changed"
    assert "new@example.org" in told.text


def prove_it(browser, page):
    """Enter the password that `page` asks for once more; gives what was wanted before."""
    assert "enter your password once more" in page.content.decode()
    return browser.post(browser.address, {"password": PASSWORD}).content.decode()


def code_for(secret):
    """What the app on the phone shows now."""
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


@pytest.mark.django_db(transaction=True)
def test_two_step_sign_in(browser, mira):
    sign_in(browser)
    page = prove_it(browser, browser.get(f"{MARKET}/accounts/2fa/totp/activate/"))
    assert 'src="data:image/svg+xml;base64,' in page
    assert "<script>" not in page
    drawing = base64.b64decode(re.search(r"data:image/svg\+xml;base64,([^\"]+)", page)[1]).decode()
    assert drawing.startswith("<svg ")
    assert 'fill="white"' in drawing
    secret = re.search(r'data-text="([A-Z2-7]{32})"', page)[1]
    codes = browser.post(f"{MARKET}/accounts/2fa/totp/activate/", {"code": code_for(secret)}).content.decode()
    recovery = re.findall(r"<code>([0-9a-f]{8})</code>", codes)
    assert len(recovery) == 10
    stored = Authenticator.objects.get(type="totp").data["secret"]
    assert secret not in stored
    assert stored.startswith("gAAAA")
    assert Mail.objects.filter(subject="Two-step sign-in was switched on").count() == 1

    browser.clients.clear()
    assert sign_in(browser)["Location"] == "/accounts/2fa/authenticate/"
    assert not is_signed_in(browser)
    page = browser.post(f"{MARKET}/accounts/2fa/authenticate/", {"code": "000000"})
    assert "Incorrect code" in page.content.decode()
    assert not is_signed_in(browser)
    browser.post(f"{MARKET}/accounts/2fa/authenticate/", {"code": recovery[0]})
    assert is_signed_in(browser)

    browser.clients.clear()
    sign_in(browser)
    browser.post(f"{MARKET}/accounts/2fa/authenticate/", {"code": recovery[0]})
    assert not is_signed_in(browser)
    browser.post(f"{MARKET}/accounts/2fa/authenticate/", {"code": recovery[1]})
    assert is_signed_in(browser)
    prove_it(browser, browser.get(f"{MARKET}/accounts/2fa/totp/deactivate/"))
    browser.post(f"{MARKET}/accounts/2fa/totp/deactivate/")
    browser.clients.clear()
    sign_in(browser)
    assert is_signed_in(browser)
