"""Taking what the provider says of subscriptions and invoices, and granting what follows from it.

Nothing is counted up or down: each fetch gives the whole of an object, and what it means is worked out anew. So news may come
twice, late and in any order.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from billing.ledger import billed
from billing.ledger.actions import post_all, reverse
from billing.ledger.billed import Bill
from billing.ledger.models import JournalEntry
from billing.subscriptions.models import (
    START,
    InvoiceStatus,
    Plan,
    PlanPrice,
    SubscriptionCredit,
    SubscriptionInvoice,
    VendorSubscription,
)
from billing.subscriptions.standing import STANDINGS, Standing, best
from kit import clock
from kit.errors import SoukError
from outbox.actions import announce
from tenants.vendors import entitlements
from tenants.vendors.entitlements import Allowed


class UnknownPrice(SoukError):
    """The provider bills a price that is none of ours."""

    code = "unknown_price"


@dataclass(frozen=True, slots=True)
class SubscriptionFacts:
    """A subscription as fetched. `price_id` is the provider's."""

    id: str
    item_id: str
    price_id: str
    status: str
    period_start: datetime
    period_end: datetime
    trial_end: datetime | None
    cancels_at: datetime | None
    ended_at: datetime | None
    begun_at: datetime


@dataclass(frozen=True, slots=True)
class CreditFacts:
    """A credit note as fetched; amounts in minor units, above zero."""

    id: str
    net_minor: int
    tax_minor: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class InvoiceFacts:
    """An invoice as fetched; amounts in minor units of `currency`."""

    id: str
    subscription_id: str
    number: str
    status: str
    reason: str
    net_minor: int
    tax_minor: int
    due_minor: int
    paid_minor: int
    currency: str
    lines: Sequence[dict[str, Any]]
    charge_id: str
    hosted_url: str
    pdf_url: str
    attempts: int
    next_attempt_at: datetime | None
    created_at: datetime
    finalized_at: datetime | None
    paid_at: datetime | None
    voided_at: datetime | None
    given_up_at: datetime | None
    credits: Sequence[CreditFacts] = field(default_factory=list)


@transaction.atomic
def take_subscription(
    *,
    vendor_id: UUID,
    facts: SubscriptionFacts,
    fetched_at: datetime,
    invoices: Sequence[InvoiceFacts] = (),
) -> VendorSubscription:
    """Keep a subscription (and invoices of it) as fetched, book what the invoices say, and grant what the vendor may do.

    `fetched_at` is when the fetching began: of two answers the one that was asked for later wins, whichever comes last.
    Raises UnknownPrice.
    """
    lock_vendor(vendor_id)
    price = PlanPrice.objects.select_related("plan").filter(provider_price_id=facts.price_id).first()
    if price is None:
        raise UnknownPrice(f"Subscription {facts.id} is for price {facts.price_id}, which is none of our plans.")
    row = VendorSubscription.objects.filter(provider_subscription_id=facts.id).first()
    if row is None:
        row = VendorSubscription(vendor_id=vendor_id, provider_subscription_id=facts.id)
    if row.fetched_at is None or row.fetched_at <= fetched_at:
        row.price, row.status, row.provider_item_id = price, facts.status, facts.item_id
        row.period_start, row.period_end = facts.period_start, facts.period_end
        row.trial_end, row.cancels_at, row.ended_at = facts.trial_end, facts.cancels_at, facts.ended_at
        row.begun_at, row.fetched_at = facts.begun_at, fetched_at
        row.save()
    for invoice in invoices:
        _take_invoice(row, invoice, fetched_at)
    _note_past_due(row)
    grant_plan(vendor_id=vendor_id)
    return row


@transaction.atomic
def take_invoice(*, subscription: VendorSubscription, facts: InvoiceFacts, fetched_at: datetime) -> SubscriptionInvoice:
    """Keep an invoice of a subscription we know as fetched, and book what it says; as in `take_subscription`."""
    lock_vendor(subscription.vendor_id)
    subscription = VendorSubscription.objects.get(id=subscription.id)
    row = _take_invoice(subscription, facts, fetched_at)
    _note_past_due(subscription)
    grant_plan(vendor_id=subscription.vendor_id)
    return row


@transaction.atomic
def grant_plan(*, vendor_id: UUID) -> bool:
    """Give the vendor what its subscriptions entitle it to now, or what everybody has; says whether that is a change."""
    mine = VendorSubscription.objects.filter(vendor_id=vendor_id).select_related("price__plan")
    found = best(mine, clock.now())
    plan = found.price.plan if found else Plan.objects.get(code=START)
    return entitlements.grant(vendor_id=vendor_id, allowed=allowed_by(plan))


def allowed_by(plan: Plan) -> Allowed:
    return Allowed(
        plan_code=plan.code,
        plan_name=plan.name,
        products_limit=plan.products_limit,
        staff_limit=plan.staff_limit,
        warehouses_limit=plan.warehouses_limit,
        has_api=plan.has_api,
        has_custom_domain=plan.has_custom_domain,
    )


