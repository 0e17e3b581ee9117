"""What vendors hear."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import F

from accounts.models import User
from kit.links import absolute_url
from live import news
from notifications.actions import send
from outbox.models import Fact
from tenants.isolation.models import MAIN, WallState
from tenants.isolation.queries import wall_of
from tenants.vendors import actions, domains, leaving
from tenants.vendors.domains import shown_host
from tenants.vendors.links import invitation_url
from tenants.vendors.models import CustomDomain, Invitation, Member, MemberRole, Vendor, VendorEvent
from tenants.vendors.roles import WHAT_ROLES_DO

# Which mail follows which fact; each goes to the vendor's own address, once.
MAILS = {
    "vendor.applied": "vendor_applied",
    "vendor.approved": "vendor_approved",
    "vendor.rejected": "vendor_rejected",
    "vendor.activated": "vendor_activated",
    "vendor.closing": "vendor_closing",
    "vendor.closed": "vendor_closed",
    "vendor.reopened": "vendor_reopened",
    "vendor.suspended": "vendor_suspended",
    "vendor.lifted": "vendor_lifted",
}
# What may happen to a vendor more than once is mailed each time.
REPEATS = ("vendor.closing", "vendor.closed", "vendor.reopened", "vendor.suspended", "vendor.lifted")
OPENS_PORTAL = ("vendor.approved", "vendor.activated", *(name for name in REPEATS if name != "vendor.closed"))


def end_member_access(fact: Fact) -> None:
    """`user.access_ended`, inside: the user's portal sessions end with the change that caused it."""
    Member.objects.filter(user_id=UUID(fact.payload["user"])).update(access_version=F("access_version") + 1)


def end_streams(fact: Fact) -> None:
    """After a lost or changed role, a sign-out, a changed password: open pages hear nothing more of what they showed."""
    if "session" in fact.payload:
        news.end([fact.payload["session"]])
    elif "member" in fact.payload:
        news.end([f"member:{fact.payload['member']}"])
    else:
        members = Member.objects.filter(user_id=fact.payload["user"]).values_list("id", flat=True)
        news.end([f"user:{fact.payload['user']}", *(f"member:{member_id}" for member_id in members)])


def copy_person(fact: Fact) -> None:
    """`user.changed`, inside: members carry the name and address that the portal shows."""
    user = User.objects.get(id=UUID(fact.payload["user"]))
    Member.objects.filter(user_id=user.id).update(name=user.name, email=user.email)


def take_account_status(fact: Fact) -> None:
    """`account.changed`, inside: `can_receive` says whether the provider can pay the vendor now."""
    assert fact.vendor_id is not None
    actions.set_payouts_ready(vendor_id=fact.vendor_id, ready=bool(fact.payload["can_receive"]))


def take_out_of_service(fact: Fact) -> None:
    """`wall.quarantined`, inside: customers and the vendor find the shop closed."""
    assert fact.vendor_id is not None
    actions.set_in_service(vendor_id=fact.vendor_id, in_service=False)


def put_in_service(fact: Fact) -> None:
    """`wall.released`, inside."""
    assert fact.vendor_id is not None
    actions.set_in_service(vendor_id=fact.vendor_id, in_service=True)


def follow_shop(fact: Fact) -> None:
    """`wall.moved`, inside: a shop on another cluster is out of service until it is back."""
    assert fact.vendor_id is not None
    Vendor.objects.filter(id=fact.vendor_id).update(cluster=fact.payload["cluster"])
    wall = wall_of(fact.vendor_id)
    is_sound = wall is not None and wall.cluster == MAIN and wall.state == WallState.ASSIGNED
    actions.set_in_service(vendor_id=fact.vendor_id, in_service=is_sound)


def follow_asking(fact: Fact) -> None:
    """`shop.closing_asked` and `shop.closing_taken_back`, after: by what the owner wants now."""
    assert fact.vendor_id is not None
    leaving.follow_asking(fact.vendor_id)


def mail_applicant(fact: Fact) -> None:
    """`vendor.applied` and the decisions, after commit: tell the vendor what was said then, whatever is true by now."""
    assert fact.vendor_id is not None
    vendor = Vendor.objects.get(id=fact.vendor_id)
    # Facts from before there were events name none.
    event = VendorEvent.objects.filter(id=fact.payload.get("event")).first()
    button = {"action_url": absolute_url("portal", "/", vendor.slug), "action_label": "Open my portal"}
    send(
        f"{fact.name}:{vendor.id}" + (f":{fact.id}" if fact.name in REPEATS else ""),
        MAILS[fact.name],
        vendor.email,
        {
            "vendor_name": vendor.name,
            "reason_given": event.reason if event else vendor.decision_reason,
            "payouts_held": event is not None and event.data.get("payouts") == "held",
            "kept_days": settings.CLOSED_SHOP_DAYS,
            "shop_url": absolute_url("shop", "/", vendor.slug),
            **(button if fact.name in OPENS_PORTAL else {}),
        },
        vendor_id=vendor.id,
    )


