"""Inviting, joining, changing roles, leaving: what holds whoever asks, and whoever asks at the same moment."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts.models import User
from audit.models import AuditEntry
from kit.errors import Conflict, InvalidInput, NotAllowed
from kit.ids import uuid7
from notifications.models import Mail
from outbox.models import Fact
from tenants.isolation.doors import bind_vendor, in_shop
from tenants.vendors import events
from tenants.vendors.entitlements import Allowed, BeyondPlan, grant
from tenants.vendors.links import invitation_url
from tenants.vendors.models import Invitation, Member, MemberRole
from tenants.vendors.queries import invitations_to, places_taken
from tenants.vendors.team import (
    AlreadyInvited,
    AlreadyMember,
    AnotherAddress,
    InvitationClosed,
    LastOwner,
    accept_invitation,
    change_role,
    end_membership,
    invite,
    may_give,
    resend_invitation,
    withdraw_invitation,
)
from tests.support.at_once import outcomes, together

BELOW_A_MANAGER = {MemberRole.CATALOG, MemberRole.ORDERS, MemberRole.VIEWER}
pytestmark = pytest.mark.django_db


def join(vendor, role="owner", name="Mira"):
    email = f"{name.lower()}@{vendor.slug}.example"
    return Member.objects.create(vendor=vendor, user_id=uuid7(), name=name, email=email, role=role)


def person(email):
    return User.objects.create_user(email=email, name=email.partition("@")[0].title())


@pytest.fixture
def shop(make_vendor):
    """A shop with one owner, in it as its portal is."""
    vendor = make_vendor("lindqvist")
    vendor.owner = join(vendor)
    with in_shop(vendor):
        yield vendor


def ask(shop, email="ebba@example.org", role="orders", by=None, **more):
    return invite(vendor=shop, by=(by or shop.owner).user_id, email=email, role=role, **more)


def take(invitation, user):
    return accept_invitation(invitation_id=invitation.id, user=user, addresses={user.email})


def told(name):
    return [fact.payload for fact in Fact.objects.filter(name=name)]


def test_whoever_accepts_has_the_role_that_was_offered(shop):
    made = ask(shop, " Ebba@Example.org ")
    assert (made.email, made.role, made.state) == ("ebba@example.org", "orders", "pending")
    assert made.expires_at - made.invited_at == timedelta(days=7)
    assert list(invitations_to(["ebba@example.org"])) == [made]
    ebba = person("ebba@example.org")
    member = take(made, ebba)
    assert (member.user_id, member.name, member.email, member.role) == (ebba.id, "Ebba", ebba.email, "orders")
    assert take(made, ebba) == member
    made.refresh_from_db()
    assert (made.state, made.accepted_by) == ("accepted", ebba.id)
    assert list(invitations_to(["ebba@example.org"])) == []
    actions = AuditEntry.objects.filter(vendor_id=shop.id).order_by("at", "id")
    assert [(entry.action, entry.actor_id) for entry in actions] == [
        ("shop.member_invited", shop.owner.user_id),
        ("vendor.member_joined", ebba.id),
    ]


def test_the_mail_has_the_link_and_goes_out_once_each_time_it_is_asked_for(shop):
    made = ask(shop)
    fact = Fact.objects.get(name="shop.member_invited")
    for _ in range(2):
        events.mail_invitation(fact)
    resend_invitation(vendor=shop, invitation_id=made.id, by=shop.owner.user_id)
    events.mail_invitation(Fact.objects.get(name="shop.invitation_resent"))
    assert (
        list(Mail.objects.order_by("created_at").values_list("to", "subject"))
        == [("ebba@example.org", "Lindqvist invites you to its team")] * 2
    )
    mail = Mail.objects.first()
    assert mail is not None
    assert invitation_url(made.id) in mail.text
    assert "Mira invites you to work at Lindqvist" in mail.text
    withdraw_invitation(vendor=shop, invitation_id=made.id, by=shop.owner.user_id)
    Mail.objects.all().delete()
    events.mail_invitation(fact)
    assert not Mail.objects.exists()


def test_people_hear_of_what_changes_for_them(shop):
    made = ask(shop)
    member = take(made, person("ebba@example.org"))
    change_role(vendor=shop, member_id=member.id, by=shop.owner.user_id, role="viewer")
    end_membership(vendor=shop, member_id=member.id, by=shop.owner.user_id)
    events.mail_role(Fact.objects.get(name="shop.member_role_changed"))
    events.mail_role(Fact.objects.get(name="shop.member_left"))
    assert list(Mail.objects.order_by("created_at").values_list("to", "subject")) == [
        ("ebba@example.org", "Your role at Lindqvist: Viewer"),
        ("ebba@example.org", "You no longer work at Lindqvist"),
    ]
    events.mail_joined(Fact.objects.get(name="vendor.member_joined"))  # who has left is not announced any more
    assert Mail.objects.count() == 2
    take(ask(shop), User.objects.get(email="ebba@example.org"))
    events.mail_joined(Fact.objects.filter(name="vendor.member_joined").order_by("recorded_at", "id").last())
    assert Mail.objects.filter(to=shop.owner.email, subject="Ebba works at Lindqvist now").exists()


def test_only_the_address_that_was_invited_may_accept(shop):
    made, other = ask(shop), person("other@example.org")
    with pytest.raises(AnotherAddress, match=r"for ebba@example\.org"):
        take(made, other)
    member = accept_invitation(invitation_id=made.id, user=other, addresses={"other@example.org", "ebba@example.org"})
    assert member.email == "other@example.org"
    with pytest.raises(AnotherAddress):
        take(made, person("third@example.org"))


def test_an_invitation_that_is_shut_says_why(shop, move_clock):
    withdrawn, expired = ask(shop), ask(shop, "old@example.org")
    for _ in range(2):
        withdraw_invitation(vendor=shop, invitation_id=withdrawn.id, by=shop.owner.user_id)
    with pytest.raises(InvitationClosed, match="was withdrawn"):
        take(withdrawn, person("ebba@example.org"))
    move_clock(timedelta(days=7, seconds=1))
    old = person("old@example.org")
    with pytest.raises(InvitationClosed, match="has expired"):
        take(expired, old)
    resend_invitation(vendor=shop, invitation_id=expired.id, by=shop.owner.user_id)
    take(expired, old)
    with pytest.raises(InvitationClosed, match="was accepted"):
        resend_invitation(vendor=shop, invitation_id=expired.id, by=shop.owner.user_id)
    with pytest.raises(InvitationClosed, match="End the membership"):
        withdraw_invitation(vendor=shop, invitation_id=expired.id, by=shop.owner.user_id)
    with pytest.raises(InvitationClosed, match="was withdrawn"):
        resend_invitation(vendor=shop, invitation_id=withdrawn.id, by=shop.owner.user_id)
    again = ask(shop)
    shop.state = "closed"
    shop.save()
    with pytest.raises(InvitationClosed, match="no longer on the marketplace"):
        take(again, User.objects.get(email="ebba@example.org"))


def test_one_address_has_one_invitation_and_one_membership(shop, move_clock):
    first = ask(shop)
    with pytest.raises(AlreadyInvited):
        ask(shop, "EBBA@example.org")
    with pytest.raises(AlreadyMember):
        ask(shop, shop.owner.email)
    for email in ("", "nobody", "a" * 250 + "@example.org"):
        with pytest.raises(InvalidInput) as refused:
            ask(shop, email)
        assert refused.value.field == "email"
    with pytest.raises(InvalidInput, match="one of the roles"):
        ask(shop, "new@example.org", "chief")
    move_clock(timedelta(days=8))
    second = ask(shop, role="viewer")  # one that nobody took in time makes way
    first.refresh_from_db()
    assert (first.state, second.state) == ("withdrawn", "pending")
    ebba = person("ebba@example.org")
    Member.objects.create(vendor=shop, user_id=ebba.id, name="Ebba", email="ebba@work.example", role="viewer")
    with pytest.raises(AlreadyMember, match="You work at Lindqvist already"):
        take(second, ebba)


@pytest.mark.parametrize("role", MemberRole)
def test_each_role_gives_what_it_may_and_nothing_else(shop, role):
    giver = join(shop, role, "Giver")
    gives = {MemberRole.OWNER: set(MemberRole), MemberRole.MANAGER: BELOW_A_MANAGER}.get(role, set())
    taker, invited = join(shop, "viewer", "Taker"), 0
    for wanted in MemberRole:
        target = join(shop, wanted, wanted.label)
        target_role = {"vendor": shop, "member_id": target.id, "by": giver.user_id}
        if wanted in gives:
            ask(shop, f"{wanted}@example.org", wanted, by=giver)
            invited += 1
            change_role(vendor=shop, member_id=taker.id, by=giver.user_id, role=wanted)
            taker.role = MemberRole.VIEWER
            taker.save()
            end_membership(**target_role)
            continue
        with pytest.raises(NotAllowed):
            ask(shop, f"{wanted}@example.org", wanted, by=giver)
        with pytest.raises(NotAllowed):
            end_membership(**target_role)
        if wanted != MemberRole.VIEWER:
            with pytest.raises(NotAllowed):
                change_role(**target_role, role="viewer")
            with pytest.raises(NotAllowed):
                change_role(vendor=shop, member_id=taker.id, by=giver.user_id, role=wanted)
    assert Invitation.objects.count() == invited
    assert may_give("owner", by_key=True) == BELOW_A_MANAGER
    assert may_give(role, by_key=True) == gives & BELOW_A_MANAGER


def test_nobody_gives_a_role_that_may_do_what_they_may_not():
    """Of a manager and the pages: or else it could have a friend pay the shop's money out."""
    from api.auth import member_scopes
    from marketplace.web.portal.roles import may
    from marketplace.web.storefront.views.sell import MAY_SET_UP_PAYOUTS

    manager = may(Member(role=MemberRole.MANAGER))
    for role in may_give("manager"):
        given = may(Member(role=role))
        assert all(getattr(manager, name) for name in given.__slots__ if getattr(given, name)), role
        assert member_scopes(role) <= member_scopes("manager")
        assert role not in MAY_SET_UP_PAYOUTS


