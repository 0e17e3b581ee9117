"""From an application to payouts at the provider."""

import pytest
from django.db import transaction

from billing.payouts.adjustments import debit_vendor
from billing.payouts.debts import charge_fee
from billing.stripe.models import ConnectedAccount
from tenants.vendors.actions import approve_vendor, reject_vendor
from tenants.vendors.models import Member, Vendor

pytestmark = pytest.mark.django_db

APPLICATION = {
    "name": "Brennhaus Keramik",
    "slug": "",
    "tagline": "",
    "story": "Two wheels and one kiln.",
    "legal_name": "Brennhaus GbR",
    "country": "DE",
    "city": "Leipzig",
    "email": "jule@brennhaus.example",
    "vat_id": "",
}


@pytest.fixture
def applicant(shopper, ada, sign_in):
    sign_in(shopper, ada)
    return shopper


def test_the_page_says_what_selling_means(shopper):
    text = shopper.get("/sell/").content.decode()
    assert "Apply to sell" in text
    assert "7 days after a parcel has arrived" in text


def test_an_application_makes_its_address_from_the_name(applicant, ada):
    answer = applicant.post("/sell/apply/", APPLICATION)
    assert (answer.status_code, answer["Location"]) == (303, "/sell/brennhaus-keramik/")
    vendor = Vendor.objects.get()
    assert (vendor.state, vendor.story, vendor.members.get().user_id) == ("applied", "Two wheels and one kiln.", ada.id)
    text = applicant.get("/sell/brennhaus-keramik/").content.decode()
    assert "We are reading your application" in text
    assert "Set up payouts</button>" not in text
    page = applicant.post("/sell/apply/", {**APPLICATION, "slug": "another"})
    assert page.status_code == 422
    assert "You have applied already." in page.content.decode()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"slug": "admin"}, "kept for the marketplace itself"),
        ({"slug": "a b"}, "letters a–z, digits and single hyphens"),
        ({"slug": "taken"}, "This address is taken."),
        ({"country": "JP"}, "Select a valid choice"),
        ({"legal_name": ""}, "This field is required"),
        ({"name": "陶器"}, "A shop address has 3 to 40 characters."),
    ],
)
def test_what_is_wrong_stands_at_its_field(applicant, make_vendor, changes, words):
    make_vendor("taken")
    page = applicant.post("/sell/apply/", {**APPLICATION, **changes})
    assert page.status_code == 422
    assert words in page.content.decode()
    assert Vendor.objects.count() == 1


def test_a_rejection_gives_its_reason(applicant, ada):
    applicant.post("/sell/apply/", APPLICATION)
    reject_vendor(vendor=Vendor.objects.get(), by=ada.id, reason="We sell no antiques <yet>.")
    text = applicant.get("/sell/brennhaus-keramik/").content.decode()
    assert "We sell no antiques &lt;yet&gt;." in text
    assert "Apply again" in text


def test_only_members_see_how_it_stands(shopper, another, ada, sign_in, make_vendor):
    make_vendor("lindqvist")
    sign_in(shopper, ada)
    for path in ("/sell/lindqvist/", "/sell/nobody/", "/sell/lindqvist/payouts/back/"):
        assert shopper.get(path).status_code == 404
    assert shopper.post("/sell/lindqvist/payouts/").status_code == 404
    assert another().get("/sell/lindqvist/").status_code == 302


def test_payouts_are_set_up_at_the_provider(transactional_db, sandbox, another, ada, sign_in):
    owner = another()
    sign_in(owner, ada)
    owner.post("/sell/apply/", APPLICATION)
    assert owner.post("/sell/brennhaus-keramik/payouts/").status_code == 403
    approve_vendor(vendor=Vendor.objects.get(), by=ada.id)
    assert "Set up payouts</button>" in owner.get("/sell/brennhaus-keramik/").content.decode()

    away = owner.post("/sell/brennhaus-keramik/payouts/")
    assert away.status_code == 303
    assert away["Location"].startswith(sandbox.url)
    account = ConnectedAccount.objects.get()
    back = "/sell/brennhaus-keramik/payouts/back/"
    assert owner.get(back)["Location"] == "/sell/brennhaus-keramik/"
    assert "Go on with payouts" in owner.get("/sell/brennhaus-keramik/").content.decode()
    assert owner.get(f"{back}?again=1")["Location"].startswith(sandbox.url)

    sandbox.onboard(account.account_id)
    owner.get(back)
    text = owner.get("/sell/brennhaus-keramik/").content.decode()
    assert "Payouts are set up." in text
    assert "/handoff/?to=portal&amp;vendor=brennhaus-keramik" in text
    assert Vendor.objects.get().state == "active"


def test_what_a_vendor_owes_is_said_with_where_it_comes_from_and_paid_by_an_owner(
    shopper, ada, sign_in, make_vendor, sandbox
):
    vendor = make_vendor("lindqvist")
    member = Member.objects.create(vendor=vendor, user_id=ada.id, name=ada.name, email=ada.email, role="owner")
    sign_in(shopper, ada)
    here = "/sell/lindqvist/debt/"
    page = shopper.get(here).content.decode()
    for words in ("What Lindqvist owes", "money that went back to customers", "a bank's fees for disputes", "by hand"):
        assert words in page, words
    assert "Nothing is owed" in page
    assert ">Pay " not in page
    debit_vendor(vendor=vendor, amount_minor=1250, reason="Return labels", by=ada.id)
    with transaction.atomic():
        charge_fee(
            vendor_id=vendor.id,
            amount_minor=2000,
            currency="EUR",
            key="fee:1",
            reason="The provider's fee for a dispute that was lost",
            reference_id=vendor.id,
            number="S-1001-A",
        )
    page = shopper.get(here).content.decode()
    for words in ("Return labels", "12.50", "S-1001-A", "fee for a dispute that was lost", "20.00", "Pay 32.50 EUR"):
        assert words in page, words
    assert shopper.post(here)["Location"].startswith(sandbox.url)
    Member.objects.create(vendor=vendor, user_id=vendor.id, email="other@example.org", role="owner")
    Member.objects.filter(id=member.id).update(role="catalog")
    assert shopper.get(here).status_code == 403
