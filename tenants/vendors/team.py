"""Who works at a vendor: inviting people, taking them in, changing what they may do, letting them go.

One lock orders it all: the vendor's own row, taken first by every action here. So a vendor never loses its last owner,
an invitation is taken once, and a plan's number of people holds, whoever acts at the same moment.

A changed or lost role raises the member's access version, which ends their sessions and tokens with the commit.
"""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from django.db import transaction

from accounts.models import User
from audit.actions import record
from kit import clock
from kit.context import acting_for
from kit.errors import Conflict, InvalidInput, NotAllowed
from outbox.actions import announce
from tenants.vendors.actions import clean_email
from tenants.vendors.entitlements import BeyondPlan, check_room
from tenants.vendors.models import Invitation, Member, MemberRole, Vendor, VendorState
from tenants.vendors.queries import members_of, places_taken

GOOD_FOR = timedelta(days=7)
# Whose address does not answer ten mails has another one.
MOST_MAILS = 10

# The roles that each role may give and take away. A manager gives no role that may do what a manager may not: whoever
# is of finance says which bank account the shop is paid on.
GIVES: dict[MemberRole, frozenset[MemberRole]] = {
    MemberRole.OWNER: frozenset(MemberRole),
    MemberRole.MANAGER: frozenset({MemberRole.CATALOG, MemberRole.ORDERS, MemberRole.VIEWER}),
}
NO_ROLE: frozenset[MemberRole] = frozenset()


class LastOwner(Conflict):
    """The vendor would be left without an owner."""

    code = "last_owner"


class AlreadyMember(Conflict):
    """The person works there already."""

    code = "already_member"


class AlreadyInvited(Conflict):
    """An invitation to that address stands."""

    code = "already_invited"


class InvitationClosed(Conflict):
    """The invitation was accepted or withdrawn, has expired, or its vendor is gone."""

    code = "invitation_closed"


class AnotherAddress(NotAllowed):
    """The invitation is for an e-mail address that this person has not shown to be theirs."""

    code = "another_address"


def may_give(role: str, *, by_key: bool = False) -> frozenset[MemberRole]:
    """The roles that a member of this role may give and take away; a key acts for its maker, and never above a manager."""
    giver = MemberRole.MANAGER if by_key and role == MemberRole.OWNER else MemberRole(role)
    return GIVES.get(giver, NO_ROLE)


@transaction.atomic
def invite(*, vendor: Vendor, by: UUID, email: str, role: str, by_key: bool = False) -> Invitation:
    """Invite whoever has this e-mail address; a mail follows. `by` is the user id of the member who invites.

    Runs as the vendor's own role. Raises InvalidInput, NotAllowed, AlreadyMember, AlreadyInvited, BeyondPlan.
    """
    email, wanted = clean_email(email), _clean_role(role)
    _lock_team(vendor.id)
    _check_may_give(vendor.id, by, by_key, wanted, field="role")
    if Member.objects.filter(vendor_id=vendor.id, left_at=None, email__iexact=email).exists():
        raise AlreadyMember(f"{email} works here already.", field="email")
    known = Invitation.objects.filter(vendor_id=vendor.id, email=email, accepted_at=None, withdrawn_at=None).first()
    if known and known.state == "pending":
        raise AlreadyInvited(f"{email} is invited already. Send that invitation again, or withdraw it.", field="email")
    check_room("staff", used=lambda: places_taken(vendor.id), field="email")
    now = clock.now()
    if known:  # one that nobody took in time makes way
        known.withdrawn_at = now
        known.save(update_fields=["withdrawn_at"])
    made = Invitation(
        vendor_id=vendor.id, email=email, role=wanted, invited_by=by, invited_at=now, expires_at=now + GOOD_FOR
    )
    made.save(force_insert=True)
    _note("shop.member_invited", made, by)
    announce("shop.member_invited", vendor_id=vendor.id, payload={"invitation": str(made.id)})
    return made


@transaction.atomic
def resend_invitation(*, vendor: Vendor, invitation_id: UUID, by: UUID, by_key: bool = False) -> Invitation:
    """Send the mail once more; the invitation is good for seven days from now, also one that had expired.

    Raises Invitation.DoesNotExist, NotAllowed, InvitationClosed, BeyondPlan.
    """
    _lock_team(vendor.id)
    found = Invitation.objects.select_for_update(of=("self",)).get(vendor_id=vendor.id, id=invitation_id)
    _check_may_give(vendor.id, by, by_key, MemberRole(found.role))
    _check_open(found)
    if found.sent_count >= MOST_MAILS:
        raise Conflict(f"This was sent {MOST_MAILS} times. Ask {found.email} for another address, and invite that one.")
    if found.state == "expired":
        check_room("staff", used=lambda: places_taken(vendor.id))
    found.sent_count, found.expires_at = found.sent_count + 1, clock.now() + GOOD_FOR
    found.save(update_fields=["sent_count", "expires_at"])
    _note("shop.invitation_resent", found, by)
    announce("shop.invitation_resent", vendor_id=vendor.id, payload={"invitation": str(found.id)})
    return found


