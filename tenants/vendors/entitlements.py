"""What a vendor's plan allows: asked wherever something is made that a plan counts, and written by the plan's keeper.

Limits hold at the write. What exists is never taken away by them: a vendor that has more than its plan allows keeps it
and may not add to it. The clear rule for products on sale is in `tenants.shop.catalog.plan`.
"""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from uuid import UUID

from django.db import transaction

from kit import clock
from kit.context import require_vendor
from kit.errors import NotAllowed
from outbox.actions import announce
from tenants.vendors.models import Vendor, VendorEntitlements


@dataclass(frozen=True, slots=True)
class Allowed:
    """A plan's entitlements. A limit of None is no limit."""

    plan_code: str
    plan_name: str
    products_limit: int | None = None
    staff_limit: int | None = None
    warehouses_limit: int | None = None
    has_api: bool = False
    has_custom_domain: bool = False


# The plan that costs nothing and that nobody has to choose.
START = Allowed("start", "Start", products_limit=250, staff_limit=2, warehouses_limit=1)
COUNTED = {"products": "products", "staff": "people", "warehouses": "warehouses"}
FEATURES = {"api": "API keys", "custom_domain": "a domain of your own"}


class BeyondPlan(NotAllowed):
    """The vendor's plan does not allow it; `limit` is None for what the plan leaves out altogether."""

    code = "beyond_plan"

    def __init__(self, message: str, *, plan_name: str, limit: int | None = None, field: str | None = None):
        super().__init__(message, field=field)
        self.plan_name, self.limit = plan_name, limit


def allowed_to(vendor_id: UUID) -> Allowed:
    """What the vendor may do now. One query."""
    row = VendorEntitlements.objects.filter(vendor_id=vendor_id).first()
    return _of(row) if row else START


def plan_codes(vendor_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The code of each vendor's plan; "start" for those that never chose one. One query."""
    wanted = list(vendor_ids)
    rows = VendorEntitlements.objects.filter(vendor_id__in=wanted).values_list("vendor_id", "plan_code")
    return dict.fromkeys(wanted, START.plan_code) | dict(rows)


def check_room(kind: str, *, used: Callable[[], int], adding: int = 1, field: str | None = None) -> None:
    """Raise BeyondPlan unless the current vendor may have `adding` more of a kind (products, staff, warehouses).

    To be called in the transaction that writes them, before any row is locked: of two at once, one waits here, and then
    counts what the other has added. `used` counts what there is.
    """
    room = room_for(kind, used=used)
    if room is not None and adding > room:
        plan = allowed_to(require_vendor().id)
        limit = getattr(plan, f"{kind}_limit")
        raise BeyondPlan(
            f"Your plan {plan.plan_name} allows {limit} {COUNTED[kind]}, and you have them. "
            "Choose a larger plan on the page “Plan” to add more.",
            plan_name=plan.plan_name,
            limit=limit,
            field=field,
        )


def room_for(kind: str, *, used: Callable[[], int]) -> int | None:
    """How many more of a kind the current vendor may have, never below zero; None for any number.

    Holds the vendor's place for that kind until the transaction ends, like `check_room`.
    """
    vendor_id = require_vendor().id
    limit: int | None = getattr(allowed_to(vendor_id), f"{kind}_limit")
    if limit is None:
        return None
    # The vendor's own row: its role may update that one and so lock it, but neither its entitlements' nor, behind the
    # wall, anything advisory. No-key, so that rows which refer to the vendor are written meanwhile.
    Vendor.objects.select_for_update(no_key=True).only("id").get(id=vendor_id)
    return max(0, limit - used())


def check_feature(name: str, *, field: str | None = None) -> None:
    """Raise BeyondPlan unless the current vendor's plan includes `api` or `custom_domain`."""
    plan = allowed_to(require_vendor().id)
    if not getattr(plan, f"has_{name}"):
        raise BeyondPlan(
            f"Your plan {plan.plan_name} does not include {FEATURES[name]}. Choose one that does on the page “Plan”.",
            plan_name=plan.plan_name,
            field=field,
        )


@transaction.atomic
def grant(*, vendor_id: UUID, allowed: Allowed) -> bool:
    """Set what a vendor may do; announces `vendor.entitlements_changed` when that is a change, and says whether it was."""
    fields = asdict(allowed)
    VendorEntitlements.objects.bulk_create(
        [VendorEntitlements(vendor_id=vendor_id, **asdict(START))], ignore_conflicts=True
    )
    row = VendorEntitlements.objects.select_for_update().get(vendor_id=vendor_id)
    if all(getattr(row, name) == value for name, value in fields.items()):
        return False
    for name, value in fields.items():
        setattr(row, name, value)
    row.changed_at = clock.now()
    row.save()
    announce("vendor.entitlements_changed", vendor_id=vendor_id, payload={"vendor": str(vendor_id)})
    return True


def _of(row: VendorEntitlements) -> Allowed:
    return Allowed(**{name: getattr(row, name) for name in Allowed.__dataclass_fields__})
