"""Taking one step of a return or a claim: locked, checked against the table, written down, told."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from kit import clock
from marketplace.orders.models import OrderEvent, VendorOrder
from marketplace.returns.actions import Actor
from marketplace.returns.models import Claim, Return
from marketplace.returns.states import check_claim, check_return
from outbox.actions import announce
from tenants.isolation.doors import in_shop
from tenants.shop.inventory.actions import cancel_allocation
from tenants.vendors.models import Vendor

SYSTEM = Actor("system", None)


def lock_part(vendor_order_id: UUID) -> VendorOrder:
    """A vendor order, before anything of it that is locked after: returns and claims of it change one after the other."""
    return VendorOrder.objects.select_for_update(no_key=True).get(id=vendor_order_id)


def lock_return(return_id: UUID) -> Return:
    """A return, its vendor order first. Raises Return.DoesNotExist, for another vendor's as well."""
    lock_part(Return.objects.values_list("vendor_order_id", flat=True).get(id=return_id))
    return Return.objects.select_for_update(of=("self",)).get(id=return_id)


def lock_claim(claim_id: UUID) -> Claim:
    """The same of a claim, for processes that may write it."""
    lock_part(Claim.objects.values_list("vendor_order_id", flat=True).get(id=claim_id))
    return Claim.objects.select_for_update(of=("self",)).get(id=claim_id)


def take(
    returned: Return,
    step: str,
    by: Actor,
    *,
    note: str = "",
    data: Mapping[str, Any] | None = None,
    changes: Mapping[str, Any] | None = None,
) -> Return:
    """Take a locked return one step further and write `changes` with it. Raises WrongStep."""
    returned.state = check_return(returned.state, step, by.kind)
    if not returned.is_open:
        changes = {**(changes or {}), "ended_at": clock.now(), "due_at": None}
        if step != "exchanged":
            _give_back_replacement(returned)
    for name, value in (changes or {}).items():
        setattr(returned, name, value)
    returned.save(update_fields=["state", *(changes or {})])
    told = {"return": str(returned.id), "number": returned.number, "state": returned.state, **(data or {})}
    write_down(returned, f"return_{step}", by, note=note, data=told)
    tell(f"return_{step}", returned.vendor_id, by, {"return": str(returned.id)})
    return returned


def _give_back_replacement(returned: Return) -> None:
    """What was promised instead is for sale again."""
    promised = list(returned.lines.filter(replace_with__isnull=False).values_list("id", flat=True))
    if promised:
        with in_shop(Vendor.objects.get(id=returned.vendor_id)):
            cancel_allocation(promised)


def take_claim(
    claim: Claim, step: str, by: Actor, *, note: str = "", changes: Mapping[str, Any] | None = None
) -> Claim:
    """The same of a claim."""
    claim.state = check_claim(claim.state, step, by.kind)
    for name, value in (changes or {}).items():
        setattr(claim, name, value)
    claim.save(update_fields=["state", *(changes or {})])
    told = {"claim": str(claim.id), "number": claim.number, "state": claim.state}
    write_down(claim, f"claim_{step}", by, note=note, data=told)
    tell(f"claim_{step}", claim.vendor_id, by, {"claim": str(claim.id)})
    return claim


def write_down(of: Return | Claim, name: str, by: Actor, *, note: str, data: Mapping[str, Any]) -> None:
    """An event of the order, for the timelines of all three."""
    OrderEvent.objects.create(
        order_id=of.order_id,
        vendor_order_id=of.vendor_order_id,
        vendor_id=of.vendor_id,
        name=name,
        actor_kind=by.kind,
        actor_id=by.id,
        note=f"{of.number}: {note}"[:250] if note else of.number,
        data=dict(data),
        at=clock.now(),
    )


def tell(name: str, vendor_id: UUID, by: Actor, payload: dict[str, Any]) -> None:
    """What a member does is the shop's own fact; the rest is the marketplace's."""
    subject, _, step = name.partition("_")
    announce(f"shop.{name}" if by.kind == "member" else f"{subject}.{step}", vendor_id=vendor_id, payload=payload)
