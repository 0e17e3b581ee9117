"""The platform asks somebody to sell here."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction

from audit.actions import record
from kit import clock
from kit.errors import Conflict, InvalidInput
from outbox.actions import announce
from tenants.onboarding.models import VendorInvitation
from tenants.vendors.actions import clean_email
from tenants.vendors.models import Vendor
from tenants.vendors.preflight import check_payable

GOOD_FOR = timedelta(days=30)
MOST_MAILS = 10
# Whoever asks again before that has the mail on its way.
PAUSE = timedelta(minutes=5)


class AlreadyInvited(Conflict):
    """An invitation to that address stands."""

    code = "already_invited"


class InvitationClosed(Conflict):
    """The invitation was accepted or withdrawn."""

    code = "invitation_closed"


@transaction.atomic
def invite_vendor(
    *, email: str, country: str, currency: str, by: UUID, name: str = "", message: str = ""
) -> VendorInvitation:
    """Ask whoever has this address to sell here; a mail follows. `by` is the user id of the staff.

    Raises InvalidInput (of "country" or "currency" where it could not be paid), AlreadyInvited.
    """
    email, (country, currency) = clean_email(email), check_payable(country, currency)
    name, message = " ".join(name.split()), message.strip()
    if len(name) > 100:
        raise InvalidInput("A shop's name has 100 characters at most.", field="name")
    if len(message) > 1000:
        raise InvalidInput("Say it in 1000 characters.", field="message")
    now = clock.now()
    known = (
        VendorInvitation.objects.select_for_update(of=("self",))
        .filter(email=email, accepted_at=None, withdrawn_at=None)
        .first()
    )
    if known and known.state == "pending":
        raise AlreadyInvited(f"{email} is invited already. Send that invitation again, or withdraw it.", field="email")
    if known:  # one that nobody took in time makes way
        known.withdrawn_at = now
        known.save(update_fields=["withdrawn_at"])
    made, is_new = VendorInvitation.objects.get_or_create(
        email=email,
        accepted_at=None,
        withdrawn_at=None,
        defaults={
            "name": name,
            "country": country,
            "currency": currency,
            "message": message,
            "invited_by": by,
            "invited_at": now,
            "expires_at": now + GOOD_FOR,
        },
    )
    if not is_new:  # by somebody else, at the same moment
        raise AlreadyInvited(f"{email} is invited already. Send that invitation again, or withdraw it.", field="email")
    _note("onboarding.vendor_invited", made, by)
    announce("onboarding.vendor_invited", payload={"invitation": str(made.id)})
    return made


@transaction.atomic
def resend_invitation(*, invitation_id: UUID, by: UUID | None) -> VendorInvitation:
    """Send the mail once more, good for 30 days; `by` None: whoever has the old one asked for it.

    Raises VendorInvitation.DoesNotExist, InvitationClosed, Conflict, InvalidInput.
    """
    found = _open(invitation_id)
    if by is None and found.expires_at - GOOD_FOR > clock.now() - PAUSE:
        raise Conflict("A mail was sent a few minutes ago. Wait for it, then ask again.")
    if found.sent_count >= MOST_MAILS:
        raise Conflict(f"This was sent {MOST_MAILS} times. Invite another address of theirs.")
    check_payable(found.country, found.currency)
    found.sent_count, found.expires_at = found.sent_count + 1, clock.now() + GOOD_FOR
    found.save(update_fields=["sent_count", "expires_at"])
    _note("onboarding.invitation_resent", found, by)
    announce("onboarding.vendor_invited", payload={"invitation": str(found.id)})
    return found


@transaction.atomic
def withdraw_invitation(*, invitation_id: UUID, by: UUID) -> VendorInvitation:
    """Take it back: its link leads to the plain application. Raises VendorInvitation.DoesNotExist, InvitationClosed."""
    found = _open(invitation_id)
    found.withdrawn_at = clock.now()
    found.save(update_fields=["withdrawn_at"])
    _note("onboarding.invitation_withdrawn", found, by)
    return found


@transaction.atomic
def accept_invitation(*, invitation_id: UUID, vendor: Vendor) -> None:
    """Note that somebody applied by it. One that is not open any more is left as it is: applying is everybody's right."""
    found = VendorInvitation.objects.select_for_update(of=("self",)).filter(id=invitation_id).first()
    if found is not None and found.state == "pending":
        found.accepted_at, found.accepted_vendor = clock.now(), vendor
        found.save(update_fields=["accepted_at", "accepted_vendor"])


def invitation(invitation_id: UUID) -> VendorInvitation | None:
    return VendorInvitation.objects.filter(id=invitation_id).first()


def _open(invitation_id: UUID) -> VendorInvitation:
    found = VendorInvitation.objects.select_for_update(of=("self",)).get(id=invitation_id)
    if found.state in ("accepted", "withdrawn"):
        raise InvitationClosed(f"The invitation of {found.email} was {found.state}.")
    return found


def _note(action: str, found: VendorInvitation, by: UUID | None) -> None:
    record(
        action=action,
        subject=f"vendor_invitation:{found.id}",
        actor_kind="staff" if by else "system",
        actor_id=by,
        data={"country": found.country, "currency": found.currency},
    )