def lock_vendor(vendor_id: UUID) -> None:
    """Let one at a time work on a vendor's subscriptions, until the transaction ends: there may be no row to lock yet."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"subscriptions {vendor_id}"])


def bill_of(invoice: SubscriptionInvoice) -> Bill:
    return Bill(
        id=invoice.provider_invoice_id,
        vendor_id=invoice.vendor_id,
        reference_id=invoice.id,
        net_minor=invoice.net_minor,
        tax_minor=invoice.tax_minor,
        currency=invoice.currency,
        at=invoice.finalized_at or invoice.created_at,
    )


def credit_bill_of(credit: SubscriptionCredit) -> Bill:
    return Bill(
        id=credit.provider_note_id,
        vendor_id=credit.vendor_id,
        reference_id=credit.invoice_id,
        net_minor=-credit.net_minor,
        tax_minor=-credit.tax_minor,
        currency=credit.currency,
        at=credit.created_at,
    )


def unpaid_of(invoice: SubscriptionInvoice) -> int:
    """What is open of an invoice: less than its amount due by what was credited."""
    return max(0, invoice.due_minor - invoice.paid_minor)


# --- Their parts --------------------------------------------------------------------------------------------


def _take_invoice(subscription: VendorSubscription, facts: InvoiceFacts, fetched_at: datetime) -> SubscriptionInvoice:
    row = SubscriptionInvoice.objects.filter(provider_invoice_id=facts.id).first()
    if row is None:
        row = SubscriptionInvoice(
            vendor_id=subscription.vendor_id, subscription=subscription, provider_invoice_id=facts.id
        )
    elif row.fetched_at > fetched_at:
        return row
    before = row.status
    row.number, row.status, row.reason = facts.number, facts.status, facts.reason
    row.net_minor, row.tax_minor, row.total_minor = facts.net_minor, facts.tax_minor, facts.net_minor + facts.tax_minor
    row.due_minor, row.paid_minor, row.currency = facts.due_minor, facts.paid_minor, facts.currency
    row.lines, row.hosted_url, row.pdf_url = list(facts.lines), facts.hosted_url, facts.pdf_url
    row.provider_charge_id = facts.charge_id or row.provider_charge_id
    row.attempts, row.next_attempt_at = facts.attempts, facts.next_attempt_at
    row.created_at, row.finalized_at, row.paid_at = facts.created_at, facts.finalized_at, facts.paid_at
    row.voided_at, row.given_up_at = facts.voided_at, facts.given_up_at
    ends = [int(line["end"]) for line in facts.lines]
    row.earned_by = datetime.fromtimestamp(max(ends), UTC) if ends else None
    row.credited_minor = sum(credit.net_minor + credit.tax_minor for credit in facts.credits)
    row.fetched_at = fetched_at
    row.save()
    SubscriptionCredit.objects.bulk_create(
        (
            SubscriptionCredit(
                vendor_id=row.vendor_id,
                invoice=row,
                provider_note_id=credit.id,
                net_minor=credit.net_minor,
                tax_minor=credit.tax_minor,
                currency=row.currency,
                created_at=credit.created_at,
            )
            for credit in facts.credits
        ),
        ignore_conflicts=True,
    )
    _book(row)
    if before != row.status and row.finalized_at:
        announce(
            "subscription.invoice_changed",
            vendor_id=row.vendor_id,
            payload={"vendor": str(row.vendor_id), "invoice": str(row.id), "status": row.status},
        )
    return row


def _book(invoice: SubscriptionInvoice) -> None:
    """Bring the books up to what an invoice says now."""
    if invoice.finalized_at is None:
        return
    bill = bill_of(invoice)
    drafts = [billed.billed(bill), *(billed.credited(credit_bill_of(credit)) for credit in invoice.credits.all())]
    if invoice.status == InvoiceStatus.UNCOLLECTIBLE and unpaid_of(invoice):
        at = invoice.given_up_at or clock.now()
        drafts.append(billed.given_up(bill, unpaid_minor=unpaid_of(invoice), at=at))
    post_all(draft for draft in drafts if draft)
    if invoice.status == InvoiceStatus.VOID:
        _undo(invoice, "The invoice was voided", "bill:", "revenue:")
    elif invoice.given_up_at and invoice.status == InvoiceStatus.PAID:
        _undo(invoice, "Paid after all", f"bill:{invoice.provider_invoice_id}:given_up")


def _undo(invoice: SubscriptionInvoice, reason: str, *prefixes: str) -> None:
    entries = JournalEntry.objects.filter(reference_id=invoice.id, reverses=None, reversals=None).order_by("id")
    for entry in entries:
        if entry.source_key.startswith(prefixes):
            reverse(entry=entry, reason=reason, occurred_at=invoice.voided_at or invoice.paid_at or clock.now())


def _note_past_due(subscription: VendorSubscription) -> None:
    """Since when payment is missing: since the oldest open invoice was final. The same whatever we heard first."""
    since = None
    if STANDINGS[subscription.status] is Standing.GRACE:
        invoices = SubscriptionInvoice.objects.filter(subscription=subscription, status=InvoiceStatus.OPEN)
        since = invoices.order_by("finalized_at").values_list("finalized_at", flat=True).first()
        since = since or subscription.past_due_since or clock.now()
    if since != subscription.past_due_since:
        subscription.past_due_since = since
        subscription.save(update_fields=["past_due_since"])
