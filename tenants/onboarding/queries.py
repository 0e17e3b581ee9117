"""Reading checklists: one vendor's, the office's, and what waits for whom."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db.models import QuerySet

from kit.pagination import Page, keyset_page
from tenants.isolation.doors import in_shop
from tenants.onboarding.checklist import Checklist, Known, checklist_of
from tenants.onboarding.models import Event, Step, StepKind, Terms, VendorDocument, VendorInvitation
from tenants.shop.catalog.models import ProductState
from tenants.shop.catalog.queries import product_counts
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

    Within the vendor's own connection or from outside of it: products are counted only when a step asks for them.
    """
    if vendor.state not in ASKED:
        return Checklist(())
    asked = [step for step in steps() if step.applies_to(vendor.country)]
    kinds = {step.kind for step in asked}
    known = Known(
        vendor=vendor,
        events=list(events_of(vendor)) if events is None else events,
        terms=current_terms() if StepKind.TERMS in kinds else None,
        published=published_products(vendor) if StepKind.PRODUCTS in kinds else 0,
        provider_has_it=provider_has_it,
    )
    return checklist_of(asked, known)


def published_products(vendor: Vendor) -> int:
    """How many products the vendor's shop has published; none while it has no shop, or that is out of service."""
    if not vendor.is_reachable:
        return 0
    with in_shop(vendor):
        return product_counts().get(ProductState.PUBLISHED, 0)


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


def waiting_count() -> int:
    return Vendor.objects.filter(waits_for_us_at__isnull=False, state__in=ASKED).count()


def invitations_page(*, cursor: str | None = None, size: int = 50) -> Page[VendorInvitation]:
    """Whom the platform invited, the latest first. Raises InvalidInput on a bad cursor."""
    rows = VendorInvitation.objects.select_related("accepted_vendor")
    return keyset_page(rows, order=("-invited_at", "-id"), cursor=cursor, size=size)


def not_opened(vendor_ids: Iterable[UUID]) -> set[UUID]:
    """Those of these vendors to which nothing is paid out yet."""
    return set(Vendor.objects.filter(id__in=list(vendor_ids), payouts_cleared_at=None).values_list("id", flat=True))