def test_a_key_acts_for_its_maker_and_never_above_a_manager(shop):
    with pytest.raises(NotAllowed):
        ask(shop, role="owner", by_key=True)
    ask(shop, role="catalog", by_key=True)
    with pytest.raises(NotAllowed):  # not even to let its own maker go
        end_membership(vendor=shop, member_id=shop.owner.id, by=shop.owner.user_id, by_key=True)


def test_a_changed_or_lost_role_raises_the_access_version_and_takes_its_invitations_back(shop):
    manager = join(shop, "manager", "Max")
    kept, lost = ask(shop, "kept@example.org"), ask(shop, "lost@example.org", by=manager)
    same = change_role(vendor=shop, member_id=manager.id, by=shop.owner.user_id, role="manager")
    assert (same.access_version, told("shop.member_role_changed")) == (1, [])
    assert change_role(vendor=shop, member_id=manager.id, by=shop.owner.user_id, role="viewer").access_version == 2
    assert told("shop.member_role_changed") == [{"member": str(manager.id), "role": "viewer", "before": "manager"}]
    assert {each.email: each.state for each in Invitation.objects.all()} == {
        kept.email: "pending",
        lost.email: "withdrawn",
    }
    left = end_membership(vendor=shop, member_id=manager.id, by=manager.user_id)
    assert (left.access_version, left.left_at is None) == (3, False)
    with pytest.raises(Member.DoesNotExist):
        end_membership(vendor=shop, member_id=manager.id, by=manager.user_id)
    with pytest.raises(NotAllowed):
        ask(shop, "more@example.org", by=manager)


