"""A form that was open for longer than its session: nothing is done, its sender is told, and led back to it."""

from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest

from accounts.actions import add_staff_member
from accounts.late_form import WORDS
from accounts.models import Address, StaffRole
from accounts.signup import register_person
from tenants.vendors.models import Member, MemberRole
from tests.support.browser import Browser

pytestmark = pytest.mark.django_db

MARKET, PORTAL, OFFICE = (
    "http://localhost:8000",
    "http://lindqvist.portal.localhost:8001",
    "http://office.localhost:8002",
)
PASSWORD = "a long good one"
# The page a form is on, the address it is sent to, and what it says.
FORMS = {
    "portal": (f"{PORTAL}/products/?state=draft", f"{PORTAL}/products/states/", {"do": "archive"}),
    "office": (f"{OFFICE}/vendors/", f"{OFFICE}/approvals/none/", {"note": "x"}),
    "finance": (f"{OFFICE}/finance/?month=2026-01", f"{OFFICE}/finance/exports/", {"kind": "ledger"}),
    "account": (f"{MARKET}/account/addresses/", f"{MARKET}/account/addresses/new/", {"name": "Mira"}),
    "sign-in": (f"{MARKET}/accounts/email/", f"{MARKET}/accounts/email/", {"action_add": "", "email": "m@new.example"}),
}
each_face = pytest.mark.parametrize(("page", "address", "data"), FORMS.values(), ids=FORMS)


@pytest.fixture
def mira(make_vendor: Any) -> Any:
    user = register_person(email="mira@example.org", name="Mira Lindqvist", password=PASSWORD)
    vendor = make_vendor("lindqvist")
    Member.objects.create(vendor=vendor, user_id=user.id, name=user.name, email=user.email, role=MemberRole.OWNER)
    add_staff_member(user=user, role=StaffRole.ADMINISTRATOR)
    return user


@pytest.fixture
def browser(mira: Any, settings: Any) -> Browser:
    """Mira's, whose sessions have run out everywhere."""
    return Browser(settings)


def sign_in(browser: Browser) -> Any:
    assert urlsplit(browser.address).path == "/accounts/login/", browser.address
    return browser.post(browser.address, {"login": "mira@example.org", "password": PASSWORD})


def text(answer: Any) -> str:
    return str(answer.content.decode())


@each_face
def test_a_late_form_leads_back_to_its_page_which_says_so_once(
    browser: Browser, page: str, address: str, data: dict[str, str]
) -> None:
    browser.post(address, data, Referer=page)
    answer = sign_in(browser)
    assert (browser.address, answer.status_code) == (page, 200)
    assert 'class="toast toast-bad"' in text(answer)
    assert text(answer).count(WORDS) == 1
    assert WORDS not in text(browser.get(page))
    assert not Address.objects.exists()


@each_face
def test_htmx_keeps_the_page_and_what_was_typed_and_offers_to_sign_in_beside_it(
    browser: Browser, page: str, address: str, data: dict[str, str]
) -> None:
    answer = browser.post(address, data, follow=False, Referer=page, **{"HX-Request": "true"})
    assert answer.status_code == 200
    where = {name: answer.headers[name] for name in ("HX-Retarget", "HX-Reswap", "HX-Reselect", "Cache-Control")}
    assert list(where.values()) == ["#toasts", "innerHTML", "souk-toast", "no-store"]
    assert WORDS in text(answer)
    sign_in_at = "/accounts/login/" if page.startswith(MARKET) else "/handoff/"
    assert f'<a href="{sign_in_at}" target="_blank" rel="noopener">' in text(answer)
    browser.get(urljoin(page, sign_in_at))
    assert sign_in(browser).status_code == 200


@pytest.mark.parametrize(
    "referer",
    ["", "https://evil.example/products/", "http://moreau.portal.localhost:8001/products/", f"{PORTAL}//evil.example/"],
)
@pytest.mark.parametrize(("page", "address", "data"), [FORMS["portal"], FORMS["account"]], ids=["portal", "account"])
def test_a_late_form_of_another_host_or_of_none_leads_to_the_first_page(
    browser: Browser, page: str, address: str, data: dict[str, str], referer: str
) -> None:
    browser.post(address, data, **({"Referer": referer} if referer else {}))
    sign_in(browser)
    parts = urlsplit(browser.address)
    assert (parts.netloc, parts.path) == (urlsplit(page).netloc, "/")


def test_a_fragment_that_is_only_read_loads_its_page_anew(browser: Browser) -> None:
    answer = browser.get(f"{PORTAL}/products/", follow=False, **{"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Refresh"]) == (204, "true")


def test_a_page_that_was_only_read_says_nothing(browser: Browser) -> None:
    browser.get(f"{PORTAL}/products/")
    assert WORDS not in text(sign_in(browser))
    assert browser.address == f"{PORTAL}/products/"


def test_a_wrong_password_is_no_late_form(browser: Browser) -> None:
    browser.get(f"{MARKET}/accounts/login/")
    browser.post(browser.address, {"login": "mira@example.org", "password": "not this one"})
    assert WORDS not in text(sign_in(browser))
