"""What lies on the desks of finance and of support when the month is over: so that none of their pages is empty.

Each is done once: who comes back to it finds it done. All of it but the month's close happens before the books are
matched.
"""

from datetime import timedelta

from billing.commissions import drafts
from billing.commissions.models import CommissionDraft, CommissionRule
from billing.disputes import evidence
from billing.disputes.queries import vendor_slice
from billing.ledger import periods
from billing.payments.models import Payment
from billing.payouts.adjustments import credit_vendor, debit_vendor
from billing.payouts.hold_rules import add_hold_rule, live_hold_rules
from billing.payouts.models import Adjustment, HoldKind, HoldScope
from billing.reconciliation.actions import reconcile
from billing.reconciliation.causes import suggestions
from billing.reconciliation.queries import open_exceptions
from billing.reconciliation.resolve import resolve
from billing.statements.actions import issue_month
from billing.statements.closing import close_month
from billing.stripe.disputes import sync_disputes_of
from kit import clock
from marketplace.demo.sandbox import Sandbox
from marketplace.orders.models import Order, VendorOrder
from marketplace.returns.actions import Actor, ask
from marketplace.returns.models import RefundRequest, RequestKind
from marketplace.returns.preview import Ask
from marketplace.returns.queries import preview_of
from tenants.isolation.doors import acting_as, bind_vendor
from tenants.vendors.models import Member, Vendor

TOP_UP_MINOR = 25_000


def dispute(order: Order, sandbox: Sandbox, reason: str) -> None:
    """The customer's bank asks for the money back; an `inquiry` only asks."""
    with acting_as("platform"):
        payment = Payment.objects.get(reference_id=order.id)
        if not payment.disputes.exists():
            sandbox.dispute(payment.provider_charge_id, reason)
            sync_disputes_of(payment.provider_charge_id)


def lose_dispute(order: Order, sandbox: Sandbox) -> None:
    """The bank decides for its customer."""
    with acting_as("platform"):
        payment = Payment.objects.get(reference_id=order.id)
        for found in payment.disputes.filter(closed_at=None):
            sandbox.close_dispute(found.provider_dispute_id, "lost")
        sync_disputes_of(payment.provider_charge_id)


def begin_answer(order: Order, vendor: Vendor) -> None:
    """The vendor has begun to say its side, and not handed it in."""
    with acting_as("platform"):
        found = Payment.objects.get(reference_id=order.id).disputes.first()
    if found is None:
        return
    with bind_vendor(vendor):
        part = vendor_slice(vendor.id, found.id)
        if part is not None and evidence.is_open(part, clock.now()):
            texts = {
                "shipping_carrier": "DHL",
                "uncategorized_text": "The parcel was handed over in person; the carrier has the signature.",
            }
            evidence.save_answer(part=part, texts=texts, hand_in=False, now=clock.now())


def give_back(order: Order, vendor: Vendor, by: Member) -> None:
    """The vendor gives ten euros back by itself: there was a scratch."""
    with acting_as("platform"):
        part = VendorOrder.objects.get(order=order, vendor_id=vendor.id)
    with bind_vendor(vendor):
        actor = Actor("member", by.user_id, f"member:{by.role}")
        _ask(order, Ask(part.id, goodwill_minor=1000), RequestKind.REFUND, "A scratch on the handle", actor, vendor)


def ask_for_all(order: Order, vendor: Vendor, by: Actor) -> None:
    """Support asks for the vendor's whole part, which is more than it may refund alone: a second person decides."""
    with acting_as("platform"):
        part = VendorOrder.objects.get(order=order, vendor_id=vendor.id)
        _ask(order, Ask(part.id, everything=True), RequestKind.REFUND, "Never arrived, says the customer", by)


def cancel(order: Order) -> None:
    """The customer changes her mind before anything has left."""
    with acting_as("store"):
        asks = [Ask(part.id, everything=True) for part in VendorOrder.objects.filter(order=order)]
        _ask(order, asks[0], RequestKind.CANCELLATION, "Ordered twice by mistake", Actor("customer", order.user_id))


def _ask(order: Order, wanted: Ask, kind: str, reason: str, by: Actor, vendor: Vendor | None = None) -> None:
    if RefundRequest.objects.filter(order_id=order.id, reason=reason).exists():
        return
    vendor_id = vendor.id if vendor else None
    seen = preview_of(order.id, [wanted], kind=kind, by_customer=by.kind == "customer", vendor_id=vendor_id)
    ask(order_id=order.id, asks=[wanted], kind=kind, reason=reason, by=by, digest=seen.digest, vendor_id=vendor_id)


def draft_rules(by: Actor) -> None:
    """Next year's commission, tried on this month's orders by the worker."""
    with acting_as("platform"):
        if CommissionDraft.objects.exists():
            return
        made = drafts.start_draft(name="From January: a floor, and less on the table", by=by.id)
        everything = made.rules.get(source=CommissionRule.objects.get(ended_at=None, conditions={}))
        drafts.draft_rule(draft_id=made.id, rule_id=everything.id, rate_bps=1250, minimum={"EUR": 80})
        drafts.draft_rule(
            draft_id=made.id,
            position=1,
            name="Kitchen and table",
            conditions={"category": ["kitchen-table"]},
            rate_bps=1000,
        )
        today = clock.now().date()
        drafts.simulate(draft_id=made.id, first_on=today - timedelta(days=31), last_on=today, by=by.id)


def explain_a_difference(by: Actor) -> None:
    """Money came onto our balance that no order knows of; the accountant says what it was. Ends with a match."""
    assert by.id is not None
    reconcile()
    for found in open_exceptions().filter(check_name="suspense"):
        resolve(
            exception_id=found.id,
            suggestion=suggestions(found)[0].name,
            reason="Our own transfer, to have something to give back from",
            by=by.id,
        )


def close_first_month(by: Actor) -> None:
    """The controller closes the month in which it all began, and its documents are issued; the worker prints them."""
    assert by.id is not None
    month = periods.next_to_close()
    if month is not None and month.ends_at <= clock.now() and periods.closed_until() is None:
        close_month(month=month, by=by.id)
        issue_month(month=month)


def keep_hold_rules() -> None:
    """How long finance holds what is sold from now on."""
    if not live_hold_rules():
        add_hold_rule(kind=HoldKind.RESERVE, scope=HoldScope.NEW_VENDOR, days=30, rate_bps=1000, new_for_orders=20)
        add_hold_rule(kind=HoldKind.DELIVERED, scope=HoldScope.CATEGORY, days=14, category_path="electronics")
        add_hold_rule(kind=HoldKind.LARGE_ORDER, scope=HoldScope.ALL, above_minor=150_000)


def settle_by_hand(credited: Vendor, debited: Vendor, by: Actor) -> None:
    """A credit, a debit, and a credit so large that somebody else has to agree."""
    assert by.id is not None
    if Adjustment.objects.exists():
        return
    credit_vendor(vendor=credited, amount_minor=2_500, reason="Two parcels that our carrier lost in March", by=by.id)
    debit_vendor(vendor=debited, amount_minor=1_800, reason="Return labels that we bought for you", by=by.id)
    credit_vendor(vendor=credited, amount_minor=75_000, reason="Our part of the spring campaign", by=by.id)
