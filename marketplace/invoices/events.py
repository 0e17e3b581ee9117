"""When invoices and credit notes are issued: by the policy in the settings, and when refunds are accepted."""

from contextlib import suppress
from uuid import UUID

from django.conf import settings

from marketplace.invoices.actions import NothingToInvoice, issue_credit_notes, issue_invoice
from marketplace.orders.models import Fulfillment, VendorOrder
from marketplace.returns.models import RefundRequest
from outbox.models import Fact

SENT = (Fulfillment.SHIPPED, Fulfillment.DELIVERED)


def invoice_what_is_paid(fact: Fact) -> None:
    """After `order.paid`, where invoices are due then."""
    if settings.INVOICE_WHEN == "paid":
        for part_id in VendorOrder.objects.filter(order_id=fact.payload["order"]).values_list("id", flat=True):
            _issue(part_id)


def invoice_what_is_sent(fact: Fact) -> None:
    """After a parcel left or was handed over: once nothing of the vendor order is waiting to be sent."""
    if VendorOrder.objects.filter(id=fact.payload["vendor_order"], fulfillment__in=SENT).exists():
        _issue(UUID(fact.payload["vendor_order"]))


def invoice_what_is_left(fact: Fact) -> None:
    """After something was canceled: what was still to be sent may have been that."""
    order_id = RefundRequest.objects.values_list("order_id", flat=True).get(id=fact.payload["request"])
    sent = VendorOrder.objects.filter(order_id=order_id, fulfillment__in=SENT, invoices=None)
    for part_id in sent.values_list("id", flat=True):
        _issue(part_id)


def credit_what_came_back(fact: Fact) -> None:
    """After the provider accepted a refund."""
    issue_credit_notes(refund_id=UUID(fact.payload["refund"]))


def _issue(part_id: UUID) -> None:
    with suppress(NothingToInvoice):  # all of it was canceled or given back meanwhile
        issue_invoice(vendor_order_id=part_id)
