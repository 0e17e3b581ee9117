"""What vendors hear."""

from uuid import UUID

from django.db.models import F

from accounts.models import User
from kit.links import absolute_url
from notifications.actions import send
from outbox.models import Fact
from tenants.vendors import actions
from tenants.vendors.models import Member, Vendor

# Which mail follows which fact; each goes to the vendor's own address, once.
MAILS = {
    "vendor.applied": "vendor_applied",
    "vendor.approved": "vendor_approved",
    "vendor.rejected": "vendor_rejected",
    "vendor.activated": "vendor_activated",
}
OPENS_PORTAL = ("vendor.approved", "vendor.activated")


def end_member_access(fact: Fact) -> None:
    """`user.access_ended`, inside: the user's portal sessions end with the change that caused it."""
    Member.objects.filter(user_id=UUID(fact.payload["user"])).update(access_version=F("access_version") + 1)


def copy_person(fact: Fact) -> None:
    """`user.changed`, inside: members carry the name and address that the portal shows."""
    user = User.objects.get(id=UUID(fact.payload["user"]))
    Member.objects.filter(user_id=user.id).update(name=user.name, email=user.email)


def take_account_status(fact: Fact) -> None:
    """`account.changed`, inside: `can_receive` says whether the provider can pay the vendor now."""
    assert fact.vendor_id is not None
    actions.set_payouts_ready(vendor_id=fact.vendor_id, ready=bool(fact.payload["can_receive"]))


def mail_applicant(fact: Fact) -> None:
    """`vendor.applied` and the decisions, after commit: tell the vendor."""
    assert fact.vendor_id is not None
    vendor = Vendor.objects.get(id=fact.vendor_id)
    button = {"action_url": absolute_url("portal", "/", vendor.slug), "action_label": "Open my portal"}
    send(
        f"{fact.name}:{vendor.id}",
        MAILS[fact.name],
        vendor.email,
        {
            "vendor_name": vendor.name,
            "reason_given": vendor.decision_reason,
            "shop_url": absolute_url("shop", "/", vendor.slug),
            **(button if fact.name in OPENS_PORTAL else {}),
        },
        vendor_id=vendor.id,
    )