@transaction.atomic
def withdraw_invitation(*, vendor: Vendor, invitation_id: UUID, by: UUID, by_key: bool = False) -> Invitation:
    """Take an invitation back: its link opens nothing any more. Withdrawing twice is no error.

    Raises Invitation.DoesNotExist, NotAllowed, and InvitationClosed for one that was accepted.
    """
    _lock_team(vendor.id)
    found = Invitation.objects.select_for_update(of=("self",)).get(vendor_id=vendor.id, id=invitation_id)
    _check_may_give(vendor.id, by, by_key, MemberRole(found.role))
    if found.accepted_at:
        raise InvitationClosed(f"{found.email} has accepted. End the membership instead.")
    if found.withdrawn_at is None:
        found.withdrawn_at = clock.now()
        found.save(update_fields=["withdrawn_at"])
        _note("shop.invitation_withdrawn", found, by)
    return found


@transaction.atomic
def accept_invitation(*, invitation_id: UUID, user: User, addresses: Collection[str]) -> Member:
    """Take the place that is offered. `addresses` are those that the person has shown to be theirs, in lower case.

    Runs on the marketplace. Accepting twice gives the same member. Raises Invitation.DoesNotExist, InvitationClosed,
    AnotherAddress, AlreadyMember, and Conflict when the vendor's plan has no room.
    """
    vendor_id = Invitation.objects.only("vendor_id").get(id=invitation_id).vendor_id
    vendor = _lock_team(vendor_id)
    found = Invitation.objects.select_for_update(of=("self",)).get(id=invitation_id)
    member = Member.objects.select_for_update(of=("self",)).filter(vendor_id=vendor_id, user_id=user.id).first()
    works_there = member is not None and member.left_at is None
    if member and works_there and found.accepted_by == user.id:
        return member
    if found.email not in addresses:
        raise AnotherAddress(f"This invitation is for {found.email}, which is not a confirmed address of yours.")
    _check_open(found)
    if found.state == "expired":
        raise InvitationClosed("This invitation has expired. Ask for it to be sent again.")
    if vendor.state in (VendorState.REJECTED, VendorState.CLOSED):
        raise InvitationClosed(f"{vendor.name} is no longer on the marketplace.")
    if works_there:
        raise AlreadyMember(f"You work at {vendor.name} already.")
    found.accepted_at, found.accepted_by = clock.now(), user.id
    found.save(update_fields=["accepted_at", "accepted_by"])
    try:
        with acting_for(vendor.current):
            # Whoever comes first has the place: a plan may have shrunk since they were invited.
            check_room("staff", used=members_of(vendor).count)
    except BeyondPlan as full:
        raise Conflict(
            f"{vendor.name} has as many people as its plan allows. Ask whoever invited you to make room; "
            "the invitation stands meanwhile."
        ) from full
    member = _join(member, vendor_id, user, MemberRole(found.role))
    record(
        action="vendor.member_joined",
        subject=f"user:{user.id}",
        actor_kind="member",
        actor_id=user.id,
        vendor_id=vendor_id,
        data={"role": member.role, "invited_by": str(found.invited_by)},
    )
    announce("vendor.member_joined", vendor_id=vendor_id, payload={"invitation": str(found.id)})
    return member


@transaction.atomic
def change_role(*, vendor: Vendor, member_id: UUID, by: UUID, role: str, by_key: bool = False) -> Member:
    """Give a member another role; their sessions end, and the next one has it. The same role changes nothing.

    Raises Member.DoesNotExist, InvalidInput, NotAllowed, LastOwner.
    """
    wanted = _clean_role(role)
    _lock_team(vendor.id)
    member = _member(vendor.id, member_id)
    before = MemberRole(member.role)
    if before == wanted:
        return member
    _check_may_give(vendor.id, by, by_key, before)
    _check_may_give(vendor.id, by, by_key, wanted, field="role")
    _check_owner_stays(member)
    member.role, member.access_version = wanted, member.access_version + 1
    member.save(update_fields=["role", "access_version"])
    _withdraw_what_they_may_not_give(member, may_give(wanted))
    _note_member("shop.member_role_changed", member, by, {"role": str(wanted), "before": str(before)})
    return member


