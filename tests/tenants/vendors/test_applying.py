import threading
import uuid

import pytest
from django.db import DatabaseError, connection, connections, transaction

from accounts.signup import register_person
from audit.models import AuditEntry
from kit.errors import Conflict, InvalidInput
from notifications.models import Mail
from outbox.models import Fact
from outbox.tasks import deliver
from tenants.isolation.doors import bind_vendor
from tenants.isolation.models import Wall, WallState
from tenants.vendors.actions import (
    AlreadyDecided,
    ApplicationPending,
    SlugTaken,
    activate_vendor,
    apply_as_vendor,
    approve_vendor,
    change_address,
    change_profile,
    open_shop,
    reject_vendor,
    set_payouts_ready,
)
from tenants.vendors.models import Domain, Member, MemberRole, Vendor, VendorState
from tenants.vendors.tasks import open_shops

STAFF = uuid.uuid4()
pytestmark = pytest.mark.django_db


@pytest.fixture
def mira():
    return register_person(email="mira@example.org", name="Mira Lindqvist", password="a long good one")


def application(user, **changes):
    values = {
        "name": "Lindqvist Keramik",
        "legal_name": "Lindqvist Keramik AB",
        "country": "se",
        "slug": " Lindqvist ",
        "email": "Hej@Lindqvist.example",
        "vat_id": "se 5566778899 01",
        "city": "Göteborg",
    }
    return apply_as_vendor(user=user, **{**values, **changes})


def facts():
    return list(Fact.objects.order_by("id").values_list("name", flat=True))


def test_applying_makes_a_vendor_its_address_and_its_owner(mira):
    vendor = application(mira)
    vendor.refresh_from_db()
    assert (vendor.state, vendor.slug, vendor.country, vendor.currency) == ("applied", "lindqvist", "SE", "EUR")
    assert (vendor.email, vendor.vat_id, vendor.schema_name) == ("hej@lindqvist.example", "SE556677889901", None)
    assert Domain.objects.get().host == "lindqvist.localhost"
    owner = Member.objects.get()
    assert (owner.vendor, owner.user_id, owner.name, owner.email) == (vendor, mira.id, "Mira Lindqvist", mira.email)
    assert owner.role == MemberRole.OWNER
    assert facts() == ["vendor.applied"]
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor_id, entry.actor_kind) == ("vendor.applied", mira.id, "customer")


def test_the_storefronts_role_is_enough_to_apply(mira):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL SESSION AUTHORIZATION store")
        application(mira)
        cursor.execute("SET LOCAL SESSION AUTHORIZATION DEFAULT")
    assert Vendor.objects.get().slug == "lindqvist"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"slug": "portal"}, "slug"),
        ({"country": "BR"}, "country"),
        ({"country": ""}, "country"),
        ({"name": "  "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"legal_name": ""}, "legal_name"),
        ({"email": "nobody"}, "email"),
        ({"tagline": "x" * 151}, "tagline"),
        ({"city": "x" * 101}, "city"),
        ({"vat_id": "9" * 21}, "vat_id"),
        ({"story": "x" * 5001}, "story"),
        ({"palette": ["red"]}, "palette"),
        ({"palette": ["#b4552f;}"]}, "palette"),
        ({"palette": ["#b4552f"] * 6}, "palette"),
    ],
)
def test_an_application_that_breaks_a_rule_names_the_field_and_leaves_nothing(mira, changes, field):
    with pytest.raises(InvalidInput) as refused:
        application(mira, **changes)
    assert refused.value.field == field
    assert not Vendor.objects.exists()
    assert not Fact.objects.exists()


def test_an_address_belongs_to_one_vendor_whatever_its_case(mira):
    application(mira)
    other = register_person(email="jean@example.org", name="Jean Moreau", password="a long good one")
    with pytest.raises(SlugTaken) as refused:
        application(other, slug="LINDQVIST")
    assert refused.value.field == "slug"
    assert Vendor.objects.count() == Member.objects.count() == 1


