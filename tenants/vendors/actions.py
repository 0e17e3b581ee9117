"""A vendor's way in: apply, be approved or rejected, get a shop, sell. What else is asked of it: `tenants.onboarding`."""

import re
from collections.abc import Sequence
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from accounts.models import User
from audit.actions import record
from kit import clock
from kit.errors import Conflict, InvalidInput
from kit.postal_codes import clean_postal_code
from outbox.actions import announce
from taxonomy.tax import EUROPEAN_UNION
from taxonomy.vat_ids import clean_vat_id, country_of
from tenants.isolation.actions import NoSpareWall, assign_wall
from tenants.vendors.branding import check_contrast
from tenants.vendors.lifecycle import move
from tenants.vendors.models import Domain, Member, MemberRole, Vendor, VendorState
from tenants.vendors.preflight import check_payable
from tenants.vendors.slugs import clean_slug

# No mailbox has a longer address (RFC 5321's paths, as corrected by erratum 1690 of RFC 3696).
LONGEST_EMAIL = 254


class SlugTaken(Conflict):
    """Another vendor has this address."""

    code = "slug_taken"


class ApplicationPending(Conflict):
    """The person has applied already and no decision was made."""

    code = "application_pending"


class AlreadyDecided(Conflict):
    """The application was decided before."""

    code = "already_decided"


@transaction.atomic
def apply_as_vendor(
    *,
    user: User,
    name: str,
    legal_name: str,
    country: str,
    slug: str,
    email: str,
    street: str = "",
    postal_code: str = "",
    city: str = "",
    vat_id: str = "",
    tagline: str = "",
    story: str = "",
    palette: Sequence[str] = (),
    currency: str = settings.CURRENCY,
) -> Vendor:
    """Apply to sell: the vendor in state `applied`, its address, and the applicant as its owner.

    Raises InvalidInput with the field at fault (of the country or the currency when nothing could be paid out there),
    SlugTaken, or ApplicationPending (one open application a person).
    """
    slug, (country, currency) = clean_slug(slug), check_payable(country, currency)
    name = required(name, "name", "shop name", 100)
    legal_name = required(legal_name, "legal_name", "legal name", 150)
    email = clean_email(email)
    # Two applications sent at once wait for each other here.
    User.objects.select_for_update(of=("self",)).get(id=user.id)
    if Member.objects.filter(user_id=user.id, left_at=None, vendor__state=VendorState.APPLIED).exists():
        raise ApplicationPending("You have applied already. We will write to you as soon as we have decided.")
    vendor = Vendor(
        slug=slug,
        name=name,
        legal_name=legal_name,
        country=country,
        street=_optional(street, "street", "street and number", 150),
        postal_code=clean_postal_code(postal_code, country) if postal_code.strip() else "",
        city=_optional(city, "city", "city", 100),
        email=email,
        vat_id=_optional(vat_id.replace(" ", "").upper(), "vat_id", "VAT number", 20),
        tagline=_optional(tagline, "tagline", "tagline", 150),
        story=_optional(story, "story", "story", 5000),
        palette=_clean_palette(palette),
        currency=currency,
    )
    try:
        with transaction.atomic():
            vendor.save(force_insert=True)
            Domain(vendor=vendor, host=f"{slug}.{settings.DOMAIN}").save(force_insert=True)
    except IntegrityError as error:
        raise SlugTaken("This address is taken. Choose another one.", field="slug") from error
    Member(vendor=vendor, user_id=user.id, name=user.name, email=user.email, role=MemberRole.OWNER).save(
        force_insert=True
    )
    move(vendor, "applied", VendorState.APPLIED, by=user.id, actor_kind="customer")
    return vendor


@transaction.atomic
def approve_vendor(*, vendor: Vendor, by: UUID) -> Vendor:
    """Approve an application and open the vendor's shop. `by` is the user id of the member of staff.

    With no prepared shop at hand the vendor is approved all the same; `tasks.open_shops` opens it seconds later.
    Raises AlreadyDecided, and InvalidInput for one that could not be paid where it is.
    """
    vendor = _undecided(vendor)
    check_payable(vendor.country, vendor.currency)
    vendor.approved_at = clock.now()
    vendor.save(update_fields=["approved_at"])
    move(vendor, "approved", VendorState.ONBOARDING, by=by, actor_kind="staff")
    try:
        open_shop(vendor=vendor)
    except NoSpareWall:
        return vendor
    return vendor