def test_who_comes_back_is_the_same_member_with_a_new_access_version(shop):
    ebba = person("ebba@example.org")
    first = take(ask(shop), ebba)
    end_membership(vendor=shop, member_id=first.id, by=ebba.id)
    again = take(ask(shop, role="catalog"), ebba)
    assert (again.id, again.role, again.access_version, again.left_at) == (first.id, "catalog", 3, None)


def test_the_last_owner_stays(shop):
    with pytest.raises(LastOwner):
        end_membership(vendor=shop, member_id=shop.owner.id, by=shop.owner.user_id)
    with pytest.raises(LastOwner):
        change_role(vendor=shop, member_id=shop.owner.id, by=shop.owner.user_id, role="manager")
    gone = join(shop, "owner", "Gone")
    end_membership(vendor=shop, member_id=gone.id, by=gone.user_id)
    with pytest.raises(LastOwner):  # one who has left does not count
        end_membership(vendor=shop, member_id=shop.owner.id, by=shop.owner.user_id)
    second = join(shop, "owner", "Second")
    end_membership(vendor=shop, member_id=shop.owner.id, by=second.user_id)
    assert list(Member.objects.filter(left_at=None)) == [second]


def test_a_plan_counts_members_and_invitations_that_stand(shop, move_clock):
    grant(vendor_id=shop.id, allowed=Allowed("small", "Small", staff_limit=2))
    first = ask(shop)
    with pytest.raises(BeyondPlan, match="allows 2 people") as refused:
        ask(shop, "more@example.org")
    assert (refused.value.field, places_taken(shop.id)) == ("email", 2)
    move_clock(timedelta(days=8))
    assert places_taken(shop.id) == 1
    second = ask(shop, "more@example.org")
    with pytest.raises(BeyondPlan):  # it would take a place again
        resend_invitation(vendor=shop, invitation_id=first.id, by=shop.owner.user_id)
    grant(vendor_id=shop.id, allowed=Allowed("tiny", "Tiny", staff_limit=1))
    more = person("more@example.org")
    with pytest.raises(Conflict, match="as many people as its plan allows"):
        take(second, more)
    second.refresh_from_db()
    assert second.state == "pending"
    grant(vendor_id=shop.id, allowed=Allowed("small", "Small", staff_limit=2))
    take(second, more)