def test_a_person_has_one_open_application(mira):
    vendor = application(mira)
    with pytest.raises(ApplicationPending):
        application(mira, slug="second-shop")
    reject_vendor(vendor=vendor, by=STAFF, reason="The papers are missing.")
    assert application(mira, slug="second-shop").state == VendorState.APPLIED


@pytest.mark.django_db(transaction=True)
def test_two_applications_sent_at_once_make_one(mira):
    outcomes = []

    def work(slug):
        try:
            outcomes.append(application(mira, slug=slug).slug)
        except ApplicationPending:
            outcomes.append("refused")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=[f"shop-{number}"]) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes)[:3] == ["refused"] * 3
    assert Vendor.objects.count() == 1


def test_approval_opens_a_shop(mira):
    vendor = approve_vendor(vendor=application(mira), by=STAFF)
    vendor.refresh_from_db()
    wall = Wall.objects.get(vendor_id=vendor.id)
    assert (vendor.state, vendor.schema_name, wall.state) == ("onboarding", wall.name, WallState.ASSIGNED)
    assert vendor.approved_at is not None
    assert facts() == ["vendor.applied", "vendor.approved", "vendor.shop_opened"]
    entry = AuditEntry.objects.get(action="vendor.approved")
    assert (entry.actor_id, entry.actor_kind, entry.vendor_id) == (STAFF, "staff", vendor.id)


def test_approved_without_a_spare_wall_the_shop_opens_when_there_is_one(mira):
    spares = list(Wall.objects.filter(state=WallState.SPARE).values_list("id", flat=True))
    Wall.objects.update(state=WallState.QUARANTINED)
    vendor = approve_vendor(vendor=application(mira), by=STAFF)
    assert (vendor.state, vendor.schema_name) == ("onboarding", None)
    assert open_shops() == 0
    Wall.objects.filter(id__in=spares).update(state=WallState.SPARE)
    assert open_shops() == 1
    assert open_shops() == 0
    vendor.refresh_from_db()
    assert vendor.schema_name == Wall.objects.get(vendor_id=vendor.id).name


def test_a_shop_is_opened_once(mira):
    vendor = approve_vendor(vendor=application(mira), by=STAFF)
    before = vendor.schema_name
    assert open_shop(vendor=vendor).schema_name == before
    assert facts().count("vendor.shop_opened") == 1


def test_a_decision_is_made_once(mira):
    vendor = application(mira)
    reject_vendor(vendor=vendor, by=STAFF, reason="The papers are missing.")
    with pytest.raises(AlreadyDecided, match="decided before"):
        approve_vendor(vendor=vendor, by=STAFF)
    with pytest.raises(AlreadyDecided):
        reject_vendor(vendor=vendor, by=STAFF, reason="Again.")
    vendor.refresh_from_db()
    assert (vendor.state, vendor.decision_reason) == ("rejected", "The papers are missing.")


def test_a_rejection_needs_a_reason(mira):
    vendor = application(mira)
    with pytest.raises(InvalidInput):
        reject_vendor(vendor=vendor, by=STAFF, reason=" ")
    vendor.refresh_from_db()
    assert vendor.state == VendorState.APPLIED


def test_a_vendor_sells_once_it_is_approved_has_its_shop_and_can_be_paid(mira):
    vendor = application(mira)
    with pytest.raises(Conflict, match="applied cannot begin"):
        activate_vendor(vendor=vendor)
    vendor = approve_vendor(vendor=vendor, by=STAFF)
    with pytest.raises(Conflict, match="Steps of the checklist"):
        activate_vendor(vendor=vendor)
    set_payouts_ready(vendor_id=vendor.id, ready=True)
    vendor.refresh_from_db()
    assert vendor.may_sell
    assert vendor.activated_at is not None
    assert activate_vendor(vendor=vendor).may_sell
    assert facts().count("vendor.activated") == 1


