"""Issuing: an invoice of what a vendor sent, a credit note of what was given back after it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from billing.payments.models import PaymentShare, Refund, RefundState
from billing.statements.compose import digest
from kit import clock
from kit.errors import Conflict
from marketplace.invoices import compose
from marketplace.invoices.compose import Back, Sale, Sold
from marketplace.invoices.models import Invoice, InvoiceKind
from marketplace.invoices.numbers import take
from marketplace.orders.actions import lock_order
from marketplace.orders.models import Fulfillment, TaxLiable, VendorOrder
from marketplace.returns.models import RefundItem
from outbox.actions import announce
from outbox.doorbell import ring
from tenants.vendors.models import Vendor


class NothingToInvoice(Conflict):
    """It was not paid, or all of it was canceled or given back."""

    code = "nothing_to_invoice"


@transaction.atomic
def issue_invoice(*, vendor_order_id: UUID) -> list[Invoice]:
    """Invoice what is left of a vendor order, and give what was issued: one document, or two where the platform is the
    supplier of some of it. Asked again, the same ones.

    What was given back before is not on it; what is given back later gets a credit note. Raises NothingToInvoice, and
    NoIssuer where the platform must issue and has not said who it is.
    """
    part = _locked(vendor_order_id)
    there = list(part.invoices.filter(kind=InvoiceKind.INVOICE).order_by("issuer"))
    if there:
        return there
    if part.paid_at is None or part.fulfillment == Fulfillment.CANCELED:
        raise NothingToInvoice(f"Nothing of order {part.number} is sold.")
    accepted = [refund for refund in _refunds(part) if _is_accepted(refund)]
    sale = Sale(part, list(part.lines.all()), _back_of(part, accepted))
    lines = compose.sold_lines(sale)
    if not any(line.total for line in lines):
        raise NothingToInvoice(f"Nothing of order {part.number} is left to invoice.")
    before = {"settled_refunds": sorted(str(refund.id) for refund in accepted)}
    # Of what was prepaid too: a refund that is still under way is taken off by its credit note.
    back = sum(refund.prepaid_minor for refund in accepted)
    return [
        _issue(part, InvoiceKind.INVOICE, liable, own, prepaid_back_minor=back, more=before)
        for liable, own in _by_issuer(lines)
        if any(line.total for line in own)
    ]


@transaction.atomic
def issue_credit_notes(*, refund_id: UUID) -> list[Invoice]:
    """Credit what a refund gave back of an invoice that was issued before; asked again, the same ones.

    None where there is no invoice yet, or it was issued without what this refund gave back; none of a refund that the
    provider has not accepted.
    """
    found = Refund.objects.select_related("share").get(id=refund_id)
    part = _locked(found.share.reference_id)
    refund = Refund.objects.select_related("share").get(id=refund_id)
    there = list(Invoice.objects.filter(refund=refund).order_by("issuer"))
    if there or not _is_accepted(refund):
        return there
    invoices = {each.issuer: each for each in part.invoices.filter(kind=InvoiceKind.INVOICE)}
    if any(str(refund.id) in each.data["settled_refunds"] for each in invoices.values()):
        return []
    lines = compose.credited_lines(Sale(part, list(part.lines.all()), _back_of(part, [refund])))
    return [
        _issue(part, InvoiceKind.CREDIT_NOTE, liable, own, corrects=invoices[liable], refund=refund)
        for liable, own in _by_issuer(lines)
        if liable in invoices
    ]


def _locked(vendor_order_id: UUID) -> VendorOrder:
    lock_order(VendorOrder.objects.values_list("order_id", flat=True).get(id=vendor_order_id))
    return VendorOrder.objects.select_related("order").get(id=vendor_order_id)


def _refunds(part: VendorOrder) -> list[Refund]:
    return list(Refund.objects.filter(share__reference_id=part.id).order_by("id"))


def _is_accepted(refund: Refund) -> bool:
    """Whether the customer is owed it: the provider has taken it on, whatever became of it then."""
    return refund.is_counted and refund.state not in (RefundState.DUE, RefundState.SENT)


def _back_of(part: VendorOrder, refunds: Sequence[Refund]) -> dict[UUID | None, Back]:
    """What refunds gave back, by line. Those that name no lines are of orders of which nothing was ever sold."""
    return compose.given_back(RefundItem.objects.filter(refund__in=refunds, vendor_order=part).order_by("id"))


def _by_issuer(lines: Sequence[Sold]) -> list[tuple[TaxLiable, list[Sold]]]:
    found = [(liable, [line for line in lines if line.liable == liable]) for liable in TaxLiable]
    return [(liable, own) for liable, own in found if own]


def _issue(
    part: VendorOrder,
    kind: InvoiceKind,
    issuer: TaxLiable,
    lines: Sequence[Sold],
    *,
    corrects: Invoice | None = None,
    refund: Refund | None = None,
    prepaid_back_minor: int = 0,
    more: dict[str, Any] | None = None,
) -> Invoice:
    now, vendor = clock.now(), Vendor.objects.get(id=part.vendor_id)
    share = PaymentShare.objects.select_related("payment").get(reference_id=part.id)
    prepaid = share.prepaid_minor - prepaid_back_minor if refund is None else refund.prepaid_minor
    data = {
        **compose.parties(order=part.order, part=part, vendor=vendor, payment=share.payment, issuer=issuer),
        **(sums := compose.body(lines)),
        # Of one invoice alone: where there are two of a vendor order, nobody can say what paid which.
        "prepaid_minor": min(prepaid, sums["customer_minor"]),
        **(more or {}),
        "issued_on": now.date().isoformat(),
        "corrects": corrects.number if corrects else "",
        "corrects_on": corrects.data["issued_on"] if corrects else "",
        "why": refund.reason if refund else "",
    }
    series, number = take(vendor=vendor, issuer=issuer, kind=kind, year=now.year)
    made = Invoice.objects.create(
        kind=kind,
        issuer=issuer,
        number=number,
        series=series,
        sequence=series.last_number,
        vendor_id=part.vendor_id,
        vendor_order=part,
        corrects=corrects,
        refund=refund,
        currency=part.currency,
        net_minor=data["net_minor"],
        tax_minor=data["tax_minor"],
        total_minor=data["total_minor"],
        data=data,
        data_sha256=digest(data),
        issued_at=now,
    )
    announce("invoice.issued", vendor_id=part.vendor_id, payload={"invoice": str(made.id)})
    transaction.on_commit(lambda: ring("invoices.render_due"))
    return made