def mail_invitation(fact: Fact) -> None:
    """`shop.member_invited` and `shop.invitation_resent`, after commit: the link, once each time it was asked for."""
    found = Invitation.objects.select_related("vendor").get(id=UUID(fact.payload["invitation"]))
    if found.state != "pending":
        return  # it was withdrawn or accepted meanwhile
    giver = Member.objects.filter(vendor_id=found.vendor_id, user_id=found.invited_by).first()
    send(
        f"invitation:{found.id}:{found.sent_count}",
        "member_invited",
        found.email,
        {
            "vendor_name": found.vendor.name,
            "invited_by": str(giver) if giver else found.vendor.name,
            "role": found.get_role_display(),
            "may": WHAT_ROLES_DO[MemberRole(found.role)],
            "expires_at": found.expires_at,
            "action_url": invitation_url(found.id),
            "action_label": "Look at the invitation",
        },
        vendor_id=found.vendor_id,
    )


def mail_joined(fact: Fact) -> None:
    """`vendor.member_joined`, after commit: whoever invited hears that the place is taken."""
    found = Invitation.objects.select_related("vendor").get(id=UUID(fact.payload["invitation"]))
    assert found.accepted_by is not None
    people = Member.objects.filter(vendor_id=found.vendor_id, left_at=None)
    giver, taker = people.filter(user_id=found.invited_by).first(), people.filter(user_id=found.accepted_by).first()
    if giver is None or taker is None:
        return  # one of them has left meanwhile
    send(
        f"member_joined:{found.id}",
        "member_joined",
        giver.email,
        {
            "vendor_name": found.vendor.name,
            "name": str(taker),
            "email": found.email,
            "role": found.get_role_display(),
            "action_url": absolute_url("portal", "/team/", found.vendor.slug),
            "action_label": "Open the team",
        },
        vendor_id=found.vendor_id,
    )


def mail_role(fact: Fact) -> None:
    """`shop.member_role_changed` and `shop.member_left`, after commit: the person hears what they may do from now on."""
    member = Member.objects.select_related("vendor").get(id=UUID(fact.payload["member"]))
    has_left = fact.name == "shop.member_left"
    send(
        f"{fact.name}:{fact.id}",
        "member_left" if has_left else "member_role_changed",
        member.email,
        {
            "vendor_name": member.vendor.name,
            "role": MemberRole(fact.payload["role"]).label,
            "may": WHAT_ROLES_DO[MemberRole(fact.payload["role"])],
            "action_url": absolute_url("market", "/account/shops/"),
            "action_label": "Your shops",
        },
        vendor_id=member.vendor_id,
    )


def follow_domain_entitlement(fact: Fact) -> None:
    """`vendor.entitlements_changed`, after commit: since when its domains are not in its plan, or that they are again."""
    assert fact.vendor_id is not None
    domains.follow_entitlement(fact.vendor_id)


def mail_domains_unentitled(fact: Fact) -> None:
    """`domains.unentitled`, after commit: the vendor hears until when its domains serve without being in its plan."""
    assert fact.vendor_id is not None
    vendor = Vendor.objects.get(id=fact.vendor_id)
    until = domains.grace_ends(datetime.fromisoformat(fact.payload["since"]))
    send(
        f"{fact.name}:{fact.id}",
        "domains_unentitled",
        vendor.email,
        {
            "vendor_name": vendor.name,
            "hosts": [shown_host(host) for host in fact.payload["hosts"]],
            "until": f"{until:%-d %B %Y, %H:%M} UTC",
            "action_url": absolute_url("portal", "/shop/domains/", vendor.slug),
            "action_label": "Look at your domains",
        },
        vendor_id=vendor.id,
    )


def check_domain(fact: Fact) -> None:
    """`shop.domain_check_wanted`, after commit. The fact is the vendor's own word: the domain must be its own."""
    assert fact.vendor_id is not None
    domains.check_soon(vendor_id=fact.vendor_id, domain_id=UUID(fact.payload["domain"]))


def mail_domain(fact: Fact) -> None:
    """`domain.verified` and `domain.lost`, after commit: tell the vendor."""
    domain = CustomDomain.objects.select_related("vendor").get(id=UUID(fact.payload["domain"]))
    send(
        f"{fact.name}:{fact.id}",
        fact.name.replace(".", "_"),
        domain.vendor.email,
        {
            "vendor_name": domain.vendor.name,
            "host": shown_host(domain.host),
            "reason_given": fact.payload.get("reason", ""),
            "action_url": absolute_url("portal", "/shop/domains/", domain.vendor.slug),
            "action_label": "Look at your domains",
        },
        vendor_id=domain.vendor_id,
    )