def test_paid_before_its_shop_is_there_a_vendor_starts_when_it_is(mira):
    Wall.objects.filter(state=WallState.SPARE).update(state=WallState.QUARANTINED)
    vendor = approve_vendor(vendor=application(mira), by=STAFF)
    set_payouts_ready(vendor_id=vendor.id, ready=True)
    vendor.refresh_from_db()
    assert not vendor.may_sell
    Wall.objects.filter(state=WallState.QUARANTINED).update(state=WallState.SPARE)
    assert open_shops() == 1
    vendor.refresh_from_db()
    assert vendor.may_sell


def test_the_providers_word_arrives_as_a_fact_under_the_storefronts_role(mira):
    from outbox.actions import announce

    vendor = approve_vendor(vendor=application(mira), by=STAFF)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL SESSION AUTHORIZATION store")
        announce("account.changed", vendor_id=vendor.id, payload={"vendor": str(vendor.id), "can_receive": True})
        cursor.execute("SET LOCAL SESSION AUTHORIZATION DEFAULT")
    vendor.refresh_from_db()
    assert vendor.may_sell
    with transaction.atomic():
        announce("account.changed", vendor_id=vendor.id, payload={"vendor": str(vendor.id), "can_receive": False})
    vendor.refresh_from_db()
    assert vendor.payouts_ready_at is None
    assert vendor.may_sell


def test_every_step_is_told_by_mail_once(mira):
    vendor = approve_vendor(vendor=application(mira), by=STAFF)
    set_payouts_ready(vendor_id=vendor.id, ready=True)
    deliver()
    Fact.objects.update(fanned_out_at=None)
    deliver()
    mails = Mail.objects.order_by("created_at")
    assert [(mail.template, mail.to) for mail in mails] == [
        ("vendor_applied", "hej@lindqvist.example"),
        ("vendor_approved", "hej@lindqvist.example"),
        ("vendor_activated", "hej@lindqvist.example"),
    ]
    assert "http://lindqvist.portal.localhost:8001/" in mails[1].text
    assert {mail.vendor_id for mail in mails} == {vendor.id}


def test_a_rejection_is_told_with_its_reason(mira):
    reject_vendor(vendor=application(mira), by=STAFF, reason="We have <many> potters & no room.")
    deliver()
    mail = Mail.objects.get(template="vendor_rejected")
    assert "We have <many> potters & no room." in mail.text
    assert "We have &lt;many&gt; potters &amp; no room." in mail.html


PROFILE = {"name": "Lindqvist", "tagline": "Clay", "story": "By hand.", "city": "Malmö", "palette": ["#B4552F"]}


def test_a_vendor_changes_its_profile_with_its_own_rights(make_vendor, mira):
    vendor, other = make_vendor("lindqvist"), make_vendor("moreau")
    with bind_vendor(vendor), transaction.atomic():
        change_profile(vendor=vendor, by=mira.id, **PROFILE)
    vendor.refresh_from_db()
    assert (vendor.tagline, vendor.city, vendor.palette) == ("Clay", "Malmö", ["#b4552f"])
    assert facts() == ["shop.profile_changed"]
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor_kind, entry.vendor_id) == ("shop.profile_changed", "member", vendor.id)
    with bind_vendor(vendor), pytest.raises(DatabaseError), transaction.atomic():
        change_profile(vendor=other, by=mira.id, **PROFILE)
    other.refresh_from_db()
    assert other.tagline == ""


def test_a_vendor_says_where_it_is_with_its_own_rights(make_vendor, mira):
    vendor, other = make_vendor("lindqvist", country="SE"), make_vendor("moreau", country="FR")
    assert vendor.postal_address == []
    with bind_vendor(vendor), transaction.atomic():
        change_address(vendor=vendor, by=mira.id, street=" Storgatan  4 ", postal_code="11455", city="Stockholm")
    vendor.refresh_from_db()
    assert vendor.postal_address == ["Storgatan 4", "114 55 Stockholm"]
    assert AuditEntry.objects.get().action == "shop.address_changed"
    with bind_vendor(vendor), pytest.raises(DatabaseError), transaction.atomic():
        change_address(vendor=other, by=mira.id, street="Rue 1", postal_code="75001", city="Paris")
