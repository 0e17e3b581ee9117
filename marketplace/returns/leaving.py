"""What of a vendor's refunds keeps it from being closed, and what of a customer's keeps them from being erased."""

from collections.abc import Iterator
from uuid import UUID

from django.db.models import Q

from kit.personal import Person
from kit.words import counted
from marketplace.orders.models import VendorOrder
from marketplace.returns.models import OPEN_RETURNS, Claim, ClaimState, RefundRequest, RequestState, Return
from tenants.vendors.leaving import Obstacle


def open_requests(vendor_id: UUID) -> list[Obstacle]:
    """Requests to cancel or give back, returns and claims that nobody has decided, or that are being carried out."""
    orders = VendorOrder.objects.filter(vendor_id=vendor_id).values("order_id")
    waiting = (
        RefundRequest.objects.filter(state__in=[RequestState.WAITING, RequestState.DUE])
        .filter(Q(vendor_id=vendor_id) | Q(vendor_id=None, order_id__in=orders))
        .count()
    )
    going_back = Return.objects.filter(vendor_id=vendor_id, state__in=OPEN_RETURNS).count()
    claims = Claim.objects.filter(vendor_id=vendor_id, state__in=[ClaimState.OPEN, ClaimState.GRANTING]).count()
    return [
        *(
            [Obstacle("refunds", f"{counted(waiting, 'refund is', 'refunds are')} not decided or not carried out")]
            if waiting
            else []
        ),
        *(
            [Obstacle("returns", f"{counted(going_back, 'return is', 'returns are')} not done with")]
            if going_back
            else []
        ),
        *([Obstacle("claims", f"{counted(claims, 'claim is', 'claims are')} not decided")] if claims else []),
    ]


def requests_under_way(person: Person) -> Iterator[str]:
    """Each refund, return and claim of a customer that is not decided, or is being carried out."""
    for model, states, words in (
        (RefundRequest, (RequestState.WAITING, RequestState.DUE), "Refund {} is not decided, or not carried out"),
        (Return, OPEN_RETURNS, "Return {} is not done with"),
        (Claim, (ClaimState.OPEN, ClaimState.GRANTING), "Claim {} is not decided"),
    ):
        found = model._base_manager.filter(order_id__in=person.orders, state__in=states)
        for number in found.order_by("number").values_list("number", flat=True):
            yield words.format(number)