@transaction.atomic
def reject_vendor(*, vendor: Vendor, by: UUID, reason: str) -> Vendor:
    """Turn an application down, with a reason the applicant will read. Raises AlreadyDecided, InvalidInput."""
    vendor = _undecided(vendor)
    vendor.decision_reason = required(reason, "reason", "reason", 2000)
    vendor.rejected_at = clock.now()
    vendor.save(update_fields=["rejected_at", "decision_reason"])
    move(vendor, "rejected", VendorState.REJECTED, by=by, actor_kind="staff", reason=vendor.decision_reason)
    return vendor


@transaction.atomic
def open_shop(*, vendor: Vendor) -> Vendor:
    """Give an approved vendor its schema. The same vendor keeps the same one. Raises NoSpareWall."""
    if vendor.schema_name:
        return vendor
    with transaction.atomic():
        vendor.schema_name = assign_wall(vendor.id).name
    vendor.save(update_fields=["schema_name"])
    announce("vendor.shop_opened", vendor_id=vendor.id, payload={"vendor": str(vendor.id)})
    vendor.refresh_from_db()
    return vendor


@transaction.atomic
def set_payouts_ready(*, vendor_id: UUID, ready: bool) -> Vendor:
    """Note whether the provider can pay the vendor. `vendor.changed` says so, and what that opens is the checklist's to say.

    A vendor that can no longer be paid goes on selling: its earnings are held until the provider pays again.
    """
    vendor = Vendor.objects.select_for_update(of=("self",)).get(id=vendor_id)
    if ready != (vendor.payouts_ready_at is not None):
        vendor.payouts_ready_at = clock.now() if ready else None
        vendor.save(update_fields=["payouts_ready_at"])
        announce("vendor.changed", vendor_id=vendor.id, payload={"vendor": str(vendor.id)})
        vendor.refresh_from_db()
    return vendor


@transaction.atomic
def activate_vendor(*, vendor: Vendor) -> Vendor:
    """Let a vendor sell that is approved, has its shop and its checklist. Raises Conflict, saying what is missing."""
    vendor = Vendor.objects.select_for_update(of=("self",)).get(id=vendor.id)
    if vendor.state == VendorState.ACTIVE:
        return vendor
    if vendor.state != VendorState.ONBOARDING:
        raise Conflict(f"A vendor that is {vendor.get_state_display().lower()} cannot begin to sell.")
    if not vendor.schema_name:
        raise Conflict("The shop is being set up; this takes a few seconds.")
    if vendor.selling_cleared_at is None:
        raise Conflict("Steps of the checklist that are needed for selling are not done yet.")
    activate_if_ready(vendor)
    return vendor


@transaction.atomic
def set_in_service(*, vendor_id: UUID, in_service: bool) -> Vendor:
    """Note that nobody, or everybody again, may reach the vendor's shop. Its offers leave the catalogue, or come back."""
    vendor = Vendor.objects.select_for_update(of=("self",)).get(id=vendor_id)
    if in_service == (vendor.out_of_service_at is None):
        return vendor
    vendor.out_of_service_at = None if in_service else clock.now()
    vendor.save(update_fields=["out_of_service_at"])
    announce("vendor.changed", vendor_id=vendor.id, payload={"vendor": str(vendor.id)})
    return vendor


@transaction.atomic
def change_profile(
    *, vendor: Vendor, by: UUID, name: str, tagline: str, story: str, city: str, palette: Sequence[str]
) -> Vendor:
    """Change what customers read about a vendor. Runs as the vendor's own role. Raises InvalidInput, HardToRead."""
    vendor.name = required(name, "name", "shop name", 100)
    vendor.tagline = _optional(tagline, "tagline", "tagline", 150)
    vendor.story = _optional(story, "story", "story", 5000)
    vendor.city = _optional(city, "city", "city", 100)
    colors = _clean_palette(palette)
    if colors != vendor.palette:
        check_contrast(colors)
    vendor.palette = colors
    vendor.save(update_fields=["name", "tagline", "story", "city", "palette"])
    record(
        action="shop.profile_changed",
        subject=f"vendor:{vendor.id}",
        actor_kind="member",
        actor_id=by,
        vendor_id=vendor.id,
    )
    announce("shop.profile_changed", vendor_id=vendor.id, payload={"vendor": str(vendor.id)})
    return vendor


