"""A customer's own pages, and what belongs to nobody else."""

import pytest

from accounts.models import Address, StaffMember, StaffRole

pytestmark = pytest.mark.django_db


@pytest.fixture
def at_home(shopper, ada, sign_in):
    sign_in(shopper, ada)
    return shopper


@pytest.mark.parametrize(
    "path",
    ["/account/", "/orders/", "/account/addresses/", "/account/addresses/new/", "/account/name/", "/sell/apply/"],
)
def test_visitors_are_asked_to_sign_in(shopper, path):
    answer = shopper.get(path)
    assert (answer.status_code, answer["Location"]) == (302, f"/accounts/login/?next={path}")


def test_signing_in_goes_on_where_one_was(shopper):
    assert 'href="/accounts/login/"' in shopper.get("/").content.decode()
    page = shopper.get("/search/?q=lamp&sort=price").content.decode()
    assert 'href="/accounts/login/?next=%2Fsearch%2F%3Fq%3Dlamp%26sort%3Dprice"' in page


def test_the_overview_leads_everywhere(at_home, ada, make_vendor):
    from tenants.vendors.models import Member

    vendor = make_vendor("lindqvist")
    Member.objects.create(vendor=vendor, user_id=ada.id, name=ada.name, email=ada.email)
    StaffMember.objects.create(user=ada, role=StaffRole.SUPPORT)
    text = at_home.get("/account/").content.decode()
    for path in ("/accounts/email/", "/accounts/password/change/", "/accounts/2fa/", "/account/addresses/"):
        assert f'href="{path}"' in text
    assert "/handoff/?to=portal&amp;vendor=lindqvist" in text
    assert "/handoff/?to=office" in text


def test_the_name_changes(at_home, ada):
    assert at_home.post("/account/name/", {"name": "  Ada  van Rijn "}).status_code == 303
    ada.refresh_from_db()
    assert ada.name == "Ada van Rijn"
    assert at_home.post("/account/name/", {"name": ""}).status_code == 422


def test_addresses_come_change_and_go(at_home, ada, address):
    assert at_home.post("/account/addresses/new/", address).status_code == 303
    at_home.post("/account/addresses/new/", address)
    at_home.post("/account/addresses/new/", {**address, "city": "Utrecht"})
    first, second = Address.objects.order_by("created_at")
    assert (first.is_default, second.is_default) == (True, False)
    at_home.post(f"/account/addresses/{second.id}/default/")
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.is_default, second.is_default) == (False, True)
    at_home.post(f"/account/addresses/{first.id}/", {**address, "phone": "+31 20 555"})
    first.refresh_from_db()
    assert first.phone == "+31 20 555"
    at_home.post(f"/account/addresses/{second.id}/remove/")
    first.refresh_from_db()
    assert Address.objects.get() == first
    assert first.is_default
    page = at_home.post("/account/addresses/new/", {**address, "line1": "", "country": "US"})
    assert page.status_code == 422
    assert "Fill this in." in page.content.decode()


def test_an_addresss_postal_code_has_the_form_of_its_country(at_home, address):
    def kept(country, code):
        return at_home.post("/account/addresses/new/", {**address, "country": country, "postal_code": code})

    for country, code, words in (("GB", "1015 DK", "look like EC1Y 8SY"), ("NL", "", "such as 1234 AB")):
        page = kept(country, code)
        assert page.status_code == 422
        assert 'aria-describedby="id_postal_code_error"' in page.content.decode()
        assert words in page.content.decode()
    for country, code in (("GB", "sw1a1aa"), ("IE", "")):
        assert kept(country, code).status_code == 303
    assert list(Address.objects.order_by("created_at").values_list("country", "postal_code")) == [
        ("GB", "SW1A 1AA"),
        ("IE", ""),
    ]


def test_nobody_touches_somebody_elses_address(at_home, address):
    from accounts.models import User

    other = Address.objects.create(user=User.objects.create_user("eve@example.com", "x"), **address)
    assert at_home.get(f"/account/addresses/{other.id}/").status_code == 404
    assert at_home.post(f"/account/addresses/{other.id}/", {**address, "city": "Elsewhere"}).status_code == 404
    at_home.post(f"/account/addresses/{other.id}/remove/")
    at_home.post(f"/account/addresses/{other.id}/default/")
    other.refresh_from_db()
    assert (other.city, other.is_default) == ("Amsterdam", False)
    assert other.line1 not in at_home.get("/account/addresses/").content.decode()


def test_an_address_book_has_an_end(at_home, ada, address):
    Address.objects.bulk_create(Address(user=ada, **{**address, "line1": f"Street {n}"}) for n in range(20))
    page = at_home.post("/account/addresses/new/", address)
    assert page.status_code == 422
    assert "at most 20 addresses" in page.content.decode()
