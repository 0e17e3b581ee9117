"""Vendors' checklists with what the payment provider says: whether it is its turn, or the vendor's."""

from collections.abc import Sequence
from uuid import UUID

from billing.stripe.models import ConnectedAccount
from tenants.onboarding import queries
from tenants.onboarding.checklist import Checklist
from tenants.onboarding.models import Event
from tenants.vendors.models import Vendor


def checklist(vendor: Vendor, *, events: Sequence[Event] | None = None) -> Checklist:
    """A vendor's checklist, as `tenants.onboarding.queries.checklist`, with whose turn it is at the provider."""
    return queries.checklist(vendor, provider_has_it=vendor.id in looked_at_by_provider([vendor]), events=events)


def checklists(vendors: Sequence[Vendor]) -> dict[UUID, Checklist]:
    """Those of many, by vendor; five queries however many there are."""
    return queries.checklists(vendors, provider_has=looked_at_by_provider(vendors))


def looked_at_by_provider(vendors: Sequence[Vendor]) -> set[UUID]:
    """Those of these vendors whose every detail Stripe has, and is looking at. No query when all of them can be paid."""
    asked = [vendor.id for vendor in vendors if vendor.payouts_ready_at is None]
    if not asked:
        return set()
    given = ConnectedAccount.objects.filter(vendor_id__in=asked, requirements_due=[]).exclude(account_id="")
    return set(given.exclude(transfers_status="closed").values_list("vendor_id", flat=True))
