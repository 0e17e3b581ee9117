"""What falls due with time: mails to who has not paid, the end of grace, and revenue that has been earned."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from billing.ledger import billed
from billing.ledger.actions import post_all
from billing.subscriptions import revenue
from billing.subscriptions.actions import bill_of, grant_plan, lock_vendor
from billing.subscriptions.models import InvoiceStatus, Status, SubscriptionInvoice, VendorSubscription
from billing.subscriptions.standing import GRACE, grace_ends_at
from kit import clock
from kit.links import absolute_url
from kit.money import Money
from notifications.actions import send
from tenants.vendors.models import Vendor

# Which mail follows how long after the payment failed; only the latest that is due is sent, so that a worker which stood
# still sends no pile of them.
MAILS: tuple[tuple[timedelta, str], ...] = (
    (timedelta(0), "plan_payment_failed"),
    (GRACE / 2, "plan_grace_half"),
    (GRACE - timedelta(days=1), "plan_grace_last_day"),
    (GRACE, "plan_lapsed"),
)
TRIAL_NOTICE = timedelta(days=3)
PART = 200


def dun() -> int:
    """Write to vendors whose payment is missing or whose trial ends, and end the grace that has run out; gives how many."""
    now = clock.now()
    due = VendorSubscription.objects.filter(status=Status.PAST_DUE, past_due_since__isnull=False)
    done = sum(_remind(one, now) for one in due.select_related("price__plan").order_by("id"))
    ending = VendorSubscription.objects.filter(
        status=Status.TRIALING, trial_end__gt=now, trial_end__lte=now + TRIAL_NOTICE
    )
    for one in ending.select_related("price__plan").order_by("id"):
        _mail(one, "plan_trial_ends", f"{one.trial_end:%Y-%m-%d}")
    return done


@transaction.atomic
def _remind(subscription: VendorSubscription, now: datetime) -> bool:
    since = subscription.past_due_since
    assert since is not None
    reached = [name for after, name in MAILS if since + after <= now]
    if not reached:
        return False
    _mail(subscription, reached[-1], f"{since:%Y-%m-%dT%H:%M}")
    lock_vendor(subscription.vendor_id)
    return grant_plan(vendor_id=subscription.vendor_id)


def _mail(subscription: VendorSubscription, template: str, occasion: str) -> None:
    vendor = Vendor.objects.get(id=subscription.vendor_id)
    invoice = (
        SubscriptionInvoice.objects.filter(subscription=subscription, status=InvoiceStatus.OPEN)
        .order_by("finalized_at")
        .first()
    )
    context: dict[str, Any] = {
        "vendor_name": vendor.name,
        "plan": subscription.price.plan.name,
        "amount": str(Money(invoice.due_minor, invoice.currency)) if invoice else "",
        "grace_ends": grace_ends_at(subscription),
        "trial_ends": subscription.trial_end,
        "action_url": absolute_url("market", f"/sell/{vendor.slug}/plan/"),
        "action_label": "Open my plan",
    }
    send(
        f"{template}:{subscription.provider_subscription_id}:{occasion}",
        template,
        vendor.email,
        context,
        vendor_id=vendor.id,
    )


def recognize_revenue(*, until: date | None = None) -> int:
    """Enter what was earned in every month that is over (before `until`, a first of a month); gives how many entries.

    A month of an invoice is entered once, by its key; invoices that were voided earn nothing more.
    """
    first = until or clock.today().replace(day=1)
    waiting = SubscriptionInvoice.objects.filter(
        Q(recognized_until=None) | Q(recognized_until__lt=first),
        finalized_at__lt=datetime(first.year, first.month, 1, tzinfo=UTC),
        status__in=[InvoiceStatus.OPEN, InvoiceStatus.PAID, InvoiceStatus.UNCOLLECTIBLE],
    ).filter(Q(recognized_until=None) | Q(earned_by__gt=F("recognized_until")))
    entered = 0
    while part := list(waiting.order_by("id").values_list("id", flat=True)[:PART]):
        entered += sum(_recognize(id, first) for id in part)
    return entered


@transaction.atomic
def _recognize(invoice_id: Any, first: date) -> int:
    invoice = SubscriptionInvoice.objects.select_for_update().get(id=invoice_id)
    if invoice.status in (InvoiceStatus.VOID, InvoiceStatus.DRAFT):
        return 0
    bill = bill_of(invoice)
    drafts = [
        billed.earned(bill, month, amount) for month, amount in revenue.months(invoice.lines).items() if month < first
    ]
    post_all(drafts)
    invoice.recognized_until = first
    invoice.save(update_fields=["recognized_until"])
    return len(drafts)