def clean_email(text: str) -> str:
    """The address in lower case. Raises InvalidInput (field "email")."""
    email = text.strip().lower()
    try:
        validate_email(email)
    except ValidationError as error:
        raise InvalidInput("Enter an e-mail address like name@example.org.", field="email") from error
    if len(email) > LONGEST_EMAIL:
        raise InvalidInput("This e-mail address is too long.", field="email")
    return email


@transaction.atomic
def change_address(*, vendor: Vendor, by: UUID, street: str, postal_code: str, city: str) -> Vendor:
    """Where a vendor is established, for what is issued to it from now on. As the vendor's own role; raises InvalidInput."""
    vendor.street = " ".join(required(street, "street", "street and number", 150).split())
    vendor.postal_code = clean_postal_code(postal_code, vendor.country)
    vendor.city = " ".join(required(city, "city", "city", 100).split())
    vendor.save(update_fields=["street", "postal_code", "city"])
    record(
        action="shop.address_changed",
        subject=f"vendor:{vendor.id}",
        actor_kind="member",
        actor_id=by,
        vendor_id=vendor.id,
    )
    announce("shop.profile_changed", vendor_id=vendor.id, payload={"vendor": str(vendor.id)})
    return vendor


@transaction.atomic
def change_vat(*, vendor: Vendor, by: UUID, vat_id: str, is_small_business: bool) -> Vendor:
    """Its VAT number, and whether it is exempt as a small enterprise: decides about the VAT of what is sold from now on.

    As the vendor's own role. Within the Union a number has to be one of its country. Raises InvalidInput.
    """
    if vat_id.strip() and vendor.country in EUROPEAN_UNION:
        vat_id = clean_vat_id(vat_id)
        if country_of(vat_id) != vendor.country:
            raise InvalidInput("This number is of another country than the one you are established in.", field="vat_id")
    vendor.vat_id = _optional(vat_id.replace(" ", "").upper(), "vat_id", "VAT number", 20)
    vendor.is_small_business = is_small_business
    vendor.save(update_fields=["vat_id", "is_small_business"])
    record(
        action="shop.vat_changed",
        subject=f"vendor:{vendor.id}",
        actor_kind="member",
        actor_id=by,
        vendor_id=vendor.id,
        data={"vat_id": vendor.vat_id, "is_small_business": is_small_business},
    )
    announce("shop.profile_changed", vendor_id=vendor.id, payload={"vendor": str(vendor.id)})
    return vendor


def activate_if_ready(vendor: Vendor) -> None:
    """A vendor that is approved, has its shop and every step that selling needs begins to sell."""
    ready = vendor.state == VendorState.ONBOARDING and vendor.schema_name and vendor.selling_cleared_at
    if not ready:
        return
    vendor.activated_at = clock.now()
    vendor.save(update_fields=["activated_at"])
    move(vendor, "activated", VendorState.ACTIVE)


def _undecided(vendor: Vendor) -> Vendor:
    """The vendor, locked, as long as its application waits for a decision."""
    vendor = Vendor.objects.select_for_update(of=("self",)).get(id=vendor.id)
    if vendor.state != VendorState.APPLIED:
        raise AlreadyDecided(f"This application was decided before: {vendor.name} is {vendor.get_state_display()}.")
    return vendor


def required(text: str, field: str, label: str, longest: int) -> str:
    """A text that must be there. Raises InvalidInput."""
    cleaned = text.strip()
    if not cleaned:
        raise InvalidInput(f"Enter the {label}.", field=field)
    if len(cleaned) > longest:
        raise InvalidInput(f"The {label} is longer than {longest} characters.", field=field)
    return cleaned


def _optional(text: str, field: str, label: str, longest: int) -> str:
    return required(text, field, label, longest) if text.strip() else ""


def _clean_palette(palette: Sequence[str]) -> list[str]:
    """Up to five colors as #rrggbb: they become part of a stylesheet."""
    colors = [color.lower() for color in palette]
    if len(colors) > 5 or not all(re.fullmatch(r"#[0-9a-f]{6}", color) for color in colors):
        raise InvalidInput("A palette is up to five colors like #b4552f.", field="palette")
    return colors


@transaction.atomic
def tell_signed_out(*, vendor_id: UUID, session: str) -> None:
    """Say that a session of the portal is over (by its name of `live.tickets`): the pages it has open hear nothing more."""
    announce("shop.signed_out", vendor_id=vendor_id, payload={"session": session})
