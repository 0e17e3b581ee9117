"""Crediting and debiting a vendor by hand, as both are asked for by API."""

from typing import Protocol, TypeVar
from uuid import UUID

from rest_framework.request import Request

from api.v1.finance.serializers.credits import ByHandInput
from api.v1.office import vendor_called
from api.views import body_of, caller_of
from approvals.models import Approval
from audit.actions import traced
from billing.payouts.models import Adjustment, VendorDebt
from tenants.vendors.models import Vendor

Made = TypeVar("Made", Adjustment, VendorDebt, covariant=True)


class Making(Protocol[Made]):
    def __call__(self, *, vendor: Vendor, amount_minor: int, reason: str, by: UUID) -> Made | Approval: ...


def made_by_hand(request: Request, make: Making[Made], *, action: str, kind: str) -> tuple[Vendor, Made | Approval]:
    """The vendor and what was made, or the approval that waits. `action` and `kind` of what is made stand in the audit."""
    given, by = body_of(ByHandInput, request), caller_of(request).person_id
    vendor = vendor_called(given.pop("vendor_id"))
    with traced(action, f"vendor:{vendor.id}", by=by, **given) as told:
        made = make(vendor=vendor, by=by, **given)
        told["made"] = f"{'approval' if isinstance(made, Approval) else kind}:{made.id}"
    return vendor, made
