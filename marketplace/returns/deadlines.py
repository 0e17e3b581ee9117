"""What becomes of returns and new orders when whose turn it is stays silent. By the worker, each in its own transaction."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from marketplace.orders.actions import lock_order
from marketplace.orders.models import Fulfillment, VendorOrder
from marketplace.returns.actions import ask
from marketplace.returns.answering import accept_return, where_to_send
from marketplace.returns.claims import UNDECIDED, open_claim
from marketplace.returns.models import ClaimKind, RefundRequest, RequestKind, Return, ReturnState, SilentVendor
from marketplace.returns.policy import policy_at
from marketplace.returns.preview import Ask
from marketplace.returns.queries import preview_of
from marketplace.returns.steps import SYSTEM, lock_return, take
from tenants.isolation.doors import in_shop
from tenants.vendors.models import Vendor

SILENCE = "The shop did not answer in time."


@transaction.atomic
def pass_deadline(return_id: UUID, now: datetime) -> Return | None:
    """Go on without whoever was to act on a return until now; None when somebody did meanwhile.

    A vendor that did not answer accepts, or the platform decides, as the policy says. A customer who did not send has kept
    the goods. A vendor that did not inspect or refund has the platform decide.
    """
    returned = lock_return(return_id)
    if returned.due_at is None or returned.due_at > now:
        return None
    if returned.state == ReturnState.ACCEPTED:
        return take(returned, "lapsed", SYSTEM)
    if returned.state == ReturnState.ASKED and policy_at(now).silent_vendor == SilentVendor.ACCEPT:
        vendor = Vendor.objects.get(id=returned.vendor_id)
        with in_shop(vendor):
            send_to = where_to_send(vendor)
            # Nobody can send anything to a vendor whose street we do not know.
            if send_to["street"] and send_to["city"]:
                return accept_return(return_id=return_id, by=SYSTEM, send_to=send_to, note=SILENCE)
    returned.due_at = None
    returned.save(update_fields=["due_at"])
    if not returned.claims.filter(state__in=UNDECIDED).exists():
        open_claim(
            vendor_order_id=returned.vendor_order_id, kind=ClaimKind.SILENT, words=SILENCE, by=SYSTEM, returned=returned
        )
    return returned


@transaction.atomic
def cancel_unaccepted(vendor_order_id: UUID, now: datetime) -> RefundRequest | None:
    """Cancel a paid order that its vendor did not take on in time, and give all of it back; None when it did meanwhile.

    Raises what the preview raises: while a bank disputes the payment nothing is canceled.
    """
    order_id = VendorOrder.objects.values_list("order_id", flat=True).get(id=vendor_order_id)
    lock_order(order_id)
    part = VendorOrder.objects.get(id=vendor_order_id)
    until = policy_at(now).accept_by(part.paid_at) if part.paid_at else None
    if part.fulfillment != Fulfillment.NEW or until is None or until > now:
        return None
    asks = [Ask(part.id, everything=True)]
    found = preview_of(order_id, asks, kind=RequestKind.CANCELLATION, vendor_id=part.vendor_id)
    return ask(
        order_id=order_id,
        asks=asks,
        kind=RequestKind.CANCELLATION,
        reason="The shop did not take the order on in time",
        by=SYSTEM,
        digest=found.digest,
        vendor_id=part.vendor_id,
    )
