import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from accounts.actions import AlreadyStaff, add_staff_member, end_access, remove_staff_member
from accounts.models import StaffMember, StaffRole
from accounts.signup import register_person
from audit.models import AuditEntry
from outbox.models import Fact
from tenants.vendors.models import Member

pytestmark = pytest.mark.django_db


@pytest.fixture
def mira():
    return register_person(email="Mira@Example.org", name="Mira Lindqvist", password="a long good one")


def test_the_end_of_access_reaches_every_door_of_that_user_and_no_other(mira, two_vendors):
    jean = register_person(email="jean@example.org", name="Jean Moreau", password="a long good one")
    staff = add_staff_member(user=mira, role=StaffRole.ACCOUNTANT)
    for vendor in two_vendors:
        for user in (mira, jean):
            Member.objects.create(vendor=vendor, user_id=user.id, name=user.name, email=user.email)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL SESSION AUTHORIZATION store")  # the marketplace's own role is enough
        end_access(user_id=mira.id)
        cursor.execute("SET LOCAL SESSION AUTHORIZATION DEFAULT")
    staff.refresh_from_db()
    assert staff.access_version == 2
    assert set(Member.objects.filter(user_id=mira.id).values_list("access_version", flat=True)) == {2}
    assert set(Member.objects.filter(user_id=jean.id).values_list("access_version", flat=True)) == {1}
    fact = Fact.objects.get(name="user.access_ended")
    assert fact.payload == {"user": str(mira.id)}


def test_staff_come_and_go_and_come_back_with_new_sessions(mira):
    staff = add_staff_member(user=mira, role=StaffRole.SUPPORT)
    with pytest.raises(AlreadyStaff):
        add_staff_member(user=mira, role=StaffRole.ACCOUNTANT)
    assert remove_staff_member(staff=staff).left_at == remove_staff_member(staff=staff).left_at
    back = add_staff_member(user=mira, role=StaffRole.ACCOUNTANT, by=mira.id)
    assert (back.id, back.role, back.left_at, back.access_version) == (staff.id, "accountant", None, 3)
    assert StaffMember.objects.count() == 1
    told = AuditEntry.objects.order_by("at").values_list("action", "actor_kind")
    assert list(told) == [("staff.joined", "system"), ("staff.left", "system"), ("staff.joined", "staff")]


def test_the_public_key_is_printed_for_other_machines(capsys, settings):
    call_command("handoff_key")
    assert capsys.readouterr().out.startswith("-----BEGIN PUBLIC KEY-----")
    settings.HANDOFF_SIGNING_KEY = ""
    with pytest.raises(CommandError, match="SOUK_PROCESS=web"):
        call_command("handoff_key")


def test_what_is_switched_off_follows_to_another_address():
    from allauth.account.models import EmailAddress
    from allauth.account.signals import email_changed

    from notifications.preferences import refuse, refused_topics

    person = register_person(email="ada@vermeer.example", name="Ada", password="a-long-enough-word-42")
    refuse(email="ada@vermeer.example", topic="messages")
    addresses = [EmailAddress(user=person, email=email) for email in ("ada@vermeer.example", "ada@elsewhere.example")]
    email_changed.send(
        sender=EmailAddress,
        request=None,
        user=person,
        from_email_address=addresses[0],
        to_email_address=addresses[1],
    )
    assert refused_topics("ada@elsewhere.example") == {"messages"}
