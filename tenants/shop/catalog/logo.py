"""A shop's logo: like a product's picture, decoded once and only ever shown in our own encoding."""

from typing import IO
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from audit.actions import record
from outbox.actions import announce
from tenants.shop.catalog.pictures import WIDTHS, encode
from tenants.vendors.models import Vendor

SIZE = WIDTHS[0]


def set_logo(*, vendor: Vendor, file: IO[bytes], by: UUID) -> Vendor:
    """Show this picture as the vendor's logo, re-encoded as WebP. Runs as the vendor's own role.

    Raises InvalidPicture for anything but a JPEG, PNG or WebP: an SVG can carry scripts.
    """
    encoded = encode(file)
    path = f"logos/{vendor.id}/{encoded.hash}.webp"
    if not default_storage.exists(path):
        default_storage.save(path, ContentFile(encoded.files[SIZE]))
    return _show(vendor, path, by)


def remove_logo(*, vendor: Vendor, by: UUID) -> Vendor:
    """Show the vendor's initials again. The file stays: pages may still show it for a moment."""
    return _show(vendor, "", by)


@transaction.atomic
def _show(vendor: Vendor, path: str, by: UUID) -> Vendor:
    vendor.logo = path
    vendor.save(update_fields=["logo"])
    record(
        action="shop.logo_changed",
        subject=f"vendor:{vendor.id}",
        actor_kind="member",
        actor_id=by,
        vendor_id=vendor.id,
    )
    announce("shop.profile_changed", vendor_id=vendor.id, payload={"vendor": str(vendor.id)})
    return vendor
