"""The team's page: inviting, changing roles, letting go, leaving; as the vendor's own database role."""

import re

import pytest

from notifications.models import Mail
from outbox.models import Fact
from tenants.vendors.events import mail_invitation
from tenants.vendors.models import Invitation, Member


@pytest.fixture
def shop(make_vendor):
    return make_vendor("lindqvist")


def main(desk, path="/team/"):
    return desk.text(path).split("<main", 1)[1].split("</main>")[0]


def test_an_owner_invites_and_the_mail_leads_to_the_marketplace(shop, desk_of):
    desk = desk_of(shop)
    answer = desk.post("/team/", {"email": "ebba@example.org", "role": "manager"}, follow=True)
    assert "ebba@example.org gets a mail with the invitation." in answer.content.decode()
    made = Invitation.objects.get()
    assert (made.role, made.invited_by) == ("manager", desk.member.user_id)
    assert "ebba@example.org" in main(desk)
    mail_invitation(Fact.objects.get(name="shop.member_invited"))
    assert re.search(r"http://localhost:8000/invitations/[0-9a-f-]{36}/[0-9a-f]{40}/", Mail.objects.get().text)
    desk.post(f"/team/invitations/{made.id}/mail/")
    made.refresh_from_db()
    assert made.sent_count == 2
    desk.post(f"/team/invitations/{made.id}/withdrawal/")
    made.refresh_from_db()
    assert made.state == "withdrawn"
    assert "ebba@example.org" not in main(desk)


def test_what_is_not_right_is_said_at_its_field(shop, desk_of):
    desk = desk_of(shop)
    for given, words in (
        ({"email": "", "role": "viewer"}, "Enter the e-mail address of whom you invite."),
        ({"email": "x@example.org"}, "Choose a role."),
        ({"email": desk.member.email, "role": "viewer"}, f"{desk.member.email} works here already."),
    ):
        answer = desk.post("/team/", given)
        assert answer.status_code == 422
        assert words in answer.content.decode()
    assert not Invitation.objects.exists()


def test_a_plan_without_room_says_so(shop, desk_of):
    desk = desk_of(shop)
    shop.entitlements.delete()  # the plan Start: two people
    assert desk.post("/team/", {"email": "first@example.org", "role": "viewer"}).status_code == 302
    answer = desk.post("/team/", {"email": "second@example.org", "role": "viewer"})
    assert answer.status_code == 422
    assert "Your plan Start allows 2 people" in answer.content.decode()


def test_a_manager_is_offered_what_is_below_a_manager(shop, desk_of):
    owner, manager = desk_of(shop), desk_of(shop, "manager")
    viewer = desk_of(shop, "viewer")
    assert re.findall(r'type="radio" name="role" value="(\w+)"', main(manager)) == ["catalog", "orders", "viewer"]
    refused = manager.post("/team/", {"email": "x@example.org", "role": "owner"})
    assert refused.status_code == 422
    assert f"/team/{viewer.member.id}/" in main(manager)
    assert f"/team/{owner.member.id}/" not in main(manager)
    shown = main(manager, f"/team/{owner.member.id}/")
    assert "An owner of the shop says what" in shown
    assert "<form" not in shown
    for path in (f"/team/{owner.member.id}/end/", f"/team/{manager.member.id}/"):
        manager.post(path, {"role": "owner"})
    assert {each.role for each in Member.objects.filter(left_at=None)} == {"owner", "manager", "viewer"}
    assert manager.post(f"/team/{viewer.member.id}/", {"role": "orders"}).status_code == 302
    assert Member.objects.get(id=viewer.member.id).role == "orders"
    assert "<form" not in main(viewer_of(shop, desk_of))


def viewer_of(shop, desk_of):
    """One of a role that changes nothing, in a shop without another owner to leave it to."""
    Member.objects.filter(vendor=shop, role="owner").delete()
    return desk_of(shop, "catalog")


def test_a_changed_role_ends_that_members_session_at_once(shop, desk_of):
    owner, clerk = desk_of(shop), desk_of(shop, "orders")
    assert clerk.get("/orders/").status_code == 200
    answer = owner.post(f"/team/{clerk.member.id}/", {"role": "catalog"}, follow=True)
    assert "is catalog from now on." in answer.content.decode()
    assert clerk.get("/orders/").status_code == 302
    assert owner.post(f"/team/{clerk.member.id}/end/").status_code == 302
    assert Member.objects.get(id=clerk.member.id).left_at is not None
    assert owner.get(f"/team/{clerk.member.id}/").status_code == 404


def test_everybody_may_leave_but_the_last_owner(shop, desk_of):
    owner, viewer = desk_of(shop), desk_of(shop, "viewer")
    refused = owner.post("/team/leaving/", follow=True)
    assert "A shop keeps at least one owner." in refused.content.decode()
    assert owner.post(f"/team/{owner.member.id}/", {"role": "viewer"}).status_code == 422
    gone = viewer.post("/team/leaving/")
    assert (gone.status_code, gone["Location"]) == (302, "http://localhost:8000/account/shops/")
    assert viewer.get("/").status_code == 302
    assert list(Member.objects.filter(left_at=None)) == [owner.member]


def test_another_shops_people_are_not_there(shop, make_vendor, desk_of):
    theirs = desk_of(make_vendor("moreau"))
    theirs.post("/team/", {"email": "x@example.org", "role": "viewer"})
    invited = Invitation.objects.get()
    desk = desk_of(shop)
    for path in (f"/team/{theirs.member.id}/", f"/team/{theirs.member.id}/end/"):
        assert desk.post(path, {"role": "viewer"}).status_code == 404
    for path in (f"/team/invitations/{invited.id}/mail/", f"/team/invitations/{invited.id}/withdrawal/"):
        assert desk.post(path).status_code == 404
    invited.refresh_from_db()
    assert (invited.state, invited.sent_count) == ("pending", 1)


def test_the_page_asks_little(shop, desk_of, asks_at_most):
    desk = desk_of(shop)
    for n in range(6):
        desk.post("/team/", {"email": f"n{n}@example.org", "role": "viewer"})
    with asks_at_most(9):
        assert desk.get("/team/").status_code == 200


def test_the_head_leads_to_other_shops(shop, desk_of):
    head = desk_of(shop).text("/").partition("<main")[0]
    assert head.count('href="http://localhost:8000/account/shops/"') == 2
