"""What a vendor says on the pages of its shop front."""

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction

from audit.actions import record
from kit import clock
from kit.errors import InvalidInput
from tenants.vendors.models import ShopText, TextKind, Vendor

LONGEST = 20_000


@transaction.atomic
def set_texts(*, vendor: Vendor, texts: Mapping[str, str], by: UUID) -> list[str]:
    """Say this on the pages named by kind; an empty text takes its page away. Gives which have changed.

    Plain text, in paragraphs: pages show it escaped. Runs as the vendor's own role. Raises InvalidInput (the kind is the
    field).
    """
    # Two who save at once wait for each other here.
    Vendor.objects.select_for_update(no_key=True).only("id").get(id=vendor.id)
    known = {row.kind: row for row in ShopText.objects.filter(vendor=vendor)}
    changed = []
    for kind, text in texts.items():
        said = _clean(TextKind(kind), text)
        row = known.get(kind) or ShopText(vendor=vendor, kind=kind, text="")
        if row.text == said:
            continue
        row.text, row.changed_at = said, clock.now()
        if kind in known:
            row.save(update_fields=["text", "changed_at"])
        else:
            row.save(force_insert=True)
        changed.append(str(kind))
    if changed:
        record(
            action="shop.texts_changed",
            subject=f"vendor:{vendor.id}",
            actor_kind="member",
            actor_id=by,
            vendor_id=vendor.id,
            data={"kinds": changed},
        )
    return changed


def _clean(kind: TextKind, text: str) -> str:
    said = text.replace("\r\n", "\n").replace("\x00", "").strip()
    if len(said) > LONGEST:
        raise InvalidInput(f"This text is longer than {LONGEST:,} characters.", field=kind.value)
    return said
