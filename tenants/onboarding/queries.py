"""Reading checklists: one vendor's, the office's, and what waits for whom."""

from collections.abc import Collection, Sequence
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from psycopg.sql import SQL, Identifier, Literal

from kit.pagination import Page, keyset_page
from tenants.onboarding.checklist import Checklist, Known, checklist_of
from tenants.onboarding.models import Event, Step, StepKind, Terms, VendorDocument, VendorInvitation
from tenants.shop.catalog.models import Product
from tenants.vendors.models import Vendor, VendorState

# Before it is let in, nothing is asked of a vendor; afterwards it is asked until it is closed.
ASKED = (VendorState.ONBOARDING, VendorState.ACTIVE, VendorState.SUSPENDED, VendorState.CLOSING)


def steps() -> list[Step]:
    """The whole checklist in its order, steps that are off included."""
    return list(Step.objects.order_by("position", "code"))


def current_terms() -> Terms | None:
    """The version in force; None while none was published."""
    return Terms.objects.order_by("-version").first()


def terms_versions() -> list[Terms]:
    """All versions, the newest first."""
    return list(Terms.objects.order_by("-version"))


def checklist(vendor: Vendor, *, provider_has_it: bool = False, events: Sequence[Event] | None = None) -> Checklist:
    """A vendor's checklist now. Nothing is asked of one that was not let in, or is closed.

    Products are counted only when a step asks for them.
    """
    if vendor.state not in ASKED:
        return Checklist(())
    asked = [step for step in steps() if step.applies_to(vendor.country)]
    kinds = {step.kind for step in asked}
    known = Known(
        vendor=vendor,
        events=list(events_of(vendor)) if events is None else events,
        terms=current_terms() if StepKind.TERMS in kinds else None,
        published=published_products([vendor]).get(vendor.id, 0) if StepKind.PRODUCTS in kinds else 0,
        provider_has_it=provider_has_it,
    )
    return checklist_of(asked, known)


def checklists(vendors: Sequence[Vendor], *, provider_has: Collection[UUID] = ()) -> dict[UUID, Checklist]:
    """The checklist of each of these vendors; four queries however many there are."""
    every = steps()
    asked = [vendor for vendor in vendors if vendor.state in ASKED]
    kinds = {step.kind for step in every if step.is_on}
    terms = current_terms() if StepKind.TERMS in kinds else None
    published = published_products(asked) if StepKind.PRODUCTS in kinds else {}
    events: dict[UUID, list[Event]] = {}
    for event in Event.objects.filter(vendor__in=asked).select_related("terms").order_by("id"):
        events.setdefault(event.vendor_id, []).append(event)
    return {
        vendor.id: checklist_of(
            every if vendor.state in ASKED else (),
            Known(
                vendor=vendor,
                events=events.get(vendor.id, []),
                terms=terms,
                published=published.get(vendor.id, 0),
                provider_has_it=vendor.id in provider_has,
            ),
        )
        for vendor in vendors
    }


def published_products(vendors: Sequence[Vendor]) -> dict[UUID, int]:
    """How many products each of these vendors' shops has published, in one query over the shops; a vendor without a shop,
    or with one that is out of service, is left out."""
    shops = [vendor for vendor in vendors if vendor.is_reachable]
    if not shops:
        return {}
    count = SQL("SELECT {}::uuid, count(*) FROM {} WHERE state = 'published'")
    parts = [
        count.format(Literal(str(vendor.id)), Identifier(vendor.schema_name or "", Product._meta.db_table))
        for vendor in shops
    ]
    with connection.cursor() as cursor:
        cursor.execute(SQL(" UNION ALL ").join(parts).as_string(cursor.connection))
        return dict(cursor.fetchall())


def events_of(vendor: Vendor) -> "QuerySet[Event]":
    """All that happened on a vendor's way in, the oldest first."""
    return Event.objects.filter(vendor=vendor).select_related("terms", "document").order_by("id")


def document_of(vendor_id: UUID, document_id: UUID) -> VendorDocument | None:
    return VendorDocument.objects.filter(vendor_id=vendor_id, id=document_id).first()


def documents_of(vendor_id: UUID) -> dict[UUID, VendorDocument]:
    return {found.id: found for found in VendorDocument.objects.filter(vendor_id=vendor_id)}


def waiting_page(*, cursor: str | None = None, size: int = 50) -> Page[Vendor]:
    """Vendors with a step that waits for the platform, longest first. Raises InvalidInput on a bad cursor."""
    rows = Vendor.objects.filter(waits_for_us_at__isnull=False, state__in=ASKED)
    return keyset_page(rows, order=("waits_for_us_at", "id"), cursor=cursor, size=size)


def invitations_page(*, cursor: str | None = None, size: int = 50) -> Page[VendorInvitation]:
    """Whom the platform invited, the latest first. Raises InvalidInput on a bad cursor."""
    rows = VendorInvitation.objects.select_related("accepted_vendor")
    return keyset_page(rows, order=("-invited_at", "-id"), cursor=cursor, size=size)
