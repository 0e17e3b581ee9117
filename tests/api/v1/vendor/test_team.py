"""The team by API: the same actions as the pages."""

from typing import Any

import pytest

from accounts.models import User
from tenants.vendors.models import Member
from tenants.vendors.team import accept_invitation
from tests.api.conftest import portal_of
from tests.support.api import Held, items

TEAM = "/api/v1/vendor/team"


@pytest.fixture
def owner(make_vendor: Any, member_token: Any, program: Any) -> Any:
    vendor = make_vendor("lindqvist")
    caller = Held(program(portal_of(vendor), member_token(vendor)), "vendor")
    caller.vendor = vendor  # type: ignore[attr-defined]
    return caller


def test_somebody_is_invited_comes_has_another_role_and_goes(owner: Any, make_user: Any) -> None:
    given = {"email": "Ebba@Example.org", "role": "orders"}
    made = owner.post(f"{TEAM}/invitations", given, Idempotency_Key="invite-ebba-once")
    assert (made.status_code, made["Location"]) == (201, f"{TEAM}/invitations/{made.json()['id']}")
    assert (made.json()["email"], made.json()["state"], made.json()["sent_count"]) == ("ebba@example.org", "pending", 1)
    again = owner.post(f"{TEAM}/invitations", given, Idempotency_Key="invite-ebba-once")
    assert (again.json(), again["Idempotency-Replayed"]) == (made.json(), "true")
    assert owner.post(f"{TEAM}/invitations", given).json()["code"] == "already_invited"
    assert owner.post(f"{made['Location']}/mails").json()["sent_count"] == 2
    ebba = make_user("ebba@example.org")
    accept_invitation(invitation_id=made.json()["id"], user=ebba, addresses={ebba.email})
    assert owner.delete(made["Location"]).json()["code"] == "invitation_closed"
    assert owner.get(made["Location"]).json()["state"] == "accepted"
    member = next(row for row in items(owner, f"{TEAM}/members") if row["email"] == ebba.email)
    one = f"{TEAM}/members/{member['id']}"
    assert owner.patch(one, {"role": "viewer"}).json() == {**member, "role": "viewer"}
    assert owner.patch(one, {"role": "chief"}).json()["errors"][0]["field"] == "role"
    assert owner.delete(one).status_code == 204
    assert owner.get(one).status_code == 404


def test_the_last_owner_stays(owner: Any) -> None:
    (me,) = items(owner, f"{TEAM}/members")
    for answer in (
        owner.delete(f"{TEAM}/members/{me['id']}"),
        owner.patch(f"{TEAM}/members/{me['id']}", {"role": "viewer"}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "last_owner")


def test_a_changed_role_ends_a_token_at_once(owner: Any, program: Any, member_token: Any) -> None:
    clerk = program(portal_of(owner.vendor), member_token(owner.vendor, "orders"))
    assert clerk.get("/api/v1/vendor/orders").status_code == 200
    member = Member.objects.get(vendor=owner.vendor, role="orders")
    owner.patch(f"{TEAM}/members/{member.id}", {"role": "manager"})
    assert clerk.get("/api/v1/vendor/orders").status_code == 401


def test_a_key_gives_no_role_above_what_a_manager_gives(owner: Any, program: Any, make_key: Any) -> None:
    key = make_key(owner.vendor, "team:read", "team:write")
    Member.objects.filter(vendor=owner.vendor, email="keys@lindqvist.example").update(role="owner")
    caller = Held(program(portal_of(owner.vendor), key), "vendor")
    for role, status in {"owner": 403, "manager": 403, "finance": 403, "viewer": 201}.items():
        answer = caller.post(f"{TEAM}/invitations", {"email": f"{role}@example.org", "role": role})
        assert answer.status_code == status, role


def test_a_plan_without_room_refuses(owner: Any) -> None:
    owner.vendor.entitlements.delete()  # the plan Start: two people
    assert owner.post(f"{TEAM}/invitations", {"email": "a@example.org", "role": "viewer"}).status_code == 201
    full = owner.post(f"{TEAM}/invitations", {"email": "b@example.org", "role": "viewer"})
    assert (full.status_code, full.json()["code"], full.json()["errors"][0]["field"]) == (403, "beyond_plan", "email")
    assert not User.objects.filter(email="b@example.org").exists()