@transaction.atomic
def end_membership(*, vendor: Vendor, member_id: UUID, by: UUID, by_key: bool = False) -> Member:
    """Let a member go, or leave oneself: sessions, tokens and keys end at once.

    Raises Member.DoesNotExist (also for who has left already), NotAllowed, LastOwner.
    """
    _lock_team(vendor.id)
    member = _member(vendor.id, member_id)
    if member.user_id != by or by_key:
        _check_may_give(vendor.id, by, by_key, MemberRole(member.role))
    _check_owner_stays(member)
    member.left_at, member.access_version = clock.now(), member.access_version + 1
    member.save(update_fields=["left_at", "access_version"])
    _withdraw_what_they_may_not_give(member, NO_ROLE)
    _note_member("shop.member_left", member, by, {"role": member.role})
    return member


def _join(known: Member | None, vendor_id: UUID, user: User, role: MemberRole) -> Member:
    """A new member; or, of who was one before, the same row, whose old sessions stay ended."""
    given = {"name": user.name, "email": user.email, "role": role, "joined_at": clock.now()}
    if known is None:
        known = Member(vendor_id=vendor_id, user_id=user.id, **given)
        known.save(force_insert=True)
        return known
    for name, value in {**given, "left_at": None, "access_version": known.access_version + 1}.items():
        setattr(known, name, value)
    known.save(update_fields=[*given, "left_at", "access_version"])
    return known


def _lock_team(vendor_id: UUID) -> Vendor:
    """The vendor, locked: one change of its team at a time. No-key, so that rows which refer to it are written meanwhile."""
    return Vendor.objects.select_for_update(of=("self",), no_key=True).get(id=vendor_id)


def _member(vendor_id: UUID, member_id: UUID) -> Member:
    return Member.objects.select_for_update(of=("self",)).get(vendor_id=vendor_id, id=member_id, left_at=None)


def _check_may_give(vendor_id: UUID, by: UUID, by_key: bool, role: MemberRole, *, field: str | None = None) -> None:
    """Who acts is read under the lock: a role that was lost a moment ago gives nothing any more."""
    giver = Member.objects.filter(vendor_id=vendor_id, user_id=by, left_at=None).first()
    if giver is None or role not in may_give(giver.role, by_key=by_key):
        article = "an" if role.label[0] in "AEIOU" else "a"
        raise NotAllowed(
            f"Your role does not let you say who is {article} {role.label.lower()} here. Ask an owner.", field=field
        )


def _check_owner_stays(member: Member) -> None:
    others = Member.objects.filter(vendor_id=member.vendor_id, role=MemberRole.OWNER, left_at=None)
    if member.role == MemberRole.OWNER and not others.exclude(id=member.id).exists():
        raise LastOwner("A shop keeps at least one owner. Make somebody else an owner first.")


def _check_open(invitation: Invitation) -> None:
    if invitation.accepted_at:
        raise InvitationClosed("This invitation was accepted already.")
    if invitation.withdrawn_at:
        raise InvitationClosed("This invitation was withdrawn.")


def _withdraw_what_they_may_not_give(member: Member, gives: frozenset[MemberRole]) -> None:
    """Whom somebody invited comes in on that member's word: it is taken back with the right to give it."""
    theirs = Invitation.objects.filter(
        vendor_id=member.vendor_id, invited_by=member.user_id, accepted_at=None, withdrawn_at=None
    )
    theirs.exclude(role__in=gives).update(withdrawn_at=clock.now())


def _clean_role(text: str) -> MemberRole:
    try:
        return MemberRole(text)
    except ValueError:
        raise InvalidInput("Choose one of the roles.", field="role") from None


def _note(action: str, invitation: Invitation, by: UUID) -> None:
    record(
        action=action,
        subject=f"invitation:{invitation.id}",
        actor_kind="member",
        actor_id=by,
        vendor_id=invitation.vendor_id,
        data={"role": invitation.role},
    )


def _note_member(name: str, member: Member, by: UUID, data: dict[str, str]) -> None:
    record(
        action=name,
        subject=f"user:{member.user_id}",
        actor_kind="member",
        actor_id=by,
        vendor_id=member.vendor_id,
        data=data,
    )
    announce(name, vendor_id=member.vendor_id, payload={"member": str(member.id), **data})
