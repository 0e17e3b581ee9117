"""What checklists hear, and the mails that follow."""

from uuid import UUID

from django.db import transaction

from kit.links import absolute_url
from notifications.actions import send
from outbox.actions import announce
from outbox.models import Fact
from tenants.onboarding.actions import settle
from tenants.onboarding.links import invitation_url, resume_url
from tenants.onboarding.models import Event, ResumeLink, Step, VendorInvitation
from tenants.onboarding.queries import ASKED
from tenants.onboarding.resuming import make_link
from tenants.vendors.models import Vendor


def settle_vendor(fact: Fact) -> None:
    """Inside or after, whatever changes a vendor's items: its doors open when they are all fulfilled."""
    assert fact.vendor_id is not None
    settle(vendor_id=fact.vendor_id)


def settle_unless_open(fact: Fact) -> None:
    """`vendor.changed`, inside; `shop.products_changed` and `shop.profile_changed`, after: told of every change, it looks
    into those of vendors that wait for a door."""
    assert fact.vendor_id is not None
    closed = Vendor.objects.filter(id=fact.vendor_id, state__in=ASKED)
    if closed.filter(selling_cleared_at=None).exists() or closed.filter(payouts_cleared_at=None).exists():
        settle_vendor(fact)


@transaction.atomic
def tell_all(fact: Fact) -> None:
    """`onboarding.checklist_changed`, after: every vendor that is asked for anything is looked at again, each for itself, so
    that none is locked for longer than that takes."""
    for vendor_id in Vendor.objects.filter(state__in=ASKED).order_by("id").values_list("id", flat=True):
        announce("onboarding.asked_anew", vendor_id=vendor_id)


def mail_sent_back(fact: Fact) -> None:
    """`onboarding.sent_back`, after: the vendor reads why, and gets a link to where it can mend it."""
    event = Event.objects.select_related("vendor").get(id=UUID(fact.payload["event"]))
    step = Step.objects.get(code=event.step)
    link = make_link(vendor=event.vendor, step=event.step, id=event.id)
    send(
        f"onboarding_sent_back:{event.id}",
        "onboarding_sent_back",
        event.vendor.email,
        {
            "vendor_name": event.vendor.name,
            "step": step.title,
            "reason_given": event.reason,
            "action_url": resume_url(link.id),
            "action_label": "Mend it",
            "expires_at": link.expires_at,
        },
        vendor_id=event.vendor_id,
    )


def mail_link(fact: Fact) -> None:
    """`onboarding.link_wanted`, after: the way back to the checklist."""
    link = ResumeLink.objects.select_related("vendor").get(id=UUID(fact.payload["link"]))
    send(
        f"onboarding_resume:{link.id}",
        "onboarding_resume",
        link.vendor.email,
        {
            "vendor_name": link.vendor.name,
            "left": fact.payload["left"],
            "action_url": resume_url(link.id),
            "action_label": "Go on",
            "expires_at": link.expires_at,
        },
        vendor_id=link.vendor_id,
    )


def mail_invitation(fact: Fact) -> None:
    """`onboarding.vendor_invited`, after: the platform's invitation, once each time it was asked for."""
    found = VendorInvitation.objects.get(id=UUID(fact.payload["invitation"]))
    if found.state != "pending":
        return  # it was withdrawn or accepted meanwhile
    send(
        f"onboarding_invitation:{found.id}:{found.sent_count}",
        "onboarding_invited",
        found.email,
        {
            "shop_name": found.name,
            "message": found.message,
            "expires_at": found.expires_at,
            "about_url": absolute_url("market", "/sell/"),
            "action_url": invitation_url(found.id),
            "action_label": "Apply to sell",
        },
    )