@contextmanager
def as_the_vendor(shop):
    with bind_vendor(shop), transaction.atomic(), connection.cursor() as cursor:
        yield cursor


def test_a_vendors_own_role_cannot_leave_it_without_an_owner_nor_let_anybody_in(shop):
    join(shop, "viewer", "Vik")
    attacks = {
        "UPDATE vendors_member SET left_at = now()": "would have no owner",
        "UPDATE vendors_member SET role = 'viewer'": "would have no owner",
        "UPDATE vendors_member SET vendor_id = id": "permission denied",
        "DELETE FROM vendors_member": "permission denied",
        "INSERT INTO vendors_member SELECT * FROM vendors_member": "permission denied",
        "UPDATE vendors_invitation SET accepted_at = now()": "permission denied",
    }
    for attack, words in attacks.items():
        with pytest.raises(DatabaseError, match=words), as_the_vendor(shop) as cursor:
            cursor.execute(attack)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # as at a commit
    with as_the_vendor(shop) as cursor:
        cursor.execute("UPDATE vendors_member SET left_at = now() WHERE role = 'viewer'")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert list(Member.objects.filter(left_at=None)) == [shop.owner]


# --- At the same moment ---------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_of_what_is_asked_at_once_one_wins(make_vendor):
    vendor = make_vendor("lindqvist")
    owner, ebba, other = join(vendor), person("ebba@example.org"), person("other@example.org")
    both = {ebba.email, other.email}
    for _ in range(4):
        with in_shop(vendor):
            made = invite(vendor=vendor, by=owner.user_id, email=ebba.email, role="viewer")
        # Two people who both have the address.
        came_out = outcomes(
            *[
                lambda user=user, made=made: accept_invitation(invitation_id=made.id, user=user, addresses=both)
                for user in (ebba, other)
            ]
        )
        assert came_out == ["InvitationClosed", "done"]
        taken = Member.objects.get(vendor=vendor, role="viewer", left_at=None)
        end_membership(vendor=vendor, member_id=taken.id, by=owner.user_id)
        # Accepting, and withdrawing.
        with in_shop(vendor):
            made = invite(vendor=vendor, by=owner.user_id, email=ebba.email, role="viewer")
        came_out = outcomes(
            lambda made=made: take(made, ebba),
            lambda made=made, by=owner.user_id: withdraw_invitation(vendor=vendor, invitation_id=made.id, by=by),
        )
        assert came_out == ["InvitationClosed", "done"]
        made.refresh_from_db()
        came_in = Member.objects.filter(user_id=ebba.id, left_at=None)
        assert made.state == ("accepted" if came_in.exists() else "withdrawn")
        came_in.delete()
        # Two owners who go, and two who make each other something else.
        second = join(vendor, "owner", "Second")
        came_out = outcomes(
            *[
                lambda each=each: end_membership(vendor=vendor, member_id=each.id, by=each.user_id)
                for each in (owner, second)
            ]
        )
        assert came_out == ["LastOwner", "done"]
        owner = Member.objects.get(vendor=vendor, role="owner", left_at=None)
        second = join(vendor, "owner", "Third")
        came_out = outcomes(
            *[
                lambda each=each: change_role(vendor=vendor, member_id=each.id, by=each.user_id, role="viewer")
                for each in (owner, second)
            ]
        )
        assert came_out == ["LastOwner", "done"]
        owner = Member.objects.get(vendor=vendor, role="owner", left_at=None)
        Member.objects.filter(vendor=vendor).exclude(id=owner.id).delete()
    # The same two, by whoever takes no lock: then the database says it.
    second = join(vendor, "owner", "Fourth")
    came_out = together(*[lambda each=each: demote(each) for each in (owner, second)])
    assert sorted(came_out) == ["done", "refused"]
    owner = Member.objects.get(vendor=vendor, role="owner", left_at=None)
    Member.objects.filter(vendor=vendor).exclude(id=owner.id).delete()
    # The last place of a plan, for two who were invited before it shrank.
    with in_shop(vendor):
        places = [invite(vendor=vendor, by=owner.user_id, email=each.email, role="viewer") for each in (ebba, other)]
    grant(vendor_id=vendor.id, allowed=Allowed("small", "Small", staff_limit=2))
    came_out = outcomes(
        *[lambda made=made, user=user: take(made, user) for made, user in zip(places, (ebba, other), strict=True)]
    )
    assert came_out == ["Conflict", "done"]
    assert Member.objects.filter(vendor=vendor, left_at=None).count() == 2


def demote(member):
    try:
        Member.objects.filter(id=member.id).update(role="viewer")
    except IntegrityError:
        return "refused"
    return "done"
