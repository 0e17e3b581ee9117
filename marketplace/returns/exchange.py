"""Another article of the same product instead of the money: promised when a return is accepted, sent when it was inspected.

Only the same once more, or what costs what was really paid, so that no money moves. What is promised is an allocation in the
shop, for the return's own lines; it is given back when the return ends in any other way.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from kit import clock
from kit.errors import Conflict
from marketplace.catalog.models import Offer
from marketplace.fulfillment.actions import checked_tracking
from marketplace.orders.models import OrderLine
from marketplace.promotions.one_piece import taken_off_one
from marketplace.promotions.queries import offered
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
    """What can be had instead: a variant of the same product, for what was paid."""

    variant_id: UUID
    title: str


def replacements_of(order_id: UUID) -> dict[UUID, list[Replacement]]:
    """By order line, what could be had instead: the same once more, and variants that cost now what was really paid for it.
    At most five queries.

    What was paid is what its vendor had of it: from the customer, after coupons, and from the marketplace where that bore a
    discount. What a variant costs now is its price less what its vendor takes off it by itself.
    """
    lines = list(OrderLine.objects.filter(vendor_order__order_id=order_id))
    visible = Offer.objects.filter(product_id__in={line.product_id for line in lines}, is_visible=True, available__gt=0)
    offers = list(visible.select_related("listing_variant", "listing").order_by("id"))
    prices = _prices_now(offers)
    found: dict[UUID, list[Replacement]] = defaultdict(list)
    for offer in offers:
        for line in lines:
            if (line.product_id, line.vendor_id) != (offer.product_id, offer.vendor_id):
                continue
            is_same = offer.id == line.variant_id
            if is_same or prices[offer.id] * line.quantity == line.sold_minor:
                options = ", ".join(str(value) for value in offer.listing_variant.options.values())
                found[line.id].append(Replacement(offer.id, "The same once more" if is_same else options or offer.sku))
    return found


def _prices_now(offers: Sequence[Offer]) -> dict[UUID, int]:
    """What one of each is sold for now, to anybody: less what its vendor bears of what applies by itself."""
    if not offers:
        return {}
    automatic = offered(vendors={offer.vendor_id for offer in offers}, codes=(), buyer=None, at=clock.now())
    for_all = [terms for terms in automatic.terms if not terms.is_first_order_only]
    return {offer.id: offer.price_minor - taken_off_one(offer, for_all).vendor for offer in offers}


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
