"""A vendor's plan on the marketplace: looked at, bought, switched with a preview, ended, kept; invoices listed."""

import re

import pytest

from billing.subscriptions.models import PlanPrice
from tenants.vendors.entitlements import Allowed, allowed_to, grant
from tenants.vendors.models import Member

pytestmark = pytest.mark.django_db
PLAN = "/sell/lindqvist/plan/"


@pytest.fixture
def owner(shopper, ada, sign_in, make_vendor, sandbox, settings):
    settings.PLATFORM_COUNTRY = "DE"
    vendor = make_vendor("lindqvist")
    grant(vendor_id=vendor.id, allowed=Allowed("start", "Start", 100, 2, 1))
    Member.objects.create(vendor=vendor, user_id=ada.id, name=ada.name, email=ada.email, role="owner")
    sign_in(shopper, ada)
    shopper.vendor = vendor
    return shopper


def price_of(plan, interval="month"):
    return PlanPrice.objects.get(plan__code=plan, interval=interval)


def subscribe(owner, sandbox, plan="growth"):
    answer = owner.post(f"{PLAN}subscription/{price_of(plan).id}/")
    assert answer.status_code == 303
    session = re.search(r"/c/pay/(cs_\w+)", answer["Location"])[1]
    sandbox.pay(session)
    back = owner.get(f"{PLAN}back/?session={session}")
    assert (back.status_code, back["Location"]) == (303, PLAN)


def test_the_page_compares_plans_and_shows_what_is_used(owner):
    page = owner.get(PLAN).content.decode()
    assert "Start costs nothing." in page
    assert "0 of 100" in page
    assert "29.00" in page
    assert "first 14 days free" in page
    assert "990.00" in page
    assert "There are none yet." in page


def test_a_plan_is_bought_switched_ended_and_kept(owner, sandbox):
    subscribe(owner, sandbox, "scale")
    assert allowed_to(owner.vendor.id).plan_code == "scale"
    page = owner.get(PLAN).content.decode()
    assert "Any number of products" in page
    assert "117.81" in page  # 99.00 and 19 % VAT
    growth = f"{PLAN}switch/{price_of('growth').id}/"
    preview = owner.get(growth).content.decode()
    assert "Credit for your next invoices" in preview
    at = re.search(r'name="at" value="(\d+)"', preview)[1]
    assert owner.post(growth, {"at": at}).status_code == 303
    assert allowed_to(owner.vendor.id).plan_code == "growth"
    back = owner.get(f"{PLAN}switch/{price_of('scale').id}/").content.decode()
    assert "Paid from your credit" in back
    assert "Your credit after that" in back
    assert owner.post(f"{PLAN}ending/").status_code == 303
    assert "Keep my plan" in owner.get(PLAN).content.decode()
    assert owner.post(f"{PLAN}renewal/").status_code == 303
    assert "End the plan" in owner.get(PLAN).content.decode()
    billing = owner.post(f"{PLAN}billing/")
    assert billing["Location"].startswith(sandbox.url)
    assert owner.get(f"{PLAN}back/").status_code == 303
    refused = owner.post(f"{PLAN}subscription/{price_of('scale').id}/", follow=True)
    assert "You have a plan already." in refused.content.decode()


def test_members_see_it_owners_choose_and_nobody_else_knows_of_it(owner, another):
    mine = Member.objects.filter(id=Member.objects.get(vendor=owner.vendor).id)
    Member.objects.create(vendor=owner.vendor, user_id=owner.vendor.id, email="other@example.org", role="owner")
    mine.update(role="catalog")
    page = owner.get(PLAN).content.decode()
    assert "An owner of the shop chooses its plan." in page
    assert "Choose" not in page
    assert owner.post(f"{PLAN}subscription/{price_of('growth').id}/").status_code == 403
    mine.delete()
    assert owner.get(PLAN).status_code == 404
    assert another().get(PLAN).status_code == 302


def test_statements_are_few(owner, django_assert_max_num_queries):
    owner.get(PLAN)
    with django_assert_max_num_queries(20):
        owner.get(PLAN)
