"""The platform's own staff: who comes in, in which role, and that an administrator stays."""

import pytest

from accounts.actions import (
    AlreadyStaff,
    LastAdministrator,
    add_staff_member,
    change_staff_role,
    hire,
    remove_staff_member,
)
from accounts.models import StaffMember, StaffRole, User
from accounts.queries import with_two_steps
from accounts.signup import register_person
from audit.models import AuditEntry
from kit.errors import Conflict, InvalidInput, NotAllowed
from tests.support.at_once import outcomes

pytestmark = pytest.mark.django_db


def person(name):
    return register_person(email=f"{name}@souk.example", name=name.title(), password="a long good one")


def staff(name, role="administrator"):
    return add_staff_member(user=person(name), role=StaffRole(role))


def test_somebody_with_a_confirmed_address_is_hired(db):
    marta = staff("marta")
    person("priya")
    User.objects.create_user("new@souk.example")  # has not confirmed
    hired = hire(email=" Priya@souk.example", role="moderator", by=marta.user_id)
    assert (hired.user.email, hired.role) == ("priya@souk.example", "moderator")
    for email in ("new@souk.example", "nobody@souk.example", ""):
        with pytest.raises(InvalidInput, match="not confirmed yet") as refused:
            hire(email=email, role="support", by=marta.user_id)
        assert refused.value.field == "email"
    with pytest.raises(AlreadyStaff):
        hire(email="priya@souk.example", role="support", by=marta.user_id)
    with pytest.raises(InvalidInput, match="one of the roles"):
        hire(email="priya@souk.example", role="chief", by=marta.user_id)
    for forbidden in (
        lambda by: hire(email="new@souk.example", role="support", by=by),
        lambda by: change_staff_role(staff=marta, role="support", by=by),
        lambda by: remove_staff_member(staff=marta, by=by),
    ):
        with pytest.raises(NotAllowed):
            forbidden(hired.user_id)
    assert with_two_steps([marta.user_id, hired.user_id]) == set()


def test_another_role_ends_sessions_and_is_on_record(db):
    marta, joana = staff("marta"), staff("joana", "support")
    assert change_staff_role(staff=joana, role="support", by=marta.user_id).access_version == 1
    changed = change_staff_role(staff=joana, role="moderator", by=marta.user_id)
    assert (changed.role, changed.access_version) == ("moderator", 2)
    entry = AuditEntry.objects.get(action="staff.role_changed")
    assert (entry.actor_id, entry.subject) == (marta.user_id, f"user:{joana.user_id}")
    assert entry.data == {"role": "moderator", "before": "support"}
    remove_staff_member(staff=joana, by=marta.user_id)
    with pytest.raises(Conflict, match="has left"):
        change_staff_role(staff=joana, role="support", by=marta.user_id)


def test_the_last_administrator_stays(db):
    marta = staff("marta")
    gone = staff("gone")
    gone.user.is_active = False
    gone.user.save()
    for by in (marta.user_id, None):
        with pytest.raises(LastAdministrator):
            remove_staff_member(staff=marta, by=by)
    with pytest.raises(LastAdministrator):
        change_staff_role(staff=marta, role="controller", by=marta.user_id)
    other = staff("other")
    remove_staff_member(staff=marta, by=marta.user_id)
    assert set(StaffMember.objects.filter(left_at=None)) == {gone, other}


@pytest.mark.django_db(transaction=True)
def test_two_administrators_at_once_do_not_both_go():
    one, two = staff("one"), staff("two")
    for n in range(4):
        both = list(StaffMember.objects.filter(left_at=None, role="administrator"))
        came_out = outcomes(*(removing_each_other(*both) if n % 2 else [leaving(each) for each in both]))
        assert came_out in (["LastAdministrator", "done"], ["NotAllowed", "done"])
        assert StaffMember.objects.filter(left_at=None, role="administrator").count() == 1
        StaffMember.objects.filter(id__in=(one.id, two.id)).update(left_at=None, role="administrator")


def leaving(one):
    return lambda: remove_staff_member(staff=one, by=one.user_id)


def removing_each_other(one, two):
    return [
        lambda: remove_staff_member(staff=one, by=two.user_id),
        lambda: change_staff_role(staff=two, role="support", by=one.user_id),
    ]
