"""Another article of the same product instead of the money: promised when a return is accepted, sent when it was inspected.

Only for what costs what was paid, so that no money moves. What is promised is an allocation in the shop, for the return's own
lines; it is given back when the return ends in any other way.
"""

from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from kit import clock
from kit.errors import Conflict
from marketplace.catalog.models import Offer
from marketplace.fulfillment.actions import checked_tracking
from marketplace.orders.models import OrderLine
from marketplace.returns.actions import Actor
from marketplace.returns.models import STANDING, Return, ReturnLine, ReturnState
from marketplace.returns.states import check_return
from marketplace.returns.steps import lock_return, take
from tenants.shop.inventory.actions import SoldOut, StockRequest, allocate, reserve
from tenants.shop.inventory.actions import ship as let_leave


class NothingToReplace(Conflict):
    """The customer wants money, or the replacement was sold out."""

    code = "nothing_to_replace"


@dataclass(frozen=True, slots=True)
class Replacement:
    """What can be had instead: a variant of the same product, at the price that was paid."""

    variant_id: UUID
    title: str


def replacements_of(order_id: UUID) -> dict[UUID, list[Replacement]]:
    """By order line, what could be had instead, the same once more among it. Two queries."""
    lines = list(OrderLine.objects.filter(vendor_order__order_id=order_id))
    offers = Offer.objects.filter(product_id__in={line.product_id for line in lines}, is_visible=True, available__gt=0)
    found: dict[UUID, list[Replacement]] = defaultdict(list)
    for offer in offers.select_related("listing_variant").order_by("id"):
        for line in lines:
            of_it = (line.product_id, line.vendor_id, line.unit_price_minor)
            if of_it == (offer.product_id, offer.vendor_id, offer.price_minor):
                options = ", ".join(str(value) for value in offer.listing_variant.options.values())
                title = "The same once more" if offer.id == line.variant_id else options or offer.sku
                found[line.id].append(Replacement(offer.id, title))
    return found


def promise_replacement(returned: Return) -> bool:
    """Promise the stock of what is wanted instead; False where nothing is. Inside its shop, the return locked.

    Sold out, it becomes a return for money.
    """
    wanted = list(ReturnLine.objects.filter(returned=returned, replace_with__isnull=False).order_by("id"))
    if not wanted:
        return False
    try:
        with transaction.atomic():
            reserve([StockRequest(_variant(line), returned.id, line.id, line.quantity) for line in wanted])
            allocate(returned.id)
    except SoldOut:
        for line in wanted:
            line.replace_with = None
            line.save(update_fields=["replace_with"])
        return False
    return True


@transaction.atomic
def send_replacement(
    *, return_id: UUID, carrier: str, tracking_number: str, tracking_url: str = "", by: Actor
) -> Return:
    """The replacement has left. Twice is once. By the vendor's role, inside its shop.

    Raises WrongStep before the return was inspected, NothingToReplace, NotInYet, InvalidInput.
    """
    names = ("carrier", "tracking_number", "tracking_url")
    tracking = dict(zip(names, checked_tracking(carrier, tracking_number, tracking_url), strict=True))
    returned = lock_return(return_id)
    if returned.state == ReturnState.EXCHANGED:
        return returned
    check_return(returned.state, "exchanged", by.kind)
    wanted = {line.id: line.quantity for line in returned.lines.filter(replace_with__isnull=False)}
    if not wanted or (returned.refund is not None and returned.refund.state in STANDING):
        raise NothingToReplace("There is nothing to send instead: this return is for money.")
    let_leave(wanted)
    changes = {"replaced_at": clock.now(), "replacement": tracking}
    return take(returned, "exchanged", by, note=" ".join(filter(None, (carrier, tracking_number))), changes=changes)


def _variant(line: ReturnLine) -> UUID:
    assert line.replace_with is not None
    return line.replace_with
