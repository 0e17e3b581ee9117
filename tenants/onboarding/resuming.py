"""The way back: links in mails by which a vendor's people find their checklist again."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction

from audit.actions import record
from kit import clock
from kit.errors import Conflict
from kit.ids import uuid7
from outbox.actions import announce
from tenants.onboarding.checklist import VENDOR
from tenants.onboarding.models import Event, EventName, ResumeLink
from tenants.onboarding.queries import checklist
from tenants.vendors.models import Vendor

GOOD_FOR = timedelta(days=14)
# Whoever asks again before that has the mail on its way.
PAUSE = timedelta(minutes=5)


class NothingLeft(Conflict):
    """The vendor has nothing to do."""

    code = "nothing_left"


class AskedJustNow(Conflict):
    """A link was sent a moment ago."""

    code = "link_just_sent"


class LinkExpired(Conflict):
    """The link is older than two weeks."""

    code = "link_expired"


def make_link(*, vendor: Vendor, step: str = "", id: UUID | None = None) -> ResumeLink:
    """A link good from now; asked for the same `id` twice, it is the same."""
    now = clock.now()
    return ResumeLink.objects.get_or_create(
        id=id or uuid7(), defaults={"vendor": vendor, "step": step, "made_at": now, "expires_at": now + GOOD_FOR}
    )[0]


@transaction.atomic
def remind(*, vendor: Vendor, by: UUID) -> ResumeLink:
    """Have a vendor mailed what is left for it to do. `by` is the user id of the staff. Raises NothingLeft, AskedJustNow."""
    link = _renew(vendor)
    Event(vendor=vendor, name=EventName.REMINDED, actor_kind="staff", actor_id=by, at=clock.now()).save(
        force_insert=True
    )
    record(
        action="vendor.reminded", subject=f"vendor:{vendor.id}", actor_kind="staff", actor_id=by, vendor_id=vendor.id
    )
    return link


@transaction.atomic
def renew_link(*, link: ResumeLink, by: UUID) -> ResumeLink:
    """Another link in place of one that has grown old, to the vendor's own address. `by` works there.

    Raises NothingLeft, AskedJustNow.
    """
    made = _renew(link.vendor, link.step)
    record(
        action="vendor.link_renewed",
        subject=f"vendor:{link.vendor_id}",
        actor_kind="customer",
        actor_id=by,
        vendor_id=link.vendor_id,
    )
    return made


@transaction.atomic
def follow_link(link: ResumeLink) -> ResumeLink:
    """Note that it was followed. Raises LinkExpired."""
    if link.expires_at <= clock.now():
        raise LinkExpired("This link has grown old: it was good for two weeks.")
    if link.opened_at is None:
        link.opened_at = clock.now()
        link.save(update_fields=["opened_at"])
    return link


def _renew(vendor: Vendor, step: str = "") -> ResumeLink:
    vendor = Vendor.objects.select_for_update(no_key=True, of=("self",)).get(id=vendor.id)
    left = [item.title for item in checklist(vendor).open if item.who == VENDOR]
    if not left:
        raise NothingLeft(f"Nothing is left for {vendor.name} to do.")
    if ResumeLink.objects.filter(vendor=vendor, made_at__gt=clock.now() - PAUSE).exists():
        raise AskedJustNow("A mail was sent a few minutes ago. Wait for it, then ask again.")
    link = make_link(vendor=vendor, step=step)
    announce("onboarding.link_wanted", vendor_id=vendor.id, payload={"link": str(link.id), "left": left})
    return link
